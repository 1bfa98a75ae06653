"""A table of an RTF document -> its lines; its rows say only where the right edges of their cells are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from components.converters.assembly import grid_text, spread
from components.converters.headers import count_names

_SAME_EDGE = 60  # twips between edges that the eye takes for one
MOST_COLUMNS = 200
"""Edges of one row that are kept."""


@dataclass(slots=True)
class RtfRow:
    """The texts of a row's cells, their right edges, and with which neighbour each is one."""

    cells: list[str] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    is_header: bool = False


def rtf_table(rows: Sequence[RtfRow]) -> str:
    """All rows of a table, each cell with the name of its column."""
    edges = _columns(rows)
    grid: list[list[str]] = []
    for row in rows:
        grid.append(_cells(row, edges, grid[-1] if grid else []))
    marked = next((number for number, row in enumerate(rows) if not row.is_header), 0)
    return grid_text(grid, headers=marked or count_names(grid))


def _columns(rows: Sequence[RtfRow]) -> list[int]:
    """The right edges of the columns that all rows together draw."""
    edges: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.edges}):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    return edges[:MOST_COLUMNS]


def _cells(row: RtfRow, columns: list[int], above: list[str]) -> list[str]:
    """The texts of a row, that of a merged cell in every column and row that it covers."""
    texts: list[str] = []
    for number, cell in enumerate(row.cells):
        mark = row.marks[number] if number < len(row.marks) else ""
        edge = row.edges[number] if number < len(row.edges) else None
        width = 1 if edge is None else sum(column <= edge + _SAME_EDGE for column in columns[len(texts) :])
        if mark == "left" and texts:
            cell = spread(texts[-1], 2)[1]
        elif mark == "above" and len(texts) < len(above):
            cell = spread(above[len(texts)], 2)[1]
        texts += spread(" ".join(cell.split()), max(1, width))
    return texts
