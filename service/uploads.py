"""Files that came over HTTP: kept in the data folder, each in a folder of its own with its metadata.

Bytes and fields go in, places and identities come out. Knows neither HTTP nor the index. What a job brings waits in
the job's own folder, see :mod:`service.job_files`; here is what is in the index.
"""

import hashlib
import json
import os
import shutil
import tempfile
import threading
import tomllib
import uuid
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import tomli_w

from components.converters.formats import SUFFIXES, suffix_of
from components.converters.metadata import META_FILE, validate
from components.errors import InputError, StoreError
from components.private_files import make_private
from components.types import PUBLIC_GROUP
from components.writing import write_whole
from pipelines.indexing import Identity

FOLDER = "uploads"
"""Name in the data folder."""

INCOMING = ".incoming"
"""Folder of what is being received."""

JOBS = ".jobs"
"""Folder of what belongs to jobs that have not ended."""

FORMER = "former"
"""Folder, in that of a job, of what had the places of its uploads before."""

_DELETED = ".deleted"
"""Folder of marks: sources whose deletion was begun."""

_FILE = "document"
_FORMER_FIELDS = "former.toml"
"""Where an older version kept the metadata before a change under way."""

_LONGEST_NAME = 200
"""Bytes, in UTF-8."""

_CHUNK = 1 << 20
_NAMESPACE = uuid.UUID("6f1a3f0e-58d0-4d29-9b0c-0c5f6f1f2c51")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a job: an upload that is kept, or a file of the server's own, which is only indexed again."""

    name: str
    """As its sender called it, and as answers name it."""
    source_id: str
    path: str
    """In the data folder, unless it is a file of the server's own."""
    replaces: str = ""
    """Id of the source that this one takes the place of, once it is indexed; empty for none."""
    changes: str = ""
    """JSON of the fields that change with it, null for one that goes; empty for none."""
    sha256: str = ""
    """Of what was sent, content and metadata, from :func:`sealed`; empty where nothing was sent."""
    sender_groups: Sequence[str] | None = None
    """Those that its sender may name as readers of its parts; None where its content was not sent now."""

    @property
    def changed_fields(self) -> dict[str, Any]:
        """The fields that change, None for one that goes."""
        return dict(json.loads(self.changes)) if self.changes else {}

    @property
    def identity(self) -> Identity:
        """What the index knows it by, wherever the data folder lies, and since when its file is there."""
        try:
            sent = datetime.fromtimestamp(os.stat(self.path).st_mtime, UTC).isoformat(timespec="seconds")
        except OSError:  # deleted a moment ago, as the index will find
            sent = None
        allowed = None if self.sender_groups is None else tuple(self.sender_groups)
        return Identity(self.name, self.source_id, sent, self.replaces, allowed_groups=allowed)


@dataclass(frozen=True, slots=True)
class Received:
    """A file on disk that has no place yet."""

    path: Path
    sha256: str
    """Of its content, in hexadecimal."""


