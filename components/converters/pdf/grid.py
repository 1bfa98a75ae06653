"""Drawn lines and characters -> the tables whose cells the lines part, with cells that cover several; pure.

Goes in: boxes of level and upright lines, and the page's characters. Comes out: the page's lines, one of which
stands for each table. Knows no PDF.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from components.converters.pdf.boxes import Box
from components.converters.pdf.glyphs import Glyph, GridCell, GridTable, Line, split_lines

_NEAR = 3.0  # points: lines no further apart are one, and meet
_MOST_LINES = 1_200  # of a page, level and upright together
_MOST_TABLES = 40  # of a page: each character is looked up in all
_MOST_CELLS = 20_000  # of one table's finest grid
_LONGEST_CELL = 900  # characters: a frame that holds more sets text and no table
_MOST_CUT = 0.01  # of a table's characters: what cuts more words is no table's grid
_FULL = 0.8  # of a cell's side: a line along so much of it parts two cells


_Area = tuple[int, int, int, int]
"""Row, column, and their ends, which are exclusive."""


@dataclass(frozen=True, slots=True)
class _Grid:
    xs: tuple[float, ...]
    """From the left."""
    ys: tuple[float, ...]
    """From the top."""
    area: tuple[_Area, ...]
    """Of each place of the finest grid, row by row, the rows and columns of the cell that covers it."""

    def place(self, box: Box) -> int | None:
        """The place in which the middle of a box stands."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if not (self.xs[0] < x < self.xs[-1] and self.ys[-1] < y < self.ys[0]):
            return None
        column = bisect_right(self.xs, x) - 1
        row = bisect_right([-edge for edge in self.ys], -y) - 1
        return row * (len(self.xs) - 1) + column


def lines_with_tables(glyphs: Sequence[Glyph], rules: Sequence[Box]) -> list[Line]:
    """The lines of a page; each table that drawn lines part into cells is one of them, where its first cell stands."""
    tables: dict[int, Line] = {}
    rest: list[Glyph | None] = list(glyphs)
    for grid in _grids(rules):
        inside = _inside(rest, grid)
        if (line := _table_line(glyphs, inside, grid)) is not None:
            tables[min(inside)] = line
            for at in inside:
                rest[at] = None
    lines, begin = [], 0
    for at in sorted(tables):
        lines += [*split_lines(_left_over(rest[begin:at])), tables[at]]
        begin = at
    return lines + split_lines(_left_over(rest[begin:]))


def _left_over(glyphs: Iterable[Glyph | None]) -> Iterator[Glyph]:
    """The characters that stand in no table, with a line break for those that do."""
    return (Glyph("\n", None) if glyph is None else glyph for glyph in glyphs)


def _inside(glyphs: Sequence[Glyph | None], grid: _Grid) -> dict[int, int]:
    """Of each character in the grid its place; what was added to join others follows the one before."""
    found: dict[int, int] = {}
    last: int | None = None
    for at, glyph in enumerate(glyphs):
        if glyph is None:
            last = None
        elif glyph.box is not None:
            last = grid.place(glyph.box)
        if last is not None:
            found[at] = last
    return found


def _table_line(glyphs: Sequence[Glyph], inside: dict[int, int], grid: _Grid) -> Line | None:
    """The line that stands for the table of a grid; None where it frames something else."""
    runs: dict[_Area, list[Glyph]] = {}
    for at, place in inside.items():
        runs.setdefault(grid.area[place], []).append(glyphs[at])
    cells = [
        GridCell(*area, tuple(lines))
        for area, run in sorted(runs.items())
        if (lines := sorted(split_lines(run), key=lambda line: -line.bottom))
    ]
    if _cuts(glyphs, inside, grid) > 1 + _MOST_CUT * len(inside):
        return None
    rows, columns = {cell.row for cell in cells}, {cell.column for cell in cells}
    longest = max((sum(len(line.glyphs) for line in cell.lines) for cell in cells), default=0)
    if len(rows) < 2 or len(columns) < 2 or longest > _LONGEST_CELL:
        return None
    line = Line.of([glyph for cell in cells for part in cell.lines for glyph in part.glyphs])
    return None if line is None else replace(line, table=GridTable(grid.xs, len(grid.ys) - 1, tuple(cells)))


def _cuts(glyphs: Sequence[Glyph], inside: dict[int, int], grid: _Grid) -> int:
    """How many words the grid cuts: two letters side by side stand in different cells, or one of them in none."""
    cuts = 0
    for at in inside:
        for near in (at - 1, at + 1):
            if 0 <= near < len(glyphs) and _in_one_word(glyphs[at], glyphs[near]):
                place = inside.get(near)
                cuts += place is None or grid.area[place] != grid.area[inside[at]]
    return cuts


