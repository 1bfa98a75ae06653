"""The files of one job, from their coming until it has ended: all of them are kept, or none.

They lie in the job's own folder until its turn::

    uploads/.jobs/JOB/new/SOURCE       what was sent, with its metadata
    uploads/.jobs/JOB/former/SOURCE    what had its place before

Every step can be taken again after a kill. Knows no database and no index.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.errors import InputError, StoreError
from components.private_files import make_private
from service.uploads import FORMER, JOBS, Received, Upload, Uploads, changed, fields_in, file_in, seal

_NEW = "new"


class JobFiles:
    """The files of one job.

    Args:
        uploads: where they get their places.
        job_id: the job's.
    """

    def __init__(self, uploads: Uploads, job_id: str) -> None:
        self.uploads = uploads
        self.folder = uploads.folder / JOBS / job_id

    def stage(self, received: Received, upload: Upload, fields: Mapping[str, Any]) -> None:
        """Keep a received file with its metadata until it is the job's turn.

        Args:
            received: from :meth:`service.uploads.Uploads.receive`; its file is gone afterwards.
            upload: from :meth:`service.uploads.Uploads.place`.
            fields: from :func:`service.uploads.checked_fields`.

        Raises:
            StoreError: it cannot be written.
        """
        new = self._new(upload)
        # The metadata first: whoever may read a document is known before it is there.
        self.uploads.describe(new, fields)
        try:
            os.replace(received.path, new / Path(upload.path).name)
        except OSError as error:
            raise _not_kept(upload, error) from error

    def is_whole(self, upload: Upload) -> bool:
        """Whether all of an upload is there, in the job's folder or already in its place."""
        if not self.uploads.owns(upload):
            return self.uploads.holds(upload)
        places = (self._new(upload), self._live(upload))
        if not upload.sha256:  # its fields change, or an older version kept it
            return any(file_in(place) is not None for place in (*places, self._former(upload)))
        return any(_is(place, upload) for place in places)

    def install(self, upload: Upload) -> None:
        """Give an upload its place; what was there is held for :meth:`put_back`.

        Raises:
            StoreError: the files cannot be moved.
        """
        new, live, former = self._new(upload), self._live(upload), self._former(upload)
        try:
            if upload.changes and not former.is_dir():
                self._derive(upload)
            if not new.is_dir():
                return
            if live.is_dir():
                make_private(former.parent, within=self.folder)
                os.rename(live, former)
            os.rename(new, live)
        except OSError as error:
            raise _not_kept(upload, error) from error

    def put_back(self, upload: Upload) -> None:
        """Give the place of an upload back to what had it before; without :meth:`install` nothing happens.

        Raises:
            StoreError: the files cannot be moved.
        """
        new, live, former = self._new(upload), self._live(upload), self._former(upload)
        try:
            if not new.is_dir() and (former.is_dir() or _is(live, upload)) and live.is_dir():
                make_private(new.parent, within=self.folder)
                os.rename(live, new)
            if former.is_dir() and not live.is_dir():
                os.rename(former, live)
        except OSError as error:
            raise _not_kept(upload, error) from error

    def _derive(self, upload: Upload) -> None:
        """Make what takes the place of an upload whose fields change: the same document with other fields."""
        new, live = self._new(upload), self._live(upload)
        document, fields = file_in(live), fields_in(live)
        if document is None or fields is None:
            return
        shutil.rmtree(new, ignore_errors=True)  # half made when the process was killed
        self.uploads.describe(new, changed(fields, upload.changed_fields))
        try:
            os.link(document, new / document.name)
        except OSError:  # not every file system has links
            shutil.copy2(document, new / document.name)

    def _new(self, upload: Upload) -> Path:
        return self.folder / _NEW / upload.source_id

    def _former(self, upload: Upload) -> Path:
        return self.folder / FORMER / upload.source_id

    def _live(self, upload: Upload) -> Path:
        return self.uploads.folder / upload.source_id


def _is(folder: Path, upload: Upload) -> bool:
    """Whether a folder holds exactly what was sent."""
    document, fields = file_in(folder), None
    try:
        fields = fields_in(folder)
        if document is None or fields is None or not upload.sha256:
            return False
        with document.open("rb") as file:
            return seal(hashlib.file_digest(file, "sha256").hexdigest(), fields) == upload.sha256
    except (OSError, ValueError, KeyError, InputError):
        return False


def _not_kept(upload: Upload, error: OSError) -> StoreError:
    return StoreError(f"{upload.name}: cannot be kept in {Path(upload.path).parent} ({error}); free some space")
