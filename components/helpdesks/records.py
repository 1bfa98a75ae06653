"""A file of an export -> its records, one after the other, however large it is; and reading their fields.

Knows no help desk.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import ijson

from components.errors import LoadingError

Record = Mapping[str, Any]

_LISTS = frozenset(
    f"{name}item"
    for name in ("", "tickets.", "articles.", "conversations.", "results.", "data.", "payload.", "data.payload.")
)
"""Where the records stand in the JSON of the help desks: names parted by points, "item" for those of a list."""

_DEEPEST = 100
_LONGEST_LINE = 20_000_000
_LARGEST_OBJECT = 50_000_000
_CSV = (".csv", ".tsv")

csv.field_size_limit(_LONGEST_LINE)


class MissingFields(ValueError):
    """A record lacks what is needed of it; the message names the fields."""


def records(path: Path) -> Iterator[Record]:
    """The records of a JSON, JSON Lines, CSV or TSV file; memory holds one of them at a time.

    Raises:
        LoadingError: the file cannot be read, or is none of these.
    """
    try:
        if path.suffix.lower() in _CSV:
            yield from _rows(path)
        elif _is_lines(path):
            yield from _lines(path)
        else:
            yield from _items(path)
    except OSError as error:
        raise LoadingError(path, f"cannot be read ({error.strerror})") from error
    except (ijson.JSONError, ValueError, csv.Error, RecursionError) as error:
        raise LoadingError(path, f"is no valid JSON or CSV ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200].strip()


def _is_lines(path: Path) -> bool:
    """Whether a file holds one object a line; exports of this kind often end in ``.json``."""
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE).strip(b"\xef\xbb\xbf \t\r\n")
    try:
        return isinstance(json.loads(first), dict) and next(_listed(io.BytesIO(first), path), None) is None
    except (ValueError, RecursionError):
        return False


def _lines(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(_LONGEST_LINE + 1):
            number += 1
            if len(line) > _LONGEST_LINE:
                raise LoadingError(path, f"has a line {number:,} of more than {_LONGEST_LINE:,} bytes")
            if not (text := line.strip(b"\xef\xbb\xbf \t\r\n")):
                continue
            try:
                record = json.loads(text)
            except ValueError as error:
                raise LoadingError(path, f"is not valid JSON in line {number:,} ({error})") from error
            if not isinstance(record, dict):
                raise LoadingError(path, f"holds no object in line {number:,}")
            yield record


def _items(path: Path) -> Iterator[Record]:
    """The objects of the list that a JSON file is or holds; where there is none, the file is one object."""
    number = 0
    with path.open("rb") as file:
        for number, item in enumerate(_listed(file, path), start=1):  # noqa: B007
            yield item
    if number:
        return
    if path.stat().st_size > _LARGEST_OBJECT:
        raise LoadingError(path, f"is one JSON object of more than {_LARGEST_OBJECT:,} bytes, and no list of records")
    whole = json.loads(path.read_text("utf-8-sig"))
    if isinstance(whole, dict):
        yield whole


def _listed(file: IO[bytes], path: Path) -> Iterator[Record]:
    """The objects of the known lists, each as soon as it is whole."""
    place: list[str] = []
    builder, inside = None, 0
    for event, value in ijson.basic_parse(_without_mark(file), use_float=True):
        opens, ends = event in ("start_map", "start_array"), event in ("end_map", "end_array")
        if builder is None and event == "start_map" and ".".join(place) in _LISTS:
            builder = ijson.ObjectBuilder()
        if builder is not None:
            builder.event(event, value)
            inside += opens - ends
            if inside == 0:
                yield builder.value
                builder = None
        elif opens:
            place.append("item" if event == "start_array" else "")
        elif ends:
            place.pop()
        elif event == "map_key":
            place[-1] = value
        if len(place) + inside > _DEEPEST:
            raise LoadingError(path, f"is nested more than {_DEEPEST} deep")


def _without_mark(file: IO[bytes]) -> IO[bytes]:
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    return file


def _rows(path: Path) -> Iterator[Record]:
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter=delimiter):
            yield {_column(name): value for name, value in row.items() if isinstance(name, str) and value is not None}


def _column(name: str) -> str:
    """The name of a column as fields are named: of "Ticket ID", ``ticket_id``."""
    return "_".join(name.lower().split())


def needed(record: Record, *names: str) -> None:
    """See that a record has these fields; of names parted by a stroke, one is enough.

    Raises:
        MissingFields: names those that are missing.
    """
    missing = [name for name in names if not any(option in record for option in name.split("|"))]
    if missing:
        raise MissingFields(f"has no field {', '.join(missing).replace('|', ' or ')}")


def text_of(record: Record, *names: str) -> str:
    """The first of these fields that holds a text; empty where none does."""
    return _whole(next((value for name in names if isinstance(value := record.get(name), str) and value.strip()), ""))


def _whole(text: str) -> str:
    """A text without half characters, which JSON can name and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def number_of(record: Record, *names: str) -> str:
    """The record's number, as a text."""
    found = next((record[name] for name in names if record.get(name) not in (None, "")), "")
    return _whole(str(found)[:100])


def objects(value: Any) -> Sequence[Record]:
    """The objects of a list; none where it is no list. In a CSV file the list is a text of JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ()
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else ()


def is_true(value: Any) -> bool:
    """Whether a field says yes, in JSON or in CSV."""
    return value is True or value == 1 or (isinstance(value, str) and value.strip().lower() in ("true", "yes", "1"))


def moment_of(record: Record, *names: str) -> str | None:
    """A date as ISO 8601, from the same or from seconds since 1970; None where there is none."""
    for value in (record.get(name) for name in names):
        try:
            if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
                return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")
            if isinstance(value, str) and value.strip():
                return datetime.fromisoformat(value.strip()).isoformat()
        except (ValueError, OverflowError, OSError):
            continue
    return None


def tags_of(record: Record, *names: str) -> list[str]:
    """Labels, as texts or as objects with a name."""
    found: list[Any] = next((record[name] for name in names if isinstance(record.get(name), list)), [])
    named = [each.get("name") if isinstance(each, dict) else each for each in found]
    return [_whole(" ".join(each.split())[:100]) for each in named if isinstance(each, str) and each.strip()][:50]
