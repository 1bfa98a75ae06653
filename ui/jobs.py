"""Uploads on their way into the index, one job after another, in a thread; what was begun is finished after a restart.

Knows uploads, the service and the database; nothing of HTTP.
"""

import logging
import queue
import threading
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self, cast

from sqlalchemy import CursorResult, select, update

from components.errors import QuaereError
from pipelines.indexing import Identity, IndexProgress, IndexReport
from pipelines.service import QAService
from ui.database.connection import ServiceDatabase
from ui.database.tables import JobRow
from ui.uploads import Upload, Uploads, changed

State = Literal["queued", "running", "done", "failed", "cancelled"]

ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})

STOPPING = "stopping"
"""State of a job that runs, perhaps in another process, and is to be cancelled; shown as running."""

_UNFINISHED = ("queued", "running", STOPPING)
_GONE = "its file is not there any more"
_NOT_WHOLE = "did not arrive as a whole; send it again"
_UNEXPECTED = "the program failed at this job; the server's log tells more"

_log = logging.getLogger(__name__)


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


class Stopped(Exception):
    """Ends a run of the index from within."""


class Jobs:
    """The jobs of a service: ``with Jobs(...) as jobs:`` runs them.

    Args:
        database: open.
        service: open; indexes the files.
        uploads: where they are kept.
    """

    def __init__(self, database: ServiceDatabase, service: QAService, uploads: Uploads) -> None:
        self.database = database
        self.service = service
        self.uploads = uploads
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._progress: dict[str, IndexProgress] = {}
        self._cancelled: set[str] = set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._clear_incoming()
        with self.database.transaction() as session:
            unfinished = select(JobRow).where(JobRow.state.in_(_UNFINISHED)).order_by(JobRow.created_at)
            for row in session.scalars(unfinished):
                if self._is_mine(row):
                    if row.state == STOPPING:
                        self._cancelled.add(row.job_id)
                    row.state = "queued"
                    self._waiting.put(row.job_id)
        self._thread = threading.Thread(target=self._work, name="jobs")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()

    def prepare(self, uploads: Sequence[Upload], key_id: str | None) -> Job:
        """Write down what is about to be kept, so that a kill loses nothing; :meth:`begin` follows."""
        job = Job(uuid.uuid4().hex, key_id, "queued", tuple(uploads), created_at=_now().isoformat())
        with self.database.transaction() as session:
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

    def begin(self, job: Job) -> None:
        """Its files are all there."""
        self._waiting.put(job.job_id)

    def job(self, job_id: str, key_id: str | None) -> Job | None:
        """The job of this key with this id."""
        with self.database.transaction() as session:
            row = session.get(JobRow, job_id)
            return None if row is None or row.key_id != key_id else self._of(row)

    def jobs(self, key_id: str | None, limit: int) -> list[Job]:
        """The latest jobs of this key, newest first."""
        latest = select(JobRow).where(JobRow.key_id == key_id).order_by(JobRow.created_at.desc()).limit(limit)
        with self.database.transaction() as session:
            return [self._of(row) for row in session.scalars(latest)]

    def cancel(self, job_id: str, key_id: str | None) -> Job | None:
        """Stop a job as soon as can be; what it has indexed by then stays. One that has ended stays as it is."""
        job = self.job(job_id, key_id)
        if job is not None and job.state not in ENDED:
            self._cancelled.add(job_id)
            # Its files may not all be there yet: they are deleted when its turn comes.
            if self._moves(job_id, "queued", "cancelled"):
                self._end(job_id, "cancelled")
            else:
                self._moves(job_id, "running", STOPPING)
        return self.job(job_id, key_id)

    # What differs where several processes share the database

    def _clear_incoming(self) -> None:
        self.uploads.clear_incoming()

    def _is_mine(self, row: JobRow) -> bool:
        """Whether an unfinished job is this process's to go on with."""
        return True

    def _is_cancelled(self, job_id: str) -> bool:
        """Whether somebody has asked for the end of the job that this process runs."""
        return job_id in self._cancelled

    # In the thread

    def _work(self) -> None:
        while (job_id := self._waiting.get()) is not None and not self._closing.is_set():
            try:
                self._run(job_id)
            except QuaereError as error:
                self._end(job_id, "failed", failures=[("", str(error))])
            except Exception:
                _log.exception("a job failed")
                self._end(job_id, "failed", failures=[("", _UNEXPECTED)])

    def _run(self, job_id: str) -> None:
        begun = self._moves(job_id, "queued", "running")
        with self.database.transaction() as session:
            job = self._of(session.get_one(JobRow, job_id))
        if not begun:  # it was cancelled
            self._tidy(job)
            return
        paths = {upload.path: upload for upload in job.uploads}
        present = {path: upload for path, upload in paths.items() if self.uploads.holds(upload)}
        missing = [
            (upload.name, _NOT_WHOLE if self.uploads.owns(upload) else _GONE)
            for path, upload in paths.items()
            if path not in present
        ]
        try:
            for upload in present.values():
                self.uploads.begin_change(upload)
            report = self._index(job_id, present)
        except Stopped:
            self._stop(job)
            return
        except BaseException:
            with suppress(QuaereError):
                self._undo(job)
            raise
        failed = {each.path for each in report.failures}
        for path, upload in present.items():
            self.uploads.end_change(upload, done=path not in failed)
        if missing or failed or any(upload.replaces for upload in job.uploads):
            self._tidy(job)
        failures = missing + [(paths[each.path].name, each.reason) for each in report.failures]
        self._end(job_id, "failed" if len(failures) == len(paths) else "done", report.passages, failures)

    def _index(self, job_id: str, present: Mapping[str, Upload]) -> IndexReport:
        def follow(progress: IndexProgress) -> None:
            self._progress[job_id] = progress
            # Once all is done, stopping would only hide it.
            is_done = 0 < progress.total_files <= progress.done_files
            if not is_done and (self._is_cancelled(job_id) or self._closing.is_set()):
                raise Stopped

        if not present:
            return IndexReport(0, 0, 0, 0, (), 0, 0.0, 0)
        identities = {path: upload.identity for path, upload in present.items()}
        try:
            options: dict[str, Any] = {"identities": identities, "on_progress": follow}
            own = next((upload for upload in present.values() if not self.uploads.owns(upload)), None)
            if own is not None:  # the only one of its job
                kept = self.service.kept_fields(own.source_id)
                override = changed(kept.override, own.changed_fields)
                identities[own.path] = Identity(own.name, own.source_id, override=override)
                options["meta"] = kept.to_index_again()
            return self.service.index(list(present), **options)
        finally:
            self._progress.pop(job_id, None)

    def _stop(self, job: Job) -> None:
        """End a job that was cancelled; where the service ends, the next one goes on with it."""
        if job.job_id in self._cancelled:
            self._undo(job)
            self._end(job.job_id, "cancelled")
        else:
            self._moves(job.job_id, "running", "queued")  # one that is to be cancelled stays so

    def _undo(self, job: Job) -> None:
        for upload in job.uploads:
            self.uploads.end_change(upload, done=False)
        self._tidy(job)

    def _tidy(self, job: Job) -> None:
        """Delete the files of what is in the index in no version: what never came, and what something has replaced."""
        known = {info.source_id for info in self.service.sources()}
        useless = {upload.source_id for upload in job.uploads} - known
        useless |= {upload.replaces for upload in job.uploads if upload.source_id in known} - known - {""}
        if useless:
            self.uploads.remove(sorted(useless - self._awaited(job.job_id)))

    def _awaited(self, job_id: str) -> set[str]:
        """The sources that other jobs will make."""
        others = select(JobRow).where(JobRow.state.in_(_UNFINISHED), JobRow.job_id != job_id)
        with self.database.transaction() as session:
            return {upload.source_id for row in session.scalars(others) for upload in self._of(row).uploads}

    # Records

    def _moves(self, job_id: str, before: str, after: str) -> bool:
        """Take a job from one state to another; False where it was not in that one, such as after a cancellation."""
        step = update(JobRow).where(JobRow.job_id == job_id, JobRow.state == before).values(state=after)
        with self.database.transaction() as session:
            return bool(cast(CursorResult[Any], session.execute(step)).rowcount)

    def _of(self, row: JobRow) -> Job:
        progress = self._progress.get(row.job_id)
        ended = row.state in ENDED
        job = Job(
            row.job_id,
            row.key_id,
            "running" if row.state == STOPPING else cast(State, row.state),
            tuple(Upload(*each) for each in row.uploads),
            done=len(row.uploads) if ended else 0,
            passages=row.passages,
            failures=tuple((name, reason) for name, reason in row.failures),
            created_at=row.created_at,
            finished_at=row.finished_at,
            seconds=row.seconds,
        )
        return job if progress is None else replace(job, done=progress.done_files, passages=progress.passages)

    def _end(self, job_id: str, state: State, passages: int = 0, failures: Sequence[tuple[str, str]] = ()) -> None:
        self._cancelled.discard(job_id)
        with self.database.transaction() as session:
            row = session.get(JobRow, job_id)
            if row is None:
                return
            now = _now()
            row.state, row.passages, row.failures = state, passages, [list(each) for each in failures]
            row.finished_at = now.isoformat()
            row.seconds = (now - datetime.fromisoformat(row.created_at)).total_seconds()


def _now() -> datetime:
    return datetime.now(UTC)
