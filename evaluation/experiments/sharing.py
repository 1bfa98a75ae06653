"""Stages of the asking pipeline whose results several systems share, so that the same work is done once a question.

Each knows, by its key, all settings that its result depends on, from the index to itself. What another system has
computed before is handed out again, and the seconds that it took are counted as if it had been computed anew.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

from haystack import Document, component
from haystack.dataclasses import ExtractedAnswer, SparseEmbedding

from components.embedders.dense import TextEmbedder
from components.models.distribution import SpanDistribution
from components.models.encoder import ModelOptions, pair_encoder
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from components.retrievers.hybrid import HybridRetriever
from components.types import Candidates, QueryKind
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.experiments.stages import Search
from evaluation.outcome import Outcome
from evaluation.tasks.reading import Reading
from pipelines.settings import Settings

Result = TypeVar("Result")
Key = tuple[Hashable, ...]


class SharedResults:
    """What the stages gave for the question at hand; one thread at a time."""

    def __init__(self) -> None:
        self._results: dict[Hashable, tuple[Any, float]] = {}
        self._called: set[str] = set()
        self.saved: dict[str, float] = {}
        """Seconds by stage that the system at hand would have taken for what another one had computed."""

    def next_question(self) -> None:
        """Forget everything."""
        self._results.clear()
        self.next_system()

    def next_system(self) -> None:
        """Begin to count what the next system saves."""
        self._called.clear()
        self.saved = {}

    def get(self, stage: str, key: Hashable, compute: Callable[[], Result]) -> Result:
        """The result of a stage, computed where none of this key is known.

        Only the first call of a stage is one of answering the question; further ones look at its result once more.
        """
        known = (stage, key) in self._results
        if not known:
            started = perf_counter()
            result = compute()
            self._results[stage, key] = (result, perf_counter() - started)
        value, seconds = self._results[stage, key]
        if known and stage not in self._called:
            self.saved[stage] = seconds
        self._called.add(stage)
        found: Result = value
        return found


@dataclass(frozen=True, slots=True)
class Sharing:
    """Where a stage keeps its results, and the settings that these depend on."""

    results: SharedResults
    key: Key


class SharedEmbedder(TextEmbedder):
    """Embeds a question once."""

    def __init__(self, sharing: Sharing, **parameters: Any) -> None:
        super().__init__(**parameters)
        self.sharing = sharing

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, Any]:
        """See :meth:`TextEmbedder.run`."""
        key = (self.sharing.key, text)
        return self.sharing.results.get("embedder", key, lambda: TextEmbedder.run(self, text))


class SharedRetriever(HybridRetriever):
    """Searches once, with both searches or with one of them."""

    def __init__(self, sharing: Sharing, search: Search, **parameters: Any) -> None:
        super().__init__(**parameters)
        self.sharing = sharing
        self.search = search

    @component.output_types(documents=list[Document], dense=list[Document], lexical=list[Document])
    def run(
        self,
        query_embedding: list[float],
        query_sparse_embedding: SparseEmbedding,
        filters: dict[str, Any] | None = None,
        groups: list[str] | None = None,
        top_k: int | None = None,
    ) -> dict[str, Any]:
        """See :meth:`HybridRetriever.run`."""
        vector = [] if self.search == "lexical" else query_embedding
        words = SparseEmbedding([], []) if self.search == "dense" else query_sparse_embedding
        limit = self.top_k if top_k is None else top_k
        return self.sharing.results.get(
            "retriever",
            (self.sharing.key, limit, repr(filters), tuple(groups or ())),
            lambda: HybridRetriever.run(self, vector, words, filters, groups, limit),
        )


class SharedRanker(CrossEncoderRanker):
    """Ranks the same candidates once, or leaves them as they are."""

    def __init__(self, sharing: Sharing, is_on: bool, **parameters: Any) -> None:
        super().__init__(**parameters)
        self.sharing = sharing
        self.is_on = is_on

    @component.output_types(documents=list[Document])
    def run(self, query: str, documents: list[Document], top_k: int | None = None) -> dict[str, Any]:
        """See :meth:`CrossEncoderRanker.run`."""
        if not self.is_on:
            return {"documents": Candidates(documents[: self.top_k if top_k is None else top_k])}

        def rank() -> dict[str, Any]:
            # Candidates of another system may be among these, and would cost nothing.
            self._ready().forget()
            return CrossEncoderRanker.run(self, query, documents, top_k)

        return self.sharing.results.get("ranker", (self.sharing.key, query, len(documents)), rank)


class SharedReader(ExtractiveReader):
    """Reads the same passages once, or not at all."""

    def __init__(self, sharing: Sharing, is_on: bool, is_joint: bool, **parameters: Any) -> None:
        super().__init__(**parameters)
        self.sharing = sharing
        self.is_on = is_on
        self.is_joint = is_joint

    @component.output_types(answers=list[ExtractedAnswer], distributions=dict[str, SpanDistribution])
    def run(
        self, query: str, documents: list[Document], top_k: int | None = None, kind: QueryKind | None = None
    ) -> dict[str, Any]:
        """See :meth:`ExtractiveReader.run`."""
        if not self.is_on:
            return {"answers": [], "distributions": {}}

        def read() -> dict[str, Any]:
            if not self.is_joint:
                self._ready().forget()
            return ExtractiveReader.run(self, query, documents, top_k, kind)

        return self.sharing.results.get("reader", (self.sharing.key, query, len(documents)), read)


class SharedReading:
    """Reads a paragraph once for all systems whose readers are alike.

    Whether a title is read before does not part them: a given paragraph has none.

    Args:
        settings: of the system.
        dataset: SQuAD-like.
        shared: results of all systems.
    """

    def __init__(self, settings: Settings, dataset: DataSet, shared: SharedResults) -> None:
        self._reading = Reading(settings, dataset)
        self._shared = shared
        self._options = ModelOptions(**settings.model_parameters())
        self._model = settings.models.reader
        self._key = (settings.models.reader, settings.answers.max_answer_tokens, self._options)

    def warm_up(self) -> None:
        """Load the reader."""
        self._reading.warm_up()

    def outcome(self, question: DataSetQuestion) -> Outcome:
        """Read one paragraph, or tell what another system has read in it."""
        return self._shared.get("reading", self._key, lambda: self._read(question))

    def _read(self, question: DataSetQuestion) -> Outcome:
        # A reader that differs in the longest answer has seen the same paragraph, which would cost nothing now.
        pair_encoder(self._model, "reader", self._options).forget()
        return self._reading.outcome(question)
