"""The progress of transformers' Trainer, shown by Rich."""

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from transformers import TrainerCallback


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
