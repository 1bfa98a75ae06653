from xml.etree import ElementTree

import pytest

from evaluation.report.svg import (
    Bar,
    IntervalRow,
    Series,
    as_svg,
    bar_chart,
    chart,
    count_axis,
    interval_chart,
    share_axis,
    style_of,
)
from tests.evaluation.report.sample import EVIL

UNIT = share_axis("x"), share_axis("y")


def texts(drawing: str) -> list[str]:
    """All texts; parsing also shows that the drawing is well-formed."""
    return [each.text for each in ElementTree.fromstring(drawing).iter() if each.tag.endswith("text")]


def test_a_line_goes_through_its_points_and_the_axes_name_shares_and_counts():
    points = [(1.0, 0.0), (5.0, 0.1), (10.0, 0.3)]
    figure = chart([Series("a", points)], count_axis("first k", 10), share_axis("found", 0.34))
    (axes,) = figure.axes
    assert list(zip(*axes.lines[0].get_data(), strict=True)) == points
    assert axes.get_xlim() == (1, 10)
    assert axes.get_ylim() == (0, 0.34)
    named = texts(as_svg("t", figure))
    assert {"first k", "found", "10", "10 %", "30 %"} <= set(named)


def test_an_axis_of_nothing_has_a_length():
    assert share_axis("wrong", 0.0).upper > 0
    assert count_axis("k", 1).upper > 1


def test_lines_are_told_apart_without_colours():
    figure = chart([Series(name, [(0.0, 0.0), (1.0, 1.0)]) for name in "abcd"], *UNIT)
    assert len({str(each._dash_pattern) for each in figure.axes[0].lines}) == 4
    assert [style_of(place) for place in range(5)] == ["s0", "s1", "s2", "s3", "s0"]


def test_discs_have_their_sizes_and_the_diagonal_is_where_both_values_agree():
    figure = chart([Series("a", [(0.5, 0.25), (0.75, 0.75)], [10, 40], is_joined=False)], *UNIT, diagonal=True)
    (discs,), (diagonal,) = figure.axes[0].collections, figure.axes[0].lines
    assert discs.get_offsets().tolist() == [[0.5, 0.25], [0.75, 0.75]]
    assert discs.get_sizes().tolist() == [10, 40]
    assert list(zip(*diagonal.get_data(), strict=True)) == [(0, 0), (1, 1)]


def test_bars_are_as_long_as_their_values_and_a_reach_beyond_all_sets_the_scale():
    (axes,) = bar_chart([Bar("a", 1.0, "one", reach=5.0), Bar("b", 4.0, "four"), Bar("c", 0.0, "none")]).axes
    assert [each.get_width() for each in axes.patches] == [5, 1, 5, 4, 5, 0]
    assert axes.get_xlim() == (0, 5)
    assert texts(as_svg("t", axes.figure)) == ["a", "one", "b", "four", "c", "none"]


@pytest.mark.parametrize("figure", [bar_chart([]), bar_chart([Bar("a", 0.0, "0")]), interval_chart([])])
def test_nothing_at_all_is_drawn_too(figure):
    assert ElementTree.fromstring(as_svg("t", figure)).get("class") == "plot"


def test_intervals_stand_around_nought():
    figure = interval_chart([IntervalRow("a", -0.1, 0.0, 0.1, "", False), IntervalRow("b", 0.1, 0.2, 0.3, "", True)])
    (axes,) = figure.axes
    assert sum(axes.get_xlim()) == pytest.approx(0)
    nought, weak, weak_middle, strong, strong_middle = axes.lines
    assert list(nought.get_xdata()) == [0, 0]
    assert list(weak.get_xdata()) == [-0.1, 0.1]
    assert list(strong.get_xdata()) == [0.1, 0.3]
    assert weak_middle.get_markerfacecolor() != strong_middle.get_markerfacecolor()


def test_colours_are_those_of_the_page_and_no_two_plots_share_a_name():
    drawing = as_svg("t", bar_chart([Bar("a", 1.0, "one")]))
    assert "var(--s0, #12645d)" in drawing
    assert "style=" not in drawing
    assert 'id="figure' not in drawing


def test_foreign_text_stays_text_and_a_long_label_is_cut():
    drawing = as_svg(EVIL, bar_chart([Bar(EVIL * 9, 1.0, "$x$"), Bar("\N{CJK UNIFIED IDEOGRAPH-4E2D}", 1.0, "two")]))
    assert "<script" not in drawing
    assert "<img" not in drawing
    root = ElementTree.fromstring(drawing)
    assert root.get("aria-label").startswith("<script>alert(1)</script>\"'>")
    label, value, other, _ = texts(drawing)
    assert label.endswith("…")
    assert len(label) <= 50
    assert (value, other) == ("$x$", "\N{CJK UNIFIED IDEOGRAPH-4E2D}")
