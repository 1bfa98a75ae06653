"""The pipeline that answers a question: how its stages are wired, run, and looked into.

``run_asking`` gives the answers, ``stream_asking`` each result as soon as it is there, ``trace`` what every stage gave.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, TypeVar

from haystack import Document, Pipeline
from haystack.core.errors import PipelineRuntimeError
from haystack.dataclasses import ExtractedAnswer

from components.answers.composer import AnswerComposer
from components.embedders.bm25 import LexicalTextEmbedder
from components.embedders.dense import TextEmbedder
from components.errors import QuaereError
from components.models.distribution import SpanDistribution
from components.query.understanding import QueryUnderstanding
from components.query.vocabulary import Vocabulary
from components.rankers.cross_encoder import CrossEncoderRanker
from components.readers.extractive import ExtractiveReader
from components.retrievers.hybrid import HybridRetriever
from components.stores.documents import QuaereDocumentStore
from components.types import Answer, Query
from pipelines.settings import Settings
from pipelines.timing import stage_seconds

StageName = Literal["understanding", "embedder", "lexical", "retriever", "ranker", "reader", "answering"]
Kind = TypeVar("Kind")

_LAST: StageName = "answering"


@dataclass(frozen=True, slots=True)
class Answered:
    """What one run of the pipeline gives."""

    query: Query
    answers: tuple[Answer, ...]
    no_answer_confidence: float
    candidates: tuple[Document, ...]
    """After reranking, best first."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """What the stages gave for one question; empty, or None, for those that did not run."""

    query: Query
    searches: Mapping[str, tuple[Document, ...]]
    """What each search found on its own, best first, by its name: "dense" and "lexical"."""
    fused: tuple[Document, ...]
    """The candidates, as the retriever joined them, best first."""
    ranked: tuple[Document, ...]
    """The candidates after reranking, best first."""
    spans: tuple[ExtractedAnswer, ...]
    """What the reader proposes."""
    distributions: Mapping[str, SpanDistribution]
    """How likely the answer lies in any part of a passage, by its id."""
    answered: Answered | None
    seconds: Mapping[str, float]
    """By stage, and in "total"."""


def build_asking_pipeline(
    settings: Settings,
    store: QuaereDocumentStore,
    *,
    synonyms: str | None = None,
) -> Pipeline:
    """Make the stages and wire them.

    Args:
        settings: models, numbers of candidates and answers, fusion.
        store: where the passages are.
        synonyms: path of a ``synonyms.toml``.
    """
    return wire_asking(asking_stages(settings, store, synonyms=synonyms))


def asking_stages(settings: Settings, store: QuaereDocumentStore, *, synonyms: str | None = None) -> dict[str, Any]:
    """The stages by name; see :func:`build_asking_pipeline` for the arguments."""
    models = settings.model_parameters()
    calibrator = None if settings.answers.calibrator is None else str(settings.answers.calibrator)
    return {
        "understanding": QueryUnderstanding(synonyms=synonyms),
        "embedder": TextEmbedder(settings.models.embedder, **models),
        "lexical": LexicalTextEmbedder(),
        "retriever": HybridRetriever(
            store,
            top_k=settings.search.candidates,
            fusion=settings.search.fusion,
            dense_weight=settings.search.dense_weight,
        ),
        "ranker": CrossEncoderRanker(
            settings.models.ranker,
            with_context=settings.search.with_context,
            search_weight=settings.search.search_weight,
            **models,
        ),
        "reader": ExtractiveReader(
            settings.models.reader,
            with_context=settings.search.with_context,
            max_answer_tokens=settings.answers.max_answer_tokens,
            **models,
        ),
        "answering": AnswerComposer(
            calibrator=calibrator, top_k=settings.answers.top, threshold=settings.answers.threshold
        ),
    }


def wire_asking(stages: Mapping[str, Any]) -> Pipeline:
    """The pipeline of :func:`asking_stages`, or of others in their places that have the same sockets."""
    pipeline = Pipeline()
    for name, stage in stages.items():
        pipeline.add_component(name, stage)
    for sender, receiver in _CONNECTIONS:
        pipeline.connect(sender, receiver)
    return pipeline


_CONNECTIONS = (
    ("understanding.text", "embedder.text"),
    ("understanding.text", "lexical.text"),
    ("understanding.filters", "retriever.filters"),
    ("understanding.groups", "retriever.groups"),
    ("embedder.embedding", "retriever.query_embedding"),
    ("lexical.sparse_embedding", "retriever.query_sparse_embedding"),
    ("understanding.query", "ranker.query"),
    ("retriever.documents", "ranker.documents"),
    ("understanding.query", "reader.query"),
    ("understanding.kind", "reader.kind"),
    ("ranker.documents", "reader.documents"),
    ("understanding.understood", "answering.understood"),
    ("ranker.documents", "answering.documents"),
    ("reader.answers", "answering.answers"),
    ("reader.distributions", "answering.distributions"),
)


def run_asking(pipeline: Pipeline, question: str, **options: Any) -> Answered:
    """Put one question to the pipeline.

    Args:
        pipeline: from :func:`build_asking_pipeline`, or loaded from its YAML.
        question: as the user wrote it.
        options: see :func:`_inputs`.

    Raises:
        QuaereError: a stage refused the question or failed.
    """
    with _own_errors():
        return _answered(pipeline.run(_inputs(question, **options), include_outputs_from=set(_REPORTED)))


async def stream_asking(
    pipeline: Pipeline, question: str, **options: Any
) -> AsyncGenerator[Query | tuple[Document, ...] | Answered]:
    """Put one question to the pipeline, and give each result as it is there: :func:`run_asking`, stage by stage.

    Yields:
        The question as understood; the passages after reranking, best first; at last what :func:`run_asking` gives.
    """
    outputs: dict[str, Any] = {}
    async with aclosing(_stage_by_stage(pipeline, question, options, _REPORTED)) as stages:
        async for name, output in stages:
            outputs[name] = output
            if name in _REPORTED:
                yield _REPORTED[name](output)
    yield _answered(outputs)


def trace(pipeline: Pipeline, question: str, *, until: StageName = _LAST, **options: Any) -> Trace:
    """Put one question to the pipeline, and keep what every stage gives.

    The stages run as they do for :func:`stream_asking`, so that what is measured, trained and calibrated on a trace
    is what users get.

    Args:
        pipeline: from :func:`build_asking_pipeline`, or loaded from its YAML.
        question: as the user wrote it.
        until: the last stage to run; those after it do not.
        options: see :func:`_inputs`.

    Raises:
        QuaereError: a stage refused the question or failed.

    Example:
        ``trace(service.pipelines()["asking"], "How long is the warranty?", until="ranker").ranked``
    """
    # A thread of its own: the caller may stand in an event loop, as a notebook does.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, _traced(pipeline, question, until, options)).result()


async def _traced(pipeline: Pipeline, question: str, until: StageName, options: dict[str, Any]) -> Trace:
    outputs: dict[str, Any] = {}
    started = perf_counter()
    with stage_seconds() as seconds:
        async with aclosing(_stage_by_stage(pipeline, question, options, pipeline.graph.nodes)) as stages:
            async for name, output in stages:
                outputs[name] = output
                if name == until:
                    break
    found, ranked, read = (outputs.get(name, {}) for name in ("retriever", "ranker", "reader"))
    return Trace(
        query=outputs["understanding"]["understood"],
        searches={name: tuple(found.get(name, ())) for name in ("dense", "lexical")},
        fused=tuple(found.get("documents", ())),
        ranked=tuple(ranked.get("documents", ())),
        spans=tuple(read.get("answers", ())),
        distributions=read.get("distributions", {}),
        answered=_answered(outputs) if "answering" in outputs else None,
        seconds=seconds | {"total": perf_counter() - started},
    )


async def _stage_by_stage(
    pipeline: Pipeline, question: str, options: dict[str, Any], names: Iterable[str]
) -> AsyncGenerator[tuple[str, dict[str, Any]]]:
    """Run the pipeline, and give the outputs of these stages, and of the last one, as they are there."""
    wanted = {*names, _LAST}
    with _own_errors():
        parts = pipeline.run_async_generator(_inputs(question, **options), include_outputs_from=wanted)
        async with aclosing(parts) as running:
            async for part in running:
                # The last part repeats them all.
                for name in sorted(wanted & part.keys()):
                    wanted.remove(name)
                    yield name, part[name]


_REPORTED: dict[str, Callable[[dict[str, Any]], Query | tuple[Document, ...]]] = {
    "understanding": lambda outputs: outputs["understood"],
    "ranker": lambda outputs: tuple(outputs["documents"]),
}
"""Stages whose results are wanted beside the answers, and which of their outputs that is."""


def _inputs(
    question: str,
    *,
    filters: dict[str, Any] | None = None,
    groups: Sequence[str] = (),
    languages: Sequence[str] | None = None,
    vocabulary: Vocabulary | None = None,
    candidates: int | None = None,
    top: int | None = None,
    threshold: float | None = None,
) -> dict[str, Any]:
    """The pipeline's inputs.

    Args:
        question: as the user wrote it.
        filters: Haystack's filter syntax.
        groups: the caller's access groups.
        languages: those of the index, whose analysers see the question; all where None.
        vocabulary: of the documents that the caller may read, by which misspelt words are corrected.
        candidates: passages that retrieval gives at most; None for the pipeline's own.
        top: answers at most; None for the pipeline's own.
        threshold: least confidence in [0, 1]; None for the pipeline's own.
    """
    codes = None if languages is None else list(languages)
    inputs: dict[str, Any] = {
        "understanding": {
            "query": question,
            "filters": filters,
            "groups": list(groups),
            "languages": codes,
            "vocabulary": vocabulary,
        },
        "lexical": {"languages": codes},
        "answering": {"top_k": top, "threshold": threshold},
    }
    # A stock retriever may have no such socket.
    return inputs if candidates is None else inputs | {"retriever": {"top_k": candidates}}


def stage_of(pipeline: Pipeline, kind: type[Kind]) -> Kind:
    """The pipeline's component of this class, whatever it is called there."""
    return next(each for _, each in pipeline.walk() if isinstance(each, kind))


@contextmanager
def _own_errors() -> Iterator[None]:
    """Haystack wraps whatever a component raises; ours say what to do and are meant for the user."""
    try:
        yield
    except PipelineRuntimeError as error:
        if isinstance(error.__cause__, QuaereError):
            raise error.__cause__ from error
        raise


def _answered(outputs: dict[str, Any]) -> Answered:
    answering = outputs["answering"]
    return Answered(
        query=outputs["understanding"]["understood"],
        answers=tuple(answering["answers"]),
        no_answer_confidence=float(answering["no_answer_confidence"]),
        candidates=tuple(outputs["ranker"]["documents"]),
        warnings=tuple(answering["warnings"]),
    )
