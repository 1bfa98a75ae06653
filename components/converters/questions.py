"""Questions with their answers, in whatever shape a format writes them, become ``faq`` blocks: one pass over its text.

In: what a parser found. Out: the same, where these shapes are entries: a heading that is a question with what stands
below it; every heading of a FAQ; lines that are labelled ("Q: ", "A: "); paragraphs that are questions, or begin with
one in a line of its own, where several do. Tables are taken row by row as they are built (``assembly.add_table``).
Knows no format: all that is asked of a parser is headings and paragraphs.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

from components.converters.extracted import Block, Extracted
from components.languages.asking import (
    LONGEST_LABEL,
    has_question_mark,
    is_faq_name,
    is_question,
    label_of,
    leads_elsewhere,
)

LONGEST_ANSWER = 4_000
"""Characters below a question that are still its answer; a longer section is a chapter."""

LONGEST_DIVIDED_ANSWER = 3_000
"""The same where headings divide it."""

_MOST_BLOCKS = 60
"""Of one answer."""

_FEWEST_PARAGRAPHS = 2
"""A single question between paragraphs is a figure of speech."""


class _Entry(NamedTuple):
    """Blocks that are one question, the first, and its answer; ``last`` is exclusive."""

    first: int
    last: int


def with_entries(extracted: Extracted, path: Path) -> Extracted:
    """The text with its entries; without any, as it was."""
    blocks = _divided(extracted.text, extracted.blocks)
    parts = [label_of(extracted.text[block.start : block.start + LONGEST_LABEL]) for block in blocks]
    name = extracted.title if extracted.title is not None else path.stem
    found = _entries(_Outline(extracted.text, blocks, name), [part[0] if part is not None else None for part in parts])
    if not found:
        return extracted
    cuts = [] if extracted.boxes is not None else _cuts(extracted.text, blocks, parts, found)
    return _merged(extracted, blocks, found, cuts)


# The pieces that may be a question or an answer


def _divided(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, divided before each labelled line, and behind a first line that is a question where several are."""
    pieces = [piece for block in blocks for piece in _by_labels(text, block)]
    opening = [_opening(text, piece) for piece in pieces]
    asked = sum(end is not None or _is_asking(text, each) for each, end in zip(pieces, opening, strict=True))
    if asked < _FEWEST_PARAGRAPHS:
        return pieces
    return [part for piece, end in zip(pieces, opening, strict=True) for part in _cut_at(text, piece, end)]


def _by_labels(text: str, block: Block) -> Iterator[Block]:
    if not _is_plain(block):
        yield block
        return
    start = at = block.start
    for line in text[block.start : block.end].split("\n"):
        if at > start and label_of(line[:LONGEST_LABEL]) is not None:
            yield _trimmed(text, replace(block, start=start, end=at))
            start = at
        at += len(line) + 1
    yield _trimmed(text, replace(block, start=start))


def _trimmed(text: str, block: Block) -> Block:
    words = text[block.start : block.end]
    start = block.end - len(words.lstrip())
    return replace(block, start=start, end=block.start + len(words.rstrip()))


def _opening(text: str, block: Block) -> int | None:
    """Where the first line of a paragraph ends, where it is a question and more lines follow."""
    if not _is_plain(block) or (end := text.find("\n", block.start, block.end)) < 0:
        return None
    return end if has_question_mark(text[block.start : end]) else None


def _is_asking(text: str, block: Block) -> bool:
    """Whether a paragraph is a question and nothing else."""
    return _is_plain(block) and has_question_mark(words := text[block.start : block.end]) and "\n" not in words


def _cut_at(text: str, block: Block, end: int | None) -> Iterator[Block]:
    if end is None:
        yield block
    else:
        yield _trimmed(text, replace(block, end=end))
        yield _trimmed(text, replace(block, start=end))


def _is_plain(block: Block) -> bool:
    """Whether a block is a paragraph that may be divided: none of a table, and none that runs over a page's end."""
    return block.kind == "text" and block.row is None and not block.breaks


# Which pieces are entries


@dataclass(frozen=True, slots=True)
class _Outline:
    """The blocks of a text, and what it is called."""

    text: str
    blocks: Sequence[Block]
    name: str

    def words(self, at: int) -> str:
        return self.text[self.blocks[at].start : self.blocks[at].end]

    def body(self, at: int, longest: int) -> int:
        """Where the section of a heading ends (exclusive); where it is too long for an answer, the heading itself."""
        head = self.blocks[at]
        depth, end = len(head.heading), at + 1
        while end < len(self.blocks) and len(self.blocks[end].heading) > depth:
            if end - at > _MOST_BLOCKS or self.blocks[end].end - head.end > longest:
                return at + 1
            if self.blocks[end].kind == "heading" and leads_elsewhere(self.words(end)):
                break
            end += 1
        return end

    def joins(self, first: int, last: int) -> bool:
        """Whether these blocks may be one: all of one source, none a row or an entry of its own."""
        head = self.blocks[first]
        return all(
            block.row is None and block.kind != "faq" and block.meta == head.meta for block in self.blocks[first:last]
        )


def _entries(outline: _Outline, parts: Sequence[str | None]) -> list[_Entry]:
    asked = _asked_headings(outline)
    paragraphs = _paragraph_questions(outline)
    found, at = [], 0
    while at < len(outline.blocks):
        last = at
        if at in asked:
            last = _answer_below(outline, at, asked)
        elif parts[at] == "question":
            last = _labelled(outline, at, parts)
        if last == at and at in paragraphs:
            last = _answer_beside(outline, at, paragraphs)
        if last > at + 1 and outline.joins(at, last) and "\n" in _gap(outline, at):
            found.append(_Entry(at, last))
            at = last
        else:
            at += 1
    return found


