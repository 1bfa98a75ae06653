"""The figures of the house stay within their limits, which only ever fall."""

import pytest

from tests.house import HouseFigure, figures


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure.name)
def test_a_figure_of_the_house_is_within_its_limit(figure: HouseFigure) -> None:
    assert figure.value <= figure.limit, str(figure)
