"""Lines found in a picture become those of a page: straight, column by column, each letter with its box."""

import math

import pytest

from components.converters.ocr.arrangement import Fragment, LetterSizes, Placement, in_order, score_of
from components.converters.ocr.decoding import ReadLine

FLAT = Placement(600, 800, 0, 0.0)


def fragment(text: str, left: float, top: float, width: float | None = None, height: float = 10.0) -> Fragment:
    """A line whose letters are 5 points wide, ``top`` points below the page's upper edge."""
    right = left + (width if width is not None else 5 * len(text))
    corners = [(left, top), (right, top), (right, top + height), (left, top + height)]
    places = tuple((number + 0.5) / len(text) for number in range(len(text)))
    return Fragment.of(ReadLine(text, places, 0.9), corners, FLAT)


def texts(*fragments: Fragment) -> list[str]:
    return [line.text for line in in_order(fragments, LetterSizes())]


def test_letters_share_the_width_of_their_line() -> None:
    (line,) = in_order([fragment("abcd", 100, 50)], LetterSizes())
    boxes = [glyph.box for glyph in line.glyphs]
    assert boxes[0] == pytest.approx((100, 740, 105, 750)) and boxes[-1] == pytest.approx((115, 740, 120, 750))


def test_what_stands_beside_each_other_is_one_line_from_left_to_right() -> None:
    assert texts(fragment("12 bar", 300, 51), fragment("Pressure", 50, 50), fragment("Name", 50, 20)) == [
        "Name",
        "Pressure 12 bar",
    ]


def test_columns_are_read_one_after_the_other_and_a_title_over_both_first() -> None:
    rows = [fragment(f"left line number {row} of it", 50, 100 + 15 * row) for row in range(6)]
    rows += [fragment(f"right line number {row} of it", 320, 100 + 15 * row) for row in range(6)]
    found = texts(fragment("A title that runs over both of the columns", 100, 50, 350), *rows)
    assert found[0].startswith("A title") and [line[:4] for line in found[1:]] == ["left"] * 6 + ["righ"] * 6


def test_cells_of_a_table_are_no_columns() -> None:
    cells = [
        fragment(f"{name} {row}", left, 100 + 15 * row) for row in range(6) for name, left in (("a", 50), ("b", 300))
    ]
    assert texts(*cells) == [f"a {row} b {row}" for row in range(6)]


def test_boxes_that_differ_by_strokes_only_have_letters_of_one_height() -> None:
    lines = in_order([fragment("aces", 50, 50, height=9), fragment("Agfl", 50, 70, height=11)], LetterSizes())
    assert len({line.size for line in lines}) == 1
    title, text = in_order([fragment("Big", 50, 20, height=20), fragment("a text", 50, 70)], LetterSizes())
    assert title.size > 1.5 * text.size


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("angle", [0.0, 0.02, -0.02])
def test_a_place_on_the_page_is_found_again(turns: int, angle: float) -> None:
    placement = Placement(600, 800, turns, angle)
    # A point of the page as shown, and where np.rot90 brings it, from the upper left corner.
    across, down = 130.0, 240.0
    upright = [(across, down), (down, 600 - across), (600 - across, 800 - down), (800 - down, across)][turns]
    x, y = placement.straight(upright)
    left, bottom, right, top = placement.shown((x, y, x, y))
    assert (left, top) == pytest.approx((across, 800 - down)) and (right, bottom) == pytest.approx((left, top))


def test_a_line_that_falls_is_laid_straight() -> None:
    angle = math.radians(2)
    corners = [
        (100 + x * math.cos(angle), 100 + x * math.sin(angle) + y) for x, y in ((0, 0), (300, 0), (300, 10), (0, 10))
    ]
    found = Fragment.of(ReadLine("ab", (0.25, 0.75), 0.9), corners, Placement(600, 800, 0, angle))
    boxes = [glyph.box for glyph in found.glyphs(10)]
    assert boxes[0] is not None and boxes[1] is not None and boxes[0][1] == boxes[1][1]


def test_the_score_of_a_page_weighs_lines_by_their_characters() -> None:
    sure = Fragment(ReadLine("abcdefgh", (0.5,) * 8, 1.0), 0, 1, 0, 1)
    unsure = Fragment(ReadLine("ab", (0.5, 0.5), 0.5), 0, 1, 0, 1)
    assert score_of([sure, unsure]) == pytest.approx(0.9)
    assert score_of([]) == 0.0
