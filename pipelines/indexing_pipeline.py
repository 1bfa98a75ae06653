"""The pipelines that turn files into passages with vectors, and the only place that names their sockets.

``reading`` runs once a file, so that a file that fails costs no other; ``indexing`` runs over the texts of many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

from haystack import Document, Pipeline
from haystack.core.component import Component
from haystack.core.errors import PipelineRuntimeError

from components.converters.formats import MAX_BYTES, Endings
from components.errors import LoadingError, ModelError, QuaereError
from components.preprocessors.dividing import PlannedPassage
from components.preprocessors.splitter import PassagePlanner, PassageSplitter
from components.types import Candidates

ALLOWED_MODULES = ["components.*"]
"""What a definition may import when it is loaded, beside Haystack itself."""

_LOADER = "loader"
_PLANNER = "planner"
_SPLITTER = "splitter"
_EMBEDDER = "embedder"
_LEXICAL = "lexical"


class SplittingError(QuaereError):
    """A text among several made a stage before the models fail."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file's text, and where its passages are, where the splitter can tell."""

    document: Document
    pieces: list[PlannedPassage] | None


@dataclass(frozen=True, slots=True)
class IndexingPipelines:
    """The two pipelines that a file goes through."""

    reading: Pipeline
    """One file -> its text with blocks, and where its passages are."""
    indexing: Pipeline
    """Texts with blocks or planned passages -> passages with both vectors."""

    @classmethod
    def build(cls, *, loader: Component, splitter: Component, embedder: Component, lexical: Component) -> Self:
        """Wire the stages.

        Args:
            loader: files -> texts with blocks.
            splitter: texts with blocks -> passages; only a :class:`PassageSplitter` can plan them beforehand.
            embedder: sets ``embedding`` of passages.
            lexical: sets ``sparse_embedding`` of passages.
        """
        reading = {_LOADER: loader}
        if isinstance(splitter, PassageSplitter):
            reading[_PLANNER] = PassagePlanner(splitter)
        return cls(_chain(reading), _chain({_SPLITTER: splitter, _EMBEDDER: embedder, _LEXICAL: lexical}))

    @classmethod
    def load(cls, definitions: Sequence[str]) -> Self:
        """Invert :meth:`dump`."""
        return cls(*(load_pipeline(definition) for definition in definitions))

    def dump(self) -> tuple[str, str]:
        """Both as YAML, for workers in other processes."""
        return self.reading.dumps(), self.indexing.dumps()

    @property
    def max_bytes(self) -> int:
        """Of the largest file that the loader takes."""
        return int(getattr(self.reading.get_component(_LOADER), "max_bytes", MAX_BYTES))

    @property
    def read_as(self) -> Endings | None:
        """Further endings that the loader takes."""
        found: Endings | None = getattr(self.reading.get_component(_LOADER), "read_as", None)
        return found

    def read(self, source: str, fields: Mapping[str, Any]) -> ReadFile:
        """Read one file and plan its passages, so that its failure is its own.

        Args:
            source: its path.
            fields: metadata that go above its own, such as its language, which splitting depends on.

        Raises:
            LoadingError: it cannot be read or split.
        """
        inputs: dict[str, Any] = {_LOADER: {"sources": [source]}}
        if self._planner is not None:
            inputs[_PLANNER] = {"fields": dict(fields)}
        try:
            outputs = self.reading.run(inputs, include_outputs_from={_LOADER})
        except PipelineRuntimeError as error:
            raise error.__cause__ if error.__cause__ is not None else error from None
        failures: list[LoadingError] = [error for stage in outputs.values() for error in stage.get("failures", ())]
        if failures:
            raise type(failures[0])(source, failures[0].reason) from failures[0]
        if not outputs[_LOADER]["documents"]:
            raise LoadingError(source, "holds no text")
        pieces = None if self._planner is None else outputs[_PLANNER]["plans"][0]
        return ReadFile(outputs[_LOADER]["documents"][0], pieces)

    def planned(self, document: Document) -> Document:
        """A text with its passages in the place of its blocks, where the splitter can tell them.

        Raises:
            LoadingError: it cannot be split.
        """
        if self._planner is None:
            return document
        planned = self._planner.run([document])
        if planned["failures"]:
            raise planned["failures"][0]
        return replace(document, meta=document.meta | {"blocks": planned["plans"][0]})

    def split(self, document: Document) -> list[Document]:
        """The passages of a text, without vectors.

        Raises:
            SplittingError: it cannot be split.
        """
        splitter: Any = self.indexing.get_component(_SPLITTER)
        splitter.warm_up()
        try:
            passages: list[Document] = splitter.run(documents=[document])["documents"]
        except QuaereError:
            raise
        except Exception as error:
            raise SplittingError(f"cannot be split into passages ({type(error).__name__}: {error})") from error
        return passages

    def embed(self, passages: Sequence[Document]) -> list[Document]:
        """Passages that were split before, with the vectors of these pipelines.

        Raises:
            ModelError: a model cannot be run.
        """
        embedded = list(passages)
        for name in (_EMBEDDER, _LEXICAL):
            stage: Any = self.indexing.get_component(name)
            if hasattr(stage, "warm_up"):
                stage.warm_up()
            embedded = stage.run(documents=embedded)["documents"]
        return embedded

    def passages(self, documents: Sequence[Document]) -> list[Document]:
        """Split, embed and analyse texts that are read already.

        Raises:
            SplittingError: the splitter failed at one of the documents.
            ModelError: a model failed.
        """
        try:
            outputs = self.indexing.run({_SPLITTER: {"documents": Candidates(documents)}})
        except PipelineRuntimeError as error:
            raise _explained(error) from error
        passages: list[Document] = outputs[_LEXICAL]["documents"]
        return passages

    @property
    def _planner(self) -> PassagePlanner | None:
        if _PLANNER not in self.reading.graph.nodes:
            return None
        planner: Any = self.reading.get_component(_PLANNER)
        return planner if isinstance(planner, PassagePlanner) else None


def load_pipeline(definition: str) -> Pipeline:
    """Build a pipeline from its YAML; only components of Quaere and Haystack are imported."""
    return Pipeline.loads(definition, allowed_modules=ALLOWED_MODULES)


def _chain(stages: Mapping[str, Component]) -> Pipeline:
    """Stages by name, each of which takes the documents of the one before."""
    pipeline = Pipeline()
    for name, stage in stages.items():
        pipeline.add_component(name, stage)
    for sender, receiver in pairwise(stages):
        pipeline.connect(f"{sender}.documents", f"{receiver}.documents")
    return pipeline


def _explained(error: PipelineRuntimeError) -> QuaereError:
    """What a failed run means for the texts that were in it."""
    cause = error.__cause__
    if isinstance(cause, LoadingError):
        return SplittingError(cause.reason)
    if isinstance(cause, QuaereError):
        return cause
    reason = f"{type(cause).__name__}: {cause}" if cause is not None else str(error)
    if error.component_name == _SPLITTER:
        return SplittingError(f"cannot be split into passages ({reason})")
    return ModelError(
        f"the stage {error.component_name!r} failed ({reason}); check the model settings with `quaere status`"
    )
