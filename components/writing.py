"""Files that are there whole or not at all."""

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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
