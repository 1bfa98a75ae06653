"""XLSX -> one block a row below the name of its sheet, ``Column: value; Column: value``, or a question with its answer.

Values are read, not formulas, and each as its sheet shows it.
"""

import io
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.worksheet._reader import WorkSheetParser

from components.converters.archives import check_zip
from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.number_formats import shown
from components.converters.office.properties import office_fields
from components.converters.rows import add_cells, has_header
from components.errors import LoadingError

_ESCAPE = re.compile(r"_x000([9AD])_")  # how a cell's text writes a tab and the ends of lines
# Of merged cells, as many are filled in one sheet, and only with texts that may be the name of what they cover.
_MAX_FILLED = 1_000_000
_MAX_REPEATED = 200

_Rows = dict[int, dict[int, str]]
"""Row number -> column number -> text; cells and rows without text are left out."""


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a workbook.

    Hidden sheets are passed over: whoever opens the file does not see them, and they hold lists and drafts that the
    others are made from. Hidden rows and columns are read, since a filter or a folded outline hides them too.
    """
    check_zip(data, path, limits.unpacked)
    started = datetime.now(UTC).replace(tzinfo=None)
    builder = TextBuilder(limits)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")  # what it cannot keep, such as a cell's list of choices
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                _add_sheet(builder, sheet, path, limits.most_characters)
        book.close()
    properties = book.properties
    for name in ("created", "modified"):
        found = getattr(properties, name)
        if found is not None and found.replace(tzinfo=None) >= started:  # openpyxl sets what is missing to now
            setattr(properties, name, None)
    return builder.build("xlsx", properties.title, office_fields(properties, properties.creator))


def _add_sheet(builder: TextBuilder, sheet: Any, path: Path, max_length: int) -> None:
    rows, areas = _read(sheet, path, max_length)
    numbers = sorted(rows)
    if not numbers:
        return
    builder.add_heading(sheet.title, 1)
    columns = sorted({column for row in rows.values() for column in row})
    above, header = _find_header(rows, numbers, columns)
    below = numbers[above + (header is not None) :]
    titles = _fill(rows, below, areas)
    for number in numbers[:above]:
        _add_row(builder, None, rows[number], number, columns, sheet.title, is_text=len(rows[number]) == 1)
    for number in below:
        _add_row(builder, header, rows[number], number, columns, sheet.title, is_text=number in titles)


def _add_row(
    builder: TextBuilder,
    header: Sequence[str] | None,
    row: dict[int, str],
    number: int,
    columns: Sequence[int],
    sheet: str,
    *,
    is_text: bool,
) -> None:
    if is_text:
        builder.add(next(iter(row.values())), row=number)
    else:
        add_cells(builder, header, _cells(row, columns), number, origin=f'row {number} of sheet "{sheet}"')


def _cells(row: dict[int, str], columns: Sequence[int]) -> list[str]:
    """A row in the columns that the sheet uses, up to its own last one."""
    return [row.get(column, "") for column in columns[: bisect_right(columns, max(row))]]


def _find_header(rows: _Rows, numbers: Sequence[int], columns: Sequence[int]) -> tuple[int, Sequence[str] | None]:
    """How many rows stand above the table, such as a title, and the row below them if it names the columns."""
    for above, number in enumerate(numbers[:-1]):
        filled = len(rows[number])
        if len(columns) > 1 and (filled == 1 or 2 * filled < len(columns)):
            continue
        names = _cells(rows[number], columns)
        return above, names if has_header(names) else None
    return 0, None


def _fill(rows: _Rows, numbers: Sequence[int], areas: Sequence[Any]) -> set[int]:
    """Name a merged cell in every row and column that it covers, as far as rows hold anything else.

    Returns:
        The rows that are one merged cell across: titles inside the table.
    """
    titles = set()
    left = _MAX_FILLED
    for area in areas:
        covered = numbers[bisect_left(numbers, area.min_row) : bisect_right(numbers, area.max_row)]
        text = rows[covered[0]].get(area.min_col) if covered and covered[0] == area.min_row else None
        width = area.max_col - area.min_col + 1
        left -= len(covered) * width
        if text is None or len(text) > _MAX_REPEATED or left < 0:
            continue
        if len(rows[covered[0]]) == 1 and width > 1:
            titles.add(area.min_row)
            continue
        for number in covered:
            for column in range(area.min_col, area.max_col + 1):
                rows[number].setdefault(column, text)
    return titles


def _read(sheet: Any, path: Path, max_length: int) -> tuple[_Rows, Sequence[Any]]:
    """All texts of a sheet, and its merged areas.

    openpyxl's own rows know no merged cells, and fill up to whatever row number or size a sheet claims to have.
    """
    book = sheet.parent
    formats: dict[int, str] = {}
    rows: _Rows = {}
    length = 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            row = dict(_texts(cells, sheet, formats))
            length += sum(map(len, row.values()))
            if length > max_length:  # many cells may share one long text
                reason = f'holds over {max_length:,} characters of text in sheet "{sheet.title}"'
                raise LoadingError(path, f"{reason}; split it into smaller files")
            if row:
                rows.setdefault(number, {}).update(row)
    return rows, parser.merged_cells.mergeCell if parser.merged_cells is not None else ()


def _texts(cells: Sequence[dict[str, Any]], sheet: Any, formats: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Column and text of the cells that hold any."""
    for cell in cells:
        value = cell["value"]
        if value is None or cell["data_type"] == "e":  # an error such as #N/A says nothing
            continue
        number_format = ""
        if isinstance(value, int | float):
            style = cell["style_id"]
            if style not in formats:
                formats[style] = _format(ReadOnlyCell(sheet, **cell))
            number_format = formats[style]
        if text := _text(value, number_format).strip():
            yield cell["column"], text


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except IndexError:  # a style that the workbook lacks
        return "General"


def _text(value: Any, number_format: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return shown(value, number_format)
    if isinstance(value, datetime):
        moment = _to_second(value)
        return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ").removesuffix(":00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat().removesuffix(":00")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), str(value))


def _to_second(value: datetime) -> datetime:
    """A workbook counts days, so that a whole second may come out a little less."""
    rounded = value + timedelta(microseconds=500_000) if value.year < 9999 else value
    return rounded.replace(microsecond=0)
