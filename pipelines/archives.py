"""A data folder <-> one ``.tar.gz`` with a checksum of every file in it.

Nothing half-written is ever left under the final name, neither the archive nor the restored folder.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from components.errors import InputError, StoreError
from components.store.catalogue import CATALOGUE_FILE, Catalogue
from components.store.folder_lock import HOLDER_FILE, LOCK_FILE
from pipelines.swapping import PASSING

MANIFEST = "backup.json"
"""The archive's last member: format and checksums."""

_FORMAT = 1
_CHUNK = 1 << 20
_OF_THE_CATALOGUE = tuple(f"{CATALOGUE_FILE}{ending}" for ending in ("", "-wal", "-shm", "-journal"))
_LEFT_OUT = frozenset({*_OF_THE_CATALOGUE, LOCK_FILE, HOLDER_FILE})
"""In the data folder itself: the catalogue is copied by its own means, a lock belongs to a process."""
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
        # A link, unlike a rename, refuses to replace a file that came in between.
        os.link(name, target)
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
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.restoring-"))
    except OSError as error:
        raise StoreError(f"{data}: cannot be written ({error}); choose another folder") from error
    try:
        _unpack(archive, unpacked)
        _check(archive, unpacked)
        unpacked.chmod(0o755)
        if place.exists():
            place.rmdir()
        unpacked.rename(place)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise StoreError(f"{archive}: is damaged or no backup ({error}); use another copy") from error
    except OSError as error:
        raise StoreError(f"{data}: cannot be restored from {archive} ({error}); nothing was changed") from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _write_archive(data: Path, file: IO[bytes]) -> None:
    checksums: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory(dir=data, suffix=_SCRATCH) as scratch,
        tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive,
    ):
        copied = Path(scratch, CATALOGUE_FILE)
        with Catalogue(data / CATALOGUE_FILE) as catalogue:
            catalogue.copy_to(copied)
        for name, path in [(CATALOGUE_FILE, copied), *_files(data)]:
            archive.add(path, arcname=name, recursive=False)
            checksums[name] = _sha256(path)
        content = json.dumps({"format": _FORMAT, "sha256": checksums}, indent=2).encode()
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


def _files(data: Path) -> Iterator[tuple[str, Path]]:
    """What belongs to the index, beside the catalogue, with its name in the archive."""
    for root, folders, names in os.walk(data):
        top = Path(root) == data
        folders[:] = sorted(name for name in folders if not (top and name.endswith((*PASSING, _SCRATCH))))
        for name in sorted(names):
            path = Path(root, name)
            if path.is_file() and not (top and name in _LEFT_OUT):
                yield path.relative_to(data).as_posix(), path


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive, mode="r:gz") as packed:
        packed.extractall(folder, filter="data")


def _check(archive: Path, folder: Path) -> None:
    note = folder / MANIFEST
    try:
        content = json.loads(note.read_text("utf-8"))
        known, checksums = content["format"], dict(content["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{archive}: is not a backup of Quaere, or was cut off ({MANIFEST} is missing)") from error
    if known != _FORMAT:
        raise StoreError(f"{archive}: the backup has format {known}, this version of Quaere reads {_FORMAT}")
    note.unlink()
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    wrong = sorted(found.keys() ^ checksums.keys())
    wrong += [name for name, path in found.items() if name in checksums and _sha256(path) != checksums[name]]
    if wrong:
        raise StoreError(
            f"{archive}: is damaged ({', '.join(wrong[:3])} differ from their checksums); use another copy"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
