"""Seconds per component of a pipeline run, measured through Haystack's tracing hook.

A tracer that the user has set up keeps working: it is called inside ours.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from haystack.tracing.tracer import Span, Tracer, enable_tracing, tracer

_COMPONENT_RUN = "haystack.component.run"
_NAME = "haystack.component.name"
_seconds: ContextVar[dict[str, float] | None] = ContextVar("quaere_seconds", default=None)


class StageTimer(Tracer):
    """Adds the wall-clock seconds of each component to the dict of the surrounding :func:`stage_seconds`."""

    def __init__(self, inner: Tracer) -> None:
        self.inner = inner

    @contextmanager
    def trace(
        self, operation_name: str, tags: dict[str, Any] | None = None, parent_span: Span | None = None
    ) -> Iterator[Span]:
        """See Haystack's ``Tracer.trace``."""
        seconds = _seconds.get()
        started = time.perf_counter()
        try:
            with self.inner.trace(operation_name, tags, parent_span) as span:
                yield span
        finally:
            if seconds is not None and operation_name == _COMPONENT_RUN and tags:
                name = str(tags.get(_NAME))
                seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started

    def current_span(self) -> Span | None:
        """See Haystack's ``Tracer.current_span``."""
        return self.inner.current_span()


@contextmanager
def stage_seconds() -> Iterator[dict[str, float]]:
    """Collect the seconds of every component that runs inside, in this thread, by the component's name."""
    if not isinstance(tracer.actual_tracer, StageTimer):
        enable_tracing(StageTimer(tracer.actual_tracer))
    seconds: dict[str, float] = {}
    token = _seconds.set(seconds)
    try:
        yield seconds
    finally:
        _seconds.reset(token)
