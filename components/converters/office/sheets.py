"""A sheet of a workbook -> its tables, each row with the names of its columns, below the titles above them.

A sheet holds several tables, parted by blank rows and columns; names of columns stand in one row or in several. Goes
in: the texts of cells by row and column, and the merged areas. Knows no file format.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from components.converters.assembly import TextBuilder, are_names, column_names
from components.converters.rows import add_cells

CellRows = dict[int, dict[int, str]]
"""Row number -> column number -> text; cells and rows without text are left out."""

_NUMBER = re.compile(r"[^\w(]{0,3}[\d(][\d.,'\s()-]{0,30}[^\w\s]{0,2}\s?(?P<unit>[^\W\d]{0,3})[^\w]{0,2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?: [\d:]{4,8})?|\d{1,3}:\d\d(?::\d\d)?")
_RANGE = re.compile(r"\d{1,9}\s?[-–]\s?\d{1,9}|\d{4}-\d\d-\d\d")
_ORDINALS = ("st", "nd", "rd", "th")
_YEARS = range(1900, 2101)
_MOST_HEADER_ROWS = 5
_MOST_TITLES = 3
_MOST_FILLED = 1_000_000
"""Cells of one sheet that merged areas fill."""

_LONGEST_REPEATED = 200
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class MergedArea:
    """Cells that are one; rows and columns are inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(slots=True)
class _Table:
    """A region of a sheet: its rows, and what names its columns."""

    numbers: Sequence[int]
    columns: Sequence[int]
    names: Mapping[int, str] = field(default_factory=dict)
    titles: int = 0
    headers: int = 0

    @property
    def body(self) -> Sequence[int]:
        """The rows below titles and names."""
        return self.numbers[self.titles + self.headers :]


def add_sheet(builder: TextBuilder, name: str, rows: CellRows, areas: Iterable[MergedArea]) -> None:
    """Append a sheet below its name; nothing where it is empty."""
    if rows:
        builder.add_heading(name, 1)
        _Sheet(builder, name, rows, areas).add()


