"""One process per data folder: a lock file, and beside it who holds it.

The operating system drops the lock when its process ends in whatever way, so that a stale one cannot happen.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from components.errors import StoreError
from components.store.manifest import as_json, write_atomically

LOCK_FILE = "lock"
HOLDER_FILE = "lock.json"


class FolderLock:
    """Hold a folder for this process: ``with FolderLock(folder, purpose="quaere index docs"):``.

    Args:
        folder: is made where it is missing.
        purpose: what this process does, for the message that others get.

    Raises (on entering):
        StoreError: another process holds the folder, or it cannot be written to.
    """

    def __init__(self, folder: Path | str, *, purpose: str) -> None:
        self._folder = Path(folder)
        self._purpose = purpose
        self._lock = FileLock(self._folder / LOCK_FILE)

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            write_atomically(self._folder / HOLDER_FILE, as_json(self._holder()))
        except Timeout as error:
            raise StoreError(
                f"The data folder {self._folder} is in use by {self._other()}; wait until it has ended or "
                "end it, or choose another folder with --data or QUAERE_DATA."
            ) from error
        except OSError as error:
            self._lock.release()
            raise StoreError(
                f"The data folder {self._folder} cannot be written to ({error.strerror or error}); make it "
                "writable for this user, free some space, or choose another one with --data or QUAERE_DATA."
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Removed while it is still held, so that it never tells of the next holder.
        (self._folder / HOLDER_FILE).unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> dict[str, str | int]:
        since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"pid": os.getpid(), "command": self._purpose, "since": since}

    def _other(self) -> str:
        try:
            holder = json.loads((self._folder / HOLDER_FILE).read_text(encoding="utf-8"))
            return f"process {holder['pid']} ({holder['command']}), since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process, which is just starting or ending"
