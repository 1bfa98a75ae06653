"""The API as an ASGI application over an open service."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.access import Access
from ui.api.admission import Admission
from ui.api.asking import asking_router
from ui.api.chat import chat_router
from ui.api.feedback import feedback_router
from ui.api.health import health_router
from ui.api.jobs import jobs_router
from ui.api.metadata import metadata_router
from ui.api.metrics import Measured, Metrics, metrics_router
from ui.api.openai_errors import OpenAIErrors
from ui.api.own import PREFIX as OWN
from ui.api.own import own_router
from ui.api.problems import answer_with_problems
from ui.api.rates import RateLimit, Rates
from ui.api.sources import sources_router
from ui.backend import Backend
from ui.version import version

AT_ONCE = 4
"""Requests worked on at a time; the encoder batches their pairs."""

WAITING = 64
"""Requests that may wait for these."""

MOST_BYTES = 1_000_000
"""Of a request's body."""

_MOST_OF_COMMANDS = 1_000_000_000  # `quaere index` names every file
_UPLOADS = "/api/v1/sources/"
_WITHOUT_A_KEY = ("/health/",)

_DESCRIPTION = """Answers from your own documents, in their exact words, with their place and a calibrated confidence.

Errors are problem documents (RFC 9457). Nothing is asked of any other machine."""


def build_api(backend: Backend) -> FastAPI:
    """The API over an open service; its description is at ``/api/v1/openapi.json``."""
    service, settings = backend.service, backend.service.settings
    api = FastAPI(
        title="Quaere",
        version=version(),
        description=_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # both would fetch their scripts from a foreign host
        redoc_url=None,
    )
    admission = Admission(AT_ONCE, WAITING)
    metrics = Metrics(service, admission)
    # Who serves a page beside the API counts its questions here too.
    api.state.metrics = metrics
    api.state.rates = Rates(settings.requests_per_minute)
    answer_with_problems(api)
    api.include_router(asking_router(service, admission))
    api.include_router(sources_router(service, backend.uploads, backend.jobs))
    api.include_router(metadata_router(service, backend.uploads, backend.jobs))
    api.include_router(jobs_router(backend.jobs))
    api.include_router(feedback_router(backend.feedback))
    api.include_router(chat_router(service, admission))
    api.include_router(own_router(service))
    api.include_router(health_router(service, backend.jobs))
    api.include_router(metrics_router(metrics))
    larger = {_UPLOADS: int(settings.max_upload_mb * 1_000_000), OWN: _MOST_OF_COMMANDS}
    api.add_middleware(BodyLimit, most=MOST_BYTES, larger=larger)
    api.add_middleware(RateLimit, rates=api.state.rates)
    api.add_middleware(Access, keys=backend.keys, owner_token=backend.owner_token, open_paths=_WITHOUT_A_KEY)
    api.add_middleware(OpenAIErrors)
    api.add_middleware(Measured, metrics=metrics)
    return api


class BodyLimit:
    """ASGI middleware that stops reading a body that is too long.

    Args:
        app: what comes next.
        most: bytes of a body.
        larger: other limits, by the beginning of the path.
    """

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int]) -> None:
        self.app = app
        self.most = most
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand everything on, and count."""
        if scope["type"] == "http":
            found = (limit for beginning, limit in self.larger.items() if scope["path"].startswith(beginning))
            receive = _counting(receive, next(found, self.most))
        await self.app(scope, receive, send)


def _counting(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, f"The body has more than {most:,} bytes; send less at a time.")
        return message

    return counted
