"""The jobs of one of several processes that share a database: each job is run by one of them, and none is lost."""

import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from components.errors import StoreError
from components.stores.database.shared_locks import SharedLocks
from pipelines.service import QAService
from service.database.connection import ServiceDatabase
from service.database.tables import JobRow
from service.jobs import STOPPING, Job, Jobs, State
from service.uploads import INCOMING, Upload, Uploads

_LOOK_SECONDS = 0.5

_STALE_SECONDS = 3600.0
"""What was received in part, and nothing added for so long, is nobody's any more."""


class SharedJobs(Jobs):
    """The jobs of one of several processes over the same database.

    A process claims a job from its beginning to its end, with a lock that is dropped when the process ends; so a job
    whose process has died is known, and taken over by the next one that starts on the same data folder.

    Args:
        claims: over that database.
    """

    def __init__(self, database: ServiceDatabase, service: QAService, uploads: Uploads, claims: SharedLocks) -> None:
        super().__init__(database, service, uploads)
        self._claims = claims
        self._looked = 0.0

    def __enter__(self) -> Self:
        with self._claims.briefly("jobs"):
            return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._claims.close()

    def prepare(self, uploads: Sequence[Upload], key_id: str | None) -> Job:
        """Write a job down and claim it, before another process can find it without a claim."""
        with self._claims.briefly("jobs"):
            job = super().prepare(uploads, key_id)
            self._claims.take(_claim(job.job_id))
        return job

    def _end(self, job_id: str, state: State, passages: int = 0, failures: Sequence[tuple[str, str]] = ()) -> None:
        super()._end(job_id, state, passages, failures)
        self._claims.give_back(_claim(job_id))

    def _is_mine(self, row: JobRow) -> bool:
        files = [Upload(*each) for each in row.uploads]
        here = all(self.uploads.owns(each) or self.uploads.holds(each) for each in files)
        return here and self._claims.take(_claim(row.job_id))

    def _begun(self, job_id: str) -> Job | None:
        job = super()._begun(job_id)
        if job is None:
            self._claims.give_back(_claim(job_id))
        return job

    def _is_still_mine(self, job_id: str) -> bool:
        """Takes the claim again where it was lost with the connection."""
        return self._claims.take(_claim(job_id))

    def _is_cancelled(self, job_id: str) -> bool:
        """Looks into the database from time to time: the wish may have come to another process."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_SECONDS:
            self._looked = now
            # Where the database is away for a moment, the job itself has no need of this look.
            with suppress(StoreError), self.database.reading() as session:
                row = session.get(JobRow, job_id)
                if row is not None and row.state == STOPPING:
                    self._cancelled.add(job_id)
        return super()._is_cancelled(job_id)

    def _clear_incoming(self) -> None:
        """Forget what a kill left half-received; what another process receives now stays."""
        for path in (self.uploads.folder / INCOMING).glob("*"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink()


def _claim(job_id: str) -> str:
    return f"job {job_id}"
