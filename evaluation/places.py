"""Where the documents of a data set stand in the index, so that a passage is judged by its place, not by its words.

Documents that the data bring are found by their number in the indexed file, the user's own answers by their wording in
the indexed sources.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from components.boundaries import is_unspaced
from components.errors import InputError
from components.loading import load
from components.types import Passage
from evaluation.data.dataset import DataSet, Question
from evaluation.gold import Place, paragraph_places
from pipelines.service import QAService


class Gold:
    """The places of documents, and what a passage at a place holds.

    Args:
        places: by the document's key; none for a document that indexing has dropped.
        of_documents: whether the keys are of whole documents, of which several passages count as one; else they are
            of the answers to single questions.
    """

    def __init__(self, places: Mapping[str, Sequence[Place]], *, of_documents: bool = True) -> None:
        self.places = places
        self.of_documents = of_documents
        self._by_source: dict[str, list[tuple[Place, str]]] = {}
        for key, found in places.items():
            for place in found:
                self._by_source.setdefault(place.source, []).append((place, key))
        for entries in self._by_source.values():
            entries.sort(key=lambda entry: (entry[0].start, entry[0].end))
        self._starts = {source: [place.start for place, _ in entries] for source, entries in self._by_source.items()}
        self._longest = {
            source: max(place.end - place.start for place, _ in entries) for source, entries in self._by_source.items()
        }

    def keys_at(self, place: Place) -> list[str]:
        """The documents that a passage at this place holds, in the order of the text."""
        entries = self._by_source.get(place.source, [])
        starts, longest = self._starts.get(place.source, []), self._longest.get(place.source, 0)
        first, last = bisect_right(starts, place.start - longest - 1), bisect_right(starts, place.end)
        return [key for document, key in entries[first:last] if document.is_held_by(place)]

    def holds(self, question: Question, place: Place) -> bool:
        """Whether a passage at this place answers the question."""
        return any(each.is_held_by(place) for key in question.relevant for each in self.places.get(key, ()))


def gold_of(dataset: DataSet, service: QAService) -> Gold:
    """Find the documents of a data set in an index.

    Raises:
        InputError: documents cannot be told apart in the indexed file, or an answer does not stand in the corpus.
    """
    return _own(dataset, service) if dataset.form == "own" else _brought(dataset, service)


def _brought(dataset: DataSet, service: QAService) -> Gold:
    path, keys = dataset.corpus[0], list(dataset.documents)
    source, most = source_of(service, path), round(service.settings.max_file_mb * 2**20)
    if dataset.form == "squad":
        places = paragraph_places(path, len(keys), source, most)
        return Gold({key: [place] for key, place in zip(keys, places, strict=True)})
    blocks = load(path, max_bytes=most).blocks
    rows = {block.row: Place(source, block.start, block.end) for block in blocks if block.row is not None}
    return Gold({key: [rows[row]] for row, key in enumerate(keys, start=1) if row in rows})


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

    found = {}
    for question in dataset.questions:
        if not question.answerable:
            continue
        where = [_named(question, names)] if question.source else names
        found[question.id] = [place for name in where for place in mentions(question.references, name, text(name))]
        if not found[question.id]:
            place = where[0] if question.source else f"any of the {len(names)} sources in {service.settings.data}"
            raise InputError(
                f"{question.row}: the answer {question.references[0]!r} does not stand in {place}; give the exact "
                "words of the document, or index the document that holds them"
            )
    return Gold(found, of_documents=False)


def _named(question: Question, names: Sequence[str]) -> str:
    """The source that a row means: its whole name, or the end of one alone."""
    if question.source in names:
        return question.source
    ending = [name for name in names if name.endswith(f"/{question.source}")]
    if len(ending) != 1:
        fault = "is not indexed; `quaere sources list` shows what is" if not ending else f"may be {' or '.join(ending)}"
        raise InputError(f"{question.row}: the source {question.source!r} {fault}")
    return ending[0]


def mentions(answers: Iterable[str], source: str, text: str) -> list[Place]:
    """Where any of the answers stands as whole words, whatever the case and the white space."""
    patterns = (r"\s+".join(re.escape(word) for word in answer.split()) for answer in answers)
    found = (match.span() for pattern in patterns for match in re.finditer(pattern, text, re.IGNORECASE))
    return [
        Place(source, start, end)
        for start, end in found
        if not _cuts_word(text[start - 1 : start + 1], start) and not _cuts_word(text[end - 1 : end + 1], end)
    ]


def _cuts_word(around: str, edge: int) -> bool:
    """Whether an edge between two signs of a text lies inside a word; between signs of unspaced scripts none does."""
    inside = edge > 0 and len(around) == 2
    return inside and all(sign.isalnum() and not is_unspaced(sign) for sign in around)


class Indexed:
    """Tells whether the answer to a question is in the index at all.

    Args:
        service: open; holds the index.
        gold: where the documents of the data stand.
        whole: whether a passage has to hold an accepted answer whole, not only part of its document.
    """

    def __init__(self, service: QAService, gold: Gold, *, whole: bool) -> None:
        self._service = service
        self._gold = gold
        self._whole = whole
        self._passages: dict[str, tuple[list[Passage], list[int], int]] = {}

    def holds(self, question: Question) -> bool:
        """Whether some passage answers the question."""
        return any(
            self._is_answer(question, passage)
            for key in question.relevant
            for place in self._gold.places.get(key, ())
            for passage in self._near(place)
            if place.is_held_by(place_of(passage))
        )

    def _is_answer(self, question: Question, passage: Passage) -> bool:
        words = _squeezed(passage.text)
        return not self._whole or any(_squeezed(reference) in words for reference in question.references)

    def _near(self, place: Place) -> list[Passage]:
        """The passages that may share a sign with a place."""
        if place.source not in self._passages:
            passages = sorted(self._service.source(place.source).passages, key=lambda each: each.start)
            longest = max((each.end - each.start for each in passages), default=0)
            self._passages[place.source] = (passages, [each.start for each in passages], longest)
        passages, starts, longest = self._passages[place.source]
        return passages[bisect_right(starts, place.start - longest - 1) : bisect_right(starts, place.end)]


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split())


def place_of(passage: Passage) -> Place:
    """Where a passage stands."""
    return Place(passage.source, passage.start, passage.end)
