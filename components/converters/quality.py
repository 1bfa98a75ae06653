"""How well a file was read, told from its text: what a reader would find wrong, by kind, with the figure behind it.

Pure: a text with its blocks goes in, findings come out. Each cut is a constant with what it stands for; of a very long
text the beginning is looked at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.converters.extracted import Block, BlockKind
from components.languages.detect import UNDETERMINED
from components.types import FAULTS, Finding, FindingKind

__all__ = ["Finding", "ReadText", "findings_of"]

MOST_CHARACTERS = 1_000_000
"""Of a text that are looked at."""

GARBLED_SIGNS = 0.01
"""Share of the signs that no document means: replacement characters, private use, controls, numbers of glyphs."""

GARBLED_WORDS = 0.4
"""Share of the Latin words that are no words of any language, as a font without its table of letters makes them."""

TORN = 0.4
"""Share of the paragraphs that end in the middle of a sentence."""

LEADERS = 0.15
"""Share of the signs that are rows of dots, lines or dashes."""

PAGES_WITHOUT_TEXT = 0.2
"""Share of the pages of a PDF."""

LITTLE_TEXT = 200
"""Characters of a file of many bytes: its words may stand in pictures or text boxes."""

MANY_BYTES = 100_000

HUGE_TABLE = 100_000
"""Characters of one table."""

LONG_WITHOUT_HEADINGS = 40_000
"""Characters without a single heading."""

_LEAST_SIGNS = 200
"""A shorter text shows neither garbage nor a language."""
_LEAST_WORDS = 40
_LEAST_PARAGRAPHS = 10
_LEAST_PARAGRAPH = 60
"""Characters; what is shorter may be a caption, an address or a line of a form."""

_LETTERS_A_VOWEL = 5
"""Words of more letters for each vowel are rare in all languages ("strength"), and usual where letters are swapped."""

_SPACE = re.compile(r"\s")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_GLYPH_NUMBER = re.compile(r"\(cid:[0-9]{1,6}\)")
_LATIN_WORD = re.compile("(?<![^\\s(\"'\u201c\u201e\u00ab])[!-~\u00c0-\u024f]{5,40}+(?![^\\s])")
_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
_VOWEL = re.compile("[AEIOUYaeiouy\u00c0-\u024f]")
_STOPS = ".,;:!?)\"'\u201d"
_PLAIN = re.compile(f"[A-Za-z\u00c0-\u024f]{{5,}}[{_STOPS}]{{0,3}}")
_CODE = re.compile(r"[0-9_/\\@#=<>{}\[\].:+-]")
_WITHIN = re.compile("[A-Za-z\u00c0-\u024f][!\"$%&'()*,;?^`|~]+[A-Za-z\u00c0-\u024f]")
_LEADERS = re.compile(r"(?:[.\u2024\u2026\u00b7_\u2013\u2014=-][ \t]?){4,}+")
_SENTENCE_END = re.compile(
    "[.!?:;\u2026\u3002\uff01\uff1f\uff1a\uff1b][\\])}\"'\u2019\u201d\u00bb\u300d\u300f\uff09*_`]*+$"
)
_ROWS: frozenset[str] = frozenset({"csv", "json", "jsonl", "xlsx"})
"""Formats whose files have neither titles nor headings of their own."""

_UNTITLED: frozenset[str] = _ROWS | {"text"}


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read from a file.

    Args:
        text: the whole of it.
        blocks: that it consists of.
        format: of the file.
        title: of the document, where it has one.
        language: of most of it, "und" where that cannot be told.
        pages: of a PDF, those without text included.
        size: bytes of the file.
    """

    text: str
    blocks: Sequence[Block]
    format: str
    title: str | None
    language: str
    pages: int | None
    size: int

    def of_kind(self, kind: BlockKind) -> Iterator[str]:
        """The texts of the blocks of a kind, as far as they are looked at."""
        looked_at = (block for block in self.blocks if block.kind == kind and block.end <= MOST_CHARACTERS)
        return (self.text[block.start : block.end] for block in looked_at)


