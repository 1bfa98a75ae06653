"""Logged numbers of a training as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

_SHOWN = ("loss", "learning_rate", "eval_")
_INCHES = (9.0, 3.2)


def draw_curves(curves: Mapping[str, Sequence[tuple[int, float]]], path: Path) -> None:
    """Write a PNG: the loss, the rate and the figures on development data, each over the steps.

    Args:
        curves: by name, (step, value) in order; names that begin with ``eval_`` share one panel.
        path: of the picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = {
        name: {each: points for each, points in curves.items() if each == name or (name[-1] == "_" and name in each)}
        for name in _SHOWN
    }
    shown = {name: lines for name, lines in panels.items() if lines}
    figure = Figure(figsize=_INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    for number, (name, lines) in enumerate(shown.items(), start=1):
        axes = figure.add_subplot(1, len(shown), number)
        for label, points in sorted(lines.items()):
            axes.plot(
                *zip(*points, strict=True), label=label.removeprefix("eval_"), marker="." if len(points) < 9 else ""
            )
        axes.set_title("development data" if name == "eval_" else name.replace("_", " "))
        axes.set_xlabel("steps")
        if name == "eval_":
            axes.set_ylim(0, 1)
            axes.legend()
    figure.savefig(path, dpi=120)
