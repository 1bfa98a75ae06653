"""Lines of a page -> its tables, found by columns that keep apart, and the paragraphs between them; pure.

A file draws a table cell by cell, row by row: a line below the last in the same column goes on in its cell, a
line further right in the same band is the next cell, a line further left begins a row.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from components.converters.pdf.glyphs import Glyph, Line, text_of
from components.converters.pdf.gridtext import grid_glyphs
from components.converters.pdf.layout import Piece, Setting, joined, paragraphs

_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,5}\.?")
_CELL_GAP = 1.0  # of a line's height: a wider gap parts two cells
_WRAP = 1.45  # of a line's height: lines of one cell are no further apart
_ROW_GAP = 2.2  # of a line's height: rows are no further apart
_MOST_COLUMNS = 100  # of a table on one page; each cell is compared with them all


@dataclass(slots=True)
class _TableColumn:
    left: float
    right: float


@dataclass(slots=True)
class _Row:
    top: float
    bottom: float
    lines: int = 0
    """Lines of the page that it was made of; one may hold several cells, and one cell several lines."""
    cells: list[tuple[_TableColumn, list[Line]]] = field(default_factory=list)


def pieces(lines: Sequence[Line], setting: Setting) -> list[Piece]:
    """Group a page's lines into tables, and into paragraphs, lists and headings between those."""
    found: list[Piece] = []
    between = at = 0
    while at < len(lines):
        if (table := lines[at].table) is not None:
            found += paragraphs(lines[between:at], setting)
            found.append(Piece("table", tuple(grid_glyphs(table, setting)), lines[at].size))
            at += 1
            between = at
            continue
        rows = _table_at(lines, at)
        if len(rows) < 2:
            at += 1
            continue
        found += paragraphs(lines[between:at], setting)
        found.append(Piece("table", tuple(_glyphs(rows, setting)), lines[at].size))
        at += sum(row.lines for row in rows)  # a row has one at least, so that the search advances
        between = at
    return found + paragraphs(lines[between:], setting)


class _Table:
    """Takes the lines of a table as long as they fit into its columns."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.columns: list[_TableColumn] = []
        self.rows: list[_Row] = []

    def take(self, cells: Sequence[Line]) -> bool:
        """Add a line, parted into cells; False, and nothing changed, where it does not belong."""
        places = [self._place(cell) for cell in cells]
        if any(place is None for place in places) or abs(cells[0].size - self.size) > 0.15 * self.size:
            return False
        starts = [place for place in places if place is not None]
        if len(self.columns) + sum(column not in self.columns for column in starts) > _MOST_COLUMNS:
            return False
        if self.rows and not self._continue(cells, starts):
            return False
        if not self.rows:
            self.rows.append(_Row(cells[0].top, cells[0].bottom))
        row = self.rows[-1]
        for cell, column in zip(cells, starts, strict=True):
            column.left, column.right = min(column.left, cell.left), max(column.right, cell.right)
            if column not in self.columns:
                self.columns.append(column)
            if row.cells and row.cells[-1][0] is column:
                row.cells[-1][1].append(cell)
            else:
                row.cells.append((column, [cell]))
            row.top, row.bottom = max(row.top, cell.top), min(row.bottom, cell.bottom)
        row.lines += 1
        return True

    def _place(self, cell: Line) -> _TableColumn | None:
        """The column that a cell stands in, a new one beside the others, or None where it crosses two."""
        crossed = [column for column in self.columns if cell.left < column.right and column.left < cell.right]
        if len(crossed) > 1:
            return None
        return crossed[0] if crossed else _TableColumn(cell.left, cell.right)

    def _continue(self, cells: Sequence[Line], starts: Sequence[_TableColumn]) -> bool:
        """Whether a line goes on in the last cell, or in its row, or begins the next row."""
        row, first = self.rows[-1], cells[0]
        column, above = row.cells[-1][0], row.cells[-1][1][-1]
        if starts[0] is column and len(cells) == 1:
            if 0 < above.top - first.top < _WRAP * self.size:
                return True
        elif starts[0].left > column.left and first.top > row.bottom and first.bottom < row.top:
            return True
        if first.top > row.bottom + 0.5 * self.size or row.bottom - first.top > _ROW_GAP * self.size:
            return False
        self.rows.append(_Row(first.top, first.bottom))
        return True


def _table_at(lines: Sequence[Line], at: int) -> list[_Row]:
    """The rows of the table that begins at a line; fewer than two rows are no table."""
    table = _Table(lines[at].size)
    for number in range(at, len(lines)):
        cells = _cells(lines[number])
        if lines[number].table is not None or (number == at and len(cells) < 2):
            break
        if lines[number].is_item or _is_numbered_heading(cells) or not table.take(cells):
            break
    # A row of one cell at the end is the paragraph that follows.
    while table.rows and len(table.rows[-1].cells) < 2:
        table.rows.pop()
    return table.rows


def _is_numbered_heading(cells: Sequence[Line]) -> bool:
    """Whether a line is a heading's number and its words, such as "2.1" and "Scope", rather than a row."""
    return len(cells) == 2 and _SECTION.fullmatch(cells[0].text) is not None and cells[1].text[0].isalpha()


def _cells(line: Line) -> list[Line]:
    """A line parted at its wide gaps."""
    runs: list[list[Glyph]] = [[]]
    edge: float | None = None
    for glyph in line.glyphs:
        if glyph.box is not None and not glyph.char.isspace():
            if edge is not None and glyph.box[0] - edge > _CELL_GAP * line.size:
                runs.append([])
            edge = glyph.box[2]
        runs[-1].append(glyph)
    return [cell for run in runs if (cell := Line.of(run)) is not None]


def _glyphs(rows: Sequence[_Row], setting: Setting) -> Iterable[Glyph]:
    """One line a row: ``Column: value; Column: value`` below a row of names."""
    has_header = _has_header(rows)
    names = {id(column): text_of(joined(parts, setting)) for column, parts in rows[0].cells} if has_header else {}
    columns = {id(column) for row in rows for column, _ in row.cells}
    for number, row in enumerate(rows[1:] if has_header else rows):
        if number:
            yield Glyph("\n", None)
        for place, (column, parts) in enumerate(row.cells):
            if place:
                yield from _added(": " if len(columns) == 2 and not has_header else "; ")
            if name := names.get(id(column)):
                yield from _added(f"{name}: ")
            yield from joined(parts, setting)


def _has_header(rows: Sequence[_Row]) -> bool:
    """A first row in bold, or without its first cell, or without digits above rows that all have some."""
    bold = [all(part.bold for _, parts in row.cells for part in parts) for row in rows]
    if bold[0] != bold[1]:
        return bold[0]
    if min(row.cells[0][0].left for row in rows[1:]) < rows[0].cells[0][0].left:
        return True
    digits = [any(char.isdigit() for _, parts in row.cells for part in parts for char in part.text) for row in rows]
    return not digits[0] and all(digits[1:])


def _added(text: str) -> Iterable[Glyph]:
    return (Glyph(char, None) for char in text)
