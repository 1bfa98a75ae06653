"""What a system mends and what it breaks, beside the baseline: the questions behind a difference."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.outcome import Evaluation, Outcome
from evaluation.report.wording import FAILURES

MOST = 50
"""Questions that are listed each way."""

Pair = tuple[Outcome, Outcome]
"""The baseline's outcome and the system's, of one question."""


@dataclass(frozen=True, slots=True)
class OutcomeChanges:
    """The questions that go well now and went wrong before, and those the other way round."""

    baseline: str
    mended: list[Pair]
    broken: list[Pair]


def changes_of(evaluation: Evaluation, baseline: Evaluation | None) -> OutcomeChanges | None:
    """What is different beside the baseline, where there is one."""
    if baseline is None:
        return None
    before = {each.id: each for each in baseline.outcomes}
    pairs = [(before[each.id], each) for each in evaluation.outcomes]
    mended = [(old, new) for old, new in pairs if old.failure is not None and new.failure is None]
    broken = [(old, new) for old, new in pairs if old.failure is None and new.failure is not None]
    return OutcomeChanges(baseline.system, mended, broken)


def change_rows(pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    """Question, what was expected, what both said and what went wrong, of the first ones."""
    return [
        (old.question, " · ".join(dict.fromkeys(old.references)) or "–", _answer(old), _answer(new), _fault(old, new))
        for old, new in pairs[:MOST]
    ]


def _answer(outcome: Outcome) -> str:
    shown = outcome.prediction if len(outcome.prediction) <= 200 else f"{outcome.prediction[:199]}…"
    return shown.replace("\n", " ") + ("" if outcome.given else " (withheld)") if shown else "nothing"


def _fault(old: Outcome, new: Outcome) -> str:
    failure = old.failure if new.failure is None else new.failure
    return "" if failure is None else FAILURES[failure][0]
