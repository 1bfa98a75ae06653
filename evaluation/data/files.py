"""Data files -> text, JSON and rows, plain or gzipped; whatever cannot be read is named with its place."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.errors import InputError


def text_of(path: Path) -> str:
    """The text of a UTF-8 file, unpacked where its name ends in ``.gz``.

    Raises:
        InputError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
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


def list_in(record: Any, name: str, row: str) -> list[Any]:
    """A field that has to be a list.

    Raises:
        InputError: it is not.
    """
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, list):
        raise InputError(f"{row}: {name!r} is {type(value).__name__}; a list is needed")
    return value


def string_in(record: Any, name: str, row: str) -> str:
    """A field that has to be a text with something in it.

    Raises:
        InputError: it is not.
    """
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{row}: {name!r} is {value!r}; a text is needed")
    return value


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
