"""CSV and TSV -> one block a row, ``Column: value; Column: value``, or a question with its answer."""

import csv
import io
from collections import Counter
from pathlib import Path

from components.converters.assembly import TextBuilder, clean
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.rows import add_cells, has_header
from components.errors import LoadingError, NoTextError

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_ROWS = 50


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a table; a row shorter or longer than the header is kept as far as it goes."""
    text = clean(decode(data))
    is_tsv = ".tsv" in [suffix.lower() for suffix in path.suffixes]
    delimiter = "\t" if is_tsv else None
    first, _, rest = text.partition("\n")
    if delimiter is None and first.lower().startswith("sep=") and len(first) == 5:  # written by Excel
        delimiter, text = first[4], rest
    bare = is_tsv and not _is_quoted(text)
    rows = _rows(text, delimiter if delimiter is not None else _sniff(text), bare, path)
    if not rows:
        raise NoTextError(path, "holds no text")
    header = rows.pop(0)[1] if has_header(rows[0][1]) else None
    if not rows:
        raise NoTextError(path, "holds a header but no row below it")
    builder = TextBuilder(limits)
    for number, (line, row) in enumerate(rows, start=1):
        add_cells(builder, header, row, number, origin=f"line {line}")
    return builder.build("csv", None, {})


def _rows(text: str, delimiter: str, bare: bool, path: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, with the line on which each ends; in ``bare`` text a quote is a character."""
    source = io.StringIO(text, newline="")
    if bare:
        reader = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(source, delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        raise LoadingError(path, f"is not a valid table at line {reader.line_num} ({error})") from error
    return rows


def _is_quoted(text: str) -> bool:
    """Whether quotes enclose whole cells of a TSV; in many, a quote is only a character."""
    cells = [cell for line in text.split("\n")[:1000] for cell in line.split("\t") if cell.startswith('"')]
    return bool(cells) and all(len(cell) > 1 and cell.endswith('"') for cell in cells)


def _sniff(text: str) -> str:
    """The delimiter that gives most rows the same number of cells, and of those the one with more cells."""
    lines = io.StringIO(text[: 1 << 16], newline="")

    def regularity(delimiter: str) -> tuple[int, int]:
        lines.seek(0)
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(_SAMPLE_ROWS), strict=False):
                widths[len(row)] += bool(row)
        except csv.Error:
            return 0, 0
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return (rows, width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=regularity)
