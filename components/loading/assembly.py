"""Puts one text together from the blocks that a format's parser finds, in order, and keeps their offsets.

Goes in: strings with a kind and a place. Comes out: :class:`~components.loading.extracted.Extracted`.
Knows no file format.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from components.loading.extracted import Block, BlockKind, Extracted

SEPARATOR = "\n\n"
"""Stands between two blocks."""

_LINE_ENDS = re.compile(r"\r\n?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ITEM = re.compile(r"\s*(?:[-*+•◦▪‣●○■·–]|\(?\d{1,3}[.)]|[a-z][.)])\s+\S")
# Scripts that set no space between words: Han, kana, their punctuation and full-width forms.
_UNSPACED = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")


def clean(text: str) -> str:
    """Make line ends line feeds, drop NUL, and replace lone surrogates, which no encoding can store."""
    return _SURROGATE.sub("\ufffd", _LINE_ENDS.sub("\n", text).replace("\0", ""))


def is_item(line: str) -> bool:
    """Whether a line opens with a bullet or an item's number."""
    return _ITEM.match(line) is not None


def line_joint(before: str, after: str) -> str:
    """What replaces a line break inside a paragraph: nothing between Chinese or Japanese, else a space."""
    if before and after and _UNSPACED.match(before[-1]) and _UNSPACED.match(after[0]):
        return ""
    return " "


def table_lines(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> str:
    """One line a row, ``Column: value; Column: value``, so that a row is understood on its own."""
    return "\n".join(line for row in rows if (line := table_line(header, row)))


def table_line(header: Sequence[str] | None, row: Sequence[str]) -> str:
    """One row of a table; empty cells are left out, cells without a column name stand bare."""
    parts = []
    for number, cell in enumerate(row):
        value = " ".join(cell.split())
        name = " ".join(header[number].split()) if header is not None and number < len(header) else ""
        if value:
            parts.append(f"{name}: {value}" if name else value)
    return "; ".join(parts)


class TextBuilder:
    """Collects blocks in reading order; texts are cleaned and stripped, empty ones left out."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._headings: list[tuple[int, str]] = []  # level and text of those that stand above
        self._titles: list[tuple[int, str]] = []  # of all

    @property
    def first_heading(self) -> str | None:
        """The first heading of the outermost level so far, if any."""
        return min(self._titles, key=lambda title: title[0], default=(0, None))[1]

    def add(
        self,
        text: str,
        kind: BlockKind = "text",
        *,
        page: int | None = None,
        row: int | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Block | None:
        """Append a block below the current headings; None where nothing but white space was given."""
        return self._append(clean(text).strip(), Block(0, 0, kind, page=page, row=row, meta=meta or {}))

    def add_faq(
        self, question: str, answer: str, *, row: int | None = None, meta: Mapping[str, Any] | None = None
    ) -> Block | None:
        """Append a question with its answer; the other as text where one of them is blank."""
        asked, answered = " ".join(clean(question).split()), clean(answer).strip()
        if not asked or not answered:
            return self.add(asked or answered, row=row, meta=meta)
        place = Block(0, 0, "faq", row=row, question_end=len(asked), meta=meta or {})
        return self._append(f"{asked}\n{answered}", place)

    def add_heading(self, text: str, level: int, *, page: int | None = None) -> Block | None:
        """Append a heading; it stands above what follows until one of its level or further out."""
        title = " ".join(clean(text).split())
        if not title:
            return None
        self._headings = [(depth, above) for depth, above in self._headings if depth < level]
        block = self._append(title, Block(0, 0, "heading", page=page))
        self._headings.append((level, title))
        self._titles.append((level, title))
        return block

    def build(
        self, format_name: str, title: str | None, meta: Mapping[str, Any], boxes: bytes | None = None
    ) -> Extracted:
        """The finished text; ``title`` falls back to None where it is blank."""
        name = " ".join(clean(title).split()) if title is not None else ""
        return Extracted("".join(self._parts), tuple(self._blocks), name or None, dict(meta), format_name, boxes)

    def _append(self, text: str, place: Block) -> Block | None:
        if not text:
            return None
        if self._parts:
            self._parts.append(SEPARATOR)
            self._length += len(SEPARATOR)
        start = self._length
        block = Block(
            start,
            start + len(text),
            place.kind,
            heading=tuple(title for _, title in self._headings),
            page=place.page,
            row=place.row,
            question_end=None if place.question_end is None else start + place.question_end,
            meta=place.meta,
        )
        self._parts.append(text)
        self._length = block.end
        self._blocks.append(block)
        return block