def findings_of(read: ReadText) -> tuple[Finding, ...]:
    """What did not read well, the worst first; nothing where all is well."""
    sample = read.text[:MOST_CHARACTERS]
    signs = len(_SPACE.sub("", sample))
    measured: dict[FindingKind, float | None] = {
        "garbled": _garbled(sample, signs),
        "pages_without_text": _pages_without_text(read),
        "little_text": float(signs) if signs < LITTLE_TEXT and read.size >= MANY_BYTES else None,
        "torn": _torn(read),
        "leaders": _over(_leaders(sample) / max(1, signs), LEADERS),
        "huge_table": _over(float(max(map(len, read.of_kind("table")), default=0)), HUGE_TABLE),
        "language_unknown": 1.0 if read.language == UNDETERMINED and signs >= _LEAST_SIGNS else None,
        "no_headings": _without_headings(read),
        "no_title": 1.0 if read.title is None and read.format not in _UNTITLED else None,
    }
    found = [Finding(kind, round(value, 3)) for kind, value in measured.items() if value is not None]
    return tuple(sorted(found, key=lambda finding: finding.kind not in FAULTS))


def _over(value: float, cut: float) -> float | None:
    return value if value >= cut else None


def _garbled(sample: str, signs: int) -> float | None:
    """The share of what cannot be read, by signs or by words, whichever is over its cut."""
    if signs < _LEAST_SIGNS:
        return None
    odd = len(_ODD.findall(sample)) + sum(map(len, _GLYPH_NUMBER.findall(sample)))
    if odd / signs >= GARBLED_SIGNS:
        return odd / signs
    return _over(_unlikely_words(sample), GARBLED_WORDS)


def _unlikely_words(sample: str) -> float:
    """The share of Latin words without a vowel, or with signs between their letters that stand in no word."""
    counted = unlikely = 0
    for match in _LATIN_WORD.finditer(sample):
        word = match.group()
        if len(_LETTER.findall(word)) < 3:
            continue
        counted += 1
        unlikely += is_unlikely(word)
    return unlikely / counted if counted >= _LEAST_WORDS else 0.0


def is_unlikely(word: str) -> bool:
    """Whether a word of five letters or more is of no language that has Latin letters, and no name of code."""
    if _WITHIN.search(word) is not None and _CODE.search(word) is None and "'" not in word:
        return True
    return _PLAIN.fullmatch(word) is not None and _LETTERS_A_VOWEL * len(_VOWEL.findall(word)) < len(
        word.rstrip(_STOPS)
    )


def _torn(read: ReadText) -> float | None:
    """The share of the paragraphs of some length that end without the sign of an end."""
    paragraphs = [each for each in read.of_kind("text") if len(each) >= _LEAST_PARAGRAPH]
    if len(paragraphs) < _LEAST_PARAGRAPHS or read.format in _ROWS:
        return None
    torn = sum(_SENTENCE_END.search(each.rstrip()[-8:]) is None for each in paragraphs)
    return _over(torn / len(paragraphs), TORN)


def _leaders(sample: str) -> int:
    """Signs of rows of dots and dashes."""
    return sum(len(_SPACE.sub("", match.group())) for match in _LEADERS.finditer(sample))


def _pages_without_text(read: ReadText) -> float | None:
    if not read.pages:
        return None
    with_text = {
        page
        for block in read.blocks
        if block.page is not None
        for page in range(block.page, block.page + len(block.breaks) + 1)
    }
    missing = read.pages - len(with_text)
    return float(missing) if missing / read.pages >= PAGES_WITHOUT_TEXT else None


def _without_headings(read: ReadText) -> float | None:
    if read.format in _ROWS or any(block.kind in ("heading", "faq") or block.heading for block in read.blocks):
        return None
    return _over(float(len(read.text)), LONG_WITHOUT_HEADINGS)
