"""The lines of a page -> its paragraphs, lists and headings; pure.

A flow is a run of lines below each other, as close as lines of one text are. A new paragraph begins in a flow where the
first word of a line would have fitted on the line above, so that each flow has an edge of its own. Knows no PDF.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

from components.converters.assembly import line_joint
from components.converters.extracted import BlockKind
from components.converters.pdf.glyphs import HYPHEN, Glyph, Line, text_of
from components.converters.pdf.headings import is_heading

ENDS = tuple(".!?:;。！？：；")
CLOSERS = "\"'”’»)]」』）"
_SAME_SIZE = 0.12  # letters of one paragraph differ by no more than this
_INDENT = 0.8  # of a line's height: a first line is set in by more
_COMPOUND = re.compile(r"(?<![\w-])[^\W\d_]++-[^\W\d_]++(?![\w-])")
_SPACE = re.compile(r"\s")
_LETTERS = re.compile(r"[^\W\d_]*")


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
    edge: float = 0.0
    """How far to the right the lines of its flow reach."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set, which tells its headings and the ends of its paragraphs."""

    body: float
    """The height in which most of the text is set."""
    pitch: float
    """The usual distance from one line of a paragraph to the next."""
    compounds: frozenset[str]
    """Words with a hyphen inside a line, in lower case, which keep it at a line's end too."""
    bold: bool = False
    """Whether most of the text is, so that bold letters say nothing."""

    @classmethod
    def of(cls, pages: Sequence[list[Line]]) -> "Setting":
        """Measure all pages."""
        weights: Counter[float] = Counter()
        for line in (line for lines in pages for line in lines):
            weights[round(line.size * 2) / 2] += len(line.glyphs)
        body = max(weights, key=lambda size: weights[size], default=1.0)
        bold = sum(len(line.glyphs) for lines in pages for line in lines if line.bold)
        texts = (line.text.lower() for lines in pages for line in lines)
        compounds = frozenset(word for text in texts for word in _COMPOUND.findall(text))
        return cls(body, _line_pitch(pages, body), compounds, bold > 0.5 * sum(weights.values()))


def _line_pitch(pages: Iterable[list[Line]], body: float) -> float:
    pitches = Counter(
        round(2 * (above.bottom - below.bottom)) / 2
        for lines in pages
        for above, below in pairwise(lines)
        if body * 0.5 < above.bottom - below.bottom < body * 4
        and max(abs(above.size - body), abs(below.size - body)) < 1
    )
    return max(pitches, key=lambda pitch: (pitches[pitch], -pitch), default=body)


def paragraphs(lines: Sequence[Line], setting: Setting) -> list[Piece]:
    """Group lines that hold no table."""
    found = [piece for flow in _flows(lines, setting) for piece in _parted(flow, setting)]
    return _with_lists_joined(found)


def _flows(lines: Sequence[Line], setting: Setting) -> list[list[Line]]:
    flows: list[list[Line]] = []
    for line in lines:
        if flows and _flows_on(flows[-1], line, setting):
            if len(flows[-1]) == 2 and _is_looser(flows[-1][0], flows[-1][1], line):
                flows.append([flows[-1].pop()])
            flows[-1].append(line)
        else:
            flows.append([line])
    return flows


def _flows_on(flow: Sequence[Line], line: Line, setting: Setting) -> bool:
    """Whether a line stands below a flow, as near as its lines are to each other."""
    above = flow[-1]
    drop = above.bottom - line.bottom
    if drop <= 0.3 * line.size or not above.shares_column(line) or not _same_size(above, line):
        return False
    pitch = median(a.bottom - b.bottom for a, b in pairwise(flow[-6:])) if len(flow) > 1 else 0.0
    if pitch:
        return drop <= 1.25 * pitch + 1
    size = max(above.size, line.size)
    if above.continues or (line.text[0].islower() and not above.text.rstrip(CLOSERS).endswith(ENDS)):
        return drop <= 2.2 * size
    is_body = abs(size - setting.body) < _SAME_SIZE * size
    return drop <= (max(1.3 * setting.pitch, 1.3 * size) if is_body else 1.6 * size)


def _is_looser(first: Line, second: Line, third: Line) -> bool:
    """Whether a first line stands further from the second than that from the third, as a title does."""
    return second.bottom - third.bottom < 0.8 * (first.bottom - second.bottom)


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _parted(flow: Sequence[Line], setting: Setting) -> list[Piece]:
    """The paragraphs of a flow."""
    edge = max(line.right for line in flow)
    margin = median(line.left for line in flow)
    begins = [0, *(at for at in range(1, len(flow)) if _parts(flow[at - 1], flow[at], edge, margin))]
    ends = [*begins[1:], len(flow)]
    return [_paragraph(flow[at:end], edge, setting) for at, end in zip(begins, ends, strict=True)]


