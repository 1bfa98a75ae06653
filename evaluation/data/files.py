"""Data files -> text, JSON and rows, plain or gzipped, and the fields of a row, checked.

Whatever cannot be read or used is named with its place.
"""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError


def suffix_of(path: Path) -> str:
    """The suffix that tells the form, in lower case and without ``.gz``."""
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()


def text_of(path: Path) -> str:
    """The text of a UTF-8 file, with or without a mark, unpacked where its name ends in ``.gz``.

    Raises:
        InputError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix.lower() == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def json_of(text: str, row: str) -> Any:
    """Parse JSON.

    Raises:
        InputError: it is none; ``row`` says where it stands.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"{row} is not valid JSON: {error}") from error


def lines_of(path: Path) -> Iterator[tuple[str, str]]:
    """The lines that are not blank, each with its place ("file: line 3")."""
    # Split at line feeds only: a text may hold U+2028, which splitlines would break at.
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if line.strip():
            yield f"{path}: line {number}", line.removesuffix("\r")


def records_of(path: Path) -> Iterator[tuple[str, Any]]:
    """The values of a JSON Lines file, each with its place."""
    for row, line in lines_of(path):
        yield row, json_of(line, row)


def objects_of(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same of a file that holds objects alone.

    Raises:
        InputError: a line holds something else.
    """
    for row, record in records_of(path):
        if not isinstance(record, dict):
            raise InputError(f"{row} is {type(record).__name__}; each line must be an object")
        yield row, record


def table_header(path: Path) -> list[str]:
    """The names of a table's columns."""
    header: list[str] = next(_table(path), [])
    return header


def table_rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and cells by column name of each row; cells that are empty are left out.

    Raises:
        InputError: a row has more or fewer cells than the header.
    """
    reader = _table(path)
    header: list[str] = next(reader, [])
    try:
        for cells in reader:
            place = f"{path}: line {reader.line_num}"
            if len(cells) not in (0, len(header)):
                raise InputError(f"{place} has {len(cells)} columns; the header has {len(header)}: {', '.join(header)}")
            if cells:
                yield place, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num}: {error}") from error


def list_in(record: Any, name: str, row: str) -> list[Any]:
    """A field that has to be a list.

    Raises:
        InputError: it is not.
    """
    value = record.get(name) if isinstance(record, Mapping) else None
    if not isinstance(value, list):
        raise InputError(f"{row}: {name!r} is {type(value).__name__}; a list is needed")
    return value


def string_in(record: Any, name: str, row: str, *, blank: bool = False) -> str:
    """A field that has to be a text with something in it, unless it may be blank.

    Raises:
        InputError: it is not.
    """
    value = record.get(name) if isinstance(record, Mapping) else None
    if not isinstance(value, str) or not (blank or value.strip()):
        raise InputError(f"{row}: {name!r} is {value!r}; a text is needed")
    return value


def optional_string_in(record: Any, name: str, row: str) -> str:
    """A text, empty where there is none; a number counts as its digits.

    Raises:
        InputError: it is something else.
    """
    value = record.get(name) if isinstance(record, Mapping) else None
    if value is not None and not isinstance(value, str | int):
        raise InputError(f"{row}: {name!r} is {value!r}; a text is needed")
    return "" if value is None else str(value)


def strings_of(value: Any, name: str, row: str) -> tuple[str, ...]:
    """One text or a list of them.

    Raises:
        InputError: it is something else.
    """
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise InputError(f"{row}: {name!r} is {value!r}; a text or a list of texts is needed")
    return tuple(texts)


def first_name(record: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """The first of several names that a record has."""
    return next((name for name in names if record.get(name) is not None), None)


def refuse_repeated(key: str, seen: dict[str, str], row: str, what: str) -> None:
    """Note where a key stands.

    Raises:
        InputError: it was seen before; both places are named.
    """
    if key in seen:
        raise InputError(f"{row}: {what} {key!r} stands already in {seen[key]}; it must be unique")
    seen[key] = row


def sha256(path: Path | str) -> str:
    """The checksum of a data file, for the results that were measured on it."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _table(path: Path) -> Any:
    # Tab-separated files of this field are written without quotes; a quote mark in them is a quote mark.
    text = io.StringIO(text_of(path), newline="")
    if suffix_of(path) == ".tsv":
        return csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    return csv.reader(text)
