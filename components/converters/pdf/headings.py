"""Which lines of a page are a heading, by size, weight, number and what they say; pure."""

import re
from collections.abc import Sequence

from components.converters.pdf.glyphs import Line, cells_of, text_of

_RATIO = 1.12  # a heading's letters are this much taller than the body's
_LONGEST = 160
_MOST_LINES = 3
_NUMBERED = re.compile(
    r"(?<![\d.])(?:\d{1,2}\.){1,5}+\d{0,2}+\s+[^\W\d_]"
    r"|(?:chapter|section|appendix|part|article)\s+[\dIVXA-Z]"
)
_CLOSED = tuple(".,;。，；")
_VALUE = re.compile(r":\s*\S")  # "Duration: 15 Weeks" is a label with its value


def is_heading(lines: Sequence[Line], body: float, *, bold_tells: bool) -> bool:
    """Whether the lines of one paragraph are a heading.

    Args:
        lines: all of it.
        body: height of the document's text.
        bold_tells: whether bold letters stand out in the document.
    """
    text = " ".join(line.text for line in lines)
    if len(text) > _LONGEST or len(lines) > _MOST_LINES or not _has_words(text):
        return False
    if len(lines) == 1 and len(cells := cells_of(lines[0])) > 1 and not _is_number(cells[0].text):
        return False  # a label and its value
    size = max(line.size for line in lines)
    if size > _RATIO * body:
        return not text.endswith(_CLOSED) or size > 1.5 * body
    if len(lines) > 2 or size < 0.9 * body or text.endswith((*_CLOSED, "!", ":")) or _VALUE.search(text):
        return False
    bold = bold_tells and all(line.bold for line in lines)
    return bold or (len(lines) == 1 and (_is_numbered(lines[0]) or _is_in_capitals(text)))


def _has_words(text: str) -> bool:
    """Whether letters prevail, as they do in no value of a form."""
    letters = sum(map(str.isalpha, text))
    return letters > 2 and letters >= 0.5 * sum(not char.isspace() for char in text)


def _is_numbered(line: Line) -> bool:
    """Whether it opens with a number of several parts, such as "2.1 Scope"."""
    text = text_of(line.glyphs[:40])
    found = _NUMBERED.match(text)
    return found is not None and ("." in found[0][:-3] or not found[0][0].isdigit()) and len(line.glyphs) < 90


def _is_in_capitals(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 5 and " " in text and all(char.isupper() for char in letters)


def _is_number(text: str) -> bool:
    """Whether a cell is the number of a heading, set apart from its words."""
    return len(text) < 12 and not any(char.islower() for char in text) and any(map(str.isalnum, text))
