"""What went wrong, question by question, and what of the passages is shown. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from evaluation.outcome import Failure, Outcome
from evaluation.report.wording import FAILURES, stage_name

Part = tuple[str, str]
"""A piece of a text, and the class of its mark; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of one evaluation."""

    failed: int
    """All of them."""
    shown: list[Outcome]
    counts: Mapping[Failure, int]
    """How many of those that are shown are of which kind."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage with what is marked in it."""

    title: str
    source: str
    """Empty where it is not told."""
    parts: list[Part]


def failures_of(outcomes: Sequence[Outcome], most: int) -> Failures:
    """At most so many failures, and how many there are."""
    shown = chosen_failures(outcomes, most)
    counts = {kind: sum(each.failure == kind for each in shown) for kind in FAILURES}
    return Failures(sum(each.failure is not None for each in outcomes), shown, counts)


def chosen_failures(outcomes: Sequence[Outcome], most: int) -> list[Outcome]:
    """At most so many failures, from every stage in turn, those it was surest of first."""
    by_stage = [
        sorted((each for each in outcomes if each.failure == kind), key=lambda each: -each.confidence)
        for kind in FAILURES
    ]
    in_turn = [each for row in zip_longest(*by_stage) for each in row if each is not None]
    return sorted(in_turn[:most], key=lambda each: list(FAILURES).index(each.failure or "misread"))


def facts_of(outcome: Outcome) -> tuple[tuple[str, str], ...]:
    """What else is known of an outcome, by name; empty where it is not."""
    ranks = ", ".join(f"{stage_name(stage)} {'–' if rank is None else rank}" for stage, rank in outcome.ranks.items())
    return (("Rank of the right passage", ranks), ("Kind", outcome.kind), ("Id", outcome.id))


def passages_of(outcome: Outcome) -> Iterator[ShownPassage]:
    """The passage that was read and the right one, or both in one."""
    expected = next((each for each in outcome.references if each in outcome.expected_passage), "")
    right, given = (expected, "right"), (outcome.prediction, "given")
    if outcome.passage and outcome.passage == outcome.expected_passage:
        parts = marked_parts(outcome.passage, (right, given))
        yield ShownPassage("The passage, which is the right one", outcome.source, parts)
        return
    if outcome.passage:
        yield ShownPassage("Where the answer was taken from", outcome.source, marked_parts(outcome.passage, (given,)))
    if outcome.expected_passage:
        yield ShownPassage("Where the right answer stands", "", marked_parts(outcome.expected_passage, (right,)))


def marked_parts(text: str, words: Sequence[tuple[str, str]], most: int = 2000) -> list[Part]:
    """The text in parts, the first place of each of the words in one of its own; places do not overlap.

    Args:
        text: a passage.
        words: what to mark, with the class of its mark; empty words and those that are not there are passed over.
        most: characters that are shown of a long passage, around the first mark.
    """
    places: list[tuple[int, int, str]] = []
    for sought, kind in words:
        start = text.find(sought) if sought else -1
        end = start + len(sought)
        if start >= 0 and all(end <= first or last <= start for first, last, _ in places):
            places.append((start, end, kind))
    first, last = _shown(text, min((start for start, _, _ in places), default=0), most)
    parts, done = [("… ", "")] if first else [], first
    for start, end, kind in sorted(places):
        if start < last:
            parts += [(text[done:start], ""), (text[start : min(end, last)], kind)]
            done = min(end, last)
    parts.append((text[done:last], ""))
    return parts + ([(" …", "")] if last < len(text) else [])


def _shown(text: str, mark: int, most: int) -> tuple[int, int]:
    """Start and end of what is shown of a text, a third of it before the mark."""
    first = max(0, min(mark - most // 3, len(text) - most))
    return first, min(len(text), first + most)
