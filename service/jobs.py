"""Uploads on their way into the index, one job after another, in a thread; what was begun is finished after a restart.

Keys take turns. The thread outlives whatever goes wrong, its own handling of errors included: a job whose beginning or
end cannot be written down is tried again, ever less often, until the database is back. Knows uploads, the service and
the database; nothing of HTTP.
"""

import logging
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from sqlalchemy import select

from components.errors import QuaereError, StoreError
from pipelines.indexing import Identity, IndexProgress, IndexReport
from pipelines.service import QAService
from service.database.connection import ServiceDatabase
from service.database.tables import JobRow
from service.fair_queue import FairQueue
from service.job_files import JobFiles
from service.job_records import ENDED, STOPPING, UNFINISHED, Job, JobRecords, State, TooManyWaiting, uploads_of
from service.uploads import Upload, Uploads, changed

_GONE = "its file is not there any more"
_NOT_WHOLE = "did not arrive as a whole; send it again"
_NOTHING_KEPT = "was not kept, since what was sent with it did not arrive as a whole; send all of it again"
_UNEXPECTED = "the program failed at this job; the server's log tells more"

_FIRST_PAUSE = 0.25  # seconds, doubled with each failure
_LONGEST_PAUSE = 30.0
_MOST_TRIES = 5
"""Of a job that fails the program, and not because the database is away."""

__all__ = ["ENDED", "STOPPING", "Job", "Jobs", "State", "Stopped", "TooManyWaiting"]

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """Ends a run of the index from within."""


@dataclass(frozen=True, slots=True)
class _JobOutcome:
    """How a job ended."""

    state: State
    passages: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    unsettled: Job | None = None
    """The job, where the index could not be asked what it holds; its files are kept until it can be."""


