"""Characters with boxes -> the lines, paragraphs, lists and headings of a page; pure.

Knows no PDF: it sees characters in content order with the line breaks that the reader of the file put in.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from statistics import median

from components.converters.assembly import is_item, line_joint
from components.converters.extracted import BlockKind
from components.converters.pdf.boxes import Box

HYPHEN = "\x02"
"""A hyphen at the end of a line, where a word goes on in the next."""

_ENDS = tuple(".!?:;。！？：；")
_CLOSERS = "\"'”’»)]」』）"
_HEADING_RATIO = 1.12  # a heading's letters are this much taller than the body's
_SAME_SIZE = 0.12  # letters of one paragraph differ by no more than this
_MAX_HEADING = 160
_COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]++-[^\W\d_]++(?![\w-])")
_SPACE = re.compile(r"\s")
_LETTERS = re.compile(r"[^\W\d_]*")
_DIGITS = re.compile(r"\d+")
_REPEATED = 0.6  # of the pages: what stands on more of them at the edge is a running header or footer
_EDGE = 0.12  # of the page's height


@dataclass(frozen=True, slots=True)
class Glyph:
    """One code point; ``box`` is None for what was added to join lines or cells."""

    char: str
    box: Box | None
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The characters of one line of a page; at least one has a box."""

    glyphs: tuple[Glyph, ...]
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Median height of the boxes."""
    bold: bool
    """Whether all its words are."""

    @classmethod
    def of(cls, glyphs: Sequence[Glyph]) -> "Line | None":
        """Build without the white space at both ends; None where nothing else is left."""
        first, last = 0, len(glyphs)
        while first < last and glyphs[first].char.isspace():
            first += 1
        while last > first and glyphs[last - 1].char.isspace():
            last -= 1
        kept = tuple(glyphs[first:last])
        seen = [glyph for glyph in kept if not glyph.char.isspace()]
        boxes = [glyph.box for glyph in seen if glyph.box is not None]
        if not boxes:
            return None
        left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
        size = max(median(box[3] - box[1] for box in boxes), 0.1)
        return cls(kept, left, bottom, right, top, size, all(glyph.bold for glyph in seen if glyph.box is not None))

    @property
    def text(self) -> str:
        """The line's characters."""
        return text_of(self.glyphs)

    @property
    def continues(self) -> bool:
        """Whether its last word goes on in the next line."""
        return self.glyphs[-1].char == HYPHEN


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, list, table or heading of one page."""

    kind: BlockKind
    glyphs: tuple[Glyph, ...]
    size: float
    lines: tuple[Line, ...] = ()
    """What it was made of; of a table nothing."""
    breaks: tuple[int, ...] = ()
    """Where among the glyphs the following pages begin."""


def text_of(glyphs: Iterable[Glyph]) -> str:
    """The characters of glyphs."""
    return "".join(glyph.char for glyph in glyphs)


def split_lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Part a page's characters at line breaks and at the hyphens that stand for one."""
    lines: list[Line | None] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        if glyph.char in "\r\n":
            lines.append(Line.of(run))
            run = []
            continue
        if run and run[-1].char == HYPHEN and not _on_one_line(run[-1], glyph):
            lines.append(Line.of(run))
            run = []
        elif run and run[-1].char == HYPHEN:
            run[-1] = Glyph("-", run[-1].box)
        run.append(glyph)
    lines.append(Line.of(run))
    return [line for line in lines if line is not None]


