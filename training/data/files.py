"""Text files, plain or gzipped -> JSON, JSON Lines and table rows, each row with the place that errors name."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.errors import InputError


def suffix_of(path: Path) -> str:
    """The suffix that tells the form, in lower case and without ``.gz``."""
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()


def read_json(path: Path) -> Any:
    """The one JSON value of a file."""
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON: {error}") from error


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and object of each line that is not blank."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}: line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{place} is not valid JSON: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"{place} is {type(row).__name__}; each line must be an object")
        yield place, row


def table_header(path: Path) -> list[str]:
    """The names of a table's columns."""
    header: list[str] = next(_reader(path), [])
    return header


def table_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and cells by column name of each row; cells that are empty are left out."""
    reader = _reader(path)
    header: list[str] = next(reader, [])
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(f"{path}: line {reader.line_num}: {error}") from error
        if cells is None:
            return
        place = f"{path}: line {reader.line_num}"
        if not cells:
            continue
        if len(cells) != len(header):
            raise InputError(f"{place} has {len(cells)} columns; the header has {len(header)}: {', '.join(header)}")
        yield place, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}


def read_text(path: Path) -> str:
    """A file's text, from UTF-8 with or without a mark."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix.lower() == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _reader(path: Path) -> Any:
    # Tab-separated files of this field are written without quotes; a quote mark in them is a quote mark.
    text = io.StringIO(read_text(path), newline="")
    if suffix_of(path) == ".tsv":
        return csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    return csv.reader(text)
