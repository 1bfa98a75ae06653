"""One system of an experiment as a service: its own stages over an index that several systems share."""

from dataclasses import dataclass
from typing import Any

from haystack import Pipeline

from components.models.conversion import effective_precision
from evaluation.experiments.definition import ComparedSystem
from evaluation.experiments.sharing import (
    Key,
    SharedEmbedder,
    SharedRanker,
    SharedReader,
    SharedResults,
    SharedRetriever,
    Sharing,
)
from pipelines.asking import asking_stages, wire_asking
from pipelines.folder import load_models
from pipelines.service import QAService
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Keys:
    """What the result of each stage depends on; each holds all that comes before it."""

    embedder: Key
    retriever: Key
    ranker: Key
    reader: Key


def synonyms_of(system: ComparedSystem, settings: Settings) -> str | None:
    """The file of synonyms that a system searches too; ``settings`` name its data folder."""
    return settings.synonyms_in_force() if system.stages.expand else None


def keys_of(system: ComparedSystem, in_force: Settings) -> Keys:
    """The keys of a system's stages; ``in_force`` are its settings with the data folder of its index."""
    settings, stages = system.settings, system.stages
    models: Key = (
        effective_precision(settings.models.precision),
        settings.models.backend,
        settings.models.threads,
        str(settings.cache),
    )
    embedder: Key = (str(in_force.data), settings.models.embedder, *models, synonyms_of(system, in_force))
    retriever: Key = (
        *embedder,
        stages.search,
        settings.search.candidates,
        settings.search.fusion,
        settings.search.dense_weight,
    )
    ranker: Key = (
        *retriever,
        stages.rerank,
        settings.models.ranker,
        settings.search.with_context,
        settings.search.search_weight,
    )
    # One pass before two: the one finds what the ranker has just computed.
    reader: Key = (*ranker, stages.read, stages.passes, settings.models.reader, settings.answers.max_answer_tokens)
    return Keys(embedder, retriever, ranker, reader)


class SystemService(QAService):
    """Asks as one system does.

    Args:
        index: open; whoever has opened it closes it, after this one.
        system: settings and stages.
        results: shared by all systems.
    """

    def __init__(self, index: QAService, system: ComparedSystem, results: SharedResults) -> None:
        settings = system.settings.with_values({"data": index.settings.data})
        super().__init__(settings, purpose=index.purpose, on_message=index.on_message)
        self._folder = index._open_folder()
        self._system = system
        self._results = results

    def close(self) -> None:
        """Let go of the pipeline; the index stays open."""
        self._asking = None

    def pipelines(self) -> dict[str, Pipeline]:
        """The one for asking."""
        return {"asking": self._asking_pipeline()}

    def _asking_pipeline(self) -> Pipeline:
        if self._asking is None:
            load_models(self.settings, self.on_message)
            self._asking = wire_asking(self._stages())
            self._asking.warm_up()
        return self._asking

    def _stages(self) -> dict[str, Any]:
        settings, stages = self.settings, self._system.stages
        store = self._open_folder().store
        made = asking_stages(settings, store, synonyms=synonyms_of(self._system, settings))
        keys = keys_of(self._system, settings)
        shared = ("embedder", "retriever", "ranker", "reader")
        parameters = {name: made[name].to_dict()["init_parameters"] for name in shared}
        is_joint = stages.rerank and stages.passes == 1 and settings.models.ranker == settings.models.reader
        return made | {
            "embedder": SharedEmbedder(Sharing(self._results, keys.embedder), **parameters["embedder"]),
            "retriever": SharedRetriever(
                Sharing(self._results, keys.retriever),
                stages.search,
                **(parameters["retriever"] | {"document_store": store}),
            ),
            "ranker": SharedRanker(Sharing(self._results, keys.ranker), stages.rerank, **parameters["ranker"]),
            "reader": SharedReader(Sharing(self._results, keys.reader), stages.read, is_joint, **parameters["reader"]),
        }
