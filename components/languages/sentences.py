"""Where sentences, list items and lists begin and end: text in, spans out.

Spans are code points, end exclusive, without outer white space, in order, and never empty. Pure but for the
segmenter (offline, multilingual, no data to load); knows nothing of documents and passages.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import sentencex

from components.languages.packs import PACKS, united
from components.patterns import LazyPattern

Span = tuple[int, int]

_NUMERAL = "".join(pack.list_numerals for pack in PACKS)
_MARK = LazyPattern.of(
    r"\A\s*(?:"
    r"[-*+•‣▪▫◦●○■–—·]\s+"
    r"|[①-⑳❶-❿]\s*"
    r"|\(?\d{1,3}[.)](?:\d++[.)]?)*+\s+"
    rf"|[(（](?:\d{{1,3}}|[A-Za-z{_NUMERAL}])[)）]\s*"
    r"|[A-Za-z]\)\s+"
    rf"|(?:\d{{1,3}}|[{_NUMERAL}]{{1,3}})[、．]\s*"
    rf"|{'|'.join(united(lambda pack: pack.list_marks))}"
    r")(?=\S)"
)
# White space of several bytes: the segmenter cuts some of it (U+0085) in the middle and fails.
_WIDE_SPACE = re.compile(r"[^\S\x00-\x7f]")
_CELL_EDGE = re.compile(r"\t|\s\|\s")
_LEAD_IN_END = (":", "：")

_AT_ONCE = 4096
"""Code points that the segmenter sees in one call: with some signs it takes time by the square of them."""
_LEAST = _AT_ONCE // 4
"""How far one call leads at least where more text follows."""
_CONTEXT = 256
"""Code points before the end of what it sees in which it may not know enough to tell the end of a sentence."""
_LONGEST_SIGN = 32
"""Code points looked back for the beginning of a visible sign (emoji sequences, stacked accents)."""
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")

_LineKind = Literal["blank", "item", "row", "other"]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    kind: _LineKind
    mark: int
    """Length of the item's mark with the space around it."""
    indented: bool
    leads: bool
    """Whether it ends in a colon."""


@lru_cache(maxsize=64)
def statement_spans(text: str, language: str, table: bool) -> tuple[Span, ...]:
    """The rows of a table, the sentences of any other text; the last texts' are remembered, as all spans ask for them.

    Args:
        text: any text.
        language: as of :func:`sentence_spans`.
        table: whether each line is a row.
    """
    return tuple(line_spans(text) if table else sentence_spans(text, language))


def sentence_spans(text: str, language: str = "und") -> list[Span]:
    """All sentences; together they cover every sign of the text that is not white space.

    A line break ends a sentence where it separates paragraphs, list items or table rows, or follows a colon; any
    other is taken for a wrapped line.

    Args:
        text: any text.
        language: ISO 639-1 code; decides which abbreviations end no sentence.
    """
    code = language.partition("-")[0].lower()
    return [span for start, end, mark in _runs(text) for span in _segmented(text, start, end, mark, code)]


def list_spans(text: str) -> list[Span]:
    """All lists of two items or more, each with the sentence directly above it if that ends in a colon."""
    return [(first, last) for first, last, _ in _lists(text)]


def enclosing_list(text: str, start: int, end: int) -> Span | None:
    """The list or steps that hold a span, with the sentence that leads in; None where no list does."""
    for first, last in list_spans(text):
        if first < max(end, start + 1) and start < last:
            return (first, last)
    return None


def item_spans(text: str) -> list[Span]:
    """The items of the list that the text is, each with its continuation lines; what stands above is the first."""
    edges: list[Span] = []
    for line in _lines(text):
        if line.kind == "blank":
            continue
        if line.kind == "item" or not edges:
            edges.append((line.start, line.end))
        else:
            edges[-1] = (edges[-1][0], line.end)
    return edges


def line_spans(text: str) -> list[Span]:
    """The lines that are not blank: the rows of a table."""
    return [(line.start, line.end) for line in _lines(text) if line.kind != "blank"]


def paragraph_spans(text: str) -> list[Span]:
    """The stretches between blank lines: paragraphs, and headings that stand above them."""
    found: list[Span] = []
    open_ = False
    for line in _lines(text):
        if line.kind == "blank":
            open_ = False
        elif open_:
            found[-1] = (found[-1][0], line.end)
        else:
            found.append((line.start, line.end))
            open_ = True
    return found


