"""The open index and the locks around it: what the parts of the document store share."""

import threading

from components.stores.engine.opened_engine import OpenedEngine
from components.stores.engine.protocol import Filter
from components.stores.read_write_lock import ReadWriteLock


class HeldIndex:
    """What a part of the document store stands on; the store itself sets the attributes."""

    dimension: int
    """Of the dense vectors."""
    _opened: OpenedEngine
    _writer: threading.RLock
    """Held by whoever changes the index, so that one change is made after another."""
    _lock: ReadWriteLock
    """Held for writing during the part of a change that a search must see as a whole."""

    def _ids(self, condition: Filter) -> list[str]:
        return [hit.id for hit in self._opened.get().scroll(condition, ())]
