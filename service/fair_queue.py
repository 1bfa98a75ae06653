"""A queue in which owners take turns, so that one who puts in much does not keep the others waiting.

Pure: no clock, no database. Safe to use from several threads.
"""

import threading
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

_NOBODY = object()  # None is an owner too


class FairQueue(Generic[T]):
    """Items of several owners: each owner's in the order in which they came, and the owners one after another.

    An owner who had a turn stands behind all others who wait; which one is next depends on nothing but the calls.
    """

    def __init__(self) -> None:
        self._items: dict[Hashable, deque[T]] = {}  # by owner, the next one first
        self._changed = threading.Condition()
        self._is_awake = False
        self._served: Hashable = _NOBODY

    def put(self, owner: Hashable, item: T) -> None:
        """Add an item behind those of the same owner."""
        with self._changed:
            self._items.setdefault(owner, deque()).append(item)
            self._changed.notify()

    def put_back(self, owner: Hashable, item: T) -> None:
        """Add an item that was taken and is to be the next one of all."""
        with self._changed:
            self._items = {owner: self._items.get(owner, deque()), **self._items}
            self._items[owner].appendleft(item)
            self._served = _NOBODY
            self._changed.notify()

    def __bool__(self) -> bool:
        """Whether there is an item."""
        with self._changed:
            return bool(self._items)

    def wake(self) -> None:
        """End the waiting of :meth:`get`, now and from now on."""
        with self._changed:
            self._is_awake = True
            self._changed.notify_all()

    def get(self) -> tuple[Hashable, T] | None:
        """Take the next item, with its owner, as soon as there is one; None where there is none after :meth:`wake`."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._is_awake)
            if not self._items:
                return None
            # Not the one who just had a turn, though it came back before the others came.
            owner = next((each for each in self._items if each != self._served), self._served)
            items = self._items.pop(owner)
            item = items.popleft()
            if items:
                self._items[owner] = items
            self._served = owner
            return owner, item
