"""Stops a training of transformers' Trainer after a time."""

import time
from typing import Any

from transformers import TrainerCallback


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
