"""Lines of a page -> its tables, found by columns that keep apart, and the paragraphs between them; pure.

A file draws a table cell by cell, row by row: a line below the last in the same column goes on in its cell, a
line further right in the same band is the next cell, a line further left begins a row.
"""

import re
from collections.abc import Sequence

from components.converters.pdf.glyphs import Line, cells_of
from components.converters.pdf.gridtext import grid_glyphs
from components.converters.pdf.layout import Piece, Setting, paragraphs
from components.converters.pdf.rows import TableColumn, TableRow, head_above, row_glyphs

_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,5}\.?")
_WRAP = 1.45  # of a line's height: lines of one cell are no further apart
_ROW_GAP = 2.2  # of a line's height: rows are no further apart
_MOST_COLUMNS = 100  # of a table on one page; each cell is compared with them all


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
        head = head_above(lines[between:at], rows)
        found += paragraphs(lines[between : at - len(head)], setting)
        found.append(Piece("table", tuple(row_glyphs(rows, head, setting)), lines[at].size))
        at += sum(row.lines for row in rows)  # a row has one at least, so that the search advances
        between = at
    return found + paragraphs(lines[between:], setting)


class _Table:
    """Takes the lines of a table as long as they fit into its columns."""

    def __init__(self, size: float) -> None:
        self.size = size
        self.columns: list[TableColumn] = []
        self.rows: list[TableRow] = []

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
            self.rows.append(TableRow(cells[0].top, cells[0].bottom))
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

    def _place(self, cell: Line) -> TableColumn | None:
        """The column that a cell stands in, a new one beside the others, or None where it crosses two."""
        crossed = [column for column in self.columns if cell.left < column.right and column.left < cell.right]
        if len(crossed) > 1:
            return None
        return crossed[0] if crossed else TableColumn(cell.left, cell.right)

    def _continue(self, cells: Sequence[Line], starts: Sequence[TableColumn]) -> bool:
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
        self.rows.append(TableRow(first.top, first.bottom))
        return True


def _table_at(lines: Sequence[Line], at: int) -> list[TableRow]:
    """The rows of the table that begins at a line; fewer than two rows are no table."""
    table = _Table(lines[at].size)
    for number in range(at, len(lines)):
        cells = cells_of(lines[number])
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
