"""A question, put to the asking pipeline, and the reply that is made of what the stages say.

Knows the pipeline and the catalogue; opens nothing and loads nothing.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from haystack import Pipeline

from components.stores.catalogue.sources import Catalogue
from components.types import Passage, Query, Reply
from pipelines.asking import Answered, StageName, Trace, run_asking, stream_asking, trace
from pipelines.timing import stage_seconds

Stage = Query | tuple[Passage, ...] | Reply
"""What a stream gives: the question as understood, the passages after reranking, the reply."""

_SHOWN_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class UserQuestion:
    """One question; in a batch, what is None falls back to the batch's own."""

    text: str
    id: str | int | None = None
    """Comes back in the reply; None makes one."""
    filters: dict[str, Any] | None = None
    groups: Sequence[str] | None = None


class Asking:
    """One question on its way: what it was asked of, and since when.

    Args:
        pipeline: from :func:`pipelines.asking.build_asking_pipeline`.
        catalogue: what the index holds.
        question: its filters and groups are those in force.
        explain: give all candidates as passages instead of the first ten.
        top: answers at most; None for the pipeline's own.
        threshold: least confidence in [0, 1]; None for the pipeline's own.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        catalogue: Catalogue,
        question: UserQuestion,
        *,
        explain: bool = False,
        top: int | None = None,
        threshold: float | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.question = question
        self.explain = explain
        self._started = perf_counter()
        self._generation = catalogue.generation()
        self._is_empty = not catalogue.count()[0]
        self._options: dict[str, Any] = {
            "filters": question.filters,
            "groups": question.groups or (),
            "languages": catalogue.languages(),
            "vocabulary": catalogue.words_seen_by(question.groups or ()),
            "top": top,
            "threshold": threshold,
        }

    def reply(self) -> Reply:
        """Answer it."""
        with stage_seconds() as seconds:
            answered = run_asking(self.pipeline, self.question.text, **self._options)
        return self._reply(answered, seconds)

    def trace(self, until: StageName, candidates: int | None) -> Trace:
        """Answer it as far as a stage; see :func:`pipelines.asking.trace`."""
        return trace(self.pipeline, self.question.text, until=until, candidates=candidates, **self._options)

    async def stream(self) -> AsyncGenerator[Stage]:
        """Answer it, and give what is known as it is known: the question as understood, the passages, the reply."""
        results: asyncio.Queue[Stage | None] = asyncio.Queue()
        # A task of its own, so that one context sees the whole run however this generator is driven or dropped.
        running = asyncio.create_task(self._run(results))
        try:
            while (result := await results.get()) is not None:
                yield result
            await running
        finally:
            running.cancel()
            await asyncio.wait([running])

    async def _run(self, results: asyncio.Queue[Stage | None]) -> None:
        """Put every result into the queue, and None after the last."""
        try:
            stream = stream_asking(self.pipeline, self.question.text, **self._options)
            with stage_seconds() as seconds:
                async for result in stream:
                    if isinstance(result, Query):
                        results.put_nowait(result)
                    elif isinstance(result, Answered):
                        results.put_nowait(self._reply(result, seconds))
                    else:
                        results.put_nowait(self._passages(result))
        finally:
            results.put_nowait(None)

    def _passages(self, candidates: Sequence[Any]) -> tuple[Passage, ...]:
        shown = candidates if self.explain else candidates[:_SHOWN_PASSAGES]
        return tuple(Passage.from_document(document) for document in shown)

    def _reply(self, answered: Answered, seconds: dict[str, float]) -> Reply:
        warnings = list(answered.warnings)
        if self._is_empty:
            warnings.append("Nothing is indexed yet; run `quaere index PATH`.")
        return Reply(
            id=self.question.id if self.question.id is not None else uuid.uuid4().hex,
            query=answered.query,
            answers=answered.answers,
            no_answer_confidence=answered.no_answer_confidence,
            passages=self._passages(answered.candidates),
            warnings=tuple(warnings),
            index_generation=self._generation,
            seconds=seconds | {"total": perf_counter() - self._started},
        )
