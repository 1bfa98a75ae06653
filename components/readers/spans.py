"""Start and end logits -> the best answer spans of a passage. Pure numpy; knows nothing of texts or models.

A span's score is its start plus end logit minus the passage's null score, start plus end logit at the
classification token, as in Devlin et al. 2019 (arXiv:1810.04805), section 4.3, per passage instead of per corpus.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.models.window import Window

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """An answer in a passage: ``passage[start:end]``, and its logit against the null score."""

    start: int
    end: int
    score: float


def null_score(windows: Sequence[Window]) -> float:
    """The passage's null score: the lowest of its windows, since one that holds the answer decides."""
    return min(window.null for window in windows)


def best_spans(
    windows: Sequence[Window], max_tokens: int = 30, n_best: int = 3, parts: Sequence[tuple[int, int]] = ()
) -> list[Span]:
    """The best spans of a passage that do not overlap, best first.

    Args:
        windows: at least one; windows without tokens give no spans.
        max_tokens: longest span in tokens.
        n_best: how many spans at most.
        parts: start and end of the passage's paragraphs or rows, in order; no span begins in one and ends in another.

    Returns:
        At most ``n_best`` spans; ties go to the earlier, then to the shorter one.
    """
    if not windows:
        return []
    null = null_score(windows)
    found: dict[tuple[int, int], float] = {}
    for window in windows:
        for start, end, score in _window_spans(window, max_tokens, n_best, parts):
            place = int(window.offsets[start, 0]), int(window.offsets[end, 1])
            value = score - null
            if place[0] < place[1] and value > found.get(place, -np.inf):
                found[place] = value
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    chosen: list[Span] = []
    for (start, end), score in ordered:
        if len(chosen) == n_best:
            break
        if all(end <= other.start or start >= other.end for other in chosen):
            chosen.append(Span(start, end, float(score)))
    return chosen


def best_span_holding(
    windows: Sequence[Window],
    places: Sequence[tuple[int, int]],
    max_tokens: int = 30,
    parts: Sequence[tuple[int, int]] = (),
) -> Span | None:
    """The best span that holds one of these places of the passage whole; None where there is none.

    Args:
        windows: of the passage.
        places: start and end in the passage.
        max_tokens: as in :func:`best_spans`.
        parts: as in :func:`best_spans`.
    """
    best: Span | None = None
    null = null_score(windows) if windows else 0.0
    for window in windows:
        holding = np.arange(len(window.start))[None, :] >= _least_last(window, places)[:, None]
        scores = np.where(holding, _span_scores(window, max_tokens, parts), -np.inf)
        if np.isfinite(scores).any():
            first, last = np.unravel_index(np.argmax(scores), scores.shape)
            score = float(scores[first, last]) - null
            if best is None or score > best.score:
                best = Span(int(window.offsets[first, 0]), int(window.offsets[last, 1]), score)
    return best


def _least_last(window: Window, places: Sequence[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """For each first token the last one from which on a span holds a place; the number of tokens where none does."""
    count = len(window.start)
    bounds = np.array(places, dtype=np.int64).reshape(-1, 2)
    first = np.searchsorted(window.offsets[:, 0], bounds[:, 0], side="right") - 1
    last = np.searchsorted(window.offsets[:, 1], bounds[:, 1], side="left")
    least = np.full(count, count)
    inside = first >= 0
    np.minimum.at(least, first[inside], last[inside])
    # A span that begins further ahead holds what a later one does.
    return np.minimum.accumulate(least[::-1])[::-1]


def _span_scores(window: Window, max_tokens: int, parts: Sequence[tuple[int, int]]) -> Floats:
    """Start plus end logit by first and last token, (n_tokens, n_tokens); minus infinity where no span may be."""
    rows = np.arange(len(window.start))[:, None]
    columns = np.arange(len(window.start))[None, :]
    allowed = (columns >= rows) & (columns < rows + max_tokens)
    if len(parts) > 1:
        part = np.searchsorted([start for start, _ in parts], window.offsets[:, 0], side="right")
        allowed &= part[:, None] == part[None, :]
    return np.where(allowed, window.start[:, None] + window.end[None, :], -np.inf)


def _window_spans(
    window: Window, max_tokens: int, n_best: int, parts: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    """Best spans by token index, greedily without overlap: each round masks what the last one took."""
    count = len(window.start)
    if count == 0:
        return []
    scores = _span_scores(window, max_tokens, parts)
    spans = []
    for _ in range(n_best):
        start, end = divmod(int(np.argmax(scores)), count)
        score = float(scores[start, end])
        if not np.isfinite(score):
            break
        spans.append((start, end, score))
        # A span is free of this one when it ends before it starts or starts after it ends.
        scores[: end + 1, start:] = -np.inf
    return spans
