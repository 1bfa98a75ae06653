import re
from xml.etree import ElementTree

import pytest

from evaluation.report.page import templates
from evaluation.report.svg import (
    Axis,
    Bar,
    Drawing,
    Series,
    Span,
    bar_chart,
    count_axis,
    interval_chart,
    line_chart,
    point_chart,
    share_axis,
)
from tests.evaluation.report.sample import EVIL

UNIT = Axis("x", 0.0, 1.0, ((0.0, "0"), (1.0, "1")))


def drawn(drawing: Drawing) -> str:
    return str(templates().get_template("parts.html").module.drawing(drawing))


def elements(drawing: Drawing, kind: str) -> list[ElementTree.Element]:
    """Those with a class; parsing also shows that the drawing is well-formed."""
    return [each for each in ElementTree.fromstring(drawn(drawing)).iter() if kind in each.get("class", "").split()]


@pytest.mark.parametrize(
    ("upper", "last", "names"),
    [
        (1.0, 1.0, ["0 %", "25 %", "50 %", "75 %", "100 %"]),
        (0.34, 0.4, ["0 %", "10 %", "20 %", "30 %", "40 %"]),
        (0.1, 0.1, ["0 %", "2 %", "4 %", "6 %", "8 %", "10 %"]),
        (0.0, 0.02, ["0 %", "2 %"]),
    ],
)
def test_an_axis_of_shares_reaches_the_greatest_in_round_steps(upper, last, names):
    axis = share_axis("wrong", upper)
    assert axis.upper == pytest.approx(last)
    assert [text for _, text in axis.ticks] == names


@pytest.mark.parametrize(
    ("upper", "values"), [(1, [1]), (5, [1, 2, 3, 4, 5]), (10, [1, 2, 4, 6, 8, 10]), (30, [1, 5, 10, 15, 20, 25, 30])]
)
def test_an_axis_of_counts_begins_with_one(upper, values):
    assert [value for value, _ in count_axis("k", upper).ticks] == values


def test_a_line_goes_through_its_points():
    (line,) = elements(line_chart("t", [Series("a", ((0.0, 0.0), (0.5, 1.0), (1.0, 0.5)))], UNIT, UNIT), "line")
    (x0, y0), (x1, y1), (x2, y2) = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", line.get("d"))]
    assert x0 < x1 < x2
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.1)
    # Upwards on the page is downwards in its coordinates.
    assert y1 < y2 < y0
    assert y0 - y2 == pytest.approx(y2 - y1, abs=0.1)


def test_lines_are_told_apart_without_colours():
    drawing = line_chart("t", [Series(name, ((0.0, 0.0), (1.0, 1.0))) for name in "abcd"], UNIT, UNIT)
    assert len({each.get("class") for each in elements(drawing, "line")}) == 4


def test_discs_stand_on_the_diagonal_where_both_values_agree():
    disc, other = elements(point_chart("t", [(0.5, 0.5, 3, ""), (0.5, 0.75, 3, "")], UNIT, UNIT), "disc")
    (stem, _) = elements(point_chart("t", [(0.5, 0.5, 3, ""), (0.5, 0.75, 3, "")], UNIT, UNIT), "stem")
    assert stem.get("d") == f"M{disc.get('cx')} {disc.get('cy')}V{disc.get('cy')}"
    assert float(other.get("cy")) < float(disc.get("cy"))


def test_bars_are_as_long_as_their_values():
    bars = elements(bar_chart("t", [Bar("a", 1.0, ""), Bar("b", 4.0, ""), Bar("c", 0.0, "")]), "bar")
    short, long = (float(each.get("width")) for each in bars)
    assert long == pytest.approx(4 * short, abs=0.3)


def test_a_reach_beyond_all_bars_sets_the_scale():
    (bar,) = elements(bar_chart("t", [Bar("a", 1.0, "", reach=2.0)]), "bar")
    assert float(bar.get("width")) == pytest.approx(179, abs=1)


def test_nothing_at_all_draws_no_bar():
    assert elements(bar_chart("t", [Bar("a", 0.0, "0")]), "bar") == []


def test_intervals_stand_around_nought():
    drawing = interval_chart("t", [Span("a", -0.1, 0.0, 0.1, "", False), Span("b", 0.1, 0.2, 0.3, "", True)])
    weak, strong = elements(drawing, "span")
    assert weak.get("class") == "span weak"
    assert strong.get("class") == "span strong"
    ends = [float(each) for each in re.findall(r"M([\d.]+) .*H([\d.]+)", weak.get("d"))[0]]
    assert sum(ends) / 2 == pytest.approx(180, abs=0.1)


def test_foreign_text_stays_text_and_a_long_label_is_cut():
    drawing = drawn(bar_chart(EVIL, [Bar(EVIL * 9, 1.0, EVIL)]))
    assert "<script" not in drawing
    assert "<img" not in drawing
    root = ElementTree.fromstring(drawing)
    assert root.get("aria-label").startswith("<script>alert(1)</script>\"'>")
    label, value = (each.text for each in root.iter() if each.get("class") in ("label", "value"))
    assert label.endswith("…")
    assert len(label) < 20
    assert value.startswith("<script>")
