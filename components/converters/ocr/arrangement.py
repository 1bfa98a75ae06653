"""The lines that were found in a picture -> those of a page, in the order in which they are read; pure.

They are laid straight for that: ``Placement`` says where on the page, as shown, a box of theirs stands.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from components.converters.assembly import line_joint
from components.converters.ocr.decoding import ReadLine
from components.converters.pdf.boxes import Box
from components.converters.pdf.glyphs import Glyph, Line
from components.languages.scripts import JOINED

Point = tuple[float, float]

_SAME_SIZE = (0.75, 1.36)  # of the usual height
_RISING = frozenset("bdfhklt!?()[]{}/|\\&%$€£\"'äöüßáéíóúñ")
_HANGING = frozenset("gjpqy()[]{}/|\\,;@$Qç")
_REACH_OF_SMALL, _RISE, _FALL, _REACH_OF_JOINED = 0.53, 0.2, 0.21, 0.92
_LEAST_COLUMN = 4  # lines
_COLUMN_TEXT = 20  # characters of its usual line: fewer are a table's
_COLUMN_WIDTH = 0.55  # of the column: that long its usual line is
_MOST_CROSSING = 0.3  # of the lines may run over the gap between two columns


@dataclass(frozen=True, slots=True)
class Placement:
    """How the lines of a page were turned to lie straight."""

    width: float
    height: float
    """Of the page as shown, in points."""
    turns: int
    """Quarter turns against the clock, 0 to 3."""
    angle: float
    """By how much they then fell to the right, in radians."""

    @property
    def laid(self) -> tuple[float, float]:
        """Width and height of the page after the quarter turns."""
        return (self.height, self.width) if self.turns % 2 else (self.width, self.height)

    def straight(self, point: Point) -> Point:
        """A point of the upright picture, in points from its upper left corner, as it is laid out: y from below."""
        across, down = point
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        return across * cosine + down * sine, self.laid[1] - (down * cosine - across * sine)

    def shown(self, box: Box) -> Box:
        """Where a box of the lines as laid out stands on the page as shown."""
        corners = [self._shown((across, high)) for across in (box[0], box[2]) for high in (box[1], box[3])]
        across, high = zip(*corners, strict=True)
        return min(across), min(high), max(across), max(high)

    def _shown(self, point: Point) -> Point:
        across, down = point[0], self.laid[1] - point[1]
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        x, y = across * cosine - down * sine, across * sine + down * cosine
        turned_back = ((x, y), (self.width - y, x), (self.width - x, self.height - y), (y, self.height - x))
        x, y = turned_back[self.turns]
        return x, self.height - y


@dataclass(frozen=True, slots=True)
class Fragment:
    """A line that was found, or the part of one between wide gaps, laid straight."""

    read: ReadLine
    left: float
    right: float
    middle: float
    height: float
    bold: bool = False

    @classmethod
    def of(
        cls, read: ReadLine, corners: Sequence[Point], placement: Placement, share: float = 1.0, bold: bool = False
    ) -> "Fragment":
        """Lay a line straight.

        Args:
            read: its characters.
            corners: in the upright picture, in points, from the upper left one clockwise.
            placement: of the page.
            share: of the distance between the corners: that high is the line.
            bold: whether its letters are.
        """
        points = [placement.straight(corner) for corner in corners]
        left, right = ((points[a][0] + points[b][0]) / 2 for a, b in ((0, 3), (1, 2)))
        middle = sum(point[1] for point in points) / 4
        return cls(read, left, right, middle, max(share * math.dist(points[0], points[3]), 1.0), bold)

    def glyphs(self, size: float) -> Iterator[Glyph]:
        """The characters, which share the line's width as their places say."""
        places = self.read.places
        inner = [(one + other) / 2 for one, other in pairwise(places)]
        first = max(0.0, 2 * places[0] - inner[0]) if inner else 0.0
        last = min(1.0, 2 * places[-1] - inner[-1]) if inner else 1.0
        edges = [self.left + share * (self.right - self.left) for share in (first, *inner, last)]
        low, high = self.middle - size / 2, self.middle + size / 2
        for char, (begin, end) in zip(self.read.text, pairwise(edges), strict=True):
            yield Glyph(char, (begin, low, end, high), self.bold)


