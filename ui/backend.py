"""What the API and the page stand on: the open service, its keys, uploads, jobs and feedback."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.service import QAService
from ui.database.connection import DATABASE_FILE, ServiceDatabase
from ui.feedback import FeedbackBook
from ui.jobs import Jobs
from ui.keys import KeyRing
from ui.uploads import Uploads


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
        ServiceDatabase(service.settings.data / DATABASE_FILE) as database,
        Jobs(database, service, uploads) as jobs,
    ):
        yield Backend(
            service, KeyRing(database), uploads, jobs, FeedbackBook(database, service), secrets.token_urlsafe(32)
        )