class Jobs(JobRecords):
    """The jobs of a service: ``with Jobs(...) as jobs:`` runs them.

    Args:
        database: open.
        service: open; indexes the files.
        uploads: where they are kept.
    """

    def __init__(self, database: ServiceDatabase, service: QAService, uploads: Uploads) -> None:
        super().__init__(database)
        self.service = service
        self.uploads = uploads
        self._waiting: FairQueue[str] = FairQueue()
        self._owed: dict[str, _JobOutcome] = {}
        """Ends of jobs that could not be written down yet."""
        self._unsettled: dict[str, Job] = {}
        """Jobs that have ended while the index could not be asked what it holds of their files."""
        self._tries: dict[str, int] = {}
        self._faults = 0
        """Of the thread, since it last got something done."""
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._clear_incoming()
        kept = self.uploads.kept()
        with self.database.writing() as session:
            unfinished = select(JobRow).where(JobRow.state.in_(UNFINISHED)).order_by(JobRow.created_at)
            rows = list(session.scalars(unfinished))
            for row in filter(self._is_mine, rows):
                if row.state == STOPPING:
                    self._cancelled.add(row.job_id)
                row.state = "queued"
                self._waiting.put(row.key_id, row.job_id)
        self._sweep(kept, rows)
        self._thread = threading.Thread(target=self._work, name="jobs")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._waiting.wake()
        if self._thread is not None:
            self._thread.join()

    @property
    def trouble(self) -> str | None:
        """Why uploads do not get into the index, in words for everyone; None while they do."""
        if self._thread is None or not self._thread.is_alive():
            return "Uploads are not indexed: their worker has ended; restart the service."
        if self._faults > 1:
            return "Uploads are not indexed: their worker fails again and again; its log tells more."
        return None

    def take(self, uploads: Sequence[Upload], key_id: str | None, keep: Callable[[JobFiles], None]) -> Job:
        """Write a job down, keep its files, and begin it.

        Args:
            uploads: what it brings into the index.
            key_id: whose job it is.
            keep: puts the files where they wait; where it fails, the job does, and nothing of it is kept.

        Raises:
            TooManyWaiting: this key has more waiting than it may; nothing was done.
        """
        job = self.prepare(uploads, key_id)
        try:
            keep(JobFiles(self.uploads, job.job_id))
        finally:
            self.begin(job)
        return job

    def begin(self, job: Job) -> None:
        """Its files are all there."""
        self._waiting.put(job.key_id, job.job_id)

    # What differs where several processes share the database

    def _clear_incoming(self) -> None:
        self.uploads.clear_incoming()

    def _is_mine(self, row: JobRow) -> bool:
        """Whether an unfinished job is this process's to go on with."""
        return True

    def _is_cancelled(self, job_id: str) -> bool:
        """Whether somebody has asked for the end of the job that this process runs."""
        return job_id in self._cancelled

    def _is_still_mine(self, job_id: str) -> bool:
        """Whether no other process has taken over a job whose turn has come."""
        return True

    # In the thread

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self._step()
            except BaseException:
                self._faults += 1
                _log.exception(
                    "the worker of jobs failed, and goes on (%d times since it got something done)", self._faults
                )
                self._closing.wait(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._faults, 20)))

    def _step(self) -> None:
        """Write down the ends that are owed, and do the job whose turn it is."""
        self._write_owed()
        self._settle_rest()
        if not self._waiting:  # all that failed is done by now
            self._faults = 0
        taken = self._waiting.get()
        if taken is None or self._closing.is_set():
            return
        key_id, job_id = taken
        try:
            outcome = self._run(job_id)
        except BaseException:
            self._try_again(key_id, job_id)
            raise
        self._tries.pop(job_id, None)
        if outcome is not None:
            self._owed[job_id] = outcome
            self._write_owed()
        self._faults = 0

    def _write_owed(self) -> None:
        for job_id, outcome in list(self._owed.items()):
            self._end(job_id, outcome.state, outcome.passages, outcome.failures)
            del self._owed[job_id]
            if outcome.unsettled is None:
                self.uploads.forget_job(job_id)
            else:
                self._unsettled[job_id] = outcome.unsettled

    def _settle_rest(self) -> None:
        """Settle what could not be when it ended, now that something goes on; what still cannot be waits further."""
        for job_id, job in list(self._unsettled.items()):
            if self._is_settled(job):
                del self._unsettled[job_id]

    def _is_settled(self, job: Job) -> bool:
        """Settle the files of a job that has ended, and forget them; False where the index cannot be asked."""
        try:
            self._settle(job, JobFiles(self.uploads, job.job_id))
        except QuaereError:
            return False
        self.uploads.forget_job(job.job_id)
        return True

    def _try_again(self, key_id: Hashable, job_id: str) -> None:
        """A job is never lost; one that fails the program again and again, while the database answers, has failed."""
        self._tries[job_id] = self._tries.get(job_id, 0) + self._database_answers()
        if self._tries[job_id] < _MOST_TRIES:
            self._waiting.put_back(key_id, job_id)
        else:
            self._owed[job_id] = _JobOutcome("failed", failures=(("", _UNEXPECTED),))
            del self._tries[job_id]

    def _database_answers(self) -> bool:
        try:
            with self.database.reading() as session:
                session.execute(select(JobRow.job_id).limit(1)).all()
        except StoreError:
            return False
        return True

    def _run(self, job_id: str) -> _JobOutcome | None:
        """Do a job; None where nothing is to be written down: it was cancelled before, or the next service does it."""
        job = self._begun(job_id)
        if job is None:
            return None
        files = JobFiles(self.uploads, job_id)
        outcome: _JobOutcome | None
        try:
            outcome = self._brought_in(job, files)
        except Stopped:
            if job_id not in self._cancelled:
                self._moves(job_id, "running", "queued")  # one that is to be cancelled stays so
                return None
            outcome = _JobOutcome("cancelled")
        except QuaereError as error:
            outcome = _JobOutcome("failed", failures=(("", str(error)),))
        except Exception:
            _log.exception("a job failed")
            outcome = _JobOutcome("failed", failures=(("", _UNEXPECTED),))
        try:
            self._settle(job, files)
        except QuaereError:
            if outcome.state == "done":  # it may have been too soon to say so
                raise
            outcome = replace(outcome, unsettled=job)
        return outcome

    def _begun(self, job_id: str) -> Job | None:
        """A job that runs from now on; None for one that was cancelled, or that another process does."""
        if not self._is_still_mine(job_id):
            return None
        self._moves(job_id, "queued", "running")
        with self.database.reading() as session:
            row = session.get_one(JobRow, job_id)
            job, state = self._of(row), row.state
        if state == STOPPING:
            self._cancelled.add(job_id)
        elif state != "running":
            self.uploads.forget_job(job_id)
            return None
        return job

    def _brought_in(self, job: Job, files: JobFiles) -> _JobOutcome:
        """Bring all uploads of a job into the index, or none where one of them is not whole."""
        missing = [upload for upload in job.uploads if not files.is_whole(upload)]
        if missing:
            return _JobOutcome("failed", failures=tuple(self._not_kept(upload, missing) for upload in job.uploads))
        for upload in job.uploads:
            files.install(upload)
        paths = {upload.path: upload for upload in job.uploads}
        report = self._index(job.job_id, paths)
        failures = tuple((paths[each.path].name, each.reason) for each in report.failures)
        return _JobOutcome("failed" if len(failures) == len(paths) else "done", report.passages, failures)

    def _not_kept(self, upload: Upload, missing: Sequence[Upload]) -> tuple[str, str]:
        """Why an upload of a job that is not whole is not kept."""
        if upload not in missing:
            return upload.name, _NOTHING_KEPT
        return upload.name, _GONE if upload.changes or not self.uploads.owns(upload) else _NOT_WHOLE

    def _index(self, job_id: str, present: Mapping[str, Upload]) -> IndexReport:
        def follow(progress: IndexProgress) -> None:
            self._progress[job_id] = progress
            # Once all is done, stopping would only hide it.
            is_done = 0 < progress.total_files <= progress.done_files
            if not is_done and (self._is_cancelled(job_id) or self._closing.is_set()):
                raise Stopped

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

    def _settle(self, job: Job, files: JobFiles) -> None:
        """Let the files agree with the index: what is not in it gives its place back, and goes where it had none."""
        useless: set[str] = set()
        for upload in filter(self.uploads.owns, job.uploads):
            if not self.service.is_indexed(upload.source_id, upload.path):
                files.put_back(upload)
            useless |= {upload.source_id, upload.replaces}
        useless = {each for each in useless if each and not self.service.is_known(each)}
        if useless:
            self.uploads.remove(sorted(useless - self.awaited(job.job_id)))

    def _sweep(self, kept: Sequence[str], unfinished: Sequence[JobRow]) -> None:
        """Delete the files that a kill left of sources and jobs that are no more."""
        awaited = {upload.source_id for row in unfinished for upload in uploads_of(row)}
        # A job of another process may have ended since the files were listed: then its sources are in the index.
        self.uploads.sweep(kept, self.service.known_sources() if kept else set(), awaited)
        running = {row.job_id for row in unfinished}
        for job_id in set(self.uploads.job_folders()) - running:
            self._forget_folder(job_id)

    def _forget_folder(self, job_id: str) -> None:
        with self.database.reading() as session:
            row = session.get(JobRow, job_id)
            has_ended = row is None or row.state not in UNFINISHED
            job = None if row is None else self._of(row)
        if not has_ended:
            return
        if job is None:
            self.uploads.forget_job(job_id)
        elif not self._is_settled(job):  # here are the files from before it
            self._unsettled[job_id] = job
