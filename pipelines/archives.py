"""A data folder <-> one ``.tar.gz`` with a checksum of every file in it.

Nothing half-written is ever left under the final name, neither the archive nor the restored folder.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, cast

from components.errors import InputError, StoreError
from components.private_files import make_private, tighten_below
from components.stores.catalogue.database import SEAL, catalogue_seal
from components.stores.catalogue.sources import CATALOGUE_FILE
from components.stores.folder_lock import HOLDER_FILE, LOCK_FILE
from pipelines.swapping import PASSING

MANIFEST = "backup.json"
"""The archive's last member: format and checksums."""

_FORMAT = 1
_CHUNK = 1 << 18
_DATABASE = ".sqlite"
_BESIDE_A_DATABASE = tuple(f"{_DATABASE}{ending}" for ending in ("", "-wal", "-shm", "-journal", ".lock", SEAL))
_LEFT_OUT = frozenset({LOCK_FILE, HOLDER_FILE})
"""In the data folder itself: a lock belongs to a process."""
_SCRATCH = ".tmp"


def backup(data: Path, target: Path) -> None:
    """Write a consistent copy of a data folder.

    The index has to be closed, and nothing may change it meanwhile.

    Args:
        data: the data folder.
        target: the archive, usually ``*.tar.gz``; it must not exist.

    Raises:
        InputError: ``target`` exists.
        StoreError: there is nothing to back up, or the archive cannot be written.
    """
    if os.path.lexists(target):
        raise InputError(f"{target}: exists already and is not overwritten; choose another name")
    if not (data / CATALOGUE_FILE).is_file():
        raise StoreError(f"{data}: holds no index ({CATALOGUE_FILE} is missing); index documents first")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error}); choose another folder") from error
    try:
        with os.fdopen(handle, "wb") as file:
            _write_archive(data, file)
            file.flush()
            os.fsync(file.fileno())
        _publish(Path(name), target)
    except FileExistsError as error:
        raise InputError(f"{target}: exists already and is not overwritten; choose another name") from error
    except OSError as error:
        raise StoreError(f"{target}: cannot be written ({error}); free some space and try again") from error
    finally:
        Path(name).unlink(missing_ok=True)


def restore(archive: Path, data: Path) -> None:
    """Unpack a backup into a data folder that is missing or empty, after checking every checksum.

    Raises:
        InputError: the folder holds something, or the archive does not exist.
        StoreError: the archive is damaged or not a backup, or the folder cannot be written; ``data`` is as it was.
    """
    if not archive.is_file():
        raise InputError(f"{archive}: no such file; name a backup made by `quaere backup`")
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise InputError(f"{data}: is not empty; restore into a new folder, or move this one away first")
    place = Path(os.path.abspath(data))
    unpacked = place.with_name(f".{place.name}.restoring-{uuid.uuid4().hex[:8]}")
    try:
        make_private(unpacked)
        checksums = _unpack(archive, unpacked)
        _check(archive, unpacked, checksums)
        tighten_below([unpacked])
        if place.exists():
            place.rmdir()
        catalogue_seal(unpacked / CATALOGUE_FILE).write([unpacked / CATALOGUE_FILE])
        unpacked.rename(place)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise StoreError(f"{archive}: is damaged or no backup ({error}); use another copy") from error
    except OSError as error:
        raise StoreError(f"{data}: cannot be restored from {archive} ({error}); nothing was changed") from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _publish(written: Path, target: Path) -> None:
    """Give the archive its name without replacing a file that came in between, where the file system can."""
    try:
        os.link(written, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        written.rename(target)


def _write_archive(data: Path, file: IO[bytes]) -> None:
    checksums: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory(dir=data, suffix=_SCRATCH) as scratch,
        # Vectors hardly compress, and the engine's files are mostly holes, which the quickest level removes too.
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive,
    ):
        for name, path in [*_databases(data, Path(scratch)), *_files(data)]:
            with path.open("rb") as opened:
                reader = _HashingReader(opened)
                archive.addfile(archive.gettarinfo(path, name), cast(IO[bytes], reader))
                checksums[name] = reader.hexdigest()
        content = json.dumps({"format": _FORMAT, "sha256": checksums}, indent=2).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


class _HashingReader:
    """Hashes what is read from a file, so that the checksum is that of the very bytes in the archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _databases(data: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Consistent copies of the databases, whoever reads or writes them meanwhile, each with its name in the archive."""
    for path in sorted(data.glob(f"*{_DATABASE}")):
        copied = scratch / path.name
        try:
            with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copied)) as target:
                source.backup(target)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: cannot be copied ({error}); free some space and try again") from error
        yield path.name, copied


def _files(data: Path) -> Iterator[tuple[str, Path]]:
    """What is beside the databases, with its name in the archive."""
    for root, folders, names in os.walk(data):
        top = Path(root) == data
        folders[:] = sorted(name for name in folders if not (top and name.endswith((*PASSING, _SCRATCH))))
        for name in sorted(names):
            path = Path(root, name)
            left_out = name in _LEFT_OUT or name.endswith(_BESIDE_A_DATABASE)
            if path.is_file() and not (top and left_out):
                yield path.relative_to(data).as_posix(), path


def _unpack(archive: Path, folder: Path) -> dict[str, str]:
    """Write every member below the folder and return the checksums of what was written, by name."""
    checksums = {}
    with tarfile.open(archive, mode="r:gz") as packed:
        for member in packed:
            # Refuses names that lead out of the folder.
            safe = tarfile.data_filter(member, str(folder))
            content = packed.extractfile(member) if member.isreg() else None
            if content is None:
                raise StoreError(f"{archive}: is no backup of Quaere ({member.name} is not a regular file)")
            target = folder / safe.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                checksums[safe.name] = _copy_with_holes(content, file)
    return checksums


def _copy_with_holes(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy, leave zeros out as holes, and return the checksum: an index of 1 MB sets 200 MB aside."""
    hashed = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        hashed.update(chunk)
        if chunk.count(0) == len(chunk):
            target.seek(len(chunk), os.SEEK_CUR)
        else:
            target.write(chunk)
    target.truncate()
    return hashed.hexdigest()


def _check(archive: Path, folder: Path, digest: dict[str, str]) -> None:
    note = folder / MANIFEST
    try:
        content = json.loads(note.read_text("utf-8"))
        known, wanted = content["format"], dict(content["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{archive}: is not a backup of Quaere, or was cut off ({MANIFEST} is missing)") from error
    if known != _FORMAT:
        raise StoreError(f"{archive}: the backup has format {known}, this version of Quaere reads {_FORMAT}")
    note.unlink()
    held = {name: checksum for name, checksum in digest.items() if name != MANIFEST}
    wrong = sorted(name for name in held.keys() | wanted.keys() if held.get(name) != wanted.get(name))
    if wrong:
        raise StoreError(
            f"{archive}: is damaged ({', '.join(wrong[:3])} differ from their checksums); use another copy"
        )
