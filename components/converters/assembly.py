"""Puts one text together from the blocks that a format's parser finds, in order, and keeps their offsets.

Goes in: strings with a kind and a place. Comes out: :class:`~components.converters.extracted.Extracted`.
Knows no file format.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from components.converters.extracted import Block, BlockKind, Extracted
from components.converters.limits import Limits, is_row
from components.languages.asking import LONGEST_LABEL, is_question, label_of
from components.languages.scripts import JOINED

SEPARATOR = "\n\n"
"""Stands between two blocks."""

_LONGEST_HEADING = 1_000
"""Characters; what is longer is a paragraph, however it is marked."""

_LINE_ENDS = re.compile(r"\r\n?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ITEM = re.compile(r"\A\s*(?:[-*+•◦▪‣●○■·–]|\(?\d{1,3}[.)]|[a-z][.)])\s+\S")
LONGEST_NAME = 300
"""Code points of a heading or of a column's name, where it is repeated beside what stands below it."""

_FEWEST_ANSWERED = 2  # questions of a table that is a FAQ
_MOST_LEVELS = 12  # of headings above each other


def clean(text: str) -> str:
    """Make line ends line feeds, drop NUL, and replace lone surrogates, which no encoding can store."""
    return _SURROGATE.sub("\ufffd", _LINE_ENDS.sub("\n", text).replace("\0", ""))


def repeated(text: str) -> str:
    """A name as it stands beside all that it names: what a stranger repeats so must not be endless."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def is_item(line: str) -> bool:
    """Whether a line opens with a bullet or an item's number."""
    return _ITEM.match(line) is not None


def line_joint(before: str, after: str) -> str:
    """What replaces a line break inside a paragraph: nothing between Chinese or Japanese, else a space.

    One before a label ("A: ") stays, since what is labelled is a question or its answer.
    """
    if label_of(after[:LONGEST_LABEL]) is not None:
        return "\n"
    if before and after and JOINED.compiled.match(before[-1]) and JOINED.compiled.match(after[0]):
        return ""
    return " "


def table_lines(header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> str:
    """One line a row, ``Column: value; Column: value``, so that a row is understood on its own."""
    names = header if header is not None and are_names(header) else None
    lines = rows if header is None or names is not None else [header, *rows]
    return "\n".join(line for row in lines if (line := table_line(names, row)))


def table_line(header: Sequence[str] | None, row: Sequence[str]) -> str:
    """One row of a table; empty cells are left out, cells without a column name stand bare."""
    parts = []
    for number, cell in enumerate(row):
        if not (value := " ".join(cell.split())):
            continue
        name = " ".join(header[number].split()) if header is not None and number < len(header) else ""
        parts.append(f"{name}: {value}" if name else value)
    return "; ".join(parts)


def are_names(cells: Iterable[str]) -> bool:
    """Whether the cells of a table's first row may be repeated in every row below: an endless one names nothing."""
    return all(len(cell) <= LONGEST_NAME for cell in cells)


def spread(text: str, columns: int) -> list[str]:
    """The cells of one that covers several columns: its text in each, where it is short, so that they stay in step."""
    return [text, *([text if len(text) <= LONGEST_NAME else ""] * (columns - 1))]


def grid_text(rows: Sequence[Sequence[str]], *, headers: int) -> str:
    """The lines of a table in which a merged cell is named in every column that it covers.

    Args:
        rows: the cells of all rows.
        headers: how many of the first rows name the columns; a row above them that is one merged cell is a title.
    """
    titles = next((number for number, row in enumerate(rows) if not _is_merged(row)), 0) if headers else 0
    below = max(titles + 1, headers) if headers and titles + 1 < len(rows) else 0
    names = column_names(rows[titles:below]) if below and below < len(rows) else None
    if names is None or not are_names(names):
        return "\n".join(line for row in rows if (line := _bare_line(row)))
    lines = [row[0] for row in rows[:titles]]
    lines += [row[0] if _is_merged(row) else table_line(names, row) for row in rows[below:]]
    return "\n".join(line for line in lines if line)


def column_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns from the rows that hold them, "2024, Sales" below "2024"; what repeats stands once."""
    width = max(map(len, rows), default=0)
    columns = ([row[number] for row in rows if number < len(row)] for number in range(width))
    return [", ".join(dict.fromkeys(" ".join(name.split()) for name in names if name.strip())) for names in columns]


def _is_merged(row: Sequence[str]) -> bool:
    """Whether a row is one cell that covers several columns."""
    return len(row) > 1 and bool(row[0]) and len(set(row)) == 1


def _bare_line(row: Sequence[str]) -> str:
    """A row of a table whose columns have no names; of two cells the first names the other."""
    single = list(dict.fromkeys(row))
    if len(single) == 2 and all(single):
        return f"{single[0].removesuffix(':')}: {single[1]}"
    return table_line(None, single)


class TextBuilder:
    """Collects blocks in reading order; texts are cleaned and stripped, empty ones left out.

    Args:
        limits: what breaks them is refused as it comes; default: the default limits.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits if limits is not None else Limits()
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._rows = 0
        self._above = 0  # characters of the headings above all blocks
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
        breaks: tuple[int, ...] = (),
        meta: Mapping[str, Any] | None = None,
    ) -> Block | None:
        """Append a block below the current headings; None where nothing but white space was given.

        ``breaks`` are offsets into the text, which then must need no cleaning.
        """
        place = Block(0, 0, kind, page=page, row=row, breaks=breaks, meta=meta or {})
        return self._append(clean(text).strip(), place)

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
        if len(title) > _LONGEST_HEADING:
            return self.add(title, page=page)
        above = [(depth, name) for depth, name in self._headings if depth < level]
        self._headings = above[: _MOST_LEVELS - 1]
        block = self._append(title, Block(0, 0, "heading", page=page))
        self._headings.append((level, repeated(title)))
        self._titles.append((level, title))
        return block

    def add_extracted(self, part: Extracted, level: int) -> None:
        """Append the blocks of another file, such as an attachment, their headings below one of ``level``."""
        for block in part.blocks:
            text, question_end = part.text[block.start : block.end], block.question_end
            if block.kind == "heading":
                self.add_heading(text, level + 1 + len(block.heading))
            elif question_end is not None:
                asked = question_end - block.start
                self.add_faq(text[:asked], text[asked:], row=block.row, meta=block.meta)
            else:
                self.add(text, block.kind, row=block.row, meta=block.meta)

    def leave_headings(self, level: int = 0) -> None:
        """What follows stands below none of the headings so far of this level or further in; by default of none."""
        self._headings = [(depth, name) for depth, name in self._headings if depth < level]

    def build(
        self, format_name: str, title: str | None, meta: Mapping[str, Any], boxes: bytes | None = None
    ) -> Extracted:
        """The finished text; ``title`` falls back to None where it is blank."""
        name = repeated(" ".join(clean(title).split())) if title is not None else ""
        return Extracted("".join(self._parts), tuple(self._blocks), name or None, dict(meta), format_name, boxes)

    def _append(self, text: str, place: Block) -> Block | None:
        if not text:
            return None
        if self._parts:
            self._parts.append(SEPARATOR)
            self._length += len(SEPARATOR)
        start = self._length
        self._rows += is_row(place)
        self._above += sum(len(title) for _, title in self._headings)
        self.limits.check_block(len(text), place.kind)
        self.limits.check_headings(self._above)
        self.limits.check_size(start + len(text), len(self._blocks) + 1, self._rows)
        block = Block(
            start,
            start + len(text),
            place.kind,
            heading=tuple(title for _, title in self._headings),
            page=place.page,
            row=place.row,
            question_end=None if place.question_end is None else start + place.question_end,
            breaks=tuple(start + turn for turn in place.breaks),
            meta=place.meta,
        )
        self._parts.append(text)
        self._length = block.end
        self._blocks.append(block)
        return block


