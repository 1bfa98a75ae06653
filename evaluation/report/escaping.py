"""Text of documents, users and files -> what may stand in HTML or Markdown. Pure."""

import html
import re
import unicodedata

_KEPT = "\t\n"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MEANING = re.compile(r"([\\`*_\[\]<>|~&$])")
# Embeddings, overrides and isolates reorder everything after them on the line, our own words included.
_REORDERING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def escape(text: str) -> str:
    """The text as it may stand between tags or in a quoted attribute."""
    return html.escape(_writable(text), quote=True)


def escape_markdown(text: str) -> str:
    """The text on one line, with nothing in it that Markdown, a table of it or HTML inside it would act upon."""
    return _MEANING.sub(r"\\\1", " ".join(_writable(text).split()))


def _writable(text: str) -> str:
    """What neither can hold, and what reorders the text around it, as a sign."""
    return "".join(_REPLACEMENT if _unwritable(letter) else letter for letter in text)


def _unwritable(letter: str) -> bool:
    return letter not in _KEPT and (unicodedata.category(letter) in ("Cc", "Cs") or letter in _REORDERING)
