"""ODS -> one block a row below the name of its sheet, as of an Excel workbook; each value as the sheet shows it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import MAX_CELLS, Limits
from components.converters.office.odf import name_of, opened, table_rows, whole, words
from components.converters.office.sheets import CellRows, MergedArea, add_sheet
from components.converters.titles import title_or_name
from components.errors import LoadingError

_TABLE, _PARAGRAPH = name_of("table:table"), name_of("text:p")
_CELL, _COVERED = name_of("table:table-cell"), name_of("table:covered-table-cell")
_MOST_REPEATED = 1_000
"""Rows; a program fills a whole sheet with one row by a number."""


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a spreadsheet of LibreOffice or OpenOffice; hidden sheets are passed over, hidden rows are read."""
    package = opened(data, path, limits)
    builder = TextBuilder(limits)
    hidden = {
        style.get(name_of("style:name"))
        for part in package.styles
        for style in part.iter(name_of("style:style"))
        if any(node.get(name_of("table:display")) == "false" for node in style)
    }
    for table in package.body.iter(_TABLE):
        if table.get(name_of("table:style-name")) not in hidden:
            rows, areas = _read(table, path, limits.most_characters)
            add_sheet(builder, table.get(name_of("table:name"), ""), rows, areas)
    return builder.build("ods", title_or_name(path, package.title), package.fields)


def _read(table: Any, path: Path, max_length: int) -> tuple[CellRows, list[MergedArea]]:
    """All texts of a sheet, and its merged areas."""
    rows: CellRows = {}
    areas: list[MergedArea] = []
    number, length = 1, 0
    for row, _ in table_rows(table):
        cells: dict[int, str] = {}
        for column, text, down, across in _cells(row):
            cells[column] = text
            if down > 1 or across > 1:
                areas.append(MergedArea(number, number + down - 1, column, column + across - 1))
        repeated = whole(row.get(name_of("table:number-rows-repeated")), 1)
        for at in range(number, number + min(repeated, _MOST_REPEATED) if cells else number):
            length += sum(map(len, cells.values()))
            if length > max_length:
                reason = f"holds over {max_length:,} characters of text in one sheet"
                raise LoadingError(path, f"{reason}; split it into smaller files")
            rows[at] = dict(cells)
        number += repeated
    return rows, areas


def _cells(row: Any) -> Iterator[tuple[int, str, int, int]]:
    """Column, text, and how many rows and columns it covers, of the cells that hold any."""
    column = 1
    for cell in row.iterchildren(_CELL, _COVERED):
        repeated = whole(cell.get(name_of("table:number-columns-repeated")), 1)
        text = "\n".join(words(part) for part in cell.iterchildren(_PARAGRAPH)).strip()
        if text and cell.tag == _CELL:
            down = whole(cell.get(name_of("table:number-rows-spanned")), 1)
            across = whole(cell.get(name_of("table:number-columns-spanned")), 1)
            for at in range(column, column + min(repeated, MAX_CELLS + 1)):
                yield at, text, down, across
        column += repeated