class Uploads:
    """The uploads of a data folder. One name in one set of groups is one source: sent again, it is replaced.

    Args:
        data: the data folder.
    """

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self.placing = threading.Lock()
        """Held from seeing that a place is free until something is there."""

    def clear_incoming(self) -> None:
        """Forget what a kill left half-received; call it before the first :meth:`receive`."""
        shutil.rmtree(self.folder / INCOMING, ignore_errors=True)

    def receive(self, file: IO[bytes], most: int) -> Received:
        """Write a file to disk under a name of no meaning, for :meth:`service.job_files.JobFiles.stage`.

        Args:
            file: read to its end.
            most: bytes at most.

        Raises:
            InputError: it has more bytes.
            StoreError: it cannot be written.
        """
        incoming = self.folder / INCOMING
        try:
            make_private(incoming, within=self.folder)
            handle, name = tempfile.mkstemp(dir=incoming)
            try:
                return Received(Path(name), _write(file, handle, most))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(f"the upload cannot be written to {incoming} ({error}); free some space") from error

    def place(self, name: str, groups: Sequence[str]) -> Upload:
        """Where an upload of this name and these groups is kept; nothing is written yet.

        Args:
            name: from :func:`checked_name`.
            groups: who may read it, from :func:`checked_fields`.
        """
        source_id = str(uuid.uuid5(_NAMESPACE, "\0".join([name, *sorted(groups)])))
        # Not under its own name, which this machine's file system may not be able to write.
        suffix = suffix_of(name)
        file = f"{_FILE}{suffix if suffix is not None else '.txt'}"
        return Upload(name, source_id, str(self.folder / source_id / file))

    def describe(self, folder: Path, fields: Mapping[str, Any]) -> None:
        """Write the metadata of an upload into its folder, which is made where it is missing.

        Raises:
            StoreError: they cannot be written.
        """
        try:
            make_private(folder, within=self.folder)
            write_whole(folder / META_FILE, tomli_w.dumps({"*": dict(fields)}), private=True)
        except OSError as error:
            raise StoreError(f"an upload cannot be kept in {folder} ({error}); free some space") from error

    def fields(self, source_id: str) -> dict[str, Any] | None:
        """The metadata of an upload, while a job replaces it those before; None where there is none."""
        if not is_id(source_id):
            return None
        former = next(self.folder.glob(f"{JOBS}/*/{FORMER}/{source_id}"), None)
        return fields_in(self.folder / source_id if former is None else former)

    def begin_removal(self, source_ids: Sequence[str]) -> None:
        """Write down that these are about to be deleted from the index, so that :meth:`sweep` finishes it.

        Raises:
            StoreError: that cannot be written.
        """
        try:
            for source_id in filter(is_id, source_ids):
                if (self.folder / source_id).is_dir():
                    make_private(self.folder / _DELETED, within=self.folder)
                    (self.folder / _DELETED / source_id).touch(0o600)
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be written ({error}); free some space") from error

    def remove(self, source_ids: Sequence[str]) -> None:
        """Delete the files of sources that are uploads; others do nothing."""
        for source_id in filter(is_id, source_ids):
            shutil.rmtree(self.folder / source_id, ignore_errors=True)
            with suppress(OSError):
                (self.folder / _DELETED / source_id).unlink(missing_ok=True)

    def kept(self) -> list[str]:
        """The ids of all uploads of which there are files, or marks of a deletion."""
        names = {path.name for path in self.folder.glob("*")} | {each.name for each in self._marks()}
        return sorted(filter(is_id, names))

    def job_folders(self) -> list[str]:
        """The ids of the jobs that have a folder."""
        return sorted(path.name for path in (self.folder / JOBS).glob("*"))

    def sweep(self, kept: Sequence[str], known: Collection[str], awaited: Collection[str]) -> None:
        """Delete what a kill left of sources that are in no index.

        Args:
            kept: from :meth:`kept`, before the others were looked up.
            known: the sources of the index. Where there are none at all, only those are deleted whose deletion was
                begun: a catalogue that was lost must not take the documents with it.
            awaited: the sources of unfinished jobs.
        """
        begun = {each.name for each in self._marks()}
        for source_id in kept:
            if source_id not in known and source_id not in awaited and (known or source_id in begun):
                self.remove([source_id])
            else:
                self._forget_mark(source_id)

    def _marks(self) -> list[Path]:
        return list((self.folder / _DELETED).glob("*"))

    def _forget_mark(self, source_id: str) -> None:
        former = self.folder / source_id / _FORMER_FIELDS
        with suppress(OSError):  # a mark that stays does no harm
            (self.folder / _DELETED / source_id).unlink(missing_ok=True)
            if former.is_file():  # of an older version; the job that changes them begins anew
                os.replace(former, former.parent / META_FILE)

    def forget_job(self, job_id: str) -> None:
        """Delete the folder of a job that has ended."""
        shutil.rmtree(self.folder / JOBS / job_id, ignore_errors=True)

    def holds(self, upload: Upload) -> bool:
        """Whether the file is there."""
        return str(self.path_of(upload.source_id)) == upload.path if self.owns(upload) else Path(upload.path).is_file()

    def owns(self, upload: Upload) -> bool:
        """Whether it is an upload, not a file of the server's own."""
        return Path(upload.path).is_relative_to(self.folder)

    def path_of(self, source_id: str) -> Path | None:
        """The file of an upload; None where there is none."""
        return file_in(self.folder / source_id) if is_id(source_id) else None