def drop_running_lines(pages: Sequence[list[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """Leave out headers, footers and page numbers: lines at a page's edge that most pages share but for digits."""
    if len(pages) < 3:
        return list(pages)
    edges = [
        {(_shape(line), round(line.bottom / 10)) for line in lines if _at_edge(line, height)}
        for lines, height in zip(pages, heights, strict=True)
    ]
    counts = Counter(key for edge in edges for key in edge)
    running = {key for key, count in counts.items() if count > max(2, _REPEATED * len(pages))}
    return [
        [line for line in lines if not (_at_edge(line, height) and (_shape(line), round(line.bottom / 10)) in running)]
        for lines, height in zip(pages, heights, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set, which tells its headings and the ends of its paragraphs."""

    body: float
    """The height in which most of the text is set."""
    pitch: float
    """The usual distance from one line of a paragraph to the next."""
    compounds: frozenset[str]
    """Words with a hyphen inside a line, in lower case, which keep it at a line's end too."""

    @classmethod
    def of(cls, pages: Sequence[list[Line]]) -> "Setting":
        """Measure all pages."""
        weights: Counter[float] = Counter()
        for line in (line for lines in pages for line in lines):
            weights[round(line.size * 2) / 2] += len(line.glyphs)
        body = max(weights, key=lambda size: weights[size], default=1.0)
        texts = (line.text.lower() for lines in pages for line in lines)
        return cls(
            body, _line_pitch(pages, body), frozenset(word for text in texts for word in _COMPOUND.findall(text))
        )


def _line_pitch(pages: Iterable[list[Line]], body: float) -> float:
    pitches = sorted(
        above.top - below.top
        for lines in pages
        for above, below in pairwise(lines)
        if body * 0.5 < above.top - below.top < body * 4 and abs(above.size - below.size) < 0.1 * body
    )
    return pitches[len(pitches) // 4] if pitches else body


def paragraphs(lines: Sequence[Line], setting: Setting) -> list[Piece]:
    """Group lines that hold no table."""
    margins = _Margins(lines)
    begins = [0, *(at for at in range(1, len(lines)) if _parts(lines[at - 1], lines[at], margins, setting.pitch))]
    ends = [*begins[1:], len(lines)]
    found = [_paragraph(lines[at:end], setting) for at, end in zip(begins, ends, strict=True) if at < end]
    return _with_lists_joined(found)


class _Margins:
    """How far to the right the lines of a page reach that stand above or below a line."""

    def __init__(self, lines: Sequence[Line]) -> None:
        ordered = sorted((line.left, line.right) for line in lines)
        self._lefts = [left for left, _ in ordered]
        self._rights = list(accumulate((right for _, right in ordered), max))

    def right_of(self, line: Line) -> float:
        """The right end of the widest line that shares some of the page's width with this one, or this one's own.

        What begins left of this line's end and reaches furthest does not end left of it.
        """
        count = bisect_left(self._lefts, line.right)
        return max(line.right, self._rights[count - 1]) if count else line.right


def _parts(above: Line, below: Line, margins: _Margins, pitch: float) -> bool:
    """Whether a new paragraph begins below a line."""
    if above.continues:
        return False
    if is_item(below.text) or above.bold != below.bold:
        return True
    if abs(above.size - below.size) > _SAME_SIZE * max(above.size, below.size):
        return True
    drop = above.top - below.top
    if drop <= 0:  # the next column
        return above.text.endswith(_ENDS) or not below.text[0].islower()
    if drop > max(1.25 * pitch, 1.05 * above.size + 0.25 * pitch):
        return True
    return _ended_early(margins, above, below)


def _ended_early(margins: _Margins, above: Line, below: Line) -> bool:
    """Whether the next line's first word would have fitted on this one."""
    edge = margins.right_of(above)
    word = _SPACE.split(below.text, maxsplit=1)[0]
    boxes = [glyph.box for glyph in below.glyphs[: len(word)] if glyph.box is not None]
    if not boxes or line_joint(above.text, below.text) == "":
        return above.right < edge - 3 * above.size and above.text.endswith(_ENDS)
    return above.right + (boxes[-1][2] - boxes[0][0]) + above.size < edge


def _paragraph(lines: Sequence[Line], setting: Setting) -> Piece:
    glyphs = joined(lines, setting)
    size = max(line.size for line in lines)
    kind: BlockKind = "text"
    text = text_of(glyphs)
    stands_out = size > _HEADING_RATIO * setting.body or (
        len(lines) == 1 and lines[0].bold and size > 0.9 * setting.body and not text.endswith(_ENDS)
    )
    if stands_out and len(glyphs) <= _MAX_HEADING and len(lines) <= 3:
        kind = "heading"
    elif is_item(text):
        kind = "list"
    return Piece(kind, tuple(glyphs), size, tuple(lines))


def with_pages_joined(pages: Sequence[Sequence[Piece]], setting: Setting) -> list[list[Piece]]:
    """Give the paragraph that a page's end divides its rest from the top of the next page."""
    found = [list(page) for page in pages]
    parts: list[Piece] = []  # of the last piece so far, one a page
    home = 0  # the page on which it begins
    for number, page in enumerate(found):
        if parts and page and home + len(parts) == number:
            lines = [line for piece in pages[number - 1] for line in piece.lines]
            if _goes_on(parts[0].kind, parts[-1], page[0], lines):
                parts.append(page.pop(0))
        if page:
            if parts:
                found[home][-1] = _continued(parts, setting.compounds)
            parts, home = [page[-1]], number
    if parts:
        found[home][-1] = _continued(parts, setting.compounds)
    return found


def _goes_on(kind: BlockKind, above: Piece, below: Piece, lines: Sequence[Line]) -> bool:
    """Whether a page's last piece, which stands among these lines, goes on in the first of the next page."""
    if kind not in ("text", "list") or below.kind != "text":
        return False
    last, first = above.lines[-1], below.lines[0]
    if last.bold != first.bold or abs(last.size - first.size) > _SAME_SIZE * max(last.size, first.size):
        return False
    if last.continues:
        return True
    said = last.text.rstrip(_CLOSERS)
    if said.endswith(_ENDS) or not any(char.isalpha() for char in said):  # a number is the page's own
        return False
    return first.text[0].islower() or (kind == "text" and not _ended_early(_Margins(lines), last, first))


def _continued(parts: Sequence[Piece], compounds: frozenset[str]) -> Piece:
    """One piece of those that go on over the ends of pages."""
    if len(parts) == 1:
        return parts[0]
    glyphs, breaks = list(parts[0].glyphs), []
    for above, below in pairwise(parts):
        if above.lines[-1].continues:
            glyphs[-1] = Glyph(HYPHEN, glyphs[-1].box)
        _join(glyphs, below.glyphs, compounds)
        breaks.append(len(glyphs) - len(below.glyphs))
    lines = tuple(line for part in parts for line in part.lines)
    return Piece(parts[0].kind, tuple(glyphs), parts[0].size, lines, tuple(breaks))


def joined(lines: Sequence[Line], setting: Setting) -> list[Glyph]:
    """The characters of a paragraph's lines, with what joins them."""
    glyphs = list(lines[0].glyphs)
    for line in lines[1:]:
        _join(glyphs, line.glyphs, setting.compounds)
    if glyphs[-1].char == HYPHEN:
        glyphs[-1] = Glyph("-", glyphs[-1].box)
    return glyphs


def _join(glyphs: list[Glyph], following: Sequence[Glyph], compounds: frozenset[str]) -> None:
    """Append a line; a hyphen goes where it parted a word, and stays in "E-1047" and "Anglo-American"."""
    last, first = glyphs[-1], following[0]
    before = glyphs[-2].char if len(glyphs) > 1 else ""
    if last.char == HYPHEN or (last.char in "-\u00ad\u2010" and before.isalpha() and first.char.islower()):
        glyphs.pop()
        is_parted = before.isalpha() and first.char.islower()
        if not is_parted or _compound(glyphs, following) in compounds:
            glyphs.append(Glyph("-", last.box))
    elif joint := line_joint(last.char, first.char):
        glyphs.append(Glyph(joint, None))
    glyphs.extend(following)


def _compound(glyphs: Sequence[Glyph], following: Sequence[Glyph]) -> str:
    """The word around a line's end, written with a hyphen."""
    ending, opening = text_of(glyphs[-40:]), text_of(following[:40])
    # Read backwards, the letters before the end are those at the beginning.
    return f"{_letters(ending[::-1])[::-1]}-{_letters(opening)}".lower()


def _letters(text: str) -> str:
    """The letters that a text begins with."""
    found = _LETTERS.match(text)
    return "" if found is None else found[0]


def _with_lists_joined(pieces: Sequence[Piece]) -> list[Piece]:
    runs = (list(run) for _, run in groupby(enumerate(pieces), lambda item: -1 if item[1].kind == "list" else item[0]))
    return [run[0][1] if len(run) == 1 else _one_list([piece for _, piece in run]) for run in runs]


def _one_list(items: Sequence[Piece]) -> Piece:
    glyphs = list(items[0].glyphs)
    for item in items[1:]:
        glyphs += (Glyph("\n", None), *item.glyphs)
    return Piece("list", tuple(glyphs), items[-1].size, tuple(line for item in items for line in item.lines))


def _on_one_line(a: Glyph, b: Glyph) -> bool:
    if a.box is None or b.box is None:
        return True
    return b.box[1] < (a.box[1] + a.box[3]) / 2 < b.box[3] and b.box[0] >= a.box[0]


def _shape(line: Line) -> str:
    return _DIGITS.sub("#", " ".join(line.text.split()))


def _at_edge(line: Line, height: float) -> bool:
    return line.top < _EDGE * height or line.bottom > (1 - _EDGE) * height