def _lines(text: str) -> Iterator[_Line]:
    position = 0
    for raw in text.splitlines(keepends=True):
        words = raw.strip()
        start = position + len(raw) - len(raw.lstrip())
        position += len(raw)
        if not words:
            yield _Line(position, position, "blank", 0, False, False)
            continue
        mark = _MARK.compiled.match(raw)
        kind: _LineKind = "item" if mark is not None else "row" if _is_row(words) else "other"
        length = 0 if mark is None else mark.end() - (len(raw) - len(raw.lstrip()))
        yield _Line(start, start + len(words), kind, length, raw[0].isspace(), words.endswith(_LEAD_IN_END))


def _is_row(words: str) -> bool:
    """Whether a line without outer white space opens with a cell's edge, or has one between two cells."""
    return words.startswith("|") or _CELL_EDGE.search(words) is not None


def _runs(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and length of the mark of each stretch of lines that may hold wrapped sentences."""
    run: tuple[int, int, int] | None = None
    above: _Line | None = None
    for line in _lines(text):
        wrapped = run is not None and above is not None and not above.leads and above.kind in ("item", "other")
        if run is not None and wrapped and line.kind == "other":
            run = (run[0], line.end, run[2])
        else:
            if run is not None:
                yield run
            run = None if line.kind == "blank" else (line.start, line.end, line.mark)
        above = line
    if run is not None:
        yield run


def _segmented(text: str, start: int, end: int, mark: int, language: str) -> Iterator[Span]:
    """The sentences of one run; an item's mark ("1.") belongs to its first sentence."""
    inner = text[start + mark : end]
    first = True
    for left, right in _bounded(_WIDE_SPACE.sub(" ", inner), language):
        piece = inner[left:right]
        words = piece.strip()
        if not words:
            continue
        begin = start + mark + left + len(piece) - len(piece.lstrip())
        yield (start if first else begin, begin + len(words))
        first = False


def _bounded(text: str, language: str) -> Iterator[Span]:
    """All sentences with the white space around them; of an endless text the segmenter sees a part at a time."""
    at = 0
    while at < len(text):
        part = text[at : at + _AT_ONCE]
        # The segmenter counts code points and covers its input without gaps (a property test holds it to that).
        found = sentencex.get_sentence_boundaries(language, part)
        spans = [(sentence["start_index"], sentence["end_index"]) for sentence in found]
        cut = len(part) if at + len(part) == len(text) else _settled(part, spans)
        yield from ((at + start, at + min(end, cut)) for start, end in spans if start < cut)
        at += cut


def _settled(part: str, spans: Sequence[Span]) -> int:
    """Up to where the sentences of a text that goes on are certain; more than 0."""
    ends = [end for _, end in spans if _LEAST <= end <= len(part) - _CONTEXT]
    return ends[-1] if ends else good_break(part, 0, len(part) - 1)


def good_break(text: str, start: int, cut: int) -> int:
    """Where to cut what has to be cut somewhere.

    Returns:
        At most ``cut``, but more than ``start``: the last white space of the second half, or else the last place
        between two visible signs.
    """
    for at in range(cut, (start + cut) // 2, -1):
        if text[at].isspace():
            return at
    for at in range(cut, max(start, cut - _LONGEST_SIGN), -1):
        joined = text[at] in _JOINERS or text[at - 1] == "\u200d" or unicodedata.combining(text[at])
        if not joined:
            return at
    return max(cut, start + 1)


def _lists(text: str) -> list[tuple[int, int, int]]:
    """Start (of the lead-in), end and number of items of every list."""
    lists: list[tuple[int, int, int]] = []
    paragraph: Span | None = None  # start of the last lines of words, and their end if that is a colon's, else 0
    gap = 0  # blank lines since the last line of words
    open_list: tuple[int, int, int] | None = None
    for line in _lines(text):
        if line.kind == "blank":
            gap += 1
            continue
        if line.kind == "item" and open_list is not None and gap <= 1:
            open_list = (open_list[0], line.end, open_list[2] + 1)
        elif line.kind == "item":
            lists.extend([open_list] if open_list is not None else [])
            leads = open_list is None and paragraph is not None and paragraph[1] and gap <= 1
            start = _lead_in(text, paragraph) if leads and paragraph is not None else line.start
            open_list, paragraph = (start, line.end, 1), None
        elif open_list is not None and (gap == 0 or line.indented):
            open_list = (open_list[0], line.end, open_list[2])
        else:
            lists.extend([open_list] if open_list is not None else [])
            goes_on = open_list is None and paragraph is not None and gap == 0
            start = paragraph[0] if goes_on and paragraph is not None else line.start
            open_list, paragraph = None, (start, line.end if line.leads else 0)
        gap = 0
    lists.extend([open_list] if open_list is not None else [])
    return [found for found in lists if found[2] > 1]


def _lead_in(text: str, paragraph: Span) -> int:
    """Where the last sentence of a paragraph begins."""
    *_, last = sentence_spans(text[paragraph[0] : paragraph[1]])
    return paragraph[0] + last[0]
