"""Text of documents and users -> what is safe to show: on a terminal, in a pipe, in HTML.

Such text may hold control characters, which a terminal would obey and HTML cannot hold; here they become visible signs
of the same length, so that offsets into the text still hold. Pure.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Embeddings, overrides and isolates reorder everything after them on the line, our own words included.
_REORDERING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]

# HTML has no way to write these; a lone surrogate cannot even be sent.
_UNWRITABLE: dict[int, str] = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\f\r"}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], _REPLACEMENT)
)
_UNSAFE: dict[int, str] = (
    _UNWRITABLE | {ord(sign): chr(0x2400 + ord(sign)) for sign in "\f\r"} | dict.fromkeys(_REORDERING, _REPLACEMENT)
)

_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def writable(text: str) -> str:
    """The text with what HTML cannot hold replaced by visible signs; as long as before."""
    return text.translate(_UNWRITABLE)


def harmless(text: str) -> str:
    """The text with all that a terminal obeys, but newline and tab, replaced by a visible sign; as long as before."""
    return text.translate(_UNSAFE)


def one_line(text: str) -> str:
    """:func:`harmless`, with every run of white space as one space."""
    return harmless(" ".join(text.split()))


def shortened(text: str, length: int) -> str:
    """:func:`one_line`, cut to ``length`` characters with an ellipsis."""
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Valid JSON of plain values, dataclasses, paths and dates.

    Letters of all scripts stay readable; what a terminal might obey is escaped.

    Raises:
        ValueError: a number is not finite, which JSON cannot say.
    """
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=indent)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def plain(value: Any) -> Any:
    """Dataclasses, mappings, sequences, paths and dates as what ``json`` can write; anything else as its text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.as_posix() if isinstance(value, Path) else str(value)
