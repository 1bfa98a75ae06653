"""What is looked up once a generation of the index for each set of access groups."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST_GROUPINGS = 1000
"""Whoever may impersonate may name any groups; the memory does not grow with them."""


class PerGroups(Generic[T]):
    """Remembers one value for each set of groups until the index changes; safe to use from several threads."""

    def __init__(self) -> None:
        self._found: dict[frozenset[str], tuple[int, T]] = {}

    def get(self, groups: Iterable[str], generation: int, look_up: Callable[[], T]) -> T:
        """The value of this generation, looked up where it is not known yet."""
        key = frozenset(groups)
        held = self._found.get(key)
        if held is None or held[0] != generation:
            if len(self._found) >= _MOST_GROUPINGS:
                self._found.clear()
            held = self._found[key] = (generation, look_up())
        return held[1]

    def clear(self) -> None:
        """Forget everything."""
        self._found.clear()