class LetterSizes:
    """The heights of letters in one file: the same for lines whose boxes differ by their strokes only."""

    def __init__(self) -> None:
        self._known: list[float] = []

    def of(self, fragments: Sequence[Fragment]) -> dict[Fragment, float]:
        """The height of each, one of those that are known where it is near enough."""
        sizes: dict[Fragment, float] = {}
        rest = sorted(fragments, key=lambda fragment: fragment.height)
        while rest:
            sizes |= {fragment: size for fragment in rest if (size := self._nearest(fragment.height)) is not None}
            rest = [fragment for fragment in rest if fragment not in sizes]
            if rest:
                self._known.append(_usual_height(rest))
        return sizes

    def _nearest(self, height: float) -> float | None:
        near = [size for size in self._known if _SAME_SIZE[0] <= height / size <= _SAME_SIZE[1]]
        return min(near, key=lambda size: abs(math.log(height / size)), default=None)


def in_order(fragments: Sequence[Fragment], known: LetterSizes) -> list[Line]:
    """Lines in reading order: column by column, and what stands beside each other in one line."""
    sizes = known.of(fragments)
    rows = [row for column in _columns(list(fragments)) for row in _rows(column)]
    lines = (Line.of(list(_row_glyphs(row, sizes))) for row in rows)
    return [line for line in lines if line is not None]


def reach_of(text: str) -> float:
    """How high the letters of a text reach from their lowest to their highest point, as a share of their size."""
    if any(map(JOINED.compiled.match, text)):
        return _REACH_OF_JOINED
    rises = any(char.isupper() or char.isdigit() or char in _RISING for char in text)
    hangs = any(char in _HANGING for char in text)
    return _REACH_OF_SMALL + _RISE * rises + _FALL * hangs


def score_of(fragments: Iterable[Fragment]) -> float:
    """Mean score, by the characters, in [0, 1]."""
    weighed = [(fragment.read.score, len(fragment.read.text)) for fragment in fragments]
    total = sum(weight for _, weight in weighed)
    return sum(score * weight for score, weight in weighed) / total if total else 0.0


def _usual_height(fragments: Sequence[Fragment]) -> float:
    """The height at which half of the characters are reached."""
    half = sum(len(fragment.read.text) for fragment in fragments) / 2
    for fragment in fragments:
        half -= len(fragment.read.text)
        if half <= 0:
            break
    return fragment.height


def _columns(fragments: list[Fragment]) -> Iterator[list[Fragment]]:
    """Groups to be read one after the other: the bands of a page, and in them the columns."""
    gap = _gap_between_columns(fragments)
    if gap is None:
        yield fragments
        return
    band: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda each: -each.middle):
        if fragment.left < gap < fragment.right:
            yield from _band(band, gap)
            yield [fragment]
            band = []
        else:
            band.append(fragment)
    yield from _band(band, gap)


def _band(fragments: Sequence[Fragment], gap: float) -> Iterator[list[Fragment]]:
    for column in ([each for each in fragments if (each.right <= gap) is is_left] for is_left in (True, False)):
        if column:
            yield from _columns(column)


def _gap_between_columns(fragments: Sequence[Fragment]) -> float | None:
    """Where a gap parts running text on its left from running text on its right, the fewest lines crossing it."""
    candidates = []
    for gap in sorted({fragment.right for fragment in fragments}):
        left = [fragment for fragment in fragments if fragment.right <= gap]
        right = [fragment for fragment in fragments if fragment.left > gap]
        crossing = len(fragments) - len(left) - len(right)
        if crossing <= _MOST_CROSSING * len(fragments) and _is_running(left) and _is_running(right):
            edge = (max(each.right for each in left) + min(each.left for each in right)) / 2
            candidates.append((crossing, -min(len(left), len(right)), edge))
    return min(candidates)[2] if candidates else None


def _is_running(fragments: Sequence[Fragment]) -> bool:
    """Whether these are lines of text that fill a column, and no cells of a table."""
    if len(fragments) < _LEAST_COLUMN:
        return False
    width = max(each.right for each in fragments) - min(each.left for each in fragments)
    usual = median(each.right - each.left for each in fragments)
    return usual >= _COLUMN_WIDTH * width and median(len(each.read.text) for each in fragments) >= _COLUMN_TEXT


def _rows(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """What stands beside each other, from left to right; from the top down."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda each: -each.middle):
        last = rows[-1] if rows else []
        if last and _is_beside(last[-1], fragment):
            last.append(fragment)
        else:
            rows.append([fragment])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _is_beside(one: Fragment, other: Fragment) -> bool:
    return abs(one.middle - other.middle) < 0.5 * min(one.height, other.height)


def _row_glyphs(row: Sequence[Fragment], sizes: dict[Fragment, float]) -> Iterator[Glyph]:
    before = ""
    for fragment in row:
        if before and (joint := line_joint(before, fragment.read.text[0])):
            yield Glyph(joint, None)
        yield from fragment.glyphs(sizes[fragment])
        before = fragment.read.text[-1]
