"""Small plots as shapes of SVG: lines, points, bars and intervals on labelled axes; a template draws them.

Colours, fonts and dashes are classes that the page's style sheet fills in, so that one plot suits light and dark. Sizes
are for a phone: a plot is 360 units wide, about as many pixels as there, and grows with its column. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 360.0
HEIGHT = 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 50.0, 18.0, 10.0, 48.0
_ROW = 42.0
_BAR = 14.0
_STYLES = 4
_LETTERS = 50
"""About how many stand on a line across the plot."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One element of a drawing."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    hint: str = ""
    """Shown where a pointer rests on it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot."""

    title: str
    """What it shows, in words."""
    height: float
    shapes: list[Shape]
    width: float = WIDTH


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from ``lower`` to ``upper``, with the values that are named on it."""

    label: str
    lower: float
    upper: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A named line through points, in the axes' values."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; ``reach`` is the end of a thin line beyond the bar, such as a percentile."""

    label: str
    value: float
    text: str
    reach: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """One row of a chart of intervals."""

    label: str
    lower: float
    middle: float
    upper: float
    text: str
    strong: bool
    """Whether it is told apart from 0."""


def share_axis(label: str, upper: float = 1.0) -> Axis:
    """From 0 to a share that is at least ``upper``, in percent."""
    step = next(each for each in (0.02, 0.05, 0.1, 0.25) if upper <= 5 * each or each == 0.25)
    count = max(1, -(-round(1000 * upper) // round(1000 * step)))
    ticks = tuple((place * step, f"{100 * place * step:.0f} %") for place in range(count + 1))
    return Axis(label, 0.0, count * step, ticks)


def count_axis(label: str, upper: int) -> Axis:
    """From 1 to ``upper``."""
    step = next(each for each in (1, 2, 5, 10, 25, 50, 100) if upper <= 8 * each or each == 100)
    values = [1, *range(max(step, 2), upper + 1, step)]
    return Axis(label, 1.0, float(max(upper, 2)), tuple((float(each), str(each)) for each in values))


def style_of(place: int) -> str:
    """The class of the n-th series, for its line and for its key."""
    return f"s{place % _STYLES}"


def line_chart(title: str, series: Sequence[Series], x: Axis, y: Axis, *, steps: bool = False) -> Drawing:
    """Lines over two axes; ``steps`` keeps each value until the next point."""
    frame = _Frame(x, y)
    lines = [
        _path(f"line {style_of(place)}", frame.path(each.points, steps), each.name)
        for place, each in enumerate(series)
        if each.points
    ]
    return Drawing(title, HEIGHT, [*frame.grid(), *lines])


def point_chart(title: str, points: Sequence[tuple[float, float, float, str]], x: Axis, y: Axis) -> Drawing:
    """Discs of a radius (in units) at (x, y), each with a hint; and the diagonal on which both are equal."""
    frame = _Frame(x, y)
    ends = frame.path(((max(x.lower, y.lower),) * 2, (min(x.upper, y.upper),) * 2))
    discs = []
    for across, up, radius, hint in points:
        column, row, level = frame.x(across), frame.y(up), frame.y(across)
        discs.append(_path("stem", f"M{column:.1f} {level:.1f}V{row:.1f}"))
        discs.append(_shape("circle", "disc", hint=hint, cx=column, cy=row, r=radius))
    return Drawing(title, HEIGHT, [*frame.grid(), _path("ideal", ends), *discs])


def bar_chart(title: str, bars: Sequence[Bar]) -> Drawing:
    """Horizontal bars from 0, each below its label."""
    most = max((max(bar.value, bar.reach or 0.0) for bar in bars), default=0.0) or 1.0
    shapes = []
    for place, bar in enumerate(bars):
        top, length = _ROW * place, (WIDTH - 2) * bar.value / most
        shapes += _row_label(top, bar.label, bar.text)
        shapes.append(_shape("rect", "track", x=0, y=top + 21, width=WIDTH, height=_BAR, rx=3))
        if length:
            shapes.append(_shape("rect", "bar", x=0, y=top + 21, width=length, height=_BAR, rx=3))
        if bar.reach is not None:
            end, middle = (WIDTH - 2) * bar.reach / most, top + 21 + _BAR / 2
            line = f"M{length:.1f} {middle:.1f}H{end:.1f}M{end:.1f} {middle - 4:.1f}v8"
            shapes.append(_path("reach", line))
    return Drawing(title, _ROW * len(bars), shapes)


def interval_chart(title: str, spans: Sequence[Span]) -> Drawing:
    """Intervals around 0, each below its label."""
    reach = max((max(abs(each.lower), abs(each.upper), abs(each.middle)) for each in spans), default=0.0) or 1.0

    def x(value: float) -> float:
        return WIDTH / 2 + (WIDTH / 2 - 6) * value / reach

    shapes = [_path("ideal", f"M{x(0):.1f} 0V{_ROW * len(spans):.1f}")]
    for place, span in enumerate(spans):
        top = _ROW * place
        level, strength = top + 29, "strong" if span.strong else "weak"
        shapes += _row_label(top, span.label, span.text)
        shapes.append(_path(f"span {strength}", f"M{x(span.lower):.1f} {level:.1f}H{x(span.upper):.1f}"))
        shapes.append(_shape("circle", f"middle {strength}", cx=x(span.middle), cy=level, r=4.5))
    return Drawing(title, _ROW * len(spans), shapes)


class _Frame:
    """Where the values of two axes stand in a plot."""

    def __init__(self, x: Axis, y: Axis) -> None:
        self._x, self._y = x, y

    def x(self, value: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * _part(value, self._x)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * _part(value, self._y)

    def path(self, points: Iterable[Point], steps: bool = False) -> str:
        drawn = ""
        for across, up in points:
            column, row = f"{self.x(across):.1f}", f"{self.y(up):.1f}"
            drawn += f"M{column} {row}" if not drawn else f"H{column}V{row}" if steps else f"L{column} {row}"
        return drawn

    def grid(self) -> list[Shape]:
        left, right, bottom = _LEFT, WIDTH - _RIGHT, HEIGHT - _BOTTOM
        shapes = []
        for value, text in self._y.ticks:
            level = self.y(value)
            shapes.append(_path("grid", f"M{left:.1f} {level:.1f}H{right:.1f}"))
            shapes.append(_text("tick", left - 6, level + 4, text, "end"))
        shapes += [_text("tick", self.x(value), bottom + 18, text, "middle") for value, text in self._x.ticks]
        shapes.append(_text("axis", (left + right) / 2, HEIGHT - 8, self._x.label, "middle"))
        return shapes


def _part(value: float, axis: Axis) -> float:
    return (value - axis.lower) / (axis.upper - axis.lower)


def _row_label(top: float, label: str, text: str) -> list[Shape]:
    room = max(8, _LETTERS - len(text))
    shown = label if len(label) <= room else f"{label[: room - 1]}…"
    return [_text("label", 0, top + 15, shown, "start"), _text("value", WIDTH, top + 15, text, "end")]


def _text(kind: str, x: float, y: float, text: str, anchor: str) -> Shape:
    return Shape("text", {"class": kind, "x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, text)


def _path(kind: str, line: str, hint: str = "") -> Shape:
    return Shape("path", {"class": kind, "d": line}, hint=hint)


def _shape(tag: str, kind: str, *, hint: str = "", **numbers: float) -> Shape:
    return Shape(tag, {"class": kind} | {name: f"{value:.1f}" for name, value in numbers.items()}, hint=hint)
