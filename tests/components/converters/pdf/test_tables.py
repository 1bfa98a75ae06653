"""The search for tables on a page advances, whatever stands where, and takes each character once."""

from collections.abc import Iterator, Sequence
from typing import overload

from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.converters.pdf.glyphs import Glyph, Line
from components.converters.pdf.layout import Setting, with_pages_joined
from components.converters.pdf.tables import pieces

Cell = tuple[int, int]
"""Left and width, in letters of ten points."""


class Counted(Sequence[Line]):
    """Lines that are looked at so many times at most; a search that stands still looks at them for ever."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines, self._left = lines, 20 * (len(lines) + 1) ** 2

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | Sequence[Line]:
        self._left -= 1
        assert self._left > 0, "the search for tables stands still"
        return self._lines[at]


def page(rows: Sequence[tuple[int, Sequence[Cell]]]) -> list[Line]:
    """A line for each row at its height, with a letter of its own in each cell."""
    lines, number = [], 0
    for drop, cells in rows:
        glyphs = []
        for left, width in cells:
            box = (10.0 * left, 700.0 - drop, 10.0 * (left + width), 710.0 - drop)
            glyphs.append(Glyph(chr(0x10000 + number), box))
            number += 1
        line = Line.of(glyphs)
        assert line is not None
        lines.append(line)
    return lines


CELLS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=1, max_size=4)
ROWS = st.lists(st.tuples(st.integers(0, 25).map(lambda step: 6 * step), CELLS), max_size=12)
# Below a table of two rows, lines with two cells of one column each: as many cells as lines twice over.
NARROW = [(0, [(0, 30), (40, 9)]), (14, [(0, 30), (40, 9)]), *((28 + 14 * at, [(0, 3), (10, 3)]) for at in range(4))]


@settings(max_examples=400, deadline=None)
@given(ROWS)
@example(NARROW)
def test_each_character_is_taken_once_and_in_order(rows: list[tuple[int, list[Cell]]]) -> None:
    lines = page(rows)
    setting = Setting.of([lines])
    found = with_pages_joined([pieces(Counted(lines), setting)], setting)
    taken = [glyph.char for piece in found[0] for glyph in piece.glyphs if glyph.box is not None]
    assert taken == sorted(set(taken))
    in_tables = any(piece.kind == "table" for piece in found[0])
    # Names of columns stand in the rows below them, without a box.
    assert in_tables or len(taken) == sum(len(line.glyphs) for line in lines)


def test_rows_that_fill_one_column_are_no_part_of_the_table_above() -> None:
    lines = page(NARROW)
    found = pieces(Counted(lines), Setting.of([lines]))
    seen = [(piece.kind, sum(glyph.box is not None for glyph in piece.glyphs)) for piece in found]
    assert seen == [("table", 4), ("table", 8)]


def test_a_line_of_thousands_of_cells_is_no_table() -> None:
    lines = page([(14 * row, [(5 * at, 2) for at in range(5_000)]) for row in range(2)])
    assert all(piece.kind != "table" for piece in pieces(Counted(lines), Setting.of([lines])))
