"""Where a training stands until it is finished: a folder beside the one that it will become.

``NAME.training`` holds the options, the checkpoints and what was measured before; the same options go on with it,
others are refused. A finished model takes the place ``NAME``, unless it is worse than it may be: then ``NAME.refused``.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from components.errors import ConfigurationError, QuaereError
from components.models.checkpoints import replace_folder
from components.writing import write_whole
from training.card import Loss, RunCard, losses, read_run, write_card

LOGS = "tensorboard"
"""Folder of what TensorBoard shows."""
_OPTIONS = "options.json"
_SHOWN = ("loss", "learning_rate", "eval_")
"""Of what is logged: the panels of the curves."""
_INCHES = (9.0, 3.2)


FiguresBySet = dict[str, dict[str, float]]
"""By data set ("development", "general") and figure; in [0, 1], higher is better."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a training gave."""

    folder: Path
    before: FiguresBySet
    after: FiguresBySet
    remarks: tuple[str, ...] = ()


class RunFolder:
    """The unfinished training of one folder.

    Args:
        out: where the finished model goes.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.work = out.with_name(out.name + ".training")

    def check(self, options: str) -> None:
        """Refuse what cannot be begun or taken up, before any work.

        Args:
            options: everything that decides what the run does, as JSON.

        Raises:
            ConfigurationError: a run of other options is unfinished there, or the finished folder's place is taken.
        """
        if self.out.exists() and read_run(self.out) is None:
            raise ConfigurationError(f"{self.out} exists and was not written by a training; name another folder")
        stored = self.work / _OPTIONS
        if stored.is_file() and stored.read_text("utf-8") != options:
            raise ConfigurationError(
                f"{self.work} holds an unfinished training with other options; run it again with those in {stored}, "
                "or delete that folder to begin anew"
            )

    def begin(self, options: str) -> None:
        """Make the folder, or take up the one that an interrupted run left; see :meth:`check`."""
        self.check(options)
        write_whole(self.work / _OPTIONS, options)

    def remembered(self, name: str, compute: Callable[[], Any]) -> Any:
        """A JSON value that is computed once in a run, however often that is interrupted."""
        path = self.work / f"{name}.json"
        if not path.is_file():
            write_whole(path, json.dumps(compute(), ensure_ascii=False))
        return json.loads(path.read_text("utf-8"))

    def last_checkpoint(self) -> str | None:
        """The last checkpoint of an interrupted run, None where there is none."""
        from transformers.trainer_utils import get_last_checkpoint

        found: str | None = get_last_checkpoint(str(self.work))
        return found

    def finish(self, save: Callable[[Path], None], card: RunCard, tolerance: float, lost: Sequence[Loss]) -> Path:
        """Write the model with its card, put it in its place, and clear up.

        Args:
            save: writes the model into a folder.
            card: what came of the run.
            tolerance: how much of a figure may be lost against a model that has the place already.
            lost: what was lost against the model that the run began with, and may not be.

        Raises:
            QuaereError: something was lost; the model stands beside its place, refused.
        """
        there = read_run(self.out) if self.out.exists() else None
        worse = [*lost, *(losses(_figures(there["after"]), card.after, tolerance) if there is not None else ())]
        folder = self.out.with_name(self.out.name + ".refused") if worse else self.out
        made = self.work / "finished"
        shutil.rmtree(made, ignore_errors=True)
        save(made)
        write_card(made, card)
        _draw_curves(card.curves, made / "curves.png")
        if (logs := self.work / LOGS).is_dir():
            logs.rename(made / LOGS)
        replace_folder(made, folder)
        shutil.rmtree(self.work)
        if worse:
            reasons = "; ".join(dict.fromkeys(map(str, worse)))
            raise QuaereError(f"the new model is not better: {reasons}. It is in {folder}, and {self.out} untouched")
        return folder


def _figures(stored: Any) -> Mapping[str, Mapping[str, float]]:
    figures: Mapping[str, Mapping[str, float]] = stored
    return figures


def _draw_curves(curves: Mapping[str, Sequence[tuple[int, float]]], path: Path) -> None:
    """Draw the loss, the rate and the figures on development data, each over the steps; ``eval_`` shares a panel."""
    panels = {
        name: {each: points for each, points in curves.items() if each == name or (name[-1] == "_" and name in each)}
        for name in _SHOWN
    }
    shown = {name: lines for name, lines in panels.items() if lines}
    figure = Figure(figsize=_INCHES, layout="constrained")
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
