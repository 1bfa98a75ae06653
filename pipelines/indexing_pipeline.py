"""The pipeline that turns files into passages with vectors, and the only place that names its sockets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from haystack import Document, Pipeline
from haystack.core.component import Component
from haystack.core.errors import PipelineRuntimeError

from components.converters.formats import MAX_BYTES
from components.errors import LoadingError, ModelError, QuaereError
from components.preprocessors.dividing import Piece
from components.types import Candidates
from components.versions import VersionStamp

_LOADER = "loader"
_VERSIONS = "versions"
_SPLITTER = "splitter"
_EMBEDDER = "embedder"
_LEXICAL = "lexical"
_STAGES = (_LOADER, _VERSIONS, _SPLITTER, _EMBEDDER, _LEXICAL)


class SplittingError(QuaereError):
    """A text among several made a stage before the models fail."""


def build_indexing_pipeline(
    *,
    loader: Component,
    splitter: Component,
    embedder: Component,
    lexical: Component,
) -> Pipeline:
    """Wire the stages: loader, version stamp, splitter, dense embedder, lexical embedder.

    Args:
        loader: files -> texts with blocks.
        splitter: texts with blocks -> passages.
        embedder: sets ``embedding`` of passages.
        lexical: sets ``sparse_embedding`` of passages.
    """
    pipeline = Pipeline()
    stages: tuple[Component, ...] = (
        loader,
        VersionStamp(),
        splitter,
        embedder,
        lexical,
    )
    for name, stage in zip(_STAGES, stages, strict=True):
        pipeline.add_component(name, stage)
    for sender, receiver in pairwise(_STAGES):
        pipeline.connect(f"{sender}.documents", f"{receiver}.documents")
    return pipeline


def largest_file(pipeline: Pipeline) -> int:
    """Bytes of the largest file that the pipeline's loader takes."""
    return int(getattr(pipeline.get_component(_LOADER), "max_bytes", MAX_BYTES))


def load_file(pipeline: Pipeline, source: str) -> Document:
    """Read one file with the pipeline's loader alone, so that its failure is its own.

    Raises:
        LoadingError: it cannot be read.
    """
    loader: Any = pipeline.get_component(_LOADER)
    loaded: dict[str, Any] = loader.run(sources=[source])
    if loaded["documents"]:
        document: Document = loaded["documents"][0]
        return document
    failures: list[LoadingError] = loaded["failures"]
    raise failures[0] if failures else LoadingError(source, "holds no text")


def read_file(pipeline: Pipeline, source: str, fields: Mapping[str, Any]) -> "Read":
    """Read and split one file, so that its failure is its own.

    Args:
        pipeline: whose loader and splitter work.
        source: its path.
        fields: metadata that go above its own, such as its language, which splitting depends on.

    Raises:
        LoadingError: it cannot be read or split.
    """
    document = load_file(pipeline, source)
    try:
        return Read(document, split(pipeline, replace(document, meta=document.meta | dict(fields))))
    except LoadingError as error:
        raise LoadingError(source, error.reason) from error


def split(pipeline: Pipeline, document: Document) -> list[Piece] | None:
    """Where the passages of a text are; None with a splitter that cannot tell before it makes them.

    Raises:
        LoadingError: it cannot be split.
    """
    plan = getattr(pipeline.get_component(_SPLITTER), "plan", None)
    found: list[Piece] | None = None if plan is None else plan(document)
    return found


def planned(pipeline: Pipeline, document: Document) -> Document:
    """A text with its passages in the place of its blocks, where the splitter can tell them.

    Raises:
        LoadingError: it cannot be split.
    """
    pieces = split(pipeline, document)
    return document if pieces is None else replace(document, meta=document.meta | {"blocks": pieces})


@dataclass(frozen=True, slots=True)
class Read:
    """A file's text, and where its passages are, where the splitter can tell."""

    document: Document
    pieces: list[Piece] | None


def split_passages(pipeline: Pipeline, document: Document) -> list[Document]:
    """The passages of a text, without vectors.

    Raises:
        SplittingError: it cannot be split.
    """
    splitter: Any = pipeline.get_component(_SPLITTER)
    splitter.warm_up()
    try:
        found: list[Document] = splitter.run(documents=[document])["documents"]
    except QuaereError:
        raise
    except Exception as error:
        raise SplittingError(f"cannot be split into passages ({type(error).__name__}: {error})") from error
    return found


def embed_again(pipeline: Pipeline, passages: Sequence[Document]) -> list[Document]:
    """Passages that were split before, with the vectors of this pipeline.

    Raises:
        ModelError: a model cannot be run.
    """
    found = list(passages)
    for name in (_EMBEDDER, _LEXICAL):
        stage: Any = pipeline.get_component(name)
        if hasattr(stage, "warm_up"):
            stage.warm_up()
        found = stage.run(documents=found)["documents"]
    return found


def passages_of(pipeline: Pipeline, documents: Sequence[Document]) -> list[Document]:
    """Split, embed and analyse texts that are loaded already.

    Raises:
        SplittingError: a stage before the models failed at one of the documents.
        ModelError: a model failed.
    """
    inputs = {_LOADER: {"sources": []}, _VERSIONS: {"documents": Candidates(documents)}}
    try:
        outputs = pipeline.run(inputs)
    except PipelineRuntimeError as error:
        cause = error.__cause__
        if isinstance(cause, LoadingError):
            raise SplittingError(cause.reason) from error
        if isinstance(cause, QuaereError):
            raise cause from error
        said = f"{type(cause).__name__}: {cause}" if cause is not None else str(error)
        if error.component_name in (_VERSIONS, _SPLITTER):
            raise SplittingError(f"cannot be split into passages ({said})") from error
        raise ModelError(
            f"the stage {error.component_name!r} failed ({said}); check the model settings with `quaere status`"
        ) from error
    found: list[Document] = outputs[_LEXICAL]["documents"]
    return found