def _in_one_word(one: Glyph, other: Glyph) -> bool:
    if one.box is None or other.box is None or not (one.char.isalnum() and other.char.isalnum()):
        return False
    left, right = (one.box, other.box) if one.box[0] <= other.box[0] else (other.box, one.box)
    return abs(left[1] - right[1]) < 1 and abs(right[0] - left[2]) < 0.15 * (left[3] - left[1])


def _grids(rules: Sequence[Box]) -> list[_Grid]:
    level = _merged([(box[1] + box[3], box[0], box[2]) for box in rules if box[2] - box[0] > box[3] - box[1]])
    upright = _merged([(box[0] + box[2], box[1], box[3]) for box in rules if box[2] - box[0] <= box[3] - box[1]])
    if len(level) < 2 or len(upright) < 2 or len(level) + len(upright) > _MOST_LINES:
        return []
    across, up = np.array(level), np.array(upright)
    meet = (
        (across[:, None, 1] - _NEAR <= up[None, :, 0])
        & (up[None, :, 0] <= across[:, None, 2] + _NEAR)
        & (up[None, :, 1] - _NEAR <= across[:, None, 0])
        & (across[:, None, 0] <= up[None, :, 2] + _NEAR)
    )
    grids = [_grid(across[rows], up[columns]) for rows, columns in _components(meet)]
    return [grid for grid in grids if grid is not None][:_MOST_TABLES]


def _merged(lines: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Lines (twice their height, beginning, end) as (height, beginning, end), each drawn in one piece."""
    found: list[tuple[float, float, float]] = []
    heights: list[float] = []
    for double, _, _ in sorted(lines):
        if not heights or double / 2 - heights[-1] > _NEAR:
            heights.append(double / 2)
    for height, begin, end in sorted((heights[bisect_right(heights, d / 2) - 1], b, e) for d, b, e in lines):
        if found and found[-1][0] == height and begin <= found[-1][2] + _NEAR:
            found[-1] = (height, found[-1][1], max(end, found[-1][2]))
        else:
            found.append((height, begin, end))
    return found


def _components(meet: npt.NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Level and upright lines that hang together."""
    left = set(range(len(meet)))
    found = []
    while left:
        rows, columns, fresh = set[int](), set[int](), {left.pop()}
        while fresh:
            rows |= fresh
            columns |= set(np.flatnonzero(meet[sorted(fresh)].any(axis=0)).tolist())
            fresh = set(np.flatnonzero(meet[:, sorted(columns)].any(axis=1)).tolist()) - rows if columns else set()
        left -= rows
        if len(rows) > 1 and len(columns) > 1:
            found.append((sorted(rows), sorted(columns)))
    return found


def _grid(level: npt.NDArray[np.float64], upright: npt.NDArray[np.float64]) -> _Grid | None:
    ys, xs = sorted(set(level[:, 0].tolist()), reverse=True), sorted(set(upright[:, 0].tolist()))
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 2 or columns < 2 or rows * columns > _MOST_CELLS:
        return None
    under = _covered(level, ys, list(pairwise(xs)))
    beside = _covered(upright, xs, [(b, a) for a, b in pairwise(ys)])
    return _Grid(tuple(xs), tuple(ys), _areas(rows, columns, under, beside))


def _areas(
    rows: int, columns: int, under: Sequence[Sequence[bool]], beside: Sequence[Sequence[bool]]
) -> tuple[_Area, ...]:
    """Of each place the cell that covers it: from its first place right, then down, as far as no line parts it."""
    areas: list[_Area | None] = [None] * (rows * columns)
    for row in range(rows):
        for column in range(columns):
            if areas[row * columns + column] is not None:
                continue
            end = column + 1
            while end < columns and not beside[end][row] and areas[row * columns + end] is None:
                end += 1
            low = row + 1
            while low < rows and not any(under[low][at] for at in range(column, end)):
                low += 1
            for place in (r * columns + c for r in range(row, low) for c in range(column, end)):
                areas[place] = (row, column, low, end)
    return tuple(area for area in areas if area is not None)


def _covered(
    lines: npt.NDArray[np.float64], heights: Sequence[float], sides: Sequence[tuple[float, float]]
) -> list[list[bool]]:
    """For each height and each side of the cells along it, whether a line runs there."""
    found = []
    for height in heights:
        own = lines[lines[:, 0] == height]
        found.append(
            [
                bool((np.minimum(own[:, 2], end) - np.maximum(own[:, 1], begin) > _FULL * (end - begin)).any())
                for begin, end in sides
            ]
        )
    return found