def add_table(builder: TextBuilder, header: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> None:
    """Append a table below its caption; one of questions with their answers as an entry a row."""
    lines = rows if are_answered([[*header], *rows][not is_answered(header) :]) else None
    if lines is None:
        builder.add("\n".join(line for line in (caption, table_lines(header, rows)) if line), "table")
        return
    builder.add(caption)
    for question, answer in [*([header] if is_answered(header) else []), *lines]:
        builder.add_faq(question, answer)


def are_answered(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are questions with their answers: two cells each, of which the first asks in nearly all."""
    asked = sum(map(is_answered, rows))
    return asked >= _FEWEST_ANSWERED and 4 * asked >= 3 * len(rows) and all(len(row) == 2 for row in rows)


def is_answered(row: Sequence[str]) -> bool:
    """Whether a row is a question with its answer."""
    return len(row) == 2 and is_question(row[0]) and bool(row[1].strip())


class ItemList:
    """The items of one list, until something else follows."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._counts: dict[int, int] = {}  # depth -> number of the last item there

    def add(self, text: str, depth: int, *, numbered: bool, start: int = 1) -> None:
        """Append an item; ``depth`` is 0 in the outer list, ``start`` the number of the first one."""
        self.add_marked(text, depth, self._number(depth, start) if numbered else "")

    def add_marked(self, text: str, depth: int, mark: str) -> None:
        """Append an item with its number or letter as the document shows it; without one, as a bullet."""
        shown = mark.strip() if any(map(str.isalnum, mark)) else "-"
        self._lines.append(f"{'  ' * depth}{shown} {' '.join(text.split())}")

    def flush(self, builder: TextBuilder, *, page: int | None = None) -> None:
        """Hand the items on as one block, if there are any, and begin anew."""
        builder.add("\n".join(self._lines), "list", page=page)
        self._lines.clear()
        self._counts.clear()

    def _number(self, depth: int, start: int) -> str:
        self._counts[depth] = self._counts.get(depth, start - 1) + 1
        for deeper in [other for other in self._counts if other > depth]:
            del self._counts[deeper]
        return f"{self._counts[depth]}."