def _parts(above: Line, below: Line, edge: float, margin: float) -> bool:
    """Whether a new paragraph begins below a line of the same flow."""
    if above.continues:
        return False
    said = above.text.rstrip(CLOSERS)
    fits = _would_fit(above, below, edge)
    if below.is_item and (fits or said.endswith(ENDS) or not below.text[0].isalnum() or above.is_item):
        return True
    if above.bold != below.bold and (fits or said.endswith(ENDS)):
        return True
    ended = said.endswith(ENDS)
    if ended and below.left > max(margin, above.left) + _INDENT * below.size:
        return True
    return fits and ended and not below.text[0].islower()


def _would_fit(above: Line, below: Line, edge: float) -> bool:
    """Whether the next line's first word would have fitted on this one."""
    word = _SPACE.split(below.text, maxsplit=1)[0]
    boxes = [glyph.box for glyph in below.glyphs[: len(word)] if glyph.box is not None]
    if not boxes or line_joint(above.text, below.text) == "":
        return above.right < edge - 3 * above.size
    return above.right + (boxes[-1][2] - boxes[0][0]) + 0.5 * above.size < edge


def _paragraph(lines: Sequence[Line], edge: float, setting: Setting) -> Piece:
    size = max(line.size for line in lines)
    kind: BlockKind = "list" if lines[0].is_item else "text"
    if is_heading(lines, setting.body, bold_tells=not setting.bold):
        kind = "heading"
    broken = [kind != "heading" and _is_broken(above, below, edge) for above, below in pairwise(lines)]
    return Piece(kind, tuple(joined(lines, setting, broken)), size, tuple(lines), edge=edge)


def _is_broken(above: Line, below: Line, edge: float) -> bool:
    """Whether a line ends on purpose, as in an address, though its paragraph goes on."""
    if above.continues or not _would_fit(above, below, edge):
        return False
    return not (below.text[0].islower() or above.text.endswith((",", "-", "–", "&")))


def with_pages_joined(pages: Sequence[Sequence[Piece]], setting: Setting) -> list[list[Piece]]:
    """Give the paragraph that a page's end divides its rest from the top of the next page."""
    found = [_footnotes_first(page) for page in pages]
    parts: list[Piece] = []  # of the last piece so far, one a page
    home = 0  # the page on which it begins
    for number, page in enumerate(found):
        if parts and page and home + len(parts) == number and _goes_on(parts[0].kind, parts[-1], page[0]):
            parts.append(page.pop(0))
        if page:
            if parts:
                found[home][-1] = _continued(parts, setting.compounds)
            parts, home = [page[-1]], number
    if parts:
        found[home][-1] = _continued(parts, setting.compounds)
    return found


def _footnotes_first(page: Sequence[Piece]) -> list[Piece]:
    """The page with the paragraph that its end divides behind the small notes below it."""
    at = len(page)
    while at > 1 and page[at - 1].kind in ("text", "list") and page[at - 1].size < 0.92 * page[0].size:
        at -= 1
    torn = page[at - 1] if 0 < at < len(page) else None
    if torn is None or torn.kind != "text" or torn.lines[-1].text.rstrip(CLOSERS).endswith(ENDS):
        return list(page)
    if any(piece.size > 0.92 * torn.size for piece in page[at:]):
        return list(page)
    return [*page[: at - 1], *page[at:], torn]


def _goes_on(kind: BlockKind, above: Piece, below: Piece) -> bool:
    """Whether a page's last piece goes on in the first of the next page."""
    if kind not in ("text", "list") or below.kind != "text":
        return False
    last, first = above.lines[-1], below.lines[0]
    if last.bold != first.bold or not _same_size(last, first):
        return False
    if last.continues:
        return True
    said = last.text.rstrip(CLOSERS)
    if said.endswith(ENDS) or not any(char.isalpha() for char in said):  # a number is the page's own
        return False
    edge = max(above.edge, below.edge)
    return first.text[0].islower() or (kind == "text" and not _would_fit(last, first, edge))


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
    return replace(parts[0], glyphs=tuple(glyphs), lines=lines, breaks=tuple(breaks))


def joined(lines: Sequence[Line], setting: Setting, broken: Sequence[bool] = ()) -> list[Glyph]:
    """The characters of a paragraph's lines, with what joins them: a line feed where a line is broken on purpose."""
    glyphs = list(lines[0].glyphs)
    for number, line in enumerate(lines[1:]):
        if broken and broken[number]:
            glyphs += (Glyph("\n", None), *line.glyphs)
        else:
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
    lines = tuple(line for item in items for line in item.lines)
    return Piece("list", tuple(glyphs), items[-1].size, lines, edge=max(item.edge for item in items))
