"""Quaere as a system: its own stages over its own store, without files and catalogue, which its peers do not have."""

import json
from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any

from haystack import Document, Pipeline
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.types import DuplicatePolicy

from benchmarks.speed.corpus import Spot
from benchmarks.speed.systems import READ, Asked, Task
from components.embedders.bm25 import LexicalDocumentEmbedder
from components.embedders.dense import DocumentEmbedder
from components.models.conversion import convert
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from components.stores.documents import Found, QuaereDocumentStore
from pipelines.asking import build_asking_pipeline, run_asking, stage_of
from pipelines.folder import load_models
from pipelines.setting_names import flat
from pipelines.settings import Settings
from pipelines.timing import stage_seconds

INDEX = "index"


class DenseOnlyStore(QuaereDocumentStore):
    """Searches by meaning only, as the stock retriever does."""

    def search(
        self,
        vector: Sequence[float] | None,
        sparse: SparseEmbedding | None,
        *,
        limit: int,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] | None = None,
    ) -> Found:
        """See :meth:`QuaereDocumentStore.search`; the words are left aside."""
        return super().search(vector, None, limit=limit, filters=filters, groups=groups)


class QuaerePeer:
    """See :class:`benchmarks.speed.systems.Peer`.

    Args:
        task: what to be.
    """

    def __init__(self, task: Task) -> None:
        self.settings = settings_of({**task.settings, **task.system.settings})
        self.same_work = task.system.same_work
        parameters = self.settings.model_parameters()
        embedder = convert(
            self.settings.models.embedder, "embedder", self.settings.models.precision, self.settings.cache
        )
        kind = DenseOnlyStore if self.same_work else QuaereDocumentStore
        self.store = kind(str(task.folder / INDEX), dimension=embedder.dimension)
        self._languages_file = task.folder / "languages.json"
        self._embedder = DocumentEmbedder(self.settings.models.embedder, **parameters)
        self._lexical = LexicalDocumentEmbedder()
        self._asking: Pipeline | None = None
        self._languages: list[str] = []

    def prepare(self) -> None:
        """See :class:`Peer`."""
        load_models(self.settings)

    def load_indexing(self) -> None:
        """See :class:`Peer`."""
        self._embedder.warm_up()

    def index(self, passages: Iterable[Sequence[Document]]) -> None:
        """See :class:`Peer`; passages that have vectors keep them."""
        languages: set[str] = set()
        for batch in passages:
            languages |= {str(passage.meta.get("language", "und")) for passage in batch}
            has_vectors = all(passage.embedding is not None for passage in batch)
            dense = list(batch) if has_vectors else self._embedder.run(list(batch))["documents"]
            written = self._lexical.run(dense)["documents"]
            self.store.write_documents(written, DuplicatePolicy.OVERWRITE)
        self.store.optimise()
        self.store.close()
        self._languages_file.write_text(json.dumps(sorted(languages)), "utf-8")

    def open(self) -> None:
        """See :class:`Peer`."""
        self.store.open()
        # The analysers of the index's languages see a question, as they do in the service.
        self._languages = json.loads(self._languages_file.read_text("utf-8"))
        self._asking = build_asking_pipeline(self.settings, self.store)
        if self.same_work:
            reader = stage_of(self._asking, ExtractiveReader)
            reader.top_k, reader.with_context = READ, False
            # The stock ranker sorts by its own word alone.
            stage_of(self._asking, CrossEncoderRanker).search_weight = 0.0
        self._asking.warm_up()

    def ask(self, question: str) -> Asked:
        """See :class:`Peer`."""
        if self._asking is None:
            raise RuntimeError("a system is opened before it is asked")
        started = perf_counter()
        with stage_seconds() as seconds:
            answered = run_asking(self._asking, question, languages=self._languages, threshold=0.0)
        total = perf_counter() - started
        first_search = sorted(answered.candidates, key=lambda each: (-float(each.meta["scores"]["fused"]), each.id))
        return Asked(
            prediction=answered.answers[0].text if answered.answers else "",
            retrieved=tuple(map(Spot.of, first_search)),
            ranked=tuple(map(Spot.of, answered.candidates)),
            seconds=seconds | {"total": total},
        )

    def close(self) -> None:
        """See :class:`Peer`."""
        self.store.close()


def settings_for_systems(settings: Settings) -> dict[str, Any]:
    """The settings that concern models, searching and answers by name, as plain JSON."""
    return flat(settings.model_dump(mode="json", include={"cache", "models", "search", "answers"}))


def settings_of(values: Mapping[str, Any]) -> Settings:
    """Invert :func:`settings_for_systems`."""
    return Settings.load(values)
