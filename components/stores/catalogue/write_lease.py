"""Turns at changing an index that several processes share: one has it, the others wait, and a dead one loses it."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from components.stores.catalogue.sources import Catalogue
from components.stores.database.shared_locks import SharedLocks

_INDEXING = "indexing"
_PAUSE = 0.3  # seconds


class WriteLease:
    """The turn of this process; its own threads have it one after another too.

    PostgreSQL gives it to another process when this one has lost its connection. A note in the catalogue, which every
    change compares, then stops this one.

    Args:
        catalogue: open, and shared.
        locks: of its database.
        purpose: what this process does, for those who wait.
    """

    def __init__(self, catalogue: Catalogue, locks: SharedLocks, purpose: str) -> None:
        self._catalogue = catalogue
        self._locks = locks
        self._holder = f"process {os.getpid()} on {socket.gethostname()} ({purpose})"
        self._thread = threading.RLock()
        self._depth = 0

    @contextmanager
    def hold(self, waiting: Callable[[str], None]) -> Iterator[None]:
        """Wait for the turn, and have it until the context ends.

        Args:
            waiting: called again and again, with who has it; what it raises ends the waiting.

        Raises:
            StoreError: the database cannot be reached.
        """
        with self._thread:
            while not self._begin():
                waiting(self._catalogue.holder())
                time.sleep(_PAUSE)
            try:
                yield
            finally:
                self._end()

    @contextmanager
    def attempt(self) -> Iterator[bool]:
        """Have the turn if it is free now, and tell whether it was."""
        if not self._thread.acquire(blocking=False):
            yield False
            return
        try:
            begun = self._begin()
            try:
                yield begun
            finally:
                if begun:
                    self._end()
        finally:
            self._thread.release()

    @property
    def is_mine(self) -> bool:
        """Whether a thread of this process has it."""
        return self._depth > 0

    def close(self) -> None:
        """Let go of the database."""
        self._locks.close()

    def _begin(self) -> bool:
        if self._depth == 0:
            if not self._locks.take(_INDEXING):
                return False
            try:
                self._catalogue.begin_turn(self._holder)
            except BaseException:
                self._locks.give_back(_INDEXING)
                raise
        self._depth += 1
        return True

    def _end(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._catalogue.end_turn()
            self._locks.give_back(_INDEXING)
