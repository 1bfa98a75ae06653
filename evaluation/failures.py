"""Every wrong outcome is put down to the first stage that lost the answer, and each stage's mending has an upper bound.

Pure: it reads what became of a question, and knows neither pipelines nor files.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from evaluation.outcome import Failure, Outcome

STAGES: tuple[Failure, ...] = get_args(Failure)
"""In the order in which a question meets them."""

ADVICE: dict[Failure, str] = {
    "not_extracted": "extraction: the answers do not stand in the text that was read from the documents; see "
    "`quaere sources check` and `quaere sources show SOURCE --text`, and whether the labels use the document's words",
    "not_indexed": "indexing: the answers stand in no passage; look at what was skipped and at how texts are split",
    "not_retrieved": "retrieval: the right passages are not among the candidates; try more candidates, another weight "
    "of the two searches, synonyms, or another embedder",
    "lost_by_reranker": "reranking: other passages are put above the right ones; train or change the ranker",
    "misread": "reading: the right passage is there and other words are taken; train or change the reader",
    "wrong_boundary": "reading: answers begin or end at the wrong word; look at the answer's longest length",
    "wrongly_withheld": "the threshold: right answers are withheld; lower it, or fit the calibrator on your own data",
    "wrongly_given": "the threshold: questions without an answer get one; raise it, or fit the calibrator on your own "
    "data",
}
"""What to work on, by the stage that loses most."""


@dataclass(frozen=True, slots=True)
class Way:
    """How far the answer to a question came.

    Ranks are 1-based, among the candidates; None where the passage is not among them. The defaults are those of a
    reader that is handed the right passage.
    """

    extracted: bool = True
    """Whether the text that was read from the documents holds the answer."""
    indexed: bool = True
    """Whether a passage of the index holds the answer."""
    fused: int | None = 1
    """Of the first right passage before reranking."""
    reranked: int | None = 1
    """Of the first right passage after it."""
    answered_from: int | None = 1
    """Rank after reranking of the passage that the best answer comes from; None without an answer."""
    touches: bool = False
    """Whether the best answer stands in a right passage and shares words with an accepted one."""


def failure_of(way: Way, *, answerable: bool, right: bool, given: bool) -> Failure | None:
    """The stage that a question's outcome is put down to; None where nothing went wrong.

    Args:
        way: how far the answer came.
        answerable: whether the data answer the question.
        right: whether the best answer is right, given or not.
        given: whether it passes the threshold in force.
    """
    if not answerable:
        return "wrongly_given" if given else None
    if right:
        return None if given else "wrongly_withheld"
    if not way.extracted:
        return "not_extracted"
    if not way.indexed:
        return "not_indexed"
    if way.fused is None:
        return "not_retrieved"
    if way.touches:
        return "wrong_boundary"
    return "lost_by_reranker" if _passed_over(way) else "misread"


def _passed_over(way: Way) -> bool:
    """Whether the answer comes from a passage that stands above every right one."""
    return way.reranked is None or (way.answered_from is not None and way.answered_from < way.reranked)


@dataclass(frozen=True, slots=True)
class StageLoss:
    """What one stage costs."""

    failure: Failure
    count: int
    share: float
    """Of all questions, in [0, 1]."""
    bound: float
    """Share of questions that would come out right if this stage alone made no mistake, at most: a question that is
    mended here may still fail later."""


def losses(outcomes: Sequence[Outcome]) -> tuple[StageLoss, ...]:
    """What every stage costs, in the order of the stages; nothing without outcomes."""
    counts = Counter(outcome.failure for outcome in outcomes)
    total = len(outcomes)
    if not total:
        return ()
    return tuple(
        StageLoss(stage, counts[stage], counts[stage] / total, (counts[None] + counts[stage]) / total)
        for stage in STAGES
    )


def worst_stage(outcomes: Sequence[Outcome]) -> StageLoss | None:
    """The stage that costs most, of equal ones the earlier; None where nothing went wrong."""
    worst = max(losses(outcomes), key=lambda loss: loss.count, default=None)
    return worst if worst is not None and worst.count else None
