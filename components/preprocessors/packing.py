"""How the blocks of a text become passages: which sentences, items and rows stand together.

In: a text, its blocks, and a way to count tokens. Out: slices of the text, each within its limit of tokens. Pure;
knows no tokenizer, no ``Document`` and no model.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, islice
from typing import Protocol

from components.converters.assembly import is_item
from components.converters.extracted import Block
from components.languages.sentences import Span, good_break, item_spans, line_spans, list_spans, sentence_spans

_CHARACTERS_A_TOKEN = 16
"""Characters count too, this many for a token: to WordPiece, a word of a million is one unknown token."""

_AT_ONCE = 1 << 16
"""Code points of which a tokenizer tells the tokens' ends in one call."""

_ATOMS_AT_ONCE = 4096
"""Atoms that are counted together; those of a whole book would fill the memory."""


class Tokens(Protocol):
    """What is asked of a tokenizer."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""

    def ends(self, text: str) -> list[int]:
        """Where each token of the text ends, in code points."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Tokens: what a passage aims at, what it repeats of the one before, and what it never exceeds."""

    target: int
    overlap: int
    limit: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One passage: ``text[start:end]`` begins in ``block``."""

    start: int
    end: int
    block: Block


@dataclass(frozen=True, slots=True)
class _Atom:
    """What is not divided any further."""

    start: int
    end: int
    block: Block
    opens: bool
    """A list or table, or the first piece of one: what a line with a colon above it leads in."""
    tokens: int = 0


def slices(
    text: str, blocks: Sequence[Block], sizes: Callable[[Block], Sizes], tokens: Tokens, language: str
) -> list[Slice]:
    """Divide a text into passages.

    No passage crosses from one heading path, page, row or set of block metadata to another; leave the blocks of
    headings out, or give them as "text". A ``faq`` block stays whole where it fits.

    Args:
        text: the text of one file.
        blocks: in order; between them stands white space only.
        sizes: the sizes that hold for a block.
        tokens: counts them.
        language: for the sentence boundaries.
    """
    measure = _Measure(text, tokens, max((sizes(block).limit for block in blocks), default=0))
    atoms = measure.counted(_atoms(text, blocks, sizes, measure, language))
    atoms = (piece for atom in atoms for piece in _fitting(atom, sizes(atom.block), measure))
    found = (passage for section in _sections(atoms) for passage in _passages(text, section, sizes))
    # The parts' tokens need not add up to the whole's with every tokenizer: what counts is the whole.
    halves = (half for atom in measure.counted(found) for half in _halved(atom, sizes(atom.block).limit, measure))
    return [Slice(half.start, half.end, half.block) for half in halves]


@dataclass(frozen=True, slots=True)
class _Measure:
    """How many tokens the parts of a text have."""

    text: str
    tokens: Tokens
    limit: int
    """The highest of any passage: of what is over it in characters alone the tokens are not counted."""

    def of(self, spans: Sequence[Span]) -> list[int]:
        """Tokens of each part, or its characters' share where that is more."""
        shares = [(end - start) // _CHARACTERS_A_TOKEN for start, end in spans]
        short = [self.text[start:end] for (start, end), share in zip(spans, shares, strict=True) if share <= self.limit]
        counts = iter(self.tokens.count(short))
        return [share if share > self.limit else max(share, next(counts)) for share in shares]

    def counted(self, atoms: Iterable[_Atom]) -> Iterator[_Atom]:
        """The atoms with their tokens."""
        source = iter(atoms)
        while some := list(islice(source, _ATOMS_AT_ONCE)):
            counts = self.of([(atom.start, atom.end) for atom in some])
            yield from (replace(atom, tokens=count) for atom, count in zip(some, counts, strict=True))

    def ends(self, span: Span) -> Iterator[int]:
        """Where each token of a part ends in the text, in order."""
        at, end = span
        while at < end:
            cut = end if end - at <= _AT_ONCE else good_break(self.text, at, at + _AT_ONCE)
            yield from (at + edge for edge in self.tokens.ends(self.text[at:cut]))
            at = cut


def _sections(atoms: Iterable[_Atom]) -> Iterator[list[_Atom]]:
    """The runs of atoms of which passages may hold several."""
    # The place is looked up once a block, since some have as many atoms as letters.
    by_block = groupby(atoms, key=lambda atom: atom.block.start)
    placed = ((place_of(group[0].block), group) for _, run in by_block if (group := list(run)))
    for _, groups in groupby(placed, key=lambda item: item[0]):
        yield [atom for _, group in groups for atom in group]


def _passages(text: str, section: list[_Atom], sizes: Callable[[Block], Sizes]) -> Iterator[_Atom]:
    atoms = _with_lead_ins(text, section, sizes)
    for first, last in _packed(atoms, sizes(atoms[0].block)):
        yield replace(atoms[first], end=atoms[last - 1].end)


def place_of(block: Block) -> tuple[object, ...]:
    """What a passage does not cross."""
    alone = (block.start,) if block.kind == "faq" else ()
    return (block.heading, block.page, block.row, tuple(sorted((k, repr(v)) for k, v in block.meta.items())), alone)


def _atoms(
    text: str, blocks: Sequence[Block], sizes: Callable[[Block], Sizes], measure: _Measure, language: str
) -> Iterator[_Atom]:
    wholes: list[tuple[Block, Span]] = []
    for block in blocks:
        inner = list_spans(text[block.start : block.end]) if block.kind == "text" else [(0, block.end - block.start)]
        wholes.extend((block, (block.start + start, block.start + end)) for start, end in inner)
    counts = measure.of([span for _, span in wholes])
    fitting = [
        (block, span) for (block, span), count in zip(wholes, counts, strict=True) if count <= sizes(block).limit
    ]
    by_block = {block.start: [span for _, span in spans] for block, spans in groupby(fitting, key=lambda w: w[0])}
    for block in blocks:
        position = block.start
        for start, end in by_block.get(block.start, []):
            yield from _pieces(text, block, (position, start), language)
            yield _Atom(start, end, block, block.kind in ("list", "table"))
            position = end
        yield from _pieces(text, block, (position, block.end), language)


def _pieces(text: str, block: Block, part: Span, language: str) -> Iterator[_Atom]:
    """Sentences, items or rows of a part of a block."""
    inner = text[part[0] : part[1]]
    if block.kind == "table":
        spans = line_spans(inner)
    elif block.kind == "list":
        spans = item_spans(inner)
    elif block.question_end is not None and inner:
        answer = block.question_end - part[0]
        said = _answer_spans(inner[answer:], language)
        spans = [(0, answer), *((answer + start, answer + end) for start, end in said)]
    else:
        spans = sentence_spans(inner, language)
    for number, (start, end) in enumerate(spans):
        yield _Atom(part[0] + start, part[0] + end, block, block.kind in ("list", "table") and number == 0)


def _answer_spans(answer: str, language: str) -> Iterator[Span]:
    """Sentences of an answer's paragraphs and items of its lists, which blank lines part."""
    at = 0
    for part in answer.split("\n\n"):
        is_list = is_item(part.lstrip())
        for start, end in item_spans(part) if is_list else sentence_spans(part, language):
            yield at + start, at + end
        at += len(part) + 2


def _fitting(atom: _Atom, sizes: Sizes, measure: _Measure) -> Iterator[_Atom]:
    """The atom, or its pieces where it exceeds the limit."""
    if atom.tokens <= sizes.limit:
        yield atom
        return
    pieces = (replace(atom, start=start, end=end) for start, end in _cut((atom.start, atom.end), sizes, measure))
    for piece in measure.counted(pieces):
        yield from _halved(piece, sizes.limit, measure)


def _cut(span: Span, sizes: Sizes, measure: _Measure) -> Iterator[Span]:
    """Pieces of about the target, cut at white space where there is some."""
    start, end = span
    edges = list(accumulate(measure.ends(span), max))
    at = 0
    while start < end:
        at = bisect_right(edges, start, at)
        last = at + sizes.target - 1
        cut = min(edges[last] if last < len(edges) else end, start + _CHARACTERS_A_TOKEN * sizes.target, end)
        if cut < end:
            cut = good_break(measure.text, start, cut)
        yield start, cut
        start = cut


def _halved(atom: _Atom, limit: int, measure: _Measure) -> Iterator[_Atom]:
    """The atom without outer white space, or its halves where it exceeds the limit of tokens."""
    words = measure.text[atom.start : atom.end]
    start, end = atom.end - len(words.lstrip()), atom.start + len(words.rstrip())
    if start >= end:
        return
    if atom.tokens <= limit or end - start == 1:
        yield replace(atom, start=start, end=end)
        return
    middle = good_break(measure.text, start, (start + end) // 2)
    halves = [replace(atom, start=start, end=middle), replace(atom, start=middle, end=end)]
    for half in measure.counted(halves):
        yield from _halved(half, limit, measure)


def _with_lead_ins(text: str, section: list[_Atom], sizes: Callable[[Block], Sizes]) -> list[_Atom]:
    """Join a sentence that ends in a colon to the list or table that it leads in, and a question to its answer."""
    joined: list[_Atom] = []
    for atom in section:
        above = joined[-1] if joined else None
        if above is not None and _leads_in(text, above, atom):
            together = above.tokens + atom.tokens
            if together <= sizes(atom.block).limit:
                joined[-1] = replace(atom, start=above.start, tokens=together, opens=False)
                continue
        joined.append(atom)
    return joined


def _leads_in(text: str, above: _Atom, atom: _Atom) -> bool:
    if atom.block.kind == "faq":
        question_end = atom.block.question_end
        return question_end is not None and above.end <= question_end <= atom.start
    return atom.opens and above.block is not atom.block and text[above.end - 1] in ":："


def _packed(atoms: Sequence[_Atom], sizes: Sizes) -> Iterator[Span]:
    """First and last (exclusive) atom of each passage of one section."""
    rests = _rests(atoms)
    begin = fresh = 0
    while fresh < len(atoms):
        end = _filled(atoms, rests, (begin, fresh), sizes)
        yield begin, end
        begin, fresh = _repeated(atoms, begin, end, sizes), end


def _rests(atoms: Sequence[_Atom]) -> list[int]:
    """Tokens from each atom to the end of its block."""
    rests: list[int] = []
    below: _Atom | None = None
    for atom in reversed(atoms):
        same = below is not None and below.block is atom.block
        rests.append(atom.tokens + (rests[-1] if same else 0))
        below = atom
    return rests[::-1]


def _filled(atoms: Sequence[_Atom], rests: Sequence[int], begin: Span, sizes: Sizes) -> int:
    """Where the passage ends that repeats the atoms from ``begin[0]`` and says something new from ``begin[1]``."""
    size = sum(atom.tokens for atom in atoms[begin[0] : begin[1] + 1])
    end = begin[1] + 1
    while end < len(atoms):
        last, following = atoms[end - 1], atoms[end]
        if (last.block.kind == "table") != (following.block.kind == "table"):
            break
        if following.block is last.block:
            # A short rest of a paragraph stays with it rather than to begin a passage of its own.
            is_short_rest = rests[end] <= sizes.target // 4 and size + rests[end] <= sizes.limit
            fits = size + following.tokens <= sizes.target or is_short_rest
        else:
            # A paragraph that does not fit begins a passage of its own rather than to be divided.
            room = sizes.target if size < sizes.target // 2 else sizes.target - rests[end] + following.tokens
            fits = size + following.tokens <= room
        if not fits:
            break
        size += following.tokens
        end += 1
    return end


def _repeated(atoms: Sequence[_Atom], begin: int, end: int, sizes: Sizes) -> int:
    """Where the passage begins that follows one that was cut at ``end``: inside a block, it repeats its end."""
    if end == len(atoms) or atoms[end].block is not atoms[end - 1].block or atoms[end].block.kind == "table":
        return end
    size, first = 0, end
    while first - 1 > begin and atoms[first - 1].block is atoms[end].block:
        size += atoms[first - 1].tokens
        if size > sizes.overlap or size + atoms[end].tokens > sizes.limit:
            break
        first -= 1
    return first