class _Sheet:
    def __init__(self, builder: TextBuilder, name: str, rows: CellRows, areas: Iterable[MergedArea]) -> None:
        self._builder = builder
        self._name = name
        self._rows = rows
        self._single = {number for number, row in rows.items() if len(row) == 1}
        self._wide: set[int] = set()  # rows in which a cell covers several columns
        self._filled: set[tuple[int, int]] = set()
        self._fill(areas)

    def add(self) -> None:
        last: _Table | None = None
        titles: list[int] = []
        for table in self._tables():
            if not self._finds_names(table, last) and self._holds_titles(table):
                titles += table.numbers
                continue
            if last is not None and not table.headers and not table.titles and self._goes_on(last, table):
                table.names, table.columns = last.names, sorted({*last.columns, *table.columns})
            else:
                self._builder.leave_headings(2)
            self._add_titles(titles, has_table=bool(table.headers))
            titles = []
            self._add_table(table)
            last = table if table.names else last
        self._builder.leave_headings(2)
        self._add_titles(titles, has_table=False)

    def _fill(self, areas: Iterable[MergedArea]) -> None:
        """Name a merged cell in every row and column that it covers, as far as rows hold anything else."""
        numbers = sorted(self._rows)
        used = sorted({column for row in self._rows.values() for column in row})
        left = _MOST_FILLED
        for area in areas:
            covered = numbers[bisect_left(numbers, area.first_row) : bisect_right(numbers, area.last_row)]
            is_first = bool(covered) and covered[0] == area.first_row
            text = self._rows[covered[0]].get(area.first_column) if is_first else None
            across = used[bisect_left(used, area.first_column) : bisect_right(used, area.last_column)]
            width = area.last_column - area.first_column + 1
            left -= len(covered) * len(across)
            if text is None or len(text) > _LONGEST_REPEATED or left < 0:
                continue
            if width > 1:
                self._wide.add(area.first_row)
            if area.first_row in self._single and width > 1:
                continue
            self._fill_area(text, covered, across)

    def _fill_area(self, text: str, covered: Sequence[int], across: Sequence[int]) -> None:
        for number in covered:
            for column in across:
                if column not in self._rows[number]:
                    self._rows[number][column] = text
                    self._filled.add((number, column))

    def _tables(self) -> Iterator[_Table]:
        """The regions from top to bottom, those beside each other from left to right."""
        numbers = sorted(self._rows)
        start = 0
        for end in range(1, len(numbers) + 1):
            if end == len(numbers) or numbers[end] > numbers[end - 1] + 1:
                yield from self._beside(numbers[start:end])
                start = end

    def _beside(self, numbers: Sequence[int]) -> Iterator[_Table]:
        """Tables side by side, if a blank column parts such as have each a title or names of their own."""
        columns = sorted({column for number in numbers for column in self._rows[number]})
        cuts = [at for at in range(1, len(columns)) if columns[at] > columns[at - 1] + 1]
        edges = [0, *cuts, len(columns)]
        parts = [self._part(numbers, columns[a:b]) for a, b in pairwise(edges)] if cuts and len(numbers) > 1 else []
        alone = [self._stands_alone(part, numbers[0]) for part in parts]
        if not all(alone[1:]) or not parts:
            yield _Table(numbers, columns)
            return
        labels = [] if alone[0] else parts[0].columns  # which hold for all tables on their right
        yield from (self._part(numbers, [*labels, *part.columns]) for part in parts[not alone[0] :])

    def _part(self, numbers: Sequence[int], columns: Sequence[int]) -> _Table:
        wanted = set(columns)
        return _Table([number for number in numbers if wanted & self._rows[number].keys()], columns)

    def _stands_alone(self, part: _Table, first: int) -> bool:
        """Whether a part begins with its own title or names in the first row of all."""
        if len(part.numbers) < 2 or len(part.columns) < 2 or part.numbers[0] != first:
            return False
        is_titled = len(set(self._cells(part, part.numbers[0]).values())) == 1
        return is_titled or self._count_names(part, 0) > 0

    def _cells(self, table: _Table, number: int) -> dict[int, str]:
        """The cells of a row in the columns of its table, in order."""
        row = self._rows[number]
        return {column: row[column] for column in table.columns if column in row}

    def _finds_names(self, table: _Table, last: _Table | None) -> bool:
        """Find the titles of a table and the rows that name its columns."""
        wide = len(table.columns) > 1
        titles = 0
        while wide and titles < len(table.numbers) - 1 and self._is_title(table, table.numbers[titles]):
            titles += 1
        count = self._count_names(table, titles)
        if not count and wide:
            below, count = self._look_below(table)
            titles = below if count else titles
        if (
            count
            and last is not None
            and not titles
            and not self._holds_numbers(table, count)
            and self._goes_on(last, table)
        ):
            count = 0  # rows of words alone that continue the table above
        if count:
            table.titles, table.headers = titles, count
            table.names = self._named(table)
        elif len(set(map(len, map(self._rows.__getitem__, table.numbers)))) > 1:
            table.titles = titles
        return count > 0

    def _look_below(self, table: _Table) -> tuple[int, int]:
        """Rows of few cells, such as "Valid from", may stand between a title and the names of columns."""
        for titles, number in enumerate(table.numbers[:_MOST_HEADER_ROWS]):
            if 2 * len(self._cells(table, number)) < len(table.columns):
                continue
            return titles, self._count_names(table, titles)
        return 0, 0

    def _holds_titles(self, table: _Table) -> bool:
        """Whether a region is a few single cells, which may be the titles of what follows."""
        return len(table.numbers) <= _MOST_TITLES and all(number in self._single for number in table.numbers)

    def _is_title(self, table: _Table, number: int) -> bool:
        cells = self._cells(table, number)
        return len(set(cells.values())) == 1 and (len(cells) == 1 or number in self._wide)

    def _goes_on(self, last: _Table | None, table: _Table) -> bool:
        """Whether a region stands below a table that has names, so that they may hold for it too."""
        if last is None or not last.names:
            return False
        return table.columns[0] >= last.columns[0] and table.columns[0] <= last.columns[-1]

    def _holds_numbers(self, table: _Table, start: int) -> bool:
        return any(_is_value(text) for number in table.numbers[start:] for text in self._cells(table, number).values())

    def _count_names(self, table: _Table, start: int) -> int:
        """How many rows from one on name the columns; 0 for none."""
        run: list[dict[int, str]] = []
        for number in table.numbers[start : start + _MOST_HEADER_ROWS]:
            cells = self._cells(table, number)
            if not cells or any(map(_is_value, cells.values())) or (run and self._is_title(table, number)):
                break
            run.append(cells)
        has_numbers = self._holds_numbers(table, start + len(run))
        count = 1
        while count < len(run) and self._is_upper(table, start + count - 1, has_numbers=has_numbers):
            count += 1
        if not run or start + count >= len(table.numbers):
            return 0
        names = column_names([[cells.get(column, "") for column in table.columns] for cells in run[:count]])
        return count if self._are_header(table, [name for name in names if name], start + count) else 0

    def _are_header(self, table: _Table, names: Sequence[str], below: int) -> bool:
        if (
            not names
            or 2 * len(names) < len(table.columns)
            or 2 * len(set(names)) <= len(names)
            or not are_names(names)
        ):
            return False
        if self._holds_numbers(table, below):
            return True
        is_worded = all(any(map(str.isalpha, name)) for name in names)
        return is_worded and len(table.columns) > 1 and len(set(names)) == len(names)

    def _is_upper(self, table: _Table, at: int, *, has_numbers: bool) -> bool:
        """Whether a row names groups of the columns that the next row names."""
        number = table.numbers[at]
        upper, lower = self._cells(table, number), self._cells(table, table.numbers[at + 1])
        spans = any((number, column) in self._filled for column in upper) and number in self._wide
        if spans:
            return len(lower) > 1
        gaps = [column for column in lower if column not in upper and column > min(upper)]
        is_partial = table.columns[0] not in upper and 2 <= len(upper) < len(lower)
        return has_numbers and is_partial and bool(gaps)

    def _named(self, table: _Table) -> dict[int, str]:
        rows = table.numbers[table.titles : table.titles + table.headers]
        lines = [self._spread(table, number) for number in rows[:-1]] + [self._cells(table, rows[-1])]
        names = column_names([[cells.get(column, "") for column in table.columns] for cells in lines])
        return dict(zip(table.columns, names, strict=True))

    def _spread(self, table: _Table, number: int) -> dict[int, str]:
        """A row of groups: without merged cells, each name holds until the next one."""
        cells = self._cells(table, number)
        if number in self._wide:
            return cells
        name = ""
        for column in table.columns:
            name = cells.get(column, name)
            cells[column] = name
        return cells

    def _add_titles(self, titles: Iterable[int], *, has_table: bool) -> None:
        for at, number in enumerate(titles):
            text = next(iter(self._rows[number].values()))
            if has_table and at == 0 and len(text) <= _LONGEST_TITLE:
                self._builder.add_heading(text, 2)
            else:
                self._builder.add(text, row=number)

    def _add_table(self, table: _Table) -> None:
        for at, number in enumerate(table.numbers[: table.titles]):
            texts = self._bare(table, number)
            if len(texts) == 1 and at == 0 and len(texts[0]) <= _LONGEST_TITLE:
                self._builder.add_heading(texts[0], 2)
            else:
                self._add_bare(texts, number)
        groups = self._groups(table)
        above: dict[int, str] = {}
        labels = self._labels(table)
        names = list(table.names.values())
        for number in table.body:
            cells = self._cells(table, number)
            if number in groups:
                self._builder.add_heading(next(iter(cells.values())), 3)
            elif not table.names or (len(cells) == 1 and number in self._single and number in self._wide):
                self._add_bare(self._bare(table, number), number)
            elif [cells.get(column, "") for column in table.names] != names:  # which may be repeated
                above |= {column: cells[column] for column in labels if column in cells}
                self._add_row(table, above | cells, number)

    def _bare(self, table: _Table, number: int) -> list[str]:
        """The texts of a row, that of a merged cell once."""
        row = self._rows[number]
        return [row[each] for each in table.columns if each in row and (number, each) not in self._filled]

    def _add_bare(self, texts: Sequence[str], number: int) -> None:
        if len(texts) == 2 and not _is_value(texts[0]):
            self._builder.add(f"{texts[0].removesuffix(':')}: {texts[1]}", "table", row=number)
        elif len(texts) == 1:
            self._builder.add(texts[0], row=number)
        else:
            add_cells(self._builder, None, texts, number, origin=self._origin(number))

    def _add_row(self, table: _Table, cells: Mapping[int, str], number: int) -> None:
        last = max(cells)
        columns = [column for column in table.columns if column <= last]
        header = [table.names.get(column, "") for column in columns]
        texts = [cells.get(column, "") for column in columns]
        add_cells(self._builder, header, texts, number, origin=self._origin(number))

    def _origin(self, number: int) -> str:
        return f'row {number} of sheet "{self._name}"'

    def _groups(self, table: _Table) -> set[int]:
        """Rows of one cell that name those below them."""
        body = table.body
        if not table.names or len(table.columns) < 2 or not self._holds_numbers(table, table.titles + table.headers):
            return set()
        return {
            number
            for number, following in pairwise(body)
            if number in self._single
            and (number in self._wide or table.columns[0] in self._rows[number])
            and len(self._cells(table, following)) > 1
            and not any(map(_is_value, self._rows[number].values()))
            and len(next(iter(self._rows[number].values()))) <= _LONGEST_TITLE
        }

    def _labels(self, table: _Table) -> list[int]:
        """Columns on the left whose names hold for the rows below them, as in a pivot table."""
        body = [self._cells(table, number) for number in table.body if number not in self._single]
        found: list[int] = []
        for column, following in pairwise(table.columns):
            filled = [cells for cells in body if column in cells]
            if not body or column not in body[0] or any(_is_value(cells[column]) for cells in filled):
                break
            if 2 * len(filled) > len(body) or not all(following in cells for cells in body):
                break
            found.append(column)
        return found


def _is_value(text: str) -> bool:
    """Whether a cell holds a number, an amount, a day or a time, so that it names no column; a year may."""
    if _DAY.fullmatch(text) is not None:
        return not _RANGE.fullmatch(text)
    found = _NUMBER.fullmatch(text) if len(text) < 60 else None
    if found is None or not any(map(str.isdigit, text)):
        return False
    if text.isdecimal() and len(text) == 4 and int(text) in _YEARS:
        return False
    return found["unit"].lower() not in _ORDINALS and _RANGE.fullmatch(text) is None
