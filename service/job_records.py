"""What is written down of jobs: uploads on their way into the index, in the service's database.

Knows no thread and no index; :mod:`service.jobs` runs them.
"""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from components.errors import QuaereError
from pipelines.indexing import IndexProgress
from service.database.connection import ServiceDatabase
from service.database.tables import JobRow
from service.uploads import Upload

State = Literal["queued", "running", "done", "failed", "cancelled"]

ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})

STOPPING = "stopping"
"""State of a job that runs, perhaps in another process, and is to be cancelled; shown as running."""

MOST_WAITING_JOBS = 100
"""Of one key."""

MOST_WAITING_UPLOADS = 1_000
"""Of one key, in all its jobs."""

UNFINISHED = ("queued", "running", STOPPING)
"""States of jobs that somebody is to go on with."""


@dataclass(frozen=True, slots=True)
class Job:
    """How far some uploads are."""

    job_id: str
    key_id: str | None
    state: State
    uploads: tuple[Upload, ...]
    done: int = 0
    """Files."""
    passages: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    """Name and reason."""
    created_at: str = ""
    """UTC, ISO 8601."""
    finished_at: str | None = None
    seconds: float | None = None
    """From the upload to its answers."""


class TooManyWaiting(QuaereError):
    """A key has more jobs or uploads waiting than it may."""

    code = "uploads-waiting"
    title = "Too many uploads of one key wait"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retry_after = 5


class JobRecords:
    """The jobs of all keys.

    Args:
        database: open.
    """

    def __init__(self, database: ServiceDatabase) -> None:
        self.database = database
        self._progress: dict[str, IndexProgress] = {}
        """Of what runs in this process."""
        self._cancelled: set[str] = set()
        """What is to end, as far as this process knows."""
        self._preparing = threading.Lock()

    def prepare(self, uploads: Sequence[Upload], key_id: str | None) -> Job:
        """Write down what is about to be kept, so that a kill loses nothing; :meth:`begin` follows.

        Raises:
            TooManyWaiting: this key has more waiting than it may.
        """
        job = Job(uuid.uuid4().hex, key_id, "queued", tuple(uploads), created_at=_now().isoformat())
        with self._preparing, self.database.writing() as session:
            self._refuse_too_many(session, key_id, len(uploads))
            session.add(
                JobRow(
                    job_id=job.job_id,
                    key_id=key_id,
                    state=job.state,
                    uploads=[list(astuple(each)) for each in uploads],
                    passages=0,
                    failures=[],
                    created_at=job.created_at,
                )
            )
        return job

    def refuse_too_many(self, key_id: str | None, uploads: int) -> None:
        """Refuse what a key may not have waiting as well.

        Raises:
            TooManyWaiting: it has too much waiting already.
        """
        with self.database.reading() as session:
            self._refuse_too_many(session, key_id, uploads)

    def job(self, job_id: str, key_id: str | None, *, of_all: bool = False) -> Job | None:
        """The job with this id, of this key or, where asked for, of any."""
        with self.database.reading() as session:
            row = session.get(JobRow, job_id)
            return None if row is None or not (of_all or row.key_id == key_id) else self._of(row)

    def jobs(self, key_id: str | None, limit: int, *, of_all: bool = False) -> list[Job]:
        """The latest jobs of this key or, where asked for, of all, newest first."""
        latest = select(JobRow).order_by(JobRow.created_at.desc()).limit(limit)
        with self.database.reading() as session:
            rows = session.scalars(latest if of_all else latest.where(JobRow.key_id == key_id))
            return [self._of(row) for row in rows]

    def cancel(self, job_id: str, key_id: str | None, *, of_all: bool = False) -> Job | None:
        """Stop a job as soon as can be; what it has indexed by then stays. One that has ended stays as it is."""
        job = self.job(job_id, key_id, of_all=of_all)
        if job is not None and job.state not in ENDED:
            self._cancelled.add(job_id)
            # Its files may not all be there yet: they are deleted when its turn comes.
            if self._moves(job_id, "queued", "cancelled"):
                self._end(job_id, "cancelled")
            else:
                self._moves(job_id, "running", STOPPING)
        return self.job(job_id, key_id, of_all=of_all)

    def awaited(self, but: str = "") -> set[str]:
        """The sources that unfinished jobs will make.

        Args:
            but: a job that does not count.
        """
        others = select(JobRow).where(JobRow.state.in_(UNFINISHED), JobRow.job_id != but)
        with self.database.reading() as session:
            return {upload.source_id for row in session.scalars(others) for upload in uploads_of(row)}

    def _moves(self, job_id: str, before: str, after: str) -> bool:
        """Take a job from one state to another; False where it was not in that one, such as after a cancellation."""
        step = update(JobRow).where(JobRow.job_id == job_id, JobRow.state == before).values(state=after)
        with self.database.writing() as session:
            return bool(cast(CursorResult[Any], session.execute(step)).rowcount)

    def _of(self, row: JobRow) -> Job:
        progress = self._progress.get(row.job_id)
        ended = row.state in ENDED
        job = Job(
            row.job_id,
            row.key_id,
            "running" if row.state == STOPPING else cast(State, row.state),
            uploads_of(row),
            done=len(row.uploads) if ended else 0,
            passages=row.passages,
            failures=tuple((name, reason) for name, reason in row.failures),
            created_at=row.created_at,
            finished_at=row.finished_at,
            seconds=row.seconds,
        )
        return job if progress is None else replace(job, done=progress.done_files, passages=progress.passages)

    @staticmethod
    def _refuse_too_many(session: Session, key_id: str | None, uploads: int) -> None:
        waiting = select(JobRow).where(JobRow.key_id == key_id, JobRow.state.in_(UNFINISHED))
        sizes = [len(row.uploads) for row in session.scalars(waiting)]
        if len(sizes) >= MOST_WAITING_JOBS or sum(sizes) + uploads > MOST_WAITING_UPLOADS:
            raise TooManyWaiting(
                f"{sum(sizes):,} uploads of yours wait in {len(sizes)} jobs, and {MOST_WAITING_UPLOADS:,} in "
                f"{MOST_WAITING_JOBS} may; send more when some are done, or cancel some"
            )

    def _end(self, job_id: str, state: State, passages: int = 0, failures: Sequence[tuple[str, str]] = ()) -> None:
        self._cancelled.discard(job_id)
        with self.database.writing() as session:
            row = session.get(JobRow, job_id)
            if row is None:
                return
            now = _now()
            row.state, row.passages, row.failures = state, passages, [list(each) for each in failures]
            row.finished_at = now.isoformat()
            row.seconds = (now - datetime.fromisoformat(row.created_at)).total_seconds()


def uploads_of(row: JobRow) -> tuple[Upload, ...]:
    """The uploads of a job."""
    return tuple(Upload(*each) for each in row.uploads)


def _now() -> datetime:
    return datetime.now(UTC)
