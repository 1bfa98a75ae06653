"""Metadata of documents: what a document says of itself, ``quaere.meta.toml`` of its folders, and the caller.

Goes in: raw fields. Comes out: checked fields, dates as ISO 8601 in UTC, groups and tags as lists of strings.
Knows no file format and no index.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from components.errors import InputError

META_FILE = "quaere.meta.toml"
"""Name of the file that gives metadata to the documents of its folder and of the folders below."""

RESERVED = frozenset({
    "source", "source_id", "version", "start", "end", "page", "row", "kind", "format", "heading", "scores",
    "blocks", "boxes", "page_count", "page_breaks", "question", "answer_start", "duplicates", "id", "content", "blob",
    "score", "embedding", "sparse_embedding", "meta",
})  # fmt: skip
"""Names that the index itself sets, or that Haystack gives to other parts of a document."""

DATES = ("created_at", "updated_at", "valid_from", "valid_until")
_LISTS = ("groups", "tags")
_STRINGS = ("title", "url", "author")
_NAME = re.compile(r"[^\W\d][\w-]*")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*")
_GUARDED = ("groups", "valid_from", "valid_until")  # a mistake here would show a document to the wrong reader
_INT64 = 2**63


def is_whole(value: Any) -> bool:
    """Whether a text, or every text in a mapping or list, can be written as UTF-8: JSON can hold half a character."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, Mapping | list | tuple):
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def validate(fields: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Check and normalise the fields that a person wrote for Quaere.

    Args:
        fields: raw names and values.
        origin: where they come from, for the message.

    Raises:
        InputError: for a reserved name or a value of the wrong kind; names ``origin`` and the field.
    """
    if not is_whole(fields):
        raise InputError(f"{origin}: holds half a character (a lone surrogate), which no text has")
    checked = {name: _checked(name, value, origin) for name, value in fields.items()}
    begins, ends = checked.get("valid_from"), checked.get("valid_until")
    if begins is not None and ends is not None and begins > ends:
        raise InputError(f"{origin}: valid_from ({begins}) is later than valid_until ({ends})")
    return checked


def own_fields(fields: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Take over the fields of a document, which were not written for Quaere.

    A reserved name is kept as ``own_<name>``, a value that cannot be used is left out. Only what decides who may
    read the document is as strict as in :func:`validate`.
    """
    taken: dict[str, Any] = {}
    for raw, value in fields.items():
        name = re.sub(r"[^\w-]+", "_", str(raw).strip())
        known = name.lower()
        if known in _GUARDED + DATES + _LISTS + _STRINGS + ("language",):
            name = known
        if value in (None, "", []) or isinstance(value, Mapping):
            continue
        try:
            taken |= validate({f"own_{name}" if name in RESERVED else name: value}, origin)
        except InputError:
            if name in _GUARDED:
                raise
    return taken


class FolderMetadata:
    """The metadata of files: the caller's fields over those of ``quaere.meta.toml`` over the document's own.

    ``quaere.meta.toml`` holds tables named by a glob; a glob without a slash matches names at any depth::

        ["*.pdf"]
        groups = ["staff"]
        ["policies/**/*.md"]
        valid_until = 2027-12-31

    All folders above a file count, the nearest one wins; within one file, the later table wins.

    Args:
        overrides: the caller's fields (``--meta``).
    """

    def __init__(self, overrides: Mapping[str, Any] | None = None) -> None:
        self.overrides = validate(overrides if overrides is not None else {}, "--meta")
        self._tables: dict[Path, list[tuple[re.Pattern[str], dict[str, Any]]]] = {}

    def merged(self, path: Path | str, own: Mapping[str, Any]) -> dict[str, Any]:
        """All fields of one file.

        Raises:
            InputError: for a ``quaere.meta.toml`` that cannot be used; names the file and the field.
        """
        return {**own, **self.given(path)}

    def given(self, path: Path | str) -> dict[str, Any]:
        """The fields that do not come from the file itself, so that a change of them alone can be noticed."""
        place = Path(os.path.abspath(path))
        found: dict[str, Any] = {}
        for folder in reversed(place.parents):
            below = place.relative_to(folder).as_posix()
            for pattern, fields in self._read(folder):
                if pattern.fullmatch(below) is not None:
                    found |= fields
        return found | self.overrides

    def _read(self, folder: Path) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        if folder not in self._tables:
            self._tables[folder] = _read_tables(folder / META_FILE)
        return self._tables[folder]


def _read_tables(file: Path) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    try:
        if not file.is_file():
            return []
        data = tomllib.loads(file.read_text("utf-8-sig"))
    except PermissionError as error:
        # Skipping it would publish what its groups hide.
        raise InputError(f"{file}: cannot be read ({error.strerror}); grant access to it or remove it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: is not valid TOML ({error})") from error
    tables = []
    for glob, fields in data.items():
        if not isinstance(fields, dict):
            raise InputError(f'{file}: "{glob}" stands outside a table; put it below one such as ["*.pdf"]')
        tables.append((_glob_pattern(glob), validate(fields, f'{file}, ["{glob}"]')))
    return tables


def _glob_pattern(glob: str) -> re.Pattern[str]:
    """``*`` and ``?`` stay within a folder's name, ``**`` crosses folders."""
    rule = glob.removeprefix("./")
    anywhere = "" if "/" in rule else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", rule.removeprefix("/"))
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(anywhere + "".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _checked(name: str, value: Any, origin: str) -> Any:
    if not isinstance(name, str) or name in RESERVED:
        raise InputError(f'{origin}: "{name}" is set by Quaere itself; choose another name')
    if _NAME.fullmatch(name) is None:
        raise InputError(f'{origin}: "{name}" is no name for a field; use letters, digits, "_" and "-"')
    if name in DATES:
        return _moment(name, value, origin)
    if name in _LISTS:
        return _strings(name, value, origin)
    if name == "language":
        found = _LANGUAGE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if found is None:
            raise InputError(f'{origin}: language {value!r} is not a code such as "en" or "pt-BR"')
        return found.group(1)
    if name in _STRINGS:
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{origin}: {name} must be a text, not {value!r}")
        return value.strip()
    return _free(name, value, origin)


def _strings(name: str, value: Any, origin: str) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise InputError(f"{origin}: {name} must be a list of texts, not {value!r}")
    kept = list(dict.fromkeys(item.strip() for item in items if item.strip()))
    if not kept and name == "groups":
        raise InputError(f'{origin}: groups is empty, so that nobody could read it; name a group or "public"')
    return kept


def _moment(name: str, value: Any, origin: str) -> str:
    """A day stands for its first second, as the end of a validity for its last; without a zone, UTC."""
    raw = value
    if isinstance(raw, str):
        try:
            text = raw.strip()
            raw = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raw = None
    if isinstance(raw, date) and not isinstance(raw, datetime):
        raw = datetime.combine(raw, time(23, 59, 59) if name == "valid_until" else time())
    if not isinstance(raw, datetime):
        raise InputError(f"{origin}: {name} {value!r} is not a date such as 2026-12-31 or 2026-12-31T08:00:00Z")
    try:
        moment = raw.replace(tzinfo=UTC) if raw.tzinfo is None else raw.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{origin}: {name} {value!r} is outside the years 1 to 9999") from error
    return moment.replace(microsecond=0).isoformat()


def _free(name: str, value: Any, origin: str) -> Any:
    """A user's own field: a scalar or a list of scalars."""
    if isinstance(value, list | tuple):
        return [_scalar(name, item, origin) for item in value]
    return _scalar(name, value, origin)


def _scalar(name: str, value: Any, origin: str) -> Any:
    if isinstance(value, date | time):
        return _moment(name, value, origin) if isinstance(value, date) else value.isoformat()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    raise InputError(f"{origin}: {name} must be a text, a number, true or false, or a list of those, not {value!r}")
