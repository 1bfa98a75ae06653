"""Where the documents of a data set stand in the index, so that a passage is judged by its place, not by its words.

Documents that the data bring are found by their number in the indexed file, the user's own answers by their wording in
the indexed sources.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from haystack import Document

from components.converters.formats import load
from components.errors import InputError
from components.languages.scripts import is_unspaced
from components.types import Passage
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.squad import QuestionFile
from evaluation.gold import TextPlace, paragraphs_in
from pipelines.service import QAService


class Gold:
    """The places of documents, and what a passage at a place holds.

    Args:
        places: by the document's key; none for a document that indexing has dropped.
        answers: by the question's id, where its accepted answers stand; a question without any is answered by
            whatever holds a document that answers it.
    """

    def __init__(
        self, places: Mapping[str, Sequence[TextPlace]], answers: Mapping[str, Sequence[TextPlace]] | None = None
    ) -> None:
        self.places = places
        self.answers = {} if answers is None else answers
        self._by_source: dict[str, list[tuple[TextPlace, str]]] = {}
        for key, found in places.items():
            for place in found:
                self._by_source.setdefault(place.source, []).append((place, key))
        for entries in self._by_source.values():
            entries.sort(key=lambda entry: (entry[0].start, entry[0].end))
        self._starts = {source: [place.start for place, _ in entries] for source, entries in self._by_source.items()}
        self._longest = {
            source: max(place.end - place.start for place, _ in entries) for source, entries in self._by_source.items()
        }

    def keys_at(self, place: TextPlace) -> list[str]:
        """The documents that a passage at this place holds, in the order of the text."""
        entries = self._by_source.get(place.source, [])
        starts, longest = self._starts.get(place.source, []), self._longest.get(place.source, 0)
        first, last = bisect_right(starts, place.start - longest - 1), bisect_right(starts, place.end)
        return [key for document, key in entries[first:last] if document.is_held_by(place)]

    def holds(self, question: DataSetQuestion, place: TextPlace) -> bool:
        """Whether a passage at this place answers the question: it holds an answer whole, or a right document."""
        if question.id in self.answers:
            return any(place.covers(answer) for answer in self.answers[question.id])
        return any(each.is_held_by(place) for each in self.right_places(question))

    def is_extracted(self, question: DataSetQuestion) -> bool:
        """Whether the text of the sources holds an answer that has to stand in it."""
        return bool(self.answers.get(question.id, True))

    def right_places(self, question: DataSetQuestion) -> list[TextPlace]:
        """Where the answers to a question stand, or the documents that answer it."""
        if question.id in self.answers:
            return list(self.answers[question.id])
        return [place for key in question.relevant for place in self.places.get(key, ())]


def gold_of(dataset: DataSet, service: QAService) -> Gold:
    """Find the documents of a data set in an index.

    Raises:
        InputError: documents cannot be told apart in the indexed file, or an answer does not stand in the corpus.
    """
    return _own(dataset, service) if dataset.form == "own" else _brought(dataset, service)


def _brought(dataset: DataSet, service: QAService) -> Gold:
    path, keys = dataset.corpus[0], list(dataset.documents)
    source, settings = source_of(service, path), service.settings
    extracted = load(
        path,
        max_bytes=round(settings.index.max_file_mb * 2**20),
        max_characters=settings.index.max_file_characters,
        max_rows=settings.index.max_file_passages,
    )
    if dataset.form != "squad":
        rows = {
            block.row: TextPlace(source, block.start, block.end) for block in extracted.blocks if block.row is not None
        }
        return Gold({key: [rows[row]] for row, key in enumerate(keys, start=1) if row in rows})
    places = dict(zip(keys, paragraphs_in(extracted, path, len(keys), source), strict=True))
    answers = {
        question.id: answers_in(question.references, places[question.document], extracted.text)
        for question in dataset.questions
        if question.answerable
    }
    return Gold({key: [place] for key, place in places.items()}, answers)


def answer_places(file: QuestionFile, source: str) -> dict[str, list[TextPlace]]:
    """By the question's id, where its accepted answers stand in the text that indexing makes of the file.

    Args:
        file: whose questions are answered in their paragraphs; one without an answer is left out.
        source: the file's name in the index.

    Raises:
        InputError: the file's text has another number of paragraphs, so that places cannot be told.
    """
    extracted = load(file.path)
    paragraphs = paragraphs_in(extracted, file.path, len(file.paragraphs), source)
    return {
        question.id: answers_in(question.references, paragraphs[question.paragraph], extracted.text)
        for question in file.questions
        if question.references
    }


def answers_in(references: Sequence[str], paragraph: TextPlace, text: str) -> list[TextPlace]:
    """Where accepted answers stand in their paragraph; a labelled answer may be a part of a word."""
    words = text[paragraph.start : paragraph.end]
    found = mentions(references, paragraph.source, words) or mentions(references, paragraph.source, words, parts=True)
    return [TextPlace(each.source, paragraph.start + each.start, paragraph.start + each.end) for each in found]


def source_of(service: QAService, path: Path) -> str:
    """The name under which the service lists an indexed file."""
    wanted = str(path.resolve())
    return next(info.source for info in service.sources() if str(Path(info.path).resolve()) == wanted)


def _own(dataset: DataSet, service: QAService) -> Gold:
    names = [info.source for info in service.sources()]
    if not names:
        raise InputError(f"{service.settings.data} holds no documents to ask; run `quaere index PATH` first")

    @cache
    def text(name: str) -> str:
        return service.source(name).text

    # An answer that stands nowhere is not the table's mistake alone: reading the document may have lost it.
    return Gold(
        {},
        {
            question.id: [
                place
                for name in named_sources(question, names) or names
                for place in mentions(question.references, name, text(name))
            ]
            for question in dataset.questions
            if question.answerable
        },
    )


def named_sources(question: DataSetQuestion, names: Sequence[str]) -> list[str]:
    """The sources that a question names, each by its whole name or the end of one alone.

    Raises:
        InputError: one is not indexed, or may be several.
    """
    return [_named(source, question, names) for source in question.sources]


def _named(wanted: str, question: DataSetQuestion, names: Sequence[str]) -> str:
    if wanted in names:
        return wanted
    ending = [name for name in names if name.endswith(f"/{wanted}")]
    if len(ending) != 1:
        fault = "is not indexed; `quaere sources list` shows what is" if not ending else f"may be {' or '.join(ending)}"
        raise InputError(f"{question.row}: the source {wanted!r} {fault}")
    return ending[0]


def mentions(answers: Iterable[str], source: str, text: str, *, parts: bool = False) -> list[TextPlace]:
    """Where any of the answers stands, whatever the case and the white space.

    Args:
        answers: at least one word each.
        source: that the text is of.
        text: what is looked through.
        parts: whether parts of words count.
    """
    patterns = (r"\s+".join(re.escape(word) for word in answer.split()) for answer in answers)
    found = dict.fromkeys(match.span() for pattern in patterns for match in re.finditer(pattern, text, re.IGNORECASE))
    return [
        TextPlace(source, start, end)
        for start, end in found
        if parts or not (_cuts_word(text[start - 1 : start + 1], start) or _cuts_word(text[end - 1 : end + 1], end))
    ]


def _cuts_word(around: str, edge: int) -> bool:
    """Whether an edge between two signs of a text lies inside a word; between signs of unspaced scripts none does."""
    inside = edge > 0 and len(around) == 2
    return inside and all(sign.isalnum() and not is_unspaced(sign) for sign in around)


class Indexed:
    """Tells whether the answer to a question is in the index at all.

    Args:
        service: open; holds the index.
        gold: what a passage has to hold.
    """

    def __init__(self, service: QAService, gold: Gold) -> None:
        self._service = service
        self._gold = gold
        self._passages: dict[str, tuple[list[TextPlace], list[int], int]] = {}

    def holds(self, question: DataSetQuestion) -> bool:
        """Whether some passage answers the question."""
        return any(
            self._gold.holds(question, passage)
            for place in self._gold.right_places(question)
            for passage in self._near(place)
        )

    def _near(self, place: TextPlace) -> list[TextPlace]:
        """The passages that may share a sign with a place."""
        if place.source not in self._passages:
            passages = sorted(map(place_of, self._service.source(place.source).passages), key=lambda each: each.start)
            longest = max((each.end - each.start for each in passages), default=0)
            self._passages[place.source] = (passages, [each.start for each in passages], longest)
        passages, starts, longest = self._passages[place.source]
        return passages[bisect_right(starts, place.start - longest - 1) : bisect_right(starts, place.end)]


def place_of(passage: Passage) -> TextPlace:
    """Where a passage stands."""
    return TextPlace(passage.source, passage.start, passage.end)


def places_of(document: Document) -> tuple[TextPlace, ...]:
    """Where a passage stands, and the near duplicates that it stands for."""
    meta = document.meta
    return tuple(
        TextPlace(str(each["source"]), int(each["start"]), int(each["end"]))
        for each in (meta, *meta.get("duplicates", ()))
    )
