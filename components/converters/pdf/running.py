"""Lines of pages -> the same without headers, footers and page numbers; pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from components.converters.pdf.glyphs import Line

_EDGE = 0.12  # of the page's height
_STEP = 8.0  # points: running lines of two pages stand no further apart
_REPEATED = 0.5  # of the left or the right pages: what stands on more of them at the edge is running
_COMMON = 0.6  # of a line's words: so many are the running ones, since the name of a chapter changes
_FEW_ROWS = 8  # a page of fewer, such as a slide, has no outermost ones
_WHOLE = 0.3  # of the pages: what stands on more of them word for word is running
_LONGEST = 200
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"(?<!\w)[ivxlc]{1,7}(?!\w)", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"\A[-–—\s|\[(]*+(?:(?:page|seite|página|pagina|p\.|s\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|von|de|sur|/)\s*\d{1,4})?[-–—\s|\])]*",
    re.IGNORECASE,
)
_NAMED_PAGE = re.compile(r"(?:page|seite|página|pagina)\s*\d{1,4}(?:\s*(?:of|von|de|sur|/)\s*\d{1,4})?", re.IGNORECASE)

_Key = tuple[int, int, str]
"""Left or right page, or 2 for either, height on it in steps, word or whole line."""


def drop_running_lines(pages: Sequence[list[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Leave out page numbers, and lines at a page's edge whose words most pages on that side of a book share."""
    edges = [_edge(lines, height) for lines, height in zip(pages, heights, strict=True)]
    counts: Counter[_Key] = Counter()
    for number, lines in enumerate(edges):
        counts.update({(number % 2, near, word) for line in lines for near, word in _keys(line)})
        counts.update({(2, near, _shape(line)) for line in lines for near in _rows(line)})
    numbered = _numbered(edges)
    kept = []
    for number, (lines, edge) in enumerate(zip(pages, edges, strict=True)):
        out = {id(line) for line in edge if _is_running(line, number, len(pages), counts)}
        rows = {near for line in edge if id(line) not in out and not _is_number(line) for near in _rows(line)}
        out |= {id(line) for line in edge if _is_page_number(line, number, numbered) and rows.isdisjoint(_rows(line))}
        kept.append([line for line in lines if id(line) not in out])
    return kept


def _keys(line: Line) -> Iterator[tuple[int, str]]:
    """The line's words at its height, and at the next step, so that two lines near each other share one."""
    if len(line.glyphs) <= _LONGEST:
        for word in _words(line):
            for near in _rows(line):
                yield near, word


def _words(line: Line) -> set[str]:
    return set(_WORD.findall(_ROMAN.sub(" ", line.text.lower())))


def _is_running(line: Line, number: int, pages: int, counts: Counter[_Key]) -> bool:
    words = _words(line)
    if pages < 2 or not words or len(line.glyphs) > _LONGEST:
        return False
    near, next_one = _rows(line)
    if max(counts[2, at, _shape(line)] for at in (near, next_one)) > max(2, _WHOLE * pages):
        return True
    side = (pages + 1 - number % 2) // 2  # pages on this side of the book

    def count(word: str) -> tuple[int, int]:
        """On pages of this side, and on all."""
        own = max(counts[number % 2, near, word], counts[number % 2, next_one, word])
        other = max(counts[1 - number % 2, near, word], counts[1 - number % 2, next_one, word])
        return own, own + other

    if pages < 5:  # few pages share words by chance: each must have the whole line
        return all(count(word)[1] == pages for word in words)
    shared = sum(own > max(2, _REPEATED * side) or both > max(2, _REPEATED * pages) for own, both in map(count, words))
    return shared >= _COMMON * len(words)


def _numbered(edges: Sequence[Sequence[Line]]) -> set[int]:
    """Heights at which bare numbers stand on several pages."""
    pages: dict[int, set[int]] = defaultdict(set)
    for number, lines in enumerate(edges):
        for line in lines:
            if _is_number(line):
                for near in _rows(line):
                    pages[near].add(number)
    return {near for near, found in pages.items() if len(found) > 1}


def _is_page_number(line: Line, number: int, numbered: set[int]) -> bool:
    """Whether a line is "Page 3 of 10", or a bare number: the page's own, or where other pages have one too."""
    if not _is_number(line):
        return False
    own = line.text.strip("-–—|[]() ") == str(number + 1)
    return own or not numbered.isdisjoint(_rows(line)) or _NAMED_PAGE.search(line.text) is not None


def _is_number(line: Line) -> bool:
    return len(line.glyphs) < 40 and _PAGE_NUMBER.fullmatch(line.text) is not None


def _rows(line: Line) -> tuple[int, int]:
    """Its height on the page in steps, and the next one, so that two lines near each other share one."""
    return int(line.bottom // _STEP), int(line.bottom // _STEP) + 1


def _shape(line: Line) -> str:
    return " ".join(_DIGITS.sub("#", line.text[:_LONGEST]).split())


def _edge(lines: Sequence[Line], height: float) -> list[Line]:
    """The lines near the top and the bottom of a page, and the two outermost rows, wherever they stand."""
    rows = sorted({int(line.bottom // _STEP) for line in lines})
    outer = {*rows[:2], *rows[-2:]} if len(rows) > _FEW_ROWS else set[int]()
    low, high = _EDGE * height, (1 - _EDGE) * height
    return [line for line in lines if line.top < low or line.bottom > high or int(line.bottom // _STEP) in outer]
