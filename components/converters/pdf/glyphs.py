"""Characters with boxes -> the lines of a page, cleared of dot leaders, with raised signs in their place; pure.

Knows no PDF: it sees characters in content order with the line breaks that the reader of the file put in.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from components.converters.assembly import is_item
from components.converters.pdf.boxes import Box

HYPHEN = "\x02"
"""A hyphen at the end of a line, where a word goes on in the next."""

_LEADERS = re.compile(r"(?:[.\u2026\u00b7_]\s?){4,}+|_{3,}+")  # rows of dots, blanks of a form
_PHONE = re.compile(r"\(\d{3}\)\s?\d")
_MARKS = "➢➤►▶❖✓✔☐□◆◊❑❒⮚"
_RAISED_SIZE = 0.85  # of the line's: smaller signs may be raised or lowered
_LONGEST_RAISED = 8
_RAISED_BACK = 3  # lines: a raised sign comes so soon after its line


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
    table: "GridTable | None" = None
    """Where it stands for a whole table with drawn cells, in place of its characters."""

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

    @property
    def is_item(self) -> bool:
        """Whether it opens with a bullet or an item's number, which a telephone number is not."""
        text = text_of(self.glyphs[:20])
        return is_item(text) and _PHONE.match(text) is None

    def shares_row(self, other: "Line") -> bool:
        """Whether they stand side by side: more than half of the lower one's height in common."""
        common = min(self.top, other.top) - max(self.bottom, other.bottom)
        return common > 0.5 * min(self.top - self.bottom, other.top - other.bottom)

    def shares_column(self, other: "Line") -> bool:
        """Whether some of one stands above some of the other."""
        return self.left < other.right and other.left < self.right


@dataclass(frozen=True, slots=True)
class GridCell:
    """An area of a table, which covers whole rows and columns of its grid; ends are exclusive."""

    row: int
    column: int
    row_end: int
    column_end: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class GridTable:
    """A table whose cells are drawn; rows are counted from the top."""

    columns: tuple[float, ...]
    """Where the columns begin and the last one ends, in points."""
    rows: int
    cells: tuple[GridCell, ...]
    """Those that hold text, by row and column."""


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
    return _with_raised([clear for line in lines if line is not None and (clear := _without_leaders(_bulleted(line)))])


def _bulleted(line: Line) -> Line:
    """The line with a bullet for the letter of a font of pictures that stands in place of one."""
    first, after = line.glyphs[0], text_of(line.glyphs[1:3])
    is_mark = unicodedata.category(first.char) in ("Co", "Cc") or first.char in _MARKS
    is_round = first.char == "o" and after[1:].isupper()  # a typewriter's bullet
    if first.char == HYPHEN or not (is_mark or is_round) or not after[:1].isspace() or len(after) < 2:
        return line
    return replace(line, glyphs=(Glyph("•", first.box, first.bold), *line.glyphs[1:]))


def _on_one_line(a: Glyph, b: Glyph) -> bool:
    if a.box is None or b.box is None:
        return True
    return b.box[1] < (a.box[1] + a.box[3]) / 2 < b.box[3] and b.box[0] >= a.box[0]


def _without_leaders(line: Line) -> Line | None:
    """The line with a space for each row of dots, which leads the eye and says nothing; None where all is one."""
    text = line.text
    if "..." not in text and "___" not in text and ". . ." not in text and "\u2026" not in text:
        return line
    glyphs: list[Glyph] = []
    at = 0
    for found in _LEADERS.finditer(text):
        glyphs += (*line.glyphs[at : found.start()], Glyph(" ", None))
        at = found.end()
    return Line.of([*glyphs, *line.glyphs[at:]])


def _with_raised(lines: Sequence[Line]) -> list[Line]:
    """Put raised and lowered signs, which files write after the line or before it, where they stand in it."""
    found: list[Line] = []
    for line in lines:
        at = next((back for back in range(1, _RAISED_BACK + 1) if _is_raised(line, found[-back:][:1])), 0)
        if at:
            found[-at] = _inserted(found[-at], line)
        elif found and _is_raised(found[-1], [line]):
            found[-1] = _inserted(line, found[-1])
        else:
            found.append(line)
    return found


def _is_raised(sign: Line, lines: Sequence[Line]) -> bool:
    """Whether a short run of small signs stands in a line, at half its height or so."""
    if not lines or len(sign.glyphs) > _LONGEST_RAISED:
        return False
    line = lines[0]
    inside = line.left < sign.left and sign.right < line.right + 1.5 * line.size
    return inside and sign.size < _RAISED_SIZE * line.size and line.bottom < (sign.bottom + sign.top) / 2 < line.top


def _inserted(line: Line, sign: Line) -> Line:
    """The line with a sign after the last character that stands left of it."""
    lefts: list[float] = []
    ends: list[int] = []
    for number, glyph in enumerate(line.glyphs):
        if glyph.box is not None and not glyph.char.isspace():
            lefts.append(max(glyph.box[0], lefts[-1] if lefts else glyph.box[0]))
            ends.append(number + 1)
    at = ends[bisect_left(lefts, sign.left) - 1]
    before, after = line.glyphs[:at], line.glyphs[at:]
    joint = (Glyph(" ", None),) if after and not after[0].char.isspace() and after[0].char.isalnum() else ()
    made = Line.of((*before, *sign.glyphs, *joint, *after))
    return line if made is None else made
