"""Text of documents and users -> what may stand in HTML: escaped, marked, and linked only where that is safe.

Pure. Every other module that writes HTML takes foreign text through :func:`escape` or :func:`marked`.
"""

import html
import re

from components.converters.metadata import is_web_address

# HTML has no way to write these; a lone surrogate cannot even be sent. The signs are as long as what they replace.
_UNWRITABLE = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\f\r"}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
)

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_UNDETERMINED = "und"


def writable(text: str) -> str:
    """The text with characters that HTML cannot hold replaced by visible signs; as long as before."""
    return text.translate(_UNWRITABLE)


def escape(text: str) -> str:
    """The text as it may stand between tags or in a quoted attribute."""
    return html.escape(writable(text), quote=True)


def marked(text: str, start: int, end: int) -> str:
    """The escaped text with the characters from ``start`` to ``end`` in a ``<mark>``; none if they are not in it."""
    if not 0 <= start < end <= len(text):
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def linkable(url: str | None) -> bool:
    """Whether an address is one that the page may link to: http or https, nothing that runs."""
    return url is not None and is_web_address(url)


def foreign(language: str | None = None) -> str:
    """The attributes of an element that holds a document's text: its own direction, and its language where known."""
    if language is None or language == _UNDETERMINED or _LANGUAGE.fullmatch(language) is None:
        return 'dir="auto"'
    return f'dir="auto" lang="{language}"'
