"""Metadata of documents: what a document says of itself, ``quaere.meta.toml`` of its folders, and the caller.

Goes in: raw fields. Comes out: checked fields, dates as ISO 8601 in UTC, groups and tags as lists of strings.
Knows no file format and no index.
"""

import os
import re
import reprlib
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

MOST_FIELDS = 100
"""Of one source, or of one row."""

MOST_ITEMS = 1_000
"""In all its lists together; a value that is no list counts as one."""

MOST_CHARACTERS = 10_000
"""In all its names and values together; a number counts as a few."""

DATES = ("created_at", "updated_at", "valid_from", "valid_until")
_LISTS = ("groups", "tags")
_STRINGS = ("title", "url", "author")
_NAME = re.compile(r"[^\W\d][\w-]*")
_NO_NAME = re.compile(r"[^\w-]+")
_WILDCARD = re.compile(r"(\*\*/|\*\*|\*|\?)")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*")
GUARDED = ("groups", "valid_from", "valid_until")
"""A mistake in these would show a document to the wrong reader."""
_INT64 = 2**63
_HALF = re.compile("[\ud800-\udfff]")
# A browser skips white space and control characters inside an address, so "java\tscript:" would be one.
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f]+", re.IGNORECASE)
_LONGEST_SHOWN = 80
_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxstring, _REPR.maxother = 3, _LONGEST_SHOWN, _LONGEST_SHOWN


class TooMuchMetadata(InputError):
    """The metadata of one source, or of one row, are over a limit."""


def is_web_address(url: str) -> bool:
    """Whether a page may link there: http or https, nothing that runs."""
    return _WEB_ADDRESS.fullmatch(url) is not None


