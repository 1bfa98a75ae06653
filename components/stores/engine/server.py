"""The server engine: a Qdrant server through its HTTP interface.

Points and filters as ``components.stores.engine.protocol`` describes them; it knows nothing about documents or
groups. The manifest is kept in the collection's own metadata. A collection is made for many vectors and several groups
of callers: vectors are compared as bytes first, payload fields that searches filter on have indexes, and the points of
a group lie together. One request changes the points of one call atomically, but readers in other processes may see the
state between two requests.
"""

import logging
import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from qdrant_client import QdrantClient, models

from components.errors import StoreError
from components.stores.engine.protocol import Filter, Hit, Point, Search, slices
from components.stores.engine.server_calls import ServerCalls
from components.stores.engine.server_models import (
    Quantization,
    differences,
    from_record,
    payload_indexes,
    to_filter,
    to_query,
    to_struct,
    vectors,
)

IN_MEMORY = ":memory:"
"""The address of an empty server inside the process, which forgets everything when it is closed."""

_WRITE_SLICE = 256  # points
_ID_SLICE = 10_000
_PAGE = 1000
_logger = logging.getLogger(__name__)


class ServerEngine:
    """See :class:`components.stores.engine.protocol.Engine`.

    Args:
        url: of the server, or ``IN_MEMORY``.
        collection: is made where it is missing.
        dimension: of the dense vectors.
        api_key: of the server.
        timeout: seconds that one request may take.
        retries: how often a request is sent again when the server could not be reached or was overloaded.
        shards: parts of a new collection; None leaves it to the server, which makes one for each of its nodes.
        replicas: copies of each part of a new collection, on as many nodes.
        quantization: of a new collection, and how it is searched.
    """

    def __init__(
        self,
        url: str,
        *,
        collection: str,
        dimension: int,
        api_key: str | None = None,
        timeout: float = 10.0,
        retries: int = 3,
        shards: int | None = None,
        replicas: int = 1,
        quantization: Quantization = "int8",
    ) -> None:
        self._url = url
        self._collection = collection
        self._dimension = dimension
        self._api_key = api_key
        self._timeout = math.ceil(timeout)  # the client takes whole seconds
        self._shards = shards
        self._replicas = replicas
        # Inside the process every vector is compared as it is.
        self._quantization: Quantization = "none" if url == IN_MEMORY else quantization
        self._opened: QdrantClient | None = None
        # Inside the process the client is not safe for threads, a server is.
        turn: AbstractContextManager[Any] = threading.Lock() if url == IN_MEMORY else nullcontext()
        self._call = ServerCalls(url, self._timeout, retries, turn).send

    @property
    def place(self) -> str:
        """The collection and its server."""
        return f"the collection {self._collection!r} on {self._url}"

    def open(self, manifest: Mapping[str, str]) -> dict[str, str]:
        """Connect, and make the collection where it is missing."""
        self._opened = self._connect()
        try:
            if not self._exists():
                try:
                    self._create(manifest)
                    return dict(manifest)
                except StoreError:
                    # Another process may have made it at the same moment.
                    if not self._exists():
                        raise
            info = self._call(self._client.get_collection, self._collection)
        except StoreError:
            self.close()
            raise
        if info.config.metadata is None:
            self.close()
            raise StoreError(
                f"There is {self.place} already and Quaere did not make it; set QUAERE_QDRANT__COLLECTION to another "
                "name."
            )
        if differing := self._differences(info):
            # It answers rightly all the same, only not as quickly or as safely as the settings ask for.
            _logger.warning(
                "The settings differ from those of %s (%s); set them as they were, or run `quaere rebuild`.",
                self.place,
                "; ".join(differing),
            )
        return {name: str(value) for name, value in info.config.metadata.items()}

    def close(self) -> None:
        """Release the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def flush(self) -> None:
        """Nothing to do: every write waits until the server has acknowledged it."""

    def recreate(self, manifest: Mapping[str, str]) -> None:
        """Drop the collection and make it anew."""
        if self._opened is None:
            self._opened = self._connect()
        self._call(self._client.delete_collection, self._collection)
        self._create(manifest)

    def upsert(self, points: Sequence[Point]) -> None:
        """Insert or replace points."""
        for part in slices(points, _WRITE_SLICE):
            structs = [to_struct(each) for each in part]
            self._call(self._client.upsert, self._collection, structs, wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete points."""
        for part in slices(ids, _ID_SLICE):
            chosen = models.PointIdsList(points=list(part))
            self._call(self._client.delete, self._collection, chosen, wait=True)

    def delete_payload(self, ids: Sequence[str], keys: Sequence[str]) -> None:
        """Delete payload fields."""
        for part in slices(ids, _ID_SLICE):
            self._call(self._client.delete_payload, self._collection, list(keys), list(part), wait=True)

    def retrieve(self, ids: Sequence[str]) -> list[Hit]:
        """The points that exist."""
        return [
            Hit(str(each.id), each.payload or {})
            for part in slices(ids, _PAGE)
            for each in self._call(self._client.retrieve, self._collection, list(part))
        ]

    def scroll(self, filter: Filter, fields: Sequence[str] | None = None) -> Iterator[Hit]:
        """Every matching point."""
        compiled = to_filter(filter)
        payload = True if fields is None else list(fields) or False
        offset: Any = None
        while True:
            page, offset = self._call(
                self._client.scroll, self._collection, compiled, limit=_PAGE, offset=offset, with_payload=payload
            )
            yield from (Hit(str(each.id), each.payload or {}) for each in page)
            if offset is None:
                return

    def points(self, filter: Filter) -> Iterator[Point]:
        """Every matching point whole."""
        compiled = to_filter(filter)
        offset: Any = None
        while True:
            page, offset = self._call(
                self._client.scroll,
                self._collection,
                compiled,
                limit=_WRITE_SLICE,
                offset=offset,
                with_payload=True,
                with_vectors=True,
            )
            yield from map(from_record, page)
            if offset is None:
                return

    def count(self, filter: Filter) -> int:
        """How many points match."""
        return self._call(self._client.count, self._collection, to_filter(filter), exact=True).count

    def search(self, searches: Sequence[Search]) -> list[list[Hit]]:
        """All searches in one request."""
        requests = [to_query(each, self._quantization) for each in searches]
        responses = self._call(self._client.query_batch_points, self._collection, requests)
        return [
            [Hit(str(each.id), each.payload or {}, each.score) for each in response.points] for response in responses
        ]

    def optimise(self, alone: Callable[[], AbstractContextManager[None]]) -> bool:
        """A server does it by itself."""
        return False

    def _connect(self) -> QdrantClient:
        if self._url == IN_MEMORY:
            return QdrantClient(IN_MEMORY)
        # The check of versions is a request of its own, and fails in ways that say nothing about the setting.
        return QdrantClient(
            url=self._url,
            api_key=self._api_key,
            timeout=self._timeout,
            check_compatibility=False,
        )

    def _exists(self) -> bool:
        return self._call(self._client.collection_exists, self._collection)

    def _create(self, manifest: Mapping[str, str]) -> None:
        self._call(
            self._client.create_collection,
            self._collection,
            **vectors(self._dimension, self._quantization),
            shard_number=self._shards,
            replication_factor=self._replicas,
            metadata=dict(manifest),
        )
        if self._url == IN_MEMORY:
            return  # it has no payload indexes and warns about them
        for field, schema in payload_indexes().items():
            self._call(self._client.create_payload_index, self._collection, field, schema, wait=True)

    def _differences(self, info: models.CollectionInfo) -> list[str]:
        if self._url == IN_MEMORY:
            return []
        return differences(info, self._shards, self._replicas, self._quantization)

    @property
    def _client(self) -> QdrantClient:
        if self._opened is None:
            raise StoreError(f"The connection to {self._url} is closed.")
        return self._opened
