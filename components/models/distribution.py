"""Start and end logits -> the probability that a passage's answer lies in a part of it. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from components.models.window import Window

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _WindowWeights:
    """Of one window, for each token: where it stands, and the weights of the spans that begin and end at it."""

    offsets: npt.NDArray[np.int64]
    starts: Floats
    ends_before: Floats
    """(n_tokens + 1,): the sum of the end weights before each token."""
    total: float
    """The weight of all spans and of no answer; greater than 0."""


@dataclass(frozen=True, slots=True)
class SpanDistribution:
    """The softmax over a passage's spans and "no answer", whose scores are the sums of start and end logits.

    The mass inside a sentence, list or row is the probability that the answer lies in it, given the passage (the
    normalisation of Clark and Gardner 2018, arXiv:1710.10723, with the null of Devlin et al. 2019, arXiv:1810.04805).

    Example:
        >>> offsets = np.array([[0, 3], [4, 9]])
        >>> window = Window(np.array([4.0, 0.0]), np.array([0.0, 4.0]), offsets, null=0.0)
        >>> distribution = SpanDistribution.of([window], max_tokens=30)
        >>> round(distribution.mass(0, 9), 2), distribution.mass(4, 9) < 0.1
        (1.0, True)
    """

    windows: tuple[_WindowWeights, ...]
    max_tokens: int

    @classmethod
    def of(cls, windows: Sequence[Window], max_tokens: int) -> Self:
        """Build from the reader's logits.

        Args:
            windows: of the passage; those without tokens give no mass.
            max_tokens: longest span in tokens, at least 1.
        """
        return cls(tuple(_weights(window, max_tokens) for window in windows if len(window.start)), max_tokens)

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self  # nobody changes it, and pipelines copy their inputs

    def mass(self, start: int, end: int) -> float:
        """The probability in [0, 1] of all spans between two places of the passage, in code points, end exclusive.

        Of several windows the one that is surest counts: it sees the answer, the others do not.
        """
        return max((self._mass_in(window, start, end) for window in self.windows), default=0.0)

    def _mass_in(self, window: _WindowWeights, start: int, end: int) -> float:
        first = int(np.searchsorted(window.offsets[:, 0], start, side="left"))
        last = int(np.searchsorted(window.offsets[:, 1], end, side="right"))
        if first >= last:
            return 0.0
        return min(1.0, _spans(window.starts, window.ends_before, first, last, self.max_tokens) / window.total)


def _weights(window: Window, max_tokens: int) -> _WindowWeights:
    """The exponentials, scaled by the largest so that none overflows."""
    top_start, top_end = float(window.start.max()), float(window.end.max())
    starts = np.exp(window.start.astype(np.float64) - top_start)
    ends_before = np.concatenate(([0.0], np.cumsum(np.exp(window.end.astype(np.float64) - top_end))))
    inside = _spans(starts, ends_before, 0, len(starts), max_tokens)
    # What is that much likelier than any span leaves them no mass.
    null = float(np.exp(min(window.null - top_start - top_end, 700.0)))
    return _WindowWeights(window.offsets, starts, ends_before, max(inside + null, np.finfo(np.float64).tiny))


def _spans(starts: Floats, ends_before: Floats, first: int, last: int, max_tokens: int) -> float:
    """The summed weights of the spans from token ``first`` to before ``last``."""
    begins = np.arange(first, last)
    limits = np.minimum(begins + max_tokens, last)
    return float(starts[begins] @ (ends_before[limits] - ends_before[begins]))
