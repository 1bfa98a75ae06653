"""What a fine-tuning lost of what the model could do before, and whether it may take another model's place. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """A figure that got worse."""

    data: str
    """Name of the data set."""
    figure: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.figure} on {self.data} data fell from {self.before:.3f} to {self.after:.3f}"


def losses(
    before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]], tolerance: float
) -> Sequence[Loss]:
    """The figures that fell by more than ``tolerance``.

    Args:
        before: by data set, the figures of the model that was there; each in [0, 1], higher is better.
        after: the same of the new one; what only one of them has is not compared.
        tolerance: in the figures' own unit.
    """
    return [
        Loss(data, name, figures[name], after[data][name])
        for data, figures in before.items()
        for name in figures
        if name in after.get(data, {}) and figures[name] - after[data][name] > tolerance
    ]
