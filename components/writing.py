"""Files that are there whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Write a UTF-8 file so that a reader sees the old one or the new one, even when the machine stops between.

    Args:
        path: its folder is made where it is missing.
        text: all of it.
        private: for this user alone; otherwise open to others as any written file.

    Raises:
        OSError: the disk is full or the folder cannot be written to; the old file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o600 if private else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """Write the folder's list of names to the disk.

    Windows opens no folder, and some file systems write none out on demand: the file is whole there all the same, and
    the system decides when its new name is on the disk.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # also a folder that may be written to and not listed
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