def file_in(folder: Path) -> Path | None:
    """The document in the folder of an upload; None where there is none."""
    return next(folder.glob(f"{_FILE}.*"), None)


def fields_in(folder: Path) -> dict[str, Any] | None:
    """The metadata in the folder of an upload; None where there are none."""
    try:
        text = (folder / META_FILE).read_text("utf-8")
    except FileNotFoundError:
        return None
    return dict(tomllib.loads(text)["*"])


def seal(content: str, fields: Mapping[str, Any]) -> str:
    """What tells content and metadata together from all others, from the SHA-256 of the content."""
    canonical = json.dumps(dict(fields), sort_keys=True)
    return hashlib.sha256(f"{content}\n{canonical}".encode("ascii")).hexdigest()


def sealed(upload: Upload, received: Received, fields: Mapping[str, Any]) -> Upload:
    """An upload that knows what belongs to it, so that a part of it is never taken for the whole."""
    return replace(upload, sha256=seal(received.sha256, fields))


def _write(file: IO[bytes], handle: int, most: int) -> str:
    """Copy a file to an open one, safe on disk, and return the SHA-256 of its content."""
    hashed, size = hashlib.sha256(), 0
    with os.fdopen(handle, "wb") as target:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise InputError(f"has more than {most:,} bytes; split it or raise index.max_file_mb")
            hashed.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return hashed.hexdigest()


def changed(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields after changes, of which None takes one away."""
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def checked_name(name: str, *, needs_ending: bool) -> str:
    """The name of an upload.

    Args:
        name: as it was sent.
        needs_ending: whether it must say the format; a text without one is plain text.

    Raises:
        InputError: it is no name of a file, or its format is not supported.
    """
    shown = repr(name[:80])
    if not name.strip() or len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME or not name.isprintable():
        raise InputError(f"{shown}: a name has 1 to {_LONGEST_NAME} bytes of visible characters")
    if name != name.strip() or name.startswith(".") or any(sign in name for sign in '/\\:*?"<>|'):
        raise InputError(f"{shown}: is a path or holds signs that no name has; send the name of the file alone")
    if name.lower() == META_FILE:
        raise InputError(f"{shown}: is the name of a settings file; send its fields as meta")
    if needs_ending and suffix_of(name) is None:
        raise InputError(f"{shown}: its format is not supported; supported endings are {', '.join(SUFFIXES)}")
    return name


def checked_fields(fields: Mapping[str, Any], groups: Sequence[str]) -> dict[str, Any]:
    """The metadata of an upload, with the groups that may read it.

    Args:
        fields: as they were sent.
        groups: the sender's; without any of its own choice, these may read it.

    Raises:
        InputError: a field cannot be used, or a group is not the sender's.
    """
    checked = validate(fields, "meta")
    own = checked.setdefault("groups", list(groups) if groups else [PUBLIC_GROUP])
    foreign = [name for name in own if name not in (*groups, PUBLIC_GROUP)]
    if foreign:
        raise InputError(f"meta: groups {', '.join(map(repr, foreign))}: you are not a member")
    return checked


def is_id(source_id: str) -> bool:
    """Whether it can be the id of an upload, and so the name of its folder."""
    try:
        return str(uuid.UUID(source_id)) == source_id
    except ValueError:
        return False
