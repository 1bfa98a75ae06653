"""Small plots by matplotlib: lines, discs, bars and intervals, as a file or as SVG inside a page.

In a page the colours are those of its style sheet, so that one plot suits light and dark. Sizes are for a phone: a plot
is 360 pixels wide there, and grows with its column.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from components.foreign_text import harmless

_COLOURS = {
    "ink": "#1b211f", "muted": "#59645f", "card": "#ffffff", "line": "#e3e4de", "soft": "#e9f2f0",
    "s0": "#12645d", "s1": "#b8490f", "s2": "#5b46b5",
}  # fmt: skip
"""Those of a file, by the name that a page's style sheet gives another one."""
_STYLES = (("s0", "-"), ("s1", (0, (3, 1.5))), ("s2", (0, (1, 1.5))), ("ink", (0, (4, 1.5, 1, 1.5))))
_WIDTH, _HEIGHT, _ROW = 3.6, 2.5, 0.42
"""Inches."""
_LETTERS = 50
"""About how many stand on a line across the plot."""
_BAR = 0.34
"""Height of a bar, in rows."""
_SETTINGS: Any = {
    "axes.edgecolor": _COLOURS["line"],
    "axes.labelcolor": _COLOURS["muted"],
    "font.size": 9,
    "grid.color": _COLOURS["line"],
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "quaere",
    "text.color": _COLOURS["ink"],
    "text.parse_math": False,
    "xtick.color": _COLOURS["muted"],
    "ytick.color": _COLOURS["muted"],
}

_NUMBERED = re.compile(r"\A[a-z0-9.]+_\d+")
"""Names that matplotlib gives to the parts of each plot."""
_SVG = "http://www.w3.org/2000/svg"
ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlotAxis:
    """A scale from ``lower`` to ``upper``; of shares in percent, else of counts."""

    label: str
    lower: float
    upper: float
    is_share: bool


