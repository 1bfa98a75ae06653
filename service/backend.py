"""What the API and the page stand on: the open service, its keys, uploads, jobs and feedback."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.service import QAService
from service.database.connection import ServiceDatabase, database_location
from service.feedback import FeedbackBook
from service.jobs import Jobs
from service.keys import KeyRing
from service.shared_jobs import SharedJobs
from service.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Backend:
    """All of it open."""

    service: QAService
    keys: KeyRing
    uploads: Uploads
    jobs: Jobs
    feedback: FeedbackBook
    owner_token: str
    """Opens everything to whoever may read the data folder; made anew at each start."""


@contextmanager
def open_backend(service: QAService) -> Iterator[Backend]:
    """Open what belongs to a service's data folder, and go on with the jobs that were not finished.

    Args:
        service: is opened, for writing.

    Raises:
        StoreError: the service's database cannot be used.
    """
    service.open(writable=True)
    uploads = Uploads(service.settings.data)
    with (
        ServiceDatabase(database_location(service.settings)) as database,
        _jobs_of(database, service, uploads) as jobs,
    ):
        yield Backend(
            service, KeyRing(database), uploads, jobs, FeedbackBook(database, service), secrets.token_urlsafe(32)
        )


def _jobs_of(database: ServiceDatabase, service: QAService, uploads: Uploads) -> Jobs:
    claims = database.locks()
    return Jobs(database, service, uploads) if claims is None else SharedJobs(database, service, uploads, claims)
