"""The API as an ASGI application over an open service."""

from fastapi import FastAPI

from service.backend import Backend
from ui.api.authentication import Authenticator
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.middleware.access import AuthenticationMiddleware
from ui.api.middleware.openai_errors import OpenAIErrorMiddleware
from ui.api.middleware.rates import RateLimiter, RateLimitMiddleware
from ui.api.problems import answer_with_problems
from ui.api.routers.asking import asking_router
from ui.api.routers.chat import chat_router
from ui.api.routers.feedback import feedback_router
from ui.api.routers.health import health_router
from ui.api.routers.jobs import jobs_router
from ui.api.routers.local_rpc import local_rpc_router
from ui.api.routers.metadata import metadata_router
from ui.api.routers.metrics import Metrics, MetricsMiddleware, metrics_router
from ui.api.routers.sources import sources_router
from ui.version import version

_WITHOUT_A_KEY = ("/health/",)

_DESCRIPTION = """Answers from your own documents, in their exact words, with their place and a calibrated confidence.

Errors are problem documents (RFC 9457). Nothing is asked of any other machine."""


def build_api(backend: Backend, authenticator: Authenticator | None = None) -> FastAPI:
    """The API over an open service; its description is at ``/api/v1/openapi.json``.

    Args:
        backend: what it stands on.
        authenticator: finds callers; None for one that needs keys as soon as there are some.
    """
    service, settings = backend.service, backend.service.settings
    api = FastAPI(
        title="Quaere",
        version=version(),
        description=_DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # both would fetch their scripts from a foreign host
        redoc_url=None,
    )
    concurrency_limit, rates = ConcurrencyLimit(), RateLimiter(settings.service.requests_per_minute)
    metrics = Metrics(service, concurrency_limit)
    # Who serves a page beside the API counts its questions here too, and lets them wait in the same lines.
    api.state.metrics, api.state.rates, api.state.concurrency_limit = metrics, rates, concurrency_limit
    answer_with_problems(api)
    api.include_router(asking_router(service, concurrency_limit, rates))
    api.include_router(sources_router(service, backend.uploads, backend.jobs))
    api.include_router(metadata_router(service, backend.uploads, backend.jobs))
    api.include_router(jobs_router(backend.jobs))
    api.include_router(feedback_router(backend.feedback))
    api.include_router(chat_router(service, concurrency_limit))
    api.include_router(local_rpc_router(service, concurrency_limit))
    api.include_router(health_router(service, backend.jobs))
    api.include_router(metrics_router(metrics))
    api.add_middleware(RateLimitMiddleware, rates=rates)
    found_by = Authenticator(backend.keys, backend.owner_token) if authenticator is None else authenticator
    api.add_middleware(AuthenticationMiddleware, authenticator=found_by, open_paths=_WITHOUT_A_KEY)
    api.add_middleware(OpenAIErrorMiddleware)
    api.add_middleware(MetricsMiddleware, metrics=metrics)
    return api
