"""The whole data folder against what was written: the index, and what the service keeps beside it."""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from components.converters.metadata import META_FILE, FolderMetadata
from components.errors import InputError, StoreError
from components.stores.catalogue.sources import SourceInfo
from components.versions import digest
from pipelines.checking import Check, CheckReport, check_index
from pipelines.folder import OpenFolder
from pipelines.settings import Settings
from service.database.connection import DATABASE_FILE, is_lost
from service.jobs import ENDED
from service.uploads import FOLDER, Uploads

RESTORE_UPLOAD = "restore a backup with `quaere restore FILE`, or send the document again"
RESTORE_SERVICE = (
    "restore a backup with `quaere restore FILE`, or delete this file and the one that ends in .made, and make the "
    "keys anew"
)


def check_data(settings: Settings) -> CheckReport:
    """Compare all that a data folder holds.

    Raises:
        InputError: there is no such folder.
        FolderInUse: another process holds it.
        ConfigurationError: the settings do not fit what is there.
    """
    if not settings.data.is_dir():
        raise InputError(f"the data folder {settings.data} does not exist; name another one with --data or QUAERE_DATA")
    check = Check(settings)
    busy = _check_service(check, settings.data / DATABASE_FILE)
    check_index(check, lambda folder: _check_uploads(check, folder, busy))
    return check.report()


def _check_service(check: Check, file: Path) -> set[str]:
    """Read the service's database whole; gives the ids of the sources that its jobs are about to change."""
    lost = is_lost(file)
    if lost or not file.exists():
        if lost or (check.settings.data / FOLDER).is_dir():
            check.add(file, "is missing, and with it all keys, jobs and feedback", RESTORE_SERVICE)
        return set()
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as database:
            found = [str(row[0]) for row in database.execute("PRAGMA integrity_check(20)")]
            for complaint in found:
                if complaint != "ok":
                    check.add(file, f"is damaged ({complaint})", RESTORE_SERVICE)
            return set(_busy(database))
    except (sqlite3.Error, ValueError, TypeError, IndexError) as error:
        check.add(file, f"is damaged ({error})", RESTORE_SERVICE)
        return set()


def _busy(database: sqlite3.Connection) -> Iterator[str]:
    marks = ", ".join("?" for _ in ENDED)
    for (uploads,) in database.execute(f"SELECT uploads FROM jobs WHERE state NOT IN ({marks})", sorted(ENDED)):
        yield from (str(upload[1]) for upload in json.loads(uploads))


def _check_uploads(check: Check, folder: OpenFolder, busy: Collection[str]) -> None:
    """Compare the files of uploads, and the metadata beside them, with what was indexed."""
    uploads = Uploads(check.settings.data)
    try:
        states, overrides = folder.catalogue.states(), folder.catalogue.overrides()
        sources = [info for info in folder.catalogue.sources() if _is_upload(info)]
    except StoreError:
        return  # noted already
    # Metadata of a folder above the data folder count too, and may have changed with good reason.
    alone = not any((parent / META_FILE).is_file() for parent in uploads.folder.resolve().parents)
    for info in sources:
        _, state = states[info.source_id]
        path = uploads.path_of(info.source_id)
        if info.source_id in busy:
            continue
        if path is None:
            check.add(f"the upload {info.source} ({info.source_id})", "has lost its file", RESTORE_UPLOAD)
        elif _sha256(path) != state.sha256:
            check.add(path, "is not what was sent", RESTORE_UPLOAD)
        elif alone and _given(path, overrides.get(info.source_id, {})) != state.given:
            check.add(path.parent / META_FILE, "does not hold the metadata that were sent", RESTORE_UPLOAD)


def _is_upload(info: SourceInfo) -> bool:
    place = Path(info.path).parent
    return place.name == info.source_id and place.parent.name == FOLDER


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _given(path: Path, override: Mapping[str, Any]) -> str:
    try:
        return digest({**FolderMetadata().external(path), **override})
    except InputError:
        return ""
