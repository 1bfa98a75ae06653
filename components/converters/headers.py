"""Whether the first row of a table names its columns, by what the cells say; pure.

Most programs keep no mark of it, or set one in every table.
"""

from collections.abc import Sequence

_LONGEST_LABEL = 60

Rows = Sequence[Sequence[str]]
"""The cells of a table; a merged cell stands in every column that it covers."""


def first_of(rows: Rows) -> int:
    """The first row that is no title: not a single cell across all columns."""
    return next((at for at, row in enumerate(rows) if len(row) == 1 or len(set(row)) > 1), 0)


def may_name(cells: Sequence[str]) -> bool:
    """Whether a row can name columns: words in most cells, and no label of a form that a value follows."""
    filled = [cell for cell in cells if cell]
    is_worded = all(any(map(str.isalpha, cell)) for cell in filled)
    is_form = any(cell.endswith((":", "：")) for cell in filled)
    return 2 * len(filled) >= len(cells) and is_worded and not is_form and len(set(filled)) > 1


def count_names(rows: Rows) -> int:
    """How many of the first rows name the columns, titles among them, of a table without marks; 0 for none."""
    first = first_of(rows)
    body = rows[first + 1 :]
    if len(body) < 2 or not may_name(rows[first]) or not _are_labels(rows[first]):
        return 0
    return first + 1 if len(rows[first]) > 2 or _differ(rows[first], body) else 0


def _are_labels(cells: Sequence[str]) -> bool:
    return all(cell and len(cell) <= _LONGEST_LABEL for cell in cells) and len(set(cells)) == len(cells)


def _differ(names: Sequence[str], body: Rows) -> bool:
    """Whether a column holds a number in every row but the first."""
    for column, name in enumerate(names):
        cells = [row[column] for row in body if column < len(row) and row[column]]
        if len(cells) > 1 and not _has_digit(name) and all(map(_has_digit, cells)):
            return True
    return False


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))
