"""Files of labelled questions -> examples whose spans are right, and a report of what was repaired or dropped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluation.metrics.answers import normalised
from training.data.readers import read_records
from training.data.record import Record, checked_spans

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
        paths: files; of the same question about the same passage, the first one counts, and takes the negatives of
            the others.
        evaluation: files of questions that are kept to judge with: whatever shares a question (as normalised for
            exact match) or a passage with them is dropped.

    Raises:
        InputError: a file cannot be read, or a line of it cannot be used; the message names it.
    """
    report = DataReport()
    kept_aside = _Seen()
    for record in read_records(evaluation):
        kept_aside.add(record)
    examples: dict[tuple[str, str], Example] = {}
    ids = Counter[str]()
    for record in read_records(paths, on_unusable=report.drop):
        if reason := _unusable(record) or kept_aside.shares(record):
            report.drop(reason, record.place)
            continue
        key = _keys(record)
        if key in examples:
            report.drop("the same question about the same passage came before", record.place)
            examples[key] = _with_negatives(examples[key], record, kept_aside, report)
        elif (example := _example(record, kept_aside, report)) is None:
            report.drop("the answer does not stand in the passage", record.place)
        else:
            ids[example.id] += 1
            if ids[example.id] > 1:
                example = replace(example, id=f"{example.id}#{ids[example.id]}")
            report.kept[example.origin] += 1
            examples[key] = example
    return ExampleSet(tuple(examples.values()), report)


class _Seen:
    """Questions and passages, by what makes two of them the same."""

    def __init__(self) -> None:
        self.questions: set[str] = set()
        self.passages: set[str] = set()

    def add(self, record: Record) -> None:
        question, passage = _keys(record)
        self.questions.add(question)
        self.passages.add(passage)

    def shares(self, record: Record) -> str:
        question, passage = _keys(record)
        if passage in self.passages:
            return "the evaluation data hold the passage"
        if question in self.questions:
            return "the evaluation data hold the question"
        return ""

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


def _with_negatives(kept: Example, record: Record, kept_aside: _Seen, report: DataReport) -> Example:
    """The example kept, with the negatives that a repeat of it brings along."""
    known = {_passage_key(each) for each in kept.negatives}
    new = [each for each in kept_aside.without(record.negatives) if _passage_key(each) not in known]
    # Where one says that the passage answers and the other that it does not, the negatives mean different things.
    if not new or bool(kept.spans) == (record.answers == ()):
        return kept
    report.repaired["negatives taken from a repeat"] += 1
    return replace(kept, negatives=(*kept.negatives, *new))


def _unusable(record: Record) -> str:
    return "" if record.question.strip() else "the question is blank"


def _keys(record: Record) -> tuple[str, str]:
    """What makes two records the same: the question and the passage."""
    return normalised(record.question) or record.question.strip(), _passage_key(record.passage)


def _passage_key(passage: str) -> str:
    return " ".join(passage.lower().split())
