"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from components.errors import QuaereError
from pipelines.service import QAService
from service.jobs import Jobs
from ui.api.guarded import Guarded
from ui.api.problems import note_fault, public_detail


class Health(BaseModel):
    """How the service is."""

    ready: bool = Field(description="Whether questions can be answered.")
    reasons: list[str] = Field(description="Why not; empty when ready.")


def health_router(service: QAService, jobs: Jobs) -> APIRouter:
    """The endpoints that a supervisor asks."""
    router = APIRouter(prefix="/health", tags=["health"], route_class=Guarded)

    @router.get("/live", summary="Whether the process runs")
    async def live() -> dict[str, bool]:
        """Always true: a process that cannot answer this is dead."""
        return {"live": True}

    @router.get(
        "/ready",
        response_model=Health,
        summary="Whether questions can be answered",
        responses={503: {"model": Health, "description": "Not now, and why."}},
    )
    async def ready() -> JSONResponse:
        """Ready with an index that is not empty, models that are loaded, and uploads that get into the index."""
        health = await run_in_threadpool(_health, service, jobs)
        return JSONResponse(health.model_dump(), 200 if health.ready else 503)

    return router


def _health(service: QAService, jobs: Jobs) -> Health:
    """Without numbers, addresses and folders: it is told without a key."""
    reasons = [] if jobs.trouble is None else [jobs.trouble]
    try:
        if service.status().passages:
            service.check()
        else:
            reasons.insert(0, "Nothing is indexed yet; run `quaere index PATH`.")
    except QuaereError as error:
        note_fault(error)
        reasons.insert(0, public_detail(error, None))
    return Health(ready=not reasons, reasons=reasons)
