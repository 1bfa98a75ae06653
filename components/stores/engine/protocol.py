"""What the document store asks of an engine: about ten calls over points with an id, vectors and a payload.

Filters are Qdrant's REST JSON as plain dicts, see ``components.stores.filters``; every engine turns them into its
own classes. An engine knows nothing about documents, groups or staging, and raises only ``StoreError`` and
``ConfigurationError``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

DENSE = "dense"
"""Name of the dense vector: the passage's embedding, compared by cosine."""

SPARSE = "text"
"""Name of the sparse vector: BM25 weights of the passage's words, multiplied by IDF in the search."""

INDEXED_FIELDS: Mapping[str, str] = {
    "groups": "keyword",
    "state": "keyword",
    "valid_from": "datetime",
    "valid_until": "datetime",
    "meta.source_id": "keyword",
    "meta.source": "keyword",
    "meta.language": "keyword",
    "meta.updated_at": "datetime",
}
"""Payload fields that every search or replacement filters on, or many questions, with the kind of their index."""

Filter = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse vector: hashed words and their weights, both ``(n_words,)``."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One passage as an engine keeps it; a vector may be missing."""

    id: str
    """A UUID."""
    payload: dict[str, Any]
    dense: Sequence[float] | None = None
    sparse: Sparse | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One point found; the score is 0 where nothing was scored."""

    id: str
    payload: dict[str, Any]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Search:
    """One nearest-neighbour search by a dense vector (cosine) or a sparse one (BM25)."""

    vector: Sequence[float] | Sparse
    limit: int
    filter: Filter
    corpus: Filter | None = None
    """The points that IDF is computed over, for a sparse vector."""


class Engine(Protocol):
    """A collection of points; every call may be made from any thread once it is open."""

    @property
    def place(self) -> str:
        """Where the points are, for messages."""

    def open(self, manifest: Mapping[str, str]) -> dict[str, str]:
        """Open the collection, or make it with this manifest; return the manifest that it has."""

    def close(self) -> None:
        """Release everything; a second call does nothing."""

    def flush(self) -> None:
        """Return when all that was written is on disk."""

    def recreate(self, manifest: Mapping[str, str]) -> None:
        """Drop the collection with all its points and make it anew."""

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert points, replacing those with the same id."""

    def delete(self, ids: Sequence[str]) -> None:
        """Delete points; unknown ids do nothing."""

    def delete_payload(self, ids: Sequence[str], keys: Sequence[str]) -> None:
        """Delete top-level payload fields of points."""

    def retrieve(self, ids: Sequence[str]) -> list[Hit]:
        """The points with these ids that exist, without their vectors."""

    def scroll(self, filter: Filter, fields: Sequence[str] | None = None) -> Iterator[Hit]:
        """Every matching point, in no promised order, with all or only some of its payload."""

    def points(self, filter: Filter) -> Iterator[Point]:
        """Every matching point whole, with the vectors as they are kept, in no promised order."""

    def count(self, filter: Filter) -> int:
        """How many points match, exactly."""

    def search(self, searches: Sequence[Search]) -> list[list[Hit]]:
        """The best points of each search, best first."""

    def optimise(self, alone: Callable[[], AbstractContextManager[None]]) -> bool:
        """Rebuild the collection for quick searches, while nobody writes; return whether it was done.

        Args:
            alone: gives the context in which nobody reads either.
        """


def slices(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, at most ``size`` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
