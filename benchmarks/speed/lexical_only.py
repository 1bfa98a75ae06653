"""BM25 alone as a system: the package ``bm25s``, with its own words and its own stop words."""

import json
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any

from haystack import Document

from benchmarks.speed.corpus import Spot
from benchmarks.speed.stock import require
from benchmarks.speed.systems import CANDIDATES, Asked, Task


class LexicalPeer:
    """See :class:`benchmarks.speed.systems.Peer`; it finds passages and answers nothing.

    Args:
        task: what to be.

    Raises:
        ConfigurationError: the package is not installed.
    """

    def __init__(self, task: Task) -> None:
        require({"bm25s": "bm25s"})
        self._folder = task.folder / "bm25s"
        self._spots_file = task.folder / "spots.json"
        self._index: Any = None
        self._spots: list[Spot] = []

    def prepare(self) -> None:
        """See :class:`Peer`; nothing is kept."""

    def load_indexing(self) -> None:
        """See :class:`Peer`; there is nothing to load."""
        import bm25s  # noqa: F401

    def index(self, passages: Iterable[Sequence[Document]]) -> None:
        """See :class:`Peer`."""
        import bm25s

        documents = [passage for batch in passages for passage in batch]
        texts = [str(document.content) for document in documents]
        index = bm25s.BM25()
        index.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
        index.save(str(self._folder), show_progress=False)
        self._spots_file.write_text(json.dumps([Spot.of(document) for document in documents]), "utf-8")

    def open(self) -> None:
        """See :class:`Peer`."""
        import bm25s

        self._index = bm25s.BM25.load(str(self._folder), show_progress=False)
        self._spots = [Spot(*spot) for spot in json.loads(self._spots_file.read_text("utf-8"))]

    def ask(self, question: str) -> Asked:
        """See :class:`Peer`."""
        import bm25s

        started = perf_counter()
        words = bm25s.tokenize([question], stopwords="en", show_progress=False, return_ids=False)
        count = min(CANDIDATES, len(self._spots))
        rows, _ = self._index.retrieve(words, k=count, show_progress=False)
        total = perf_counter() - started
        found = tuple(self._spots[int(row)] for row in rows[0])
        return Asked("", found, (), {"retriever": total, "total": total})

    def close(self) -> None:
        """See :class:`Peer`; nothing is held."""