def _gap(outline: _Outline, at: int) -> str:
    return outline.text[outline.blocks[at].end : outline.blocks[at + 1].start]


def _asked_headings(outline: _Outline) -> set[int]:
    """The headings that are questions, and those that stand among them or below the name of a FAQ."""
    siblings: dict[tuple[str, ...], list[int]] = {}
    for at, block in enumerate(outline.blocks):
        if block.kind == "heading" and not block.breaks:
            siblings.setdefault(block.heading, []).append(at)
    asked: set[int] = set()
    for above, headings in siblings.items():
        questions = [at for at in headings if is_question(outline.words(at))]
        named = is_faq_name(above[-1] if above else outline.name)
        among = len(questions) >= _FEWEST_PARAGRAPHS and 2 * len(questions) >= len(headings)
        if named or among:
            asked.update(at for at in headings if not _announces(outline.words(at)))
        else:
            asked.update(questions)
    return asked


def _announces(heading: str) -> bool:
    return is_faq_name(heading) or leads_elsewhere(heading)


def _answer_below(outline: _Outline, at: int, asked: set[int]) -> int:
    last = outline.body(at, LONGEST_ANSWER)
    inner = [below for below in range(at + 1, last) if outline.blocks[below].kind == "heading"]
    if not inner:
        return last
    length = outline.blocks[last - 1].end - outline.blocks[at].end
    is_whole = length <= LONGEST_DIVIDED_ANSWER and asked.isdisjoint(inner) and is_question(outline.words(at))
    return last if is_whole else at


def _labelled(outline: _Outline, at: int, parts: Sequence[str | None]) -> int:
    """The end of a labelled answer: what follows up to the next question, or to a heading."""
    end = at + 1
    if end >= len(parts) or parts[end] != "answer":
        return at
    return _run(outline, at, end + 1, lambda block: parts[block] is not None)


def _paragraph_questions(outline: _Outline) -> set[int]:
    """The paragraphs that are questions, where there are several below one heading."""
    found: dict[tuple[str, ...], list[int]] = {}
    for at, block in enumerate(outline.blocks):
        if _is_asking(outline.text, block):
            found.setdefault(block.heading, []).append(at)
    return {at for group in found.values() if len(group) >= _FEWEST_PARAGRAPHS for at in group}


def _answer_beside(outline: _Outline, at: int, questions: set[int]) -> int:
    return _run(outline, at, at + 1, questions.__contains__)


def _run(outline: _Outline, at: int, end: int, ends_at: Callable[[int], bool]) -> int:
    """The blocks from ``end`` on that still belong to the question; none where they are too long for an answer."""
    head = outline.blocks[at]
    while end < len(outline.blocks) and outline.blocks[end].heading == head.heading and not ends_at(end):
        if outline.blocks[end].kind in ("heading", "faq"):
            break
        if end - at > _MOST_BLOCKS or outline.blocks[end].end - head.end > LONGEST_ANSWER:
            return at
        end += 1
    return end


# The text with its entries


def _cuts(
    text: str, blocks: Sequence[Block], parts: Sequence[tuple[str, int] | None], entries: Sequence[_Entry]
) -> list[tuple[int, int]]:
    """What is left out of the text: the labels of entries, and white space before the line feed behind a question."""
    cuts = []
    for entry in entries:
        for at in (entry.first, entry.first + 1):
            if (part := parts[at]) is not None and blocks[at].start + part[1] < blocks[at].end:
                cuts.append((blocks[at].start, blocks[at].start + part[1]))
            if at == entry.first:
                end = blocks[at].end
                cuts.append((end, text.index("\n", end)))
    return [cut for cut in cuts if cut[0] < cut[1]]


def _merged(
    extracted: Extracted, blocks: Sequence[Block], entries: Sequence[_Entry], cuts: list[tuple[int, int]]
) -> Extracted:
    starts = [cut[0] for cut in cuts]
    lost = [0, *accumulate(end - start for start, end in cuts)]

    def moved(offset: int) -> int:
        before = bisect_right(starts, offset - 1)
        inside = max(0, cuts[before - 1][1] - offset) if before else 0
        return offset - lost[before] + inside

    def placed(block: Block) -> Block:
        return replace(
            block,
            start=moved(block.start),
            end=moved(block.end),
            question_end=None if block.question_end is None else moved(block.question_end),
            breaks=tuple(map(moved, block.breaks)),
        )

    edges = [0, *(edge for cut in cuts for edge in cut), len(extracted.text)]
    text = "".join(extracted.text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    joined = [placed(block) for block in _joined(blocks, entries)]
    return replace(extracted, text=text, blocks=tuple(joined))


def _joined(blocks: Sequence[Block], entries: Sequence[_Entry]) -> Iterator[Block]:
    at = 0
    for entry in entries:
        yield from blocks[at : entry.first]
        parts = blocks[entry.first : entry.last]
        yield replace(parts[0], kind="faq", end=parts[-1].end, question_end=parts[0].end, breaks=tuple(_breaks(parts)))
        at = entry.last
    yield from blocks[at:]


def _breaks(parts: Sequence[Block]) -> Iterator[int]:
    """Where the following pages begin in what was several blocks."""
    for above, block in pairwise(parts):
        if block.page is not None and above.page is not None:
            yield from [block.start] * max(0, block.page - above.page - len(above.breaks))
        yield from block.breaks
