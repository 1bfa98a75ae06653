"""The rows of a table without drawn cells -> one line each, ``Column: value; Column: value``; pure.

Names of columns may stand in several lines above the values, one over several columns.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from components.converters.assembly import LONGEST_NAME
from components.converters.pdf.glyphs import Glyph, Line, cells_of, text_of
from components.converters.pdf.layout import Setting, joined

_ROW_GAP = 2.2  # of a line's height: the lines of a table's head are no further apart
_REACH = 0.6  # of a line's height: a name stands no further beside its column
_MOST_HEAD_LINES = 6
_MOST_HEAD_ROWS = 4
_LONGEST_IN_HEAD = 40  # characters
_NUMERIC = 0.8  # of the rows below its head: so many hold a number
_YEAR = re.compile(r"(?:FY\s?)?(?:19|20)\d\d(?:\s?[-–/]\s?\d{2,4})?")
_OPENS_NUMBER = re.compile(r"[-+–(<>$€£~±]?\s?\d")


@dataclass(slots=True)
class TableColumn:
    """How far the cells of a column reach."""

    left: float
    right: float


@dataclass(slots=True)
class TableRow:
    """The cells that stand side by side."""

    top: float
    bottom: float
    lines: int = 0
    """Lines of the page that it was made of; one may hold several cells, and one cell several lines."""
    cells: list[tuple[TableColumn, list[Line]]] = field(default_factory=list)


def head_above(lines: Sequence[Line], rows: Sequence[TableRow]) -> list[Line]:
    """The last of the lines above a table that name its columns, such as one name over several of them."""
    columns = _areas(rows[_name_rows(rows) :])
    low = rows[0].top
    found: list[Line] = []
    for line in reversed(lines[-_MOST_HEAD_LINES:]):
        cells = cells_of(line)
        if (
            line.table is not None
            or len(cells) < 2
            or line.bottom - low > _ROW_GAP * line.size
            or line.bottom < low - 2
        ):
            break
        if any(len(cell.glyphs) > _LONGEST_IN_HEAD or not _over(cell, columns) for cell in cells):
            break
        found.insert(0, line)
        low = line.top
    return found


def row_glyphs(rows: Sequence[TableRow], head: Sequence[Line], setting: Setting) -> Iterator[Glyph]:
    """The characters of a table; those without a box are added.

    Args:
        rows: two at least.
        head: lines above them that name columns too.
        setting: of the document.
    """
    count = _name_rows(rows)
    names = _names([cell for line in head for cell in cells_of(line)], rows, count, setting)
    columns = {id(column) for row in rows for column, _ in row.cells}
    for number, row in enumerate(rows[count:]):
        if number:
            yield Glyph("\n", None)
        for place, (column, parts) in enumerate(row.cells):
            if place:
                yield from _added(": " if len(columns) == 2 and not names else "; ")
            if name := names.get(id(column)):
                yield from _added(f"{name}: ")
            yield from joined(parts, setting)


def _names(above: Sequence[Line], rows: Sequence[TableRow], count: int, setting: Setting) -> dict[int, str]:
    """The name of each column, by the column's identity: what stands over it, from the top."""
    columns = _areas(rows[count:])
    parts: dict[int, list[str]] = {}
    for cell in above:
        for column in _over(cell, columns):
            parts.setdefault(column, []).append(cell.text)
    for own, lines in (cell for row in rows[:count] for cell in row.cells):
        over = {id(own)} if count == 1 and not above else _over_all(lines, columns) or {id(own)}
        for column in over:
            parts.setdefault(column, []).append(text_of(joined(lines, setting)))
    return {column: " ".join(own)[:LONGEST_NAME] for column, own in parts.items()}


def _areas(rows: Sequence[TableRow]) -> dict[int, tuple[float, float]]:
    """Left and right of each column's values."""
    found: dict[int, tuple[float, float]] = {}
    for column, lines in (cell for row in rows for cell in row.cells):
        left, right = found.get(id(column), (lines[0].left, lines[0].right))
        found[id(column)] = min(left, *(line.left for line in lines)), max(right, *(line.right for line in lines))
    return found


def _over(cell: Line, columns: Mapping[int, tuple[float, float]]) -> set[int]:
    """The columns over which a name stands, or beside which it nearly does."""
    reach = _REACH * cell.size
    return {
        column for column, (left, right) in columns.items() if cell.left < right + reach and left - reach < cell.right
    }


def _over_all(lines: Sequence[Line], columns: Mapping[int, tuple[float, float]]) -> set[int]:
    return set().union(*(_over(line, columns) for line in lines))


def _name_rows(rows: Sequence[TableRow]) -> int:
    """How many rows at the top hold names: those without a number, or one that is bold or lacks the first cell."""
    numeric = [any(map(is_number, (text_of(part.glyphs) for _, parts in row.cells for part in parts))) for row in rows]
    count = next((at for at, found in enumerate(numeric) if found), 0)
    if 0 < count <= _MOST_HEAD_ROWS and sum(numeric) >= _NUMERIC * (len(rows) - count):
        return count
    bold = [all(part.bold for _, parts in row.cells for part in parts) for row in rows]
    if bold[0] != bold[1]:
        return int(bold[0])
    return int(min(row.cells[0][0].left for row in rows[1:]) < rows[0].cells[0][0].left)


def is_number(text: str) -> bool:
    """Whether a cell holds a number or an amount; a year may name a column."""
    if _YEAR.fullmatch(text) is not None:
        return False
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return digits > 0 and (digits >= letters or _OPENS_NUMBER.match(text) is not None)


def _added(text: str) -> Iterator[Glyph]:
    return (Glyph(char, None) for char in text)
