"""The API as an ASGI application over an open service."""

from fastapi import FastAPI

from service.backend import Backend
from ui.api.concurrency_limit import Admission
from ui.api.middleware.access import Access
from ui.api.middleware.lookup import Lookup
from ui.api.middleware.openai_errors import OpenAIErrors
from ui.api.middleware.rates import RateLimit, Rates
from ui.api.problems import answer_with_problems
from ui.api.routers.asking import asking_router
from ui.api.routers.chat import chat_router
from ui.api.routers.feedback import feedback_router
from ui.api.routers.health import health_router
from ui.api.routers.jobs import jobs_router
from ui.api.routers.local_rpc import own_router
from ui.api.routers.metadata import metadata_router
from ui.api.routers.metrics import Measured, Metrics, metrics_router
from ui.api.routers.sources import sources_router
from ui.version import version

_WITHOUT_A_KEY = ("/health/",)

_DESCRIPTION = """Answers from your own documents, in their exact words, with their place and a calibrated confidence.

Errors are problem documents (RFC 9457). Nothing is asked of any other machine."""


def build_api(backend: Backend, lookup: Lookup | None = None) -> FastAPI:
    """The API over an open service; its description is at ``/api/v1/openapi.json``.

    Args:
        backend: what it stands on.
        lookup: finds callers; None for one that needs keys as soon as there are some.
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
    admission, rates = Admission(), Rates(settings.service.requests_per_minute)
    metrics = Metrics(service, admission)
    # Who serves a page beside the API counts its questions here too, and lets them wait in the same lines.
    api.state.metrics, api.state.rates, api.state.admission = metrics, rates, admission
    answer_with_problems(api)
    api.include_router(asking_router(service, admission, rates))
    api.include_router(sources_router(service, backend.uploads, backend.jobs))
    api.include_router(metadata_router(service, backend.uploads, backend.jobs))
    api.include_router(jobs_router(backend.jobs))
    api.include_router(feedback_router(backend.feedback))
    api.include_router(chat_router(service, admission))
    api.include_router(own_router(service, admission))
    api.include_router(health_router(service, backend.jobs))
    api.include_router(metrics_router(metrics))
    api.add_middleware(RateLimit, rates=rates)
    found_by = Lookup(backend.keys, backend.owner_token) if lookup is None else lookup
    api.add_middleware(Access, lookup=found_by, open_paths=_WITHOUT_A_KEY)
    api.add_middleware(OpenAIErrors)
    api.add_middleware(Measured, metrics=metrics)
    return api
