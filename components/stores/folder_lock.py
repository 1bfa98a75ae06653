"""One process per data folder: a lock file, and beside it who holds it.

The operating system drops the lock when its process ends in whatever way, so that a stale one cannot happen.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from components.errors import StoreError
from components.private_files import make_private
from components.stores.engine.manifest import as_json
from components.writing import write_whole

LOCK_FILE = "lock"
HOLDER_FILE = "lock.json"


class FolderInUse(StoreError):
    """Another process holds the folder.

    Args:
        message: who, and what to do.
        holder: what it has written down of itself, as far as that can be read.
    """

    def __init__(self, message: str, holder: dict[str, Any]) -> None:
        super().__init__(message)
        self.holder = holder


class FolderLock:
    """Hold a folder for this process: ``with FolderLock(folder, purpose="quaere index docs"):``.

    Args:
        folder: is made where it is missing.
        purpose: what this process does, for the message that others get.

    Raises (on entering):
        FolderInUse: another process holds the folder.
        StoreError: it cannot be written to.
    """

    def __init__(self, folder: Path | str, *, purpose: str) -> None:
        self._folder = Path(folder)
        self._purpose = purpose
        self._lock = FileLock(self._folder / LOCK_FILE, mode=0o600)

    def __enter__(self) -> Self:
        try:
            make_private(self._folder)
            self._lock.acquire(timeout=0)
            write_whole(self._folder / HOLDER_FILE, as_json(self._holder()), private=True)
        except Timeout as error:
            holder = self._other()
            raise FolderInUse(
                f"The data folder {self._folder} is in use by {_described(holder)}; wait until it has ended or "
                "end it, or choose another folder with --data or QUAERE_DATA.",
                holder,
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

    def announce(self, **facts: str) -> None:
        """Write down more of this process, for others of the same user, such as the address at which it answers.

        Raises:
            StoreError: the folder cannot be written to.
        """
        try:
            write_whole(self._folder / HOLDER_FILE, as_json(self._holder() | facts), private=True)
        except OSError as error:
            raise StoreError(f"The data folder {self._folder} cannot be written to ({error}).") from error

    def _other(self) -> dict[str, Any]:
        try:
            holder = json.loads((self._folder / HOLDER_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return holder if isinstance(holder, dict) else {}


def _described(holder: dict[str, Any]) -> str:
    try:
        return f"process {holder['pid']} ({holder['command']}), since {holder['since']}"
    except KeyError:
        return "another process, which is just starting or ending"
