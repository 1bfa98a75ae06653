"""What went wrong, question by question: a list that can be narrowed to one stage, as HTML without scripts."""

from collections.abc import Sequence
from itertools import zip_longest

from evaluation.outcome import Outcome
from evaluation.report.markup import foreign, marked
from evaluation.report.wording import FAILURES, share, stage_name


def chosen_failures(outcomes: Sequence[Outcome], most: int) -> list[Outcome]:
    """At most so many failures, from every stage in turn, those it was surest of first."""
    by_stage = [
        sorted((each for each in outcomes if each.failure == kind), key=lambda each: -each.confidence)
        for kind in FAILURES
    ]
    in_turn = [each for row in zip_longest(*by_stage) for each in row if each is not None]
    return sorted(in_turn[:most], key=lambda each: list(FAILURES).index(each.failure or "misread"))


def failure_list(outcomes: Sequence[Outcome], most: int, name: str) -> str:
    """The failures of one evaluation.

    Args:
        outcomes: all, also those that went well.
        most: how many to show.
        name: of the group of buttons; unique on the page.
    """
    failed = sum(each.failure is not None for each in outcomes)
    if not failed:
        return '<p class="note">Nothing went wrong.</p>'
    shown = chosen_failures(outcomes, most)
    note = f"{len(shown):,} of {failed:,} failures; open one to see its passages."
    if len(shown) < failed:
        note += " Every stage is represented, the surest mistakes first; the rows on disk hold all of them."
    items = "".join(_item(each) for each in shown)
    return f'<div class="failures"><p class="note">{note}</p>{_filter(shown, name)}<ol>{items}</ol></div>'


def _filter(shown: Sequence[Outcome], name: str) -> str:
    counts = {kind: sum(each.failure == kind for each in shown) for kind in FAILURES}
    options = [("all", "All", len(shown))]
    options += [(kind, FAILURES[kind][0], count) for kind, count in counts.items() if count]
    buttons = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if value == "all" else ""}>'
        f"<span>{label} <small>{count:,}</small></span></label>"
        for value, label, count in options
    )
    return f"<fieldset><legend>Show</legend>{buttons}</fieldset>"


def _item(outcome: Outcome) -> str:
    kind = outcome.failure or "misread"
    label, meaning = FAILURES[kind]
    return (
        f'<li class="{kind}"><details><summary><span class="what">{label}</span> '
        f"{foreign(outcome.question, 'span')}</summary>"
        f'<p class="note">{meaning}</p><dl><dt>Expected</dt><dd>{_expected(outcome)}</dd>'
        f"<dt>{'Given' if outcome.given else 'Withheld'}</dt><dd>{_predicted(outcome)}</dd>{_facts(outcome)}</dl>"
        f"{_passages(outcome)}</details></li>"
    )


def _expected(outcome: Outcome) -> str:
    references = list(dict.fromkeys(outcome.references))
    if not references:
        return "<em>no answer</em>" if not outcome.answerable else "<em>the passage below</em>"
    return " · ".join(foreign(each, "span") for each in references)


def _predicted(outcome: Outcome) -> str:
    if not outcome.prediction:
        return "<em>nothing</em>"
    return f"{foreign(outcome.prediction, 'span')} <small>confidence {share(outcome.confidence)}</small>"


def _facts(outcome: Outcome) -> str:
    ranks = ", ".join(f"{stage_name(stage)} {'–' if rank is None else rank}" for stage, rank in outcome.ranks.items())
    facts = (("Rank of the right passage", ranks), ("Kind", outcome.kind), ("Id", outcome.id))
    return "".join(f"<dt>{name}</dt><dd>{foreign(value, 'span')}</dd>" for name, value in facts if value)


def _passages(outcome: Outcome) -> str:
    expected = next((each for each in outcome.references if each in outcome.expected_passage), "")
    right, given = (expected, "right"), (outcome.prediction, "given")
    source = f" · {foreign(outcome.source, 'span')}" if outcome.source else ""
    if outcome.passage and outcome.passage == outcome.expected_passage:
        return _passage(f"The passage, which is the right one{source}", marked(outcome.passage, (right, given)))
    parts = ""
    if outcome.passage:
        parts += _passage(f"Where the answer was taken from{source}", marked(outcome.passage, (given,)))
    if outcome.expected_passage:
        parts += _passage("Where the right answer stands", marked(outcome.expected_passage, (right,)))
    return parts


def _passage(title: str, text: str) -> str:
    return f'<h4>{title}</h4><blockquote dir="auto">{text}</blockquote>'