@dataclass(frozen=True, slots=True)
class Series:
    """A named line through points, in the axes' values."""

    name: str
    points: Sequence[Point]
    sizes: Sequence[float] = ()
    """Areas of discs at the points, in square points."""
    is_joined: bool = True
    """Whether the points are joined."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; ``reach`` is the end of a thin line beyond the bar, such as a percentile."""

    label: str
    value: float
    text: str
    reach: float | None = None


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One row of a chart of intervals."""

    label: str
    lower: float
    middle: float
    upper: float
    text: str
    strong: bool
    """Whether it is told apart from 0."""


def share_axis(label: str, upper: float = 1.0) -> PlotAxis:
    """From 0 to a share, in percent."""
    return PlotAxis(label, 0.0, max(upper, 0.01), is_share=True)


def count_axis(label: str, upper: int) -> PlotAxis:
    """From 1 to ``upper``."""
    return PlotAxis(label, 1.0, float(max(upper, 2)), is_share=False)


def style_of(place: int) -> str:
    """The class of the n-th series, for its key in a page."""
    return f"s{place % len(_STYLES)}"


def chart(
    series: Sequence[Series], x: PlotAxis, y: PlotAxis, *, diagonal: bool = False, legend: bool = False
) -> Figure:
    """Lines and discs over two axes; the diagonal is where both are equal."""
    with _figure(_HEIGHT) as (figure, axes):
        for axis, scale, limit in ((axes.xaxis, x, axes.set_xlim), (axes.yaxis, y, axes.set_ylim)):
            limit(scale.lower, scale.upper)
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10], integer=not scale.is_share))
            if scale.is_share:
                axis.set_major_formatter(lambda value, _: f"{100 * value:.3g} %")
        axes.set_xlabel(x.label)
        axes.set_ylabel(y.label)
        axes.grid(axis="y")
        axes.set_axisbelow(True)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        if diagonal:
            axes.plot([0, 1], [0, 1], color=_COLOURS["muted"], linewidth=1, linestyle="--")
        for place, each in enumerate(series):
            _draw(axes, each, *_STYLES[place % len(_STYLES)])
        if legend:
            axes.legend()
    return figure


def bar_chart(bars: Sequence[Bar]) -> Figure:
    """Horizontal bars from 0, each below its label."""
    with _figure(_ROW * max(1, len(bars))) as (figure, axes):
        most = max((max(bar.value, bar.reach or 0.0) for bar in bars), default=0.0) or 1.0
        _make_rows(axes, [(bar.label, bar.text) for bar in bars], (0, most))
        for row, bar in enumerate(bars):
            axes.barh(row, most, _BAR, color=_COLOURS["soft"])
            axes.barh(row, bar.value, _BAR, color=_COLOURS["s0"])
            if bar.reach is not None:
                axes.plot([bar.value, bar.reach], [row, row], color=_COLOURS["muted"], linewidth=1, marker="|")
    return figure


def interval_chart(spans: Sequence[IntervalRow]) -> Figure:
    """Intervals around 0, each below its label."""
    with _figure(_ROW * max(1, len(spans))) as (figure, axes):
        reach = max((max(abs(each.lower), abs(each.upper), abs(each.middle)) for each in spans), default=0.0) or 1.0
        _make_rows(axes, [(each.label, each.text) for each in spans], (-1.05 * reach, 1.05 * reach))
        axes.axvline(0, color=_COLOURS["muted"], linewidth=1, linestyle="--")
        for row, span in enumerate(spans):
            colour = _COLOURS["s0" if span.strong else "muted"]
            axes.plot([span.lower, span.upper], [row, row], color=colour, linewidth=2)
            axes.plot(span.middle, row, "o", color=colour, markerfacecolor=colour if span.strong else _COLOURS["card"])
    return figure


def as_svg(title: str, figure: Figure) -> Markup:
    """The element for a page, without anything that would stand twice where there are several plots."""
    written = io.StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # The page's fonts have signs that the measuring one has not.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(written.getvalue())
    for unused in [*root.findall(f"{{{_SVG}}}metadata"), *root.findall(f"{{{_SVG}}}defs")[:1]]:
        root.remove(unused)  # the style of all matplotlib's drawings, among them
    for element in root.iter():
        _belongs_to_the_page(element)
    width, height = 72 * figure.get_size_inches()
    root.attrib = {
        "class": "plot", "viewBox": f"0 0 {width:g} {height:g}", "role": "img", "aria-label": harmless(title),
    }  # fmt: skip
    drawn = ElementTree.tostring(root, encoding="unicode")
    for name, colour in _COLOURS.items():
        drawn = drawn.replace(colour, f"var(--{name}, {colour})")
    return Markup(drawn)


def _belongs_to_the_page(element: ElementTree.Element) -> None:
    """Without names that each plot has, and with attributes for a style, which leave the font's family to the page."""
    if _NUMBERED.fullmatch(element.get("id", "")):
        del element.attrib["id"]
    style = element.attrib.pop("style", "")
    parts = (part.split(": ", 1) for part in style.split("; ") if part)
    element.attrib |= {name: value for name, value in parts if name != "font-family"}


@contextmanager
def _figure(height: float) -> Iterator[tuple[Figure, Axes]]:
    """A figure to draw on, whose parts do not overlap."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        yield figure, figure.add_subplot()


def _draw(axes: Axes, series: Series, colour: str, dash: Any) -> None:
    if not series.points:
        return
    across, up = zip(*series.points, strict=True)
    if series.is_joined:
        axes.plot(across, up, color=_COLOURS[colour], linestyle=dash, label=series.name)
    if series.sizes:
        axes.scatter(across, up, series.sizes, color=_COLOURS[colour], clip_on=False, zorder=3)


def _make_rows(axes: Axes, rows: Sequence[tuple[str, str]], ends: tuple[float, float]) -> None:
    """Rows from above, each with its label on the left and its text on the right, above what is drawn."""
    axes.set_axis_off()
    axes.set_xlim(*ends)
    axes.set_ylim(len(rows) - 0.5, -0.75)
    for row, (given, text) in enumerate(rows):
        # What a page cannot hold becomes a sign here, too.
        label = harmless(given)
        room = max(8, _LETTERS - len(text))
        shown = label if len(label) <= room else f"{label[: room - 1]}…"
        axes.text(ends[0], row - 0.3, shown)
        axes.text(ends[1], row - 0.3, text, horizontalalignment="right", color=_COLOURS["muted"])
