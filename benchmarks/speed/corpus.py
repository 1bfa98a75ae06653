"""The passages that every system gets, split once from the files, with synthetic ones beyond the real.

Files go in; documents, and the places of their words, come out. Knows no system.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from haystack import Document

from components.converters.loader import DocumentLoader
from components.errors import InputError
from components.preprocessors.splitter import PassageSplitter
from evaluation.data.squad import LabelledQuestion, QuestionFile
from evaluation.gold import TextPlace
from evaluation.places import answer_places
from pipelines.asking import stage_of
from pipelines.service import QAService
from pipelines.settings import Settings

BATCH = 1024
"""Passages that are embedded and written together."""

SYNTHETIC = "synthetic"
"""The field that marks a passage which nobody wrote."""


class Spot(NamedTuple):
    """Where a passage stands: its source, and code points in the source's text, end exclusive."""

    source: str
    start: int
    end: int

    @classmethod
    def of(cls, document: Document) -> "Spot":
        """The place of a passage."""
        return cls(str(document.meta["source"]), int(document.meta["start"]), int(document.meta["end"]))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages on disk, and where the answers to the questions stand in them."""

    passages: Path
    count: int
    own: int
    """Of the passages, which come first, those of the questions' own paragraphs."""
    answers: Mapping[str, Sequence[TextPlace]]
    """By the question's id, where its accepted answers stand."""

    def rank(self, question: LabelledQuestion, spots: Sequence[Spot]) -> int | None:
        """1-based rank of the first passage that holds an answer whole; None where there is none."""
        answers = self.answers[question.id]
        held = (
            rank for rank, spot in enumerate(spots, 1) if any(TextPlace(*spot).covers(answer) for answer in answers)
        )
        return next(held, None)


def make_corpus(questions: QuestionFile, others: Sequence[Path], settings: Settings, folder: Path) -> Corpus:
    """Split the files as indexing would, and write the passages to a folder.

    The first passages are those of the questions' own paragraphs. A passage whose words are there already is left out.

    Args:
        questions: their paragraphs hold the answers.
        others: files of passages that answer nothing.
        settings: how long a passage is.
        folder: an existing one.

    Raises:
        LoadingError: a file cannot be read.
        InputError: the places of the answers cannot be told.
    """
    target = folder / "passages.jsonl"
    answers = answer_places(questions, str(questions.path))
    scratch = settings.with_values({"data": folder / "splitting", "qdrant.engine": "edge", "database.url": None})
    # A corpus is one file, of as many passages as it takes.
    scratch = scratch.with_values({"index.max_file_passages": sys.maxsize})
    with QAService(scratch, purpose="benchmark").open(writable=True) as service:
        pipelines = service.pipelines()
        loader = stage_of(pipelines["reading"], DocumentLoader)
        splitter = stage_of(pipelines["indexing"], PassageSplitter)
        seen: set[str] = set()
        own = 0
        with target.open("w", encoding="utf-8") as file:
            for path in (questions.path, *others):
                for passage in splitter.run([_load(loader, path)])["documents"]:
                    if passage.content not in seen:
                        seen.add(str(passage.content))
                        file.write(json.dumps(_plain(passage), ensure_ascii=False) + "\n")
                own = own if own else len(seen)
    if not seen:
        raise InputError(f"{questions.path} gives no passage to index; name a file with paragraphs")
    return Corpus(target, len(seen), own, answers)


def _load(loader: DocumentLoader, path: Path) -> Document:
    """One file with the identifiers that its passages carry."""
    loaded = loader.run([str(path)])
    for failure in loaded["failures"]:
        raise failure
    document: Document = loaded["documents"][0]
    return replace(document, meta=document.meta | {"source_id": document.id, "version": "1"})


def read_passages(path: Path, count: int | None = None) -> Iterator[list[Document]]:
    """The passages in batches of :data:`BATCH`, in the order of the corpus.

    Args:
        path: what :func:`make_corpus` wrote.
        count: how many; beyond the real ones come synthetic ones.
    """
    passages = _lines(path) if count is None else islice(_filled_up(path), count)
    while batch := list(islice(passages, BATCH)):
        yield batch


def synthetic(real: Sequence[Document], row: int) -> Document:
    """The passage of a row beyond the real ones: the first half of one, the second half of another, and a mark.

    It is like passages that are there, in length and words, and a near duplicate of none. Which two are joined,
    :func:`parents` says.
    """
    one, other = (real[parent] for parent in parents(len(real), row))
    head, tail = str(one.content).split(), str(other.content).split()
    words = [f"Synthetic passage {row}:", *head[: len(head) // 2], *tail[len(tail) // 2 :]]
    meta = one.meta | {"source": SYNTHETIC, "start": row, "end": row + 1, SYNTHETIC: True}
    return replace(one, id=f"{SYNTHETIC}-{row}", content=" ".join(words), meta=meta)


def parents(count: int, row: int) -> tuple[int, int]:
    """Which two of ``count`` real passages the synthetic one of a row, counted from 0 over all, is made of."""
    copy, first = divmod(row, count)
    return first, (first + copy) % count


def _filled_up(path: Path) -> Iterator[Document]:
    real = []
    for passage in _lines(path):
        real.append(passage)
        yield passage
    row = len(real)
    while True:
        yield synthetic(real, row)
        row += 1


def _lines(path: Path) -> Iterator[Document]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            yield Document(id=record["id"], content=record["content"], meta=record["meta"])


def _plain(passage: Document) -> dict[str, Any]:
    return {"id": passage.id, "content": passage.content, "meta": passage.meta}