def validate(fields: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """Check and normalise the fields that a person wrote for Quaere.

    Args:
        fields: raw names and values.
        origin: where they come from, for the message.

    Raises:
        TooMuchMetadata: there are more than ``MOST_FIELDS``, ``MOST_ITEMS`` or ``MOST_CHARACTERS``.
        InputError: for a reserved name or a value of the wrong kind; names ``origin`` and the field.
    """
    check_size(fields, origin)
    checked = {name: _checked(name, value, origin) for name, value in fields.items()}
    begins, ends = checked.get("valid_from"), checked.get("valid_until")
    if begins is not None and ends is not None and begins > ends:
        raise InputError(f"{origin}: valid_from ({begins}) is later than valid_until ({ends})")
    return checked


def check_size(fields: Mapping[str, Any], origin: str) -> None:
    """Refuse more metadata than one source may have, before anything is done with them.

    Raises:
        TooMuchMetadata: names ``origin``, the limit, and the field at which it is reached.
    """
    if len(fields) > MOST_FIELDS:
        raise TooMuchMetadata(f"{origin}: has {len(fields):,} fields; {MOST_FIELDS} are allowed, leave some out")
    items = characters = 0
    for name, value in fields.items():
        values = value if isinstance(value, list | tuple) else (value,)
        items += len(values)
        if items > MOST_ITEMS:
            raise TooMuchMetadata(
                f"{origin}: {_shown(name)} brings the items of all fields to {items:,}; {MOST_ITEMS:,} are allowed"
            )
        characters += len(str(name)) + sum(map(_length, values))
        if characters > MOST_CHARACTERS:
            raise TooMuchMetadata(
                f"{origin}: {_shown(name)} brings the characters of all fields to {characters:,}; "
                f"{MOST_CHARACTERS:,} are allowed"
            )


def own_fields(fields: Mapping[str, Any], origin: str, *, strict: bool = False) -> dict[str, Any]:
    """Take over the fields of a document, which were not written for Quaere.

    A reserved name is kept as ``own_<name>``, a value that cannot be used is left out. Only what decides who may
    read the document is as strict as in :func:`validate`.

    Args:
        fields: raw names and values.
        origin: where they come from, for the message.
        strict: refuse more than the limits of :func:`check_size`, as of what people write themselves; otherwise what
            goes beyond them is left out.

    Raises:
        TooMuchMetadata: there are too many, and ``strict``.
        InputError: a field that decides who may read the document cannot be used.
    """
    named = {_own_name(raw): value for raw, value in fields.items() if not _is_nothing(value)}
    if strict:
        check_size(named, origin)
    taken: dict[str, Any] = {}
    # What decides who may read the document comes first, so that it is never left out for want of room.
    for name in sorted(named, key=lambda each: each not in GUARDED):
        try:
            field = validate({f"own_{name}" if name in RESERVED else name: named[name]}, origin)
            check_size(taken | field, origin)
            taken |= field
        except InputError:
            if name in GUARDED:
                raise
    return taken


def _own_name(raw: Any) -> str:
    name = _NO_NAME.sub("_", str(raw).strip())
    known = name.lower()
    return known if known in GUARDED + DATES + _LISTS + _STRINGS + ("language",) else name


def _is_nothing(value: Any) -> bool:
    return value is None or isinstance(value, Mapping) or (isinstance(value, str | list) and not value)


def _length(value: Any) -> int:
    """The characters of a value; what is nested is refused elsewhere, and not looked into here."""
    return len(value) if isinstance(value, str) else len(str(value)) if isinstance(value, float | date) else 8


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
        TooMuchMetadata: together they are over a limit.
        """
        return {**own, **self.external(path)}

    def external(self, path: Path | str) -> dict[str, Any]:
        """The fields that do not come from the file itself, so that a change of them alone can be noticed."""
        place = Path(os.path.abspath(path))
        found: dict[str, Any] = {}
        for folder in reversed(place.parents):
            below = place.relative_to(folder).as_posix()
            for pattern, fields in self._read(folder):
                if pattern.fullmatch(below) is not None:
                    found |= fields
        given = found | self.overrides
        check_size(given, str(path))
        return given

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
    except ValueError as error:  # of TOML, of UTF-8, or a number without end
        raise InputError(f"{file}: is not valid TOML ({error})") from error
    except RecursionError as error:
        raise InputError(f"{file}: is nested too deeply to be read; a field is a value or a list of values") from error
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
    parts = _WILDCARD.split(rule.removeprefix("/"))
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile(r"\A" + anywhere + "".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _checked(name: str, value: Any, origin: str) -> Any:
    if not isinstance(name, str) or name in RESERVED:
        raise InputError(f'{origin}: "{_shown(name)}" is set by Quaere itself; choose another name')
    if _NAME.fullmatch(name) is None:
        raise InputError(f'{origin}: "{_shown(name)}" is no name for a field; use letters, digits, "_" and "-"')
    if name in DATES:
        return _moment(name, value, origin)
    if name in _LISTS:
        return _strings(name, value, origin)
    if name == "language":
        found = _LANGUAGE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if found is None:
            raise InputError(f'{origin}: language {_brief(value)} is not a code such as "en" or "pt-BR"')
        return found.group(1)
    if name in _STRINGS:
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{origin}: {name} must be a text, not {_brief(value)}")
        if name == "url" and not is_web_address(value.strip()):
            raise InputError(f"{origin}: url {_brief(value)} is no address that starts with http:// or https://")
        return _whole(name, value.strip(), origin)
    return _free(name, value, origin)


def _strings(name: str, value: Any, origin: str) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise InputError(f"{origin}: {name} must be a list of texts, not {_brief(value)}")
    kept = list(dict.fromkeys(_whole(name, item.strip(), origin) for item in items if item.strip()))
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
        raise InputError(f"{origin}: {name} {_brief(value)} is not a date such as 2026-12-31 or 2026-12-31T08:00:00Z")
    try:
        moment = raw.replace(tzinfo=UTC) if raw.tzinfo is None else raw.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"{origin}: {name} {_brief(value)} is outside the years 1 to 9999") from error
    return moment.replace(microsecond=0).isoformat()


def _free(name: str, value: Any, origin: str) -> Any:
    """A user's own field: a scalar or a list of scalars."""
    if isinstance(value, list | tuple):
        return [_scalar(name, item, origin) for item in value]
    return _scalar(name, value, origin)


def _scalar(name: str, value: Any, origin: str) -> Any:
    if isinstance(value, date | time):
        return _moment(name, value, origin) if isinstance(value, date) else value.isoformat()
    if isinstance(value, str):
        return _whole(name, value, origin)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return value
    raise InputError(
        f"{origin}: {name} must be a text, a number, true or false, or a list of those, not {_brief(value)}"
    )


def _whole(name: str, text: str, origin: str) -> str:
    if _HALF.search(text) is not None:
        raise InputError(f"{origin}: {name} holds half a character ({_brief(text)}), which cannot be stored")
    return text


def _brief(value: Any) -> str:
    """A value for a message, however large or deep it is."""
    try:
        return _REPR.repr(value).encode("utf-8", "backslashreplace").decode("utf-8")
    except ValueError:  # a number that Python itself refuses to write
        return "a number of thousands of digits"


def _shown(name: Any) -> str:
    return str(name)[:_LONGEST_SHOWN].encode("utf-8", "backslashreplace").decode("utf-8")
