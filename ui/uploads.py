"""Files that came over HTTP: kept in the data folder, each in a folder of its own with its metadata.

Bytes and fields go in, places and identities come out. Knows neither HTTP nor the index.
"""

import json
import os
import shutil
import tempfile
import threading
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import tomlkit

from components.errors import InputError, StoreError
from components.loading import SUFFIXES, suffix_of
from components.loading.metadata import META_FILE, validate
from components.types import PUBLIC_GROUP
from components.writing import write_whole
from pipelines.indexing import Identity

FOLDER = "uploads"
"""Name in the data folder."""

INCOMING = ".incoming"
"""Folder of what is being received."""

_FILE = "document"
_FORMER = "former.toml"
"""The metadata before a change under way."""

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
        return Identity(self.name, self.source_id, sent, self.replaces)


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

    def receive(self, file: IO[bytes], most: int) -> Path:
        """Write a file to disk under a name of no meaning, for :meth:`keep`.

        Args:
            file: read to its end.
            most: bytes at most.

        Raises:
            InputError: it has more bytes.
            StoreError: it cannot be written.
        """
        incoming = self.folder / INCOMING
        try:
            incoming.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=incoming)
            received = Path(name)
            try:
                with os.fdopen(handle, "wb") as target:
                    size = 0
                    while chunk := file.read(_CHUNK):
                        size += len(chunk)
                        if size > most:
                            raise InputError(f"has more than {most:,} bytes; split it or raise max_file_mb")
                        target.write(chunk)
                    target.flush()
                    os.fsync(target.fileno())
            except BaseException:
                received.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StoreError(f"the upload cannot be written to {incoming} ({error}); free some space") from error
        return received

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

    def keep(self, received: Path, upload: Upload, fields: Mapping[str, Any]) -> None:
        """Give a received file its place and metadata, instead of an earlier one that was there.

        Args:
            received: from :meth:`receive`; gone afterwards.
            upload: from :meth:`place`.
            fields: from :func:`checked_fields`.

        Raises:
            StoreError: it cannot be written.
        """
        # The metadata first: whoever may read a document is known before it is there.
        self.describe(upload, fields)
        self._former(upload.source_id).unlink(missing_ok=True)
        try:
            os.replace(received, upload.path)
        except OSError as error:
            raise _not_kept(upload, error) from error

    def describe(self, upload: Upload, fields: Mapping[str, Any]) -> None:
        """Give an upload its metadata, instead of what it had.

        Args:
            upload: from :meth:`place`.
            fields: from :func:`checked_fields`.

        Raises:
            StoreError: they cannot be written.
        """
        folder = Path(upload.path).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / META_FILE, tomlkit.dumps({"*": dict(fields)}), private=True)
        except OSError as error:
            raise _not_kept(upload, error) from error

    def begin_change(self, upload: Upload) -> None:
        """Give an upload the fields that change with it, until :meth:`end_change`; begun again, it ends the same.

        Raises:
            StoreError: they cannot be written.
        """
        before = self.fields(upload.source_id)
        if not upload.changes or before is None:
            return
        try:
            write_whole(self._former(upload.source_id), tomlkit.dumps({"*": before}), private=True)
        except OSError as error:
            raise _not_kept(upload, error) from error
        self.describe(upload, changed(before, upload.changed_fields))

    def end_change(self, upload: Upload, *, done: bool) -> None:
        """Keep the fields that changed, or go back to those before; without a change nothing happens."""
        former = self._former(upload.source_id)
        if former.is_file():
            if done:
                former.unlink()
            else:
                os.replace(former, former.parent / META_FILE)

    def fields(self, source_id: str) -> dict[str, Any] | None:
        """The metadata of an upload, while they change those before; None where there is none."""
        path = self.path_of(source_id)
        if path is None:
            return None
        former = self._former(source_id)
        file = former if former.is_file() else path.parent / META_FILE
        return dict(tomllib.loads(file.read_text("utf-8"))["*"])

    def remove(self, source_ids: Sequence[str]) -> None:
        """Delete the files of sources that are uploads; others do nothing."""
        for source_id in source_ids:
            if _is_id(source_id):
                shutil.rmtree(self.folder / source_id, ignore_errors=True)

    def holds(self, upload: Upload) -> bool:
        """Whether the file is there."""
        return str(self.path_of(upload.source_id)) == upload.path if self.owns(upload) else Path(upload.path).is_file()

    def owns(self, upload: Upload) -> bool:
        """Whether it is an upload, not a file of the server's own."""
        return Path(upload.path).is_relative_to(self.folder)

    def _former(self, source_id: str) -> Path:
        return self.folder / source_id / _FORMER

    def path_of(self, source_id: str) -> Path | None:
        """The file of an upload; None where there is none."""
        folder = self.folder / source_id
        if not _is_id(source_id) or not folder.is_dir():
            return None
        return next(folder.glob(f"{_FILE}.*"), None)


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


def _not_kept(upload: Upload, error: OSError) -> StoreError:
    return StoreError(f"{upload.name}: cannot be kept in {Path(upload.path).parent} ({error}); free some space")


def _is_id(source_id: str) -> bool:
    try:
        return str(uuid.UUID(source_id)) == source_id
    except ValueError:
        return False
