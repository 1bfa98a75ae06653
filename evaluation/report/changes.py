"""What a system mends and what it breaks, beside the baseline: the questions behind a difference."""

from collections.abc import Sequence

from evaluation.outcome import Evaluation, Outcome
from evaluation.report.escaping import escape
from evaluation.report.markup import table
from evaluation.report.wording import FAILURES

MOST = 50
"""Questions that are listed each way."""

Pair = tuple[Outcome, Outcome]
"""The baseline's outcome and the system's, of one question."""


def changes_of(evaluation: Evaluation, baseline: Evaluation) -> tuple[list[Pair], list[Pair]]:
    """The questions that go well now and went wrong before, and those the other way round."""
    before = {each.id: each for each in baseline.outcomes}
    pairs = [(before[each.id], each) for each in evaluation.outcomes]
    mended = [(old, new) for old, new in pairs if old.failure is not None and new.failure is None]
    broken = [(old, new) for old, new in pairs if old.failure is None and new.failure is not None]
    return mended, broken


def changes_view(evaluation: Evaluation, baseline: Evaluation) -> str:
    """Both lists as HTML, folded away."""
    mended, broken = changes_of(evaluation, baseline)
    lists = "".join(
        f"<details><summary>{title}: {len(pairs):,}</summary>{_list(pairs, title, baseline.system)}</details>"
        for title, pairs in (("Mended", mended), ("Broken", broken))
        if pairs
    )
    return (
        f"<h3>What is different beside {escape(baseline.system)}</h3>"
        f'<p class="note">Mended, as it went wrong there: {len(mended):,}. Broken, as it went well there: '
        f"{len(broken):,}.</p>{lists}"
    )


def _list(pairs: Sequence[Pair], title: str, baseline: str) -> str:
    columns = ("question", "expected", baseline, "this system", "what went wrong")
    rows = [
        (old.question, " · ".join(dict.fromkeys(old.references)) or "–", _answer(old), _answer(new), _fault(old, new))
        for old, new in pairs[:MOST]
    ]
    note = f'<p class="note">The first {MOST}.</p>' if len(pairs) > MOST else ""
    return table(columns, rows, f"{title} beside {baseline}") + note


def _answer(outcome: Outcome) -> str:
    shown = outcome.prediction if len(outcome.prediction) <= 200 else f"{outcome.prediction[:199]}…"
    return shown.replace("\n", " ") + ("" if outcome.given else " (withheld)") if shown else "nothing"


def _fault(old: Outcome, new: Outcome) -> str:
    failure = old.failure if new.failure is None else new.failure
    return "" if failure is None else FAILURES[failure][0]
