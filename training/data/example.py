"""Files of labelled questions -> examples whose spans are right, and a report of what was repaired or dropped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluation.metrics.normalisation import normalised
from training.data.offsets import checked_spans
from training.data.readers import read_records
from training.data.record import Record

_PLACES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a passage, and where the passage answers it."""

    id: str
    question: str
    passage: str
    title: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """Start and end in characters of the passage, end exclusive; empty: the passage does not answer."""
    negatives: tuple[str, ...] = ()
    """Passages that do not answer."""
    origin: str = ""
    """File it came from."""
    whole: bool = False
    """The passage answers, but its file does not say with which words: the one span is the whole passage.

    Of use to whoever ranks and retrieves; a reader would learn to mark everything."""

    @property
    def answers(self) -> tuple[str, ...]:
        """The words of the spans."""
        return tuple(self.passage[start:end] for start, end in self.spans)


@dataclass(slots=True)
class DataReport:
    """What became of the stated examples."""

    kept: Counter[str] = field(default_factory=Counter)
    """By file."""
    repaired: Counter[str] = field(default_factory=Counter)
    """By what was done; these were kept."""
    dropped: Counter[str] = field(default_factory=Counter)
    """By reason."""
    places: dict[str, list[str]] = field(default_factory=dict)
    """By reason, where the first of them stand."""

    def drop(self, reason: str, place: str) -> None:
        """Count one that is left out."""
        self.dropped[reason] += 1
        shown = self.places.setdefault(reason, [])
        if len(shown) < _PLACES_SHOWN:
            shown.append(place)

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield from (f"{count:,} examples from {name}" for name, count in self.kept.items())
        yield from (f"{count:,} repaired: {what}" for what, count in self.repaired.items())
        for reason, count in self.dropped.items():
            yield f"{count:,} dropped: {reason} (such as {'; '.join(self.places[reason])})"


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """Examples in the order of their files."""

    examples: tuple[Example, ...]
    report: DataReport

    def readable(self) -> tuple[Example, ...]:
        """Those that a reader can learn from: answered by known words, or not at all."""
        return tuple(each for each in self.examples if not each.whole)


def read_examples(paths: Sequence[Path], *, evaluation: Sequence[Path] = ()) -> ExampleSet:
    """Read files of any form that :func:`training.data.readers.read_records` knows.

    Args:
        paths: files; of the same question about the same passage, the first one counts.
        evaluation: files of questions that are kept to judge with: whatever shares a question (as normalised for
            exact match) or a passage with them is dropped.

    Raises:
        InputError: a file cannot be read, or a line of it cannot be used; the message names it.
    """
    report = DataReport()
    kept_aside = _Seen()
    for record in read_records(evaluation):
        kept_aside.add(record)
    examples: list[Example] = []
    seen, ids = _Seen(), Counter[str]()
    for record in read_records(paths, on_unusable=report.drop):
        reason = kept_aside.shares(record) or seen.repeats(record)
        example = None if reason else _example(record, kept_aside, report)
        if example is None:
            report.drop(reason or "the answer does not stand in the passage", record.place)
            continue
        seen.add(record)
        ids[example.id] += 1
        if ids[example.id] > 1:
            example = replace(example, id=f"{example.id}#{ids[example.id]}")
        report.kept[example.origin] += 1
        examples.append(example)
    return ExampleSet(tuple(examples), report)


class _Seen:
    """Questions and passages, by what makes two of them the same."""

    def __init__(self) -> None:
        self.questions: set[str] = set()
        self.passages: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()

    def add(self, record: Record) -> None:
        self.questions.add(_question_key(record.question))
        self.passages.add(_passage_key(record.passage))
        self.pairs.add((_question_key(record.question), _passage_key(record.passage)))

    def shares(self, record: Record) -> str | None:
        if _passage_key(record.passage) in self.passages:
            return "the evaluation data hold the passage"
        if _question_key(record.question) in self.questions:
            return "the evaluation data hold the question"
        return None

    def repeats(self, record: Record) -> str | None:
        key = _question_key(record.question), _passage_key(record.passage)
        return "the same question about the same passage came before" if key in self.pairs else None

    def without(self, passages: Iterable[str]) -> tuple[str, ...]:
        return tuple(each for each in passages if _passage_key(each) not in self.passages)


def _example(record: Record, kept_aside: _Seen, report: DataReport) -> Example | None:
    """The checked example; None where its answer stands nowhere."""
    whole = record.answers is None
    spans, repaired = (((0, len(record.passage)),), False) if whole else checked_spans(record)
    if record.answers and not spans:
        return None
    if repaired:
        report.repaired["one place found" if len(spans) == 1 else "all places of the answer taken"] += 1
    return Example(
        id=record.id or record.place,
        question=record.question,
        passage=record.passage,
        title=record.title,
        spans=spans,
        negatives=kept_aside.without(record.negatives),
        origin=record.place.split(": ", 1)[0],
        whole=whole,
    )


def _question_key(question: str) -> str:
    return normalised(question) or question.strip()


def _passage_key(passage: str) -> str:
    return " ".join(passage.lower().split())
