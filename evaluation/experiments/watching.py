"""Whoever wants to know how far an experiment is."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from pipelines.indexing import IndexProgress


class Watcher(Protocol):
    """Is told how far an experiment is."""

    def indexing(self) -> AbstractContextManager[Callable[[IndexProgress], None] | None]:
        """Around making one index."""

    def asking(self, dataset: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Around asking a data set's questions; what it gives is told how many of ``total`` are done."""


class Unwatched:
    """Tells nobody."""

    def indexing(self) -> AbstractContextManager[None]:
        """See :meth:`Watcher.indexing`."""
        return nullcontext()

    def asking(self, dataset: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """See :meth:`Watcher.asking`."""
        return nullcontext(lambda done: None)
