"""XLSX -> one block a row below the name of its sheet, ``Column: value; Column: value``, or a question with its answer.

Values are read, not formulas, and each as its sheet shows it.
"""

import io
import re
import warnings
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
from components.converters.office.sheets import CellRows, MergedArea, add_sheet
from components.converters.titles import title_or_name
from components.errors import LoadingError

_ESCAPE = re.compile(r"_x000([9AD])_")  # how a cell's text writes a tab and the ends of lines


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
                rows, areas = _read(sheet, path, limits.most_characters)
                merged = (MergedArea(area.min_row, area.max_row, area.min_col, area.max_col) for area in areas)
                add_sheet(builder, sheet.title, rows, merged)
        book.close()
    properties = book.properties
    for name in ("created", "modified"):
        found = getattr(properties, name)
        if found is not None and found.replace(tzinfo=None) >= started:  # openpyxl sets what is missing to now
            setattr(properties, name, None)
    return builder.build("xlsx", title_or_name(path, properties.title), office_fields(properties, properties.creator))


def _read(sheet: Any, path: Path, max_length: int) -> tuple[CellRows, Sequence[Any]]:
    """All texts of a sheet, and its merged areas.

    openpyxl's own rows know no merged cells, and fill up to whatever row number or size a sheet claims to have.
    """
    book = sheet.parent
    formats: dict[int, str] = {}
    rows: CellRows = {}
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
