import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.significance import holm

families = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("given_values", "corrected"),
    [
        # Sorted .005 * 4 = .02, .01 * 3 = .03, .03 * 2 = .06, .04 * 1 = .04 held at .06.
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.04], [0.04]),
        ([0.5, 0.6, 0.7], [1.0, 1.0, 1.0]),
        # Equal values get equal results: 3 * .02, then 2 * .02 held at .06, then .5.
        ([0.02, 0.5, 0.02], [0.06, 0.5, 0.06]),
        ([], []),
    ],
)
def test_values_worked_out_by_hand(given_values, corrected):
    assert holm(given_values) == pytest.approx(corrected)


def test_a_test_without_a_value_is_no_test():
    found = holm([0.02, float("nan"), 0.03])
    assert math.isnan(found[1])
    assert [found[0], found[2]] == pytest.approx([0.04, 0.04])


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_what_is_no_probability_is_refused(value):
    with pytest.raises(ValueError, match=r"between 0 and 1"):
        holm([0.5, value])


@given(families)
def test_it_keeps_the_order_and_lies_between_the_plain_value_and_bonferroni(values):
    found = holm(values)
    for value, corrected in zip(values, found, strict=True):
        assert value <= corrected <= min(1.0, value * len(values)) + 1e-12
    assert sorted(found) == [corrected for _, corrected in sorted(zip(values, found, strict=True))]
