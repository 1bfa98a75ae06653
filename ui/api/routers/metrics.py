"""What is measured of an application, for Prometheus: requests, questions, stages, the queue, the index, the process.

Counts only: no text of a question, no name of a source.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from time import perf_counter

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.errors import QuaereError
from components.types import Reply
from pipelines.service import QAService
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.guarded import Guarded
from ui.api.middleware.access import Admin
from ui.api.middleware.logs import method_of, route_of

PATH = "/metrics"
"""Where Prometheus looks by default."""

UNMATCHED = "unmatched"
"""The route of a request that fits none: a scan of a thousand paths is one series."""

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds; a stage takes milliseconds, a question on a busy machine many seconds."""


class Metrics:
    """The measurements of one application, in a registry of their own: two in one process do not mix.

    Args:
        service: open, whose index is described.
        concurrency_limit: whose places are counted.
    """

    def __init__(self, service: QAService, concurrency_limit: ConcurrencyLimit) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "quaere_requests",
            "Requests answered, by method, route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.request_seconds = self._histogram("quaere_request_seconds", "Seconds until a request ended.", "route")
        self.questions = Counter(
            "quaere_questions",
            "Questions that got an answer, or none as the documents do not hold one.",
            ("outcome",),
            registry=self.registry,
        )
        self.question_seconds = self._histogram("quaere_question_seconds", "Seconds from a question to its reply.")
        self.stage_seconds = self._histogram("quaere_stage_seconds", "Seconds of a stage of a question.", "stage")
        for outcome in ("answered", "withheld"):
            self.questions.labels(outcome)
        self._gauge("quaere_questions_working", "Requests being worked on.").set_function(
            lambda: concurrency_limit.working
        )
        self._gauge("quaere_questions_waiting", "Requests waiting for these.").set_function(
            lambda: concurrency_limit.waiting
        )
        self.registry.register(_Index(service))
        ProcessCollector(registry=self.registry)

    def note(self, reply: Reply) -> None:
        """Count a question and the seconds that it took."""
        self.questions.labels("answered" if reply.answers else "withheld").inc()
        for stage, seconds in reply.seconds.items():
            if stage == "total":
                self.question_seconds.observe(seconds)
            else:
                self.stage_seconds.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """Everything as it is now, in Prometheus's text format."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, description: str, *labels: str) -> Histogram:
        return Histogram(name, description, labels, buckets=_BUCKETS, registry=self.registry)

    def _gauge(self, name: str, description: str) -> Gauge:
        return Gauge(name, description, registry=self.registry)


_measuring: ContextVar[Metrics | None] = ContextVar("measuring", default=None)


def note_reply(reply: Reply) -> None:
    """Count a reply with the application whose request is being answered; outside of one, nothing happens."""
    metrics = _measuring.get()
    if metrics is not None:
        metrics.note(reply)


class MetricsMiddleware:
    """ASGI middleware that counts every request when it has ended; what is sent goes through as it comes.

    Args:
        app: what comes next.
        metrics: where to count.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and count."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        # Of a request that fails before it is answered, or that is given up while the server stops.
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = _measuring.set(self.metrics)
        try:
            await self.app(scope, receive, watched)
        finally:
            _measuring.reset(token)
            route = route_of(scope) or UNMATCHED
            self.metrics.requests.labels(method_of(scope), route, str(status)).inc()
            self.metrics.request_seconds.labels(route).observe(perf_counter() - started)


def metrics_router(metrics: Metrics) -> APIRouter:
    """The endpoint that Prometheus asks."""
    router = APIRouter(tags=["measurements"], route_class=Guarded)

    @router.get(
        PATH,
        response_class=Response,
        summary="Measurements for Prometheus",
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def measurements(caller: Admin) -> Response:
        """Counts, seconds and states in Prometheus's text format."""
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router


class _Index(Collector):
    """The state of the index, read when it is asked for; an index that cannot be read has none."""

    def __init__(self, service: QAService) -> None:
        self.service = service

    def collect(self) -> Iterable[Metric]:
        """See ``Collector``."""
        try:
            status = self.service.status()
        except QuaereError:
            return
        yield GaugeMetricFamily("quaere_index_passages", "Passages that are searched.", status.passages)
        yield GaugeMetricFamily("quaere_index_sources", "Sources that are indexed.", status.sources)
        yield GaugeMetricFamily("quaere_index_generation", "Grows with every change of the index.", status.generation)
