"""The stock Haystack components as a system: embed, search by meaning, rank and read, wired as documented."""

import importlib.util
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from haystack import Document, Pipeline
from haystack.document_stores.types import DuplicatePolicy

from benchmarks.speed.corpus import Spot
from benchmarks.speed.systems import CANDIDATES, READ, Asked, Task
from components.errors import ConfigurationError
from components.models.checkpoints import resolve
from components.passages import context_before
from pipelines.timing import stage_seconds

PACKAGES = {
    "haystack_integrations.document_stores.qdrant": "qdrant-haystack",
    "haystack_integrations.components.embedders.sentence_transformers": "sentence-transformers-haystack",
    "haystack_integrations.components.rankers.sentence_transformers": "sentence-transformers-haystack",
    "haystack_integrations.components.readers.transformers": "transformers-haystack",
}
"""Modules that hold the stock components, and the packages that bring them."""

_READER_TOKENS = 384
"""What the reader takes at a time by itself, a third of which it takes again; a model may hold less."""

_CONTEXT = "context"
"""The field with title and heading; the embedder and the ranker put it before the passage, as ours do."""


class StockPeer:
    """See :class:`benchmarks.speed.systems.Peer`.

    The weights are those of Quaere's settings: the embedder, and the ranker and reader as two models, each loaded by
    itself. All else is left as the components set it.

    Args:
        task: what to be.

    Raises:
        ConfigurationError: a package is not installed.
    """

    def __init__(self, task: Task) -> None:
        require(PACKAGES)
        from haystack_integrations.document_stores.qdrant import QdrantDocumentStore

        self._models = {
            name: str(resolve(task.settings[f"models.{name}"]).folder) for name in ("embedder", "ranker", "reader")
        }
        self.store = QdrantDocumentStore(
            path=str(task.folder / "qdrant"),
            embedding_dim=_sizes(self._models["embedder"]).hidden_size,
            progress_bar=False,
            # The local store refuses other threads than the one that opened it, although it only reads.
            force_disable_check_same_thread=True,
        )
        self._embedder: Any = None
        self._asking: Pipeline | None = None

    def prepare(self) -> None:
        """See :class:`Peer`; nothing is kept."""

    def load_indexing(self) -> None:
        """See :class:`Peer`."""
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder as DocumentEmbedder,
        )

        folder = self._models["embedder"]
        self._embedder = DocumentEmbedder(
            model=folder, prefix=_prompt(folder, "document"), meta_fields_to_embed=[_CONTEXT], progress_bar=False
        )
        self._embedder.warm_up()

    def index(self, passages: Iterable[Sequence[Document]]) -> None:
        """See :class:`Peer`; passages that have vectors keep them."""
        for batch in passages:
            documents = [_with_context(passage) for passage in batch]
            has_vectors = all(passage.embedding is not None for passage in documents)
            embedded = documents if has_vectors else self._embedder.run(documents)["documents"]
            self.store.write_documents(embedded, DuplicatePolicy.OVERWRITE)
        self.store.close()

    def open(self) -> None:
        """See :class:`Peer`."""
        self.store.count_documents()
        self._asking = _pipeline(self.store, self._models)
        self._asking.warm_up()

    def ask(self, question: str) -> Asked:
        """See :class:`Peer`."""
        if self._asking is None:
            raise RuntimeError("a system is opened before it is asked")
        inputs = {"embedder": {"text": question}, "ranker": {"query": question}, "reader": {"query": question}}
        started = perf_counter()
        with stage_seconds() as seconds:
            found = self._asking.run(inputs, include_outputs_from={"retriever", "ranker"})
        total = perf_counter() - started
        # Beside its answers the reader gives "no answer", which has no words.
        words = [answer.data for answer in found["reader"]["answers"] if answer.data is not None]
        return Asked(
            prediction=words[0] if words else "",
            retrieved=tuple(map(Spot.of, found["retriever"]["documents"])),
            ranked=tuple(map(Spot.of, found["ranker"]["documents"])),
            seconds=seconds | {"total": total},
        )

    def close(self) -> None:
        """See :class:`Peer`."""
        self.store.close()


def require(packages: dict[str, str]) -> None:
    """Make sure that packages are installed.

    Args:
        packages: module and the package that brings it.

    Raises:
        ConfigurationError: one is not.
    """
    missing = sorted({package for module, package in packages.items() if not _is_there(module)})
    if missing:
        raise ConfigurationError(
            f"the peers of the benchmark need {', '.join(missing)}, which "
            f"{'is' if len(missing) == 1 else 'are'} not installed; run `pip install -c constraints.txt "
            "'.[benchmark]'`, or leave those systems out with --systems"
        )


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _pipeline(store: Any, models: dict[str, str]) -> Pipeline:
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder
    from haystack_integrations.components.rankers.sentence_transformers import SentenceTransformersSimilarityRanker
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader
    from haystack_integrations.components.retrievers.qdrant import QdrantEmbeddingRetriever

    folder = models["embedder"]
    tokens = min(_READER_TOKENS, _sizes(models["reader"]).max_position_embeddings)
    stages = {
        "embedder": SentenceTransformersTextEmbedder(model=folder, prefix=_prompt(folder, "query"), progress_bar=False),
        "retriever": QdrantEmbeddingRetriever(store, top_k=CANDIDATES),
        "ranker": SentenceTransformersSimilarityRanker(
            model=models["ranker"], top_k=READ, meta_fields_to_embed=[_CONTEXT]
        ),
        "reader": TransformersExtractiveReader(model=models["reader"], max_seq_length=tokens, stride=tokens // 3),
    }
    pipeline = Pipeline()
    for name, stage in stages.items():
        pipeline.add_component(name, stage)
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "ranker.documents")
    pipeline.connect("ranker.documents", "reader.documents")
    return pipeline


def _with_context(passage: Document) -> Document:
    return replace(passage, meta=passage.meta | {_CONTEXT: context_before(passage) or None})


def _prompt(folder: str, name: str) -> str:
    """What a model wants before a "query" or a "document"; the stock components leave it to their user."""
    file = Path(folder) / "config_sentence_transformers.json"
    prompts = json.loads(file.read_text("utf-8")).get("prompts", {}) if file.is_file() else {}
    return str(prompts.get(name) or "")


def _sizes(folder: str) -> Any:
    """A model's configuration."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder)
