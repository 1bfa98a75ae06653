"""A table with drawn cells -> one line a row, ``Column: value; Column: value``; pure.

Names of columns may stand in several rows, and a cell may cover several rows or columns: its value stands in each row.
"""

from collections.abc import Iterator, Mapping, Sequence

from components.converters.assembly import LONGEST_NAME
from components.converters.pdf.glyphs import Glyph, GridCell, GridTable, text_of
from components.converters.pdf.layout import Setting, joined

_MOST_HEADER_ROWS = 4
_LONGEST_HEADER = 80  # characters of a column's name


def grid_glyphs(table: GridTable, setting: Setting) -> Iterator[Glyph]:
    """The characters of a table; those without a box are added."""
    rows = _rows(table)
    begin = _title_rows(table, rows)
    end = begin + _header_rows(rows[begin:], len(table.columns) - 1)
    names = _names(rows[begin:end], len(table.columns) - 1, setting)
    pairs = not names and len(table.columns) == 3
    is_first = True
    for number in (*range(begin), *range(end, len(rows))):
        if not rows[number]:
            continue
        if not is_first:
            yield Glyph("\n", None)
        is_first = False
        for place, cell in enumerate(rows[number]):
            if place:
                yield from _added(": " if pairs else "; ")
            yield from _named(cell, number, names, setting)


def _rows(table: GridTable) -> list[list[GridCell]]:
    """Of each row the cells that cover it, from the left; a long cell stands in its first row only."""
    rows: list[list[GridCell]] = [[] for _ in range(table.rows)]
    for cell in table.cells:
        is_long = sum(len(line.glyphs) for line in cell.lines) > LONGEST_NAME
        for row in rows[cell.row : cell.row + 1 if is_long else cell.row_end]:
            row.append(cell)
    for row in rows:
        row.sort(key=lambda cell: cell.column)
    begun = [any(cell.row == number for cell in row) for number, row in enumerate(rows)]
    return [row if starts else [] for row, starts in zip(rows, begun, strict=True)]


def _title_rows(table: GridTable, rows: Sequence[Sequence[GridCell]]) -> int:
    """How many rows at the top are one cell over the whole width."""
    at = 0
    while at < len(rows) - 1 and len(rows[at]) == 1 and rows[at][0].column_end - rows[at][0].column > 1:
        at += 1
    return at


def _header_rows(rows: Sequence[Sequence[GridCell]], columns: int) -> int:
    """How many rows hold the names of columns; none where the first looks like those below it."""
    filled = [row for row in rows if row]
    if len(filled) < 2 or len(filled[0]) < 2 or not _is_header(filled, columns):
        return 0
    count = 1
    while count < min(_MOST_HEADER_ROWS, len(rows) - 1) and _goes_on(rows[:count], rows[count]):
        count += 1
    return count


def _is_header(rows: Sequence[Sequence[GridCell]], columns: int) -> bool:
    first = rows[0]
    if max(len(_text(cell)) for cell in first) > _LONGEST_HEADER:
        return False
    bold = [all(line.bold for cell in row for line in cell.lines) for row in rows]
    if bold[0] and sum(bold) < 0.5 * len(rows) + 1:
        return True
    if any(map(_has_digits, first)):
        return False
    below = [row for row in rows[1:] if len(row) > 1]
    if columns == 2:
        return len(below) > 1 and all(_has_digits(row[-1]) for row in below)
    return len(first) >= min(columns, max(map(len, rows)) - 1)


def _goes_on(above: Sequence[Sequence[GridCell]], row: Sequence[GridCell]) -> bool:
    """Whether a row below names is one of names too: it divides one of them, or a name reaches down into it."""
    own = [cell for cell in row if cell.row == max(each.row for each in row)]
    if any(map(_has_digits, own)):
        return False
    reaches = own[0].row < max((cell.row_end for cell in above[0]), default=0) if own else False
    divides = any(
        name.column <= cell.column and cell.column_end <= name.column_end and name.column_end - name.column > 1
        for name in above[-1]
        for cell in own
    )
    return reaches or divides


def _names(rows: Sequence[Sequence[GridCell]], columns: int, setting: Setting) -> dict[int, str]:
    """The name of each column, outer ones first."""
    parts: dict[int, list[str]] = {}
    for cell in (cell for row in rows for cell in row):
        text = text_of(joined(cell.lines, setting))
        for column in range(cell.column, min(cell.column_end, columns)):
            own = parts.setdefault(column, [])
            if text not in own:
                own.append(text)
    return {column: " ".join(own)[:LONGEST_NAME] for column, own in parts.items()}


def _named(cell: GridCell, row: int, names: Mapping[int, str], setting: Setting) -> Iterator[Glyph]:
    """A cell with its column's name; its characters keep their boxes in its first row."""
    over = {names.get(column, "") for column in range(cell.column, cell.column_end)}
    if len(over) == 1 and (name := over.pop()):
        yield from _added(f"{name}: ")
    glyphs = joined(cell.lines, setting)
    yield from glyphs if row == cell.row else _added(text_of(glyphs))


def _text(cell: GridCell) -> str:
    return " ".join(line.text for line in cell.lines)


def _has_digits(cell: GridCell) -> bool:
    return any(char.isdigit() for line in cell.lines for char in line.text)


def _added(text: str) -> Iterator[Glyph]:
    return (Glyph(char, None) for char in text)
