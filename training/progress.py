"""Callbacks of transformers' Trainer: progress shown by Rich, a limit of time, and the end of what gets no better."""

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import EarlyStoppingCallback, TrainerCallback


class TrainingProgress(TrainerCallback):  # type: ignore[misc]  # transformers brings no types
    """A bar of steps, and a line for each measurement."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Show the bar."""
        if not state.is_world_process_zero:
            return
        columns = (
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, TextColumn("{task.description}"), console=self._console)
        self._progress.add_task("", total=state.max_steps, completed=state.global_step)
        self._progress.start()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Move the bar."""
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """Show the loss beside the bar."""
        if self._progress is not None and logs and "loss" in logs:
            self._progress.update(self._progress.task_ids[0], description=f"loss {float(logs['loss']):.3f}")

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any) -> None:
        """Print what was measured."""
        if self._progress is not None and metrics:
            told = ", ".join(f"{name.removeprefix('eval_')} {value:.3f}" for name, value in metrics.items())
            self._progress.console.print(f"step {state.global_step}: {told}", highlight=False)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class TimeLimit(TrainerCallback):  # type: ignore[misc]  # transformers brings no types
    """Measures and saves what there is when the time is over, and stops.

    Args:
        minutes: of this sitting; a run that is taken up again has them anew.
        measured: whether there is anything to measure with.
    """

    def __init__(self, minutes: float, *, measured: bool) -> None:
        self._minutes = minutes
        self._measured = measured
        self._until = float("inf")

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Start the clock."""
        self._until = time.monotonic() + 60 * self._minutes

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Stop where the time is over."""
        if time.monotonic() >= self._until:
            control.should_training_stop = True
            control.should_save = True
            control.should_evaluate = self._measured


def callbacks_of(
    console: Console, minutes: float | None, *, measured: bool, patience: int | None = None
) -> list[TrainerCallback]:
    """The callbacks of a training.

    Args:
        console: shows the progress.
        minutes: after which it stops; None for no limit.
        measured: whether there is anything to measure with.
        patience: measurements without a better one before it stops; None for no end.
    """
    found: list[TrainerCallback] = [TrainingProgress(console)]
    if minutes is not None:
        found.append(TimeLimit(minutes, measured=measured))
    if patience is not None:
        found.append(EarlyStoppingCallback(patience))
    return found
