"""The searches of the asking pipeline on their own: what each finds for a question, in order, before any reading."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

from haystack import Document, Pipeline

from components.embedders.bm25 import LexicalTextEmbedder
from components.embedders.dense import TextEmbedder
from components.query.understanding import QueryUnderstanding
from components.rankers.cross_encoder import CrossEncoderRanker
from components.retrievers.hybrid import HybridRetriever
from components.types import Query
from evaluation.gold import Place

Stage = TypeVar("Stage")

LEAST_LIMIT = 30
"""Passages looked at in each ranking, at least."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rankings of one question, by the stage that made them, and the seconds of each stage."""

    query: Query
    rankings: Mapping[str, Sequence[Document]]
    seconds: Mapping[str, float]


class Searcher:
    """Runs the asking pipeline's own stages up to the ranker.

    Args:
        pipeline: the asking pipeline of an open service.
        languages: of the index.
    """

    def __init__(self, pipeline: Pipeline, languages: Sequence[str]) -> None:
        self._languages = list(languages)
        self._understanding = stage_of(pipeline, QueryUnderstanding)
        self._embedder = stage_of(pipeline, TextEmbedder)
        self._lexical = stage_of(pipeline, LexicalTextEmbedder)
        self._retriever = stage_of(pipeline, HybridRetriever)
        self._ranker = stage_of(pipeline, CrossEncoderRanker)
        self.candidates: int = self._retriever.top_k
        """Passages that the ranker sees."""
        self.limit = max(self.candidates, LEAST_LIMIT)
        """Passages looked at in the rankings before the ranker."""

    def warm_up(self) -> None:
        """Load the embedder."""
        self._embedder.warm_up()

    def search(self, question: str, *, groups: Sequence[str] = (), rerank: bool) -> Found:
        """Rankings by ``dense`` and ``lexical`` alone and ``fused``, and, if asked for, ``reranked`` of the candidates.

        The first two are the searches that fusion starts from; ``fused`` is as long as they are, and the ranker sees
        as many of it as the pipeline's own.
        """
        seconds: dict[str, float] = {}
        started = perf_counter()
        understood: dict[str, Any] = self._understanding.run(question, groups=list(groups))
        with _timed(seconds, "embedder"):
            vector = self._embedder.run(understood["text"])["embedding"]
        sparse = self._lexical.run(understood["text"], self._languages)["sparse_embedding"]
        options = {"filters": understood["filters"], "groups": understood["groups"]}
        with _timed(seconds, "retriever"):
            fused = self._retriever.run(vector, sparse, top_k=self.limit, **options)["documents"]
        rankings: dict[str, Sequence[Document]] = {"fused": fused}
        if rerank:
            with _timed(seconds, "ranker"):
                candidates = fused[: self.candidates]
                rankings["reranked"] = self._ranker.run(understood["query"], candidates)["documents"]
        seconds["total"] = perf_counter() - started
        alone = self._retriever.document_store.search(vector, sparse, limit=self.limit, **options)
        return Found(
            query=understood["understood"],
            rankings={"dense": alone.dense, "lexical": alone.lexical, **rankings},
            seconds=seconds,
        )


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how long the body takes."""
    started = perf_counter()
    yield
    seconds[name] = perf_counter() - started


def places_of(document: Document) -> tuple[Place, ...]:
    """Where a passage stands, and the near duplicates that it stands for."""
    meta = document.meta
    return tuple(
        Place(str(each["source"]), int(each["start"]), int(each["end"])) for each in (meta, *meta.get("duplicates", ()))
    )


def stage_of(pipeline: Pipeline, kind: type[Stage]) -> Stage:
    """The pipeline's component of this class, whatever it is called there."""
    return next(each for _, each in pipeline.walk() if isinstance(each, kind))
