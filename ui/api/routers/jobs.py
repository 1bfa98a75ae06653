"""Jobs over HTTP: how far uploads are on their way into the index."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from components.types import PUBLIC_GROUP
from service.jobs import Job, Jobs, State
from ui.api.guarded import Guarded
from ui.api.middleware.access import Needs
from ui.api.principal import Principal
from ui.api.problems import USUAL, Missing, responses
from ui.api.schemas.replies import Part

_OF_OTHERS = "It is of groups that you are not in; whoever sent it is told more."


class Uploaded(Part):
    """One file or text of a job."""

    name: str = Field(description="Of its document; empty for a caller who is not in all groups of its sender.")
    source_id: str = Field(description="Of the source that it becomes; empty where the name is.")


class Failure(Part):
    """What is not in the index, or in its former version."""

    name: str = Field(description="The file's name; empty where the whole job failed.")
    reason: str = Field(description="What is wrong with it.")


class JobView(Part):
    """How far a job is."""

    job_id: str
    key_id: str | None = Field(description="Whose it is; null for one that was sent without a key.")
    state: State = Field(description='"done" where at least one file is in the index, "failed" where none is.')
    uploads: list[Uploaded] = Field(description="What was sent.")
    done: int = Field(ge=0, description="Files that are done with.")
    passages: int = Field(ge=0, description="Passages written so far.")
    failures: list[Failure]
    created_at: str = Field(description="UTC, ISO 8601.")
    finished_at: str | None = Field(description="UTC, ISO 8601, or null.")
    seconds: float | None = Field(description="From the upload until its answers were found, or null.")

    @classmethod
    def of(cls, job: Job, *, named: bool = True) -> Self:
        """As it is shown; without the names of its documents to whoever may not know of them."""
        return cls(
            job_id=job.job_id,
            key_id=job.key_id,
            state=job.state,
            uploads=[
                Uploaded(name=each.name, source_id=each.source_id) if named else Uploaded(name="", source_id="")
                for each in job.uploads
            ],
            done=job.done,
            passages=job.passages,
            failures=[
                Failure(name=name, reason=reason) if named else Failure(name="", reason=_OF_OTHERS)
                for name, reason in job.failures
            ],
            created_at=job.created_at,
            finished_at=job.finished_at,
            seconds=job.seconds,
        )


class JobList(Part):
    """The latest jobs, newest first."""

    jobs: list[JobView]


Watcher = Annotated[Principal, Depends(Needs("write", "admin"))]
"""Whoever sends documents, or looks after those of all."""


def jobs_router(jobs: Jobs) -> APIRouter:
    """The endpoints of jobs; each key sees its own, and one with the role admin all."""
    router = APIRouter(
        prefix="/api/v1/jobs",
        tags=["sources"],
        responses=responses(*USUAL),
        route_class=Guarded,
    )

    @router.get("", summary="List jobs")
    def listed(
        caller: Watcher, limit: Annotated[int, Query(ge=1, le=1000, description="Jobs at most.")] = 100
    ) -> JobList:
        """Your latest jobs, newest first; with the role admin, those of all keys, unnamed where others' groups are."""
        found = jobs.jobs(caller.key_id, limit, of_all=_sees_all(caller))
        return JobList(jobs=[_view(job, caller) for job in found])

    @router.get("/{job_id}", summary="Look at a job")
    def shown(job_id: str, caller: Watcher) -> JobView:
        """How far it is."""
        return _view(_job_of(jobs.job(job_id, caller.key_id, of_all=_sees_all(caller)), job_id), caller)

    @router.delete("/{job_id}", summary="Cancel a job")
    def cancelled(job_id: str, caller: Watcher) -> JobView:
        """Stop it; what it has indexed by then stays, and one that has ended stays as it is."""
        return _view(_job_of(jobs.cancel(job_id, caller.key_id, of_all=_sees_all(caller)), job_id), caller)

    return router


def _view(job: Job, caller: Principal) -> JobView:
    """A job of another key is named only to a caller of all groups that its sender has."""
    groups = [upload.sender_groups for upload in job.uploads]
    known = {*caller.groups, PUBLIC_GROUP}
    named = job.key_id == caller.key_id or all(each is not None and known.issuperset(each) for each in groups)
    return JobView.of(job, named=named)


def _sees_all(caller: Principal) -> bool:
    return "admin" in caller.roles


def _job_of(job: Job | None, job_id: str) -> Job:
    if job is None:
        raise Missing(f"There is no job {job_id[:80]!r}.")
    return job
