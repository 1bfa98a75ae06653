"""The server engine: a Qdrant server through its HTTP interface.

Points and filters as ``components.store.engine`` describes them; it knows nothing about documents or groups. The
manifest is kept in the collection's own metadata. A collection is made for many vectors and several groups of callers:
vectors are compared as bytes first, payload fields that searches filter on have indexes, and the points of a group lie
together. One request changes the points of one call atomically, but
readers in other processes may see the state between two requests.
"""

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, ParamSpec, TypeVar

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from components.errors import StoreError
from components.store.engine import DENSE, INDEXED_FIELDS, SPARSE, Filter, Hit, Point, Search, Sparse, slices

IN_MEMORY = ":memory:"
"""The address of an empty server inside the process, which forgets everything when it is closed."""

Quantization = Literal["int8", "none"]
"""Whether the server compares vectors of bytes first, and only the best of them as they are."""

_TENANT = "groups"
_FIELDS = {**INDEXED_FIELDS, "meta.kind": "keyword", "meta.page": "integer"}
_OVERSAMPLING = 2.0
"""How many times the wanted number of vectors is taken by their bytes, and then compared as they are."""
_QUANTILE = 0.99
"""Share of a vector's values that the bytes span; the few outliers are cut off."""

_WRITE_SLICE = 256  # points
_ID_SLICE = 10_000
_PAGE = 1000
_FIRST_PAUSE = 0.2  # seconds; doubled after every attempt
_WORTH_RETRYING = {408, 429, 500, 502, 503, 504}
_logger = logging.getLogger(__name__)
T = TypeVar("T")
Parameters = ParamSpec("Parameters")


class ServerEngine:
    """See :class:`components.store.engine.Engine`.

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
        self._retries = retries
        self._shards = shards
        self._replicas = replicas
        # Inside the process every vector is compared as it is.
        self._quantization: Quantization = "none" if url == IN_MEMORY else quantization
        self._opened: QdrantClient | None = None
        # Inside the process the client is not safe for threads, a server is.
        self._turn: AbstractContextManager[Any] = threading.Lock() if url == IN_MEMORY else nullcontext()

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
                f"There is {self.place} already and Quaere did not make it; set QUAERE_COLLECTION to another name."
            )
        if differing := [] if self._url == IN_MEMORY else self._differences(info):
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
            structs = [_to_struct(each) for each in part]
            self._call(self._client.upsert, self._collection, structs, wait=True)

    def delete(self, ids: Sequence[str]) -> None:
        """Delete points."""
        for part in slices(ids, _ID_SLICE):
            chosen = models.PointIdsList(points=list(part))
            self._call(self._client.delete, self._collection, chosen, wait=True)

    def replace_payload(self, id: str, payload: Mapping[str, Any]) -> None:
        """Replace the payload of one point."""
        self._call(self._client.overwrite_payload, self._collection, dict(payload), [id], wait=True)

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

    def count(self, filter: Filter) -> int:
        """How many points match."""
        return self._call(self._client.count, self._collection, to_filter(filter), exact=True).count

    def search(self, searches: Sequence[Search]) -> list[list[Hit]]:
        """All searches in one request."""
        requests = [_to_query(each, self._quantization) for each in searches]
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
        dense = models.VectorParams(
            size=self._dimension,
            distance=models.Distance.COSINE,
            quantization_config=_BYTES if self._quantization == "int8" else None,
        )
        self._call(
            self._client.create_collection,
            self._collection,
            vectors_config={DENSE: dense},
            sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            shard_number=self._shards,
            replication_factor=self._replicas,
            metadata=dict(manifest),
        )
        if self._url == IN_MEMORY:
            return  # it has no payload indexes and warns about them
        for field, kind in _FIELDS.items():
            schema = _BY_TENANT if field == _TENANT else models.PayloadSchemaType(kind)
            self._call(self._client.create_payload_index, self._collection, field, schema, wait=True)

    def _differences(self, info: models.CollectionInfo) -> list[str]:
        """What the settings say and the collection does not have, in words."""
        params = info.config.params
        dense = params.vectors.get(DENSE) if isinstance(params.vectors, dict) else None
        quantized = (dense is not None and dense.quantization_config) or info.config.quantization_config
        wanted = {
            "qdrant_shards": (self._shards, params.shard_number),
            "qdrant_replicas": (self._replicas, params.replication_factor),
            "qdrant_quantization": (self._quantization, _name_of(quantized)),
        }
        differing = [
            f"{name}: the collection has {found}, the settings say {value}"
            for name, (value, found) in wanted.items()
            if value is not None and value != (1 if found is None else found)
        ]
        missing = sorted(_FIELDS.keys() - info.payload_schema.keys())
        if missing:
            differing.append(f"no payload index for {', '.join(missing)}")
        groups = info.payload_schema.get(_TENANT)
        if groups is not None and not getattr(groups.params, "is_tenant", False):
            differing.append(f"the payload index for {_TENANT} does not keep tenants together")
        return differing

    @property
    def _client(self) -> QdrantClient:
        if self._opened is None:
            raise StoreError(f"The connection to {self._url} is closed.")
        return self._opened

    def _call(self, request: Callable[Parameters, T], *args: Parameters.args, **kwargs: Parameters.kwargs) -> T:
        for attempt in range(self._retries + 1):
            try:
                with self._turn:
                    return request(*args, **kwargs)
            except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
                if attempt == self._retries or not _worth_retrying(error):
                    raise StoreError(self._explained(error, attempt + 1)) from error
            except (ValueError, AssertionError) as error:
                # What the client raises when an answer is not that of a Qdrant server.
                raise StoreError(self._explained(error, 1)) from error
            # Clients that failed together should not come back together.
            time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
        raise AssertionError("the last attempt returns or raises")

    def _explained(self, error: Exception, attempts: int) -> str:
        after = "" if attempts == 1 else f" after {attempts} attempts"
        if isinstance(error, UnexpectedResponse):
            if error.status_code in (401, 403):
                return (
                    f"The Qdrant server at {self._url} refused the API key (HTTP {error.status_code}); "
                    "set QUAERE_QDRANT_API_KEY to the server's key."
                )
            return (
                f"The Qdrant server at {self._url} answered HTTP {error.status_code}{after}: "
                f"{error.content[:300].decode(errors='replace')}. {_advice(error.status_code)}"
            )
        if isinstance(error, ResponseHandlingException) and isinstance(error.source, httpx.TimeoutException):
            return (
                f"The Qdrant server at {self._url} did not answer within {self._timeout:g} seconds{after}; "
                "check that it runs, or set QUAERE_QDRANT_TIMEOUT higher."
            )
        reason = error.source if isinstance(error, ResponseHandlingException) else error
        return (
            f"The Qdrant server at {self._url} could not be used{after} ({reason}); "
            "check that it runs and that QUAERE_QDRANT_URL is its address."
        )


_BYTES = models.ScalarQuantization(
    scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=_QUANTILE, always_ram=True)
)
_BY_TENANT = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
_RESCORED = models.SearchParams(quantization=models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLING))


def _name_of(quantized: Any) -> str:
    """As the settings call it; what they do not know by its own name."""
    if not quantized:
        return "none"
    if isinstance(quantized, models.ScalarQuantization):
        return str(quantized.scalar.type.value)
    return type(quantized).__name__


def to_filter(condition: Filter) -> models.Filter:
    """The client's own class for a filter in REST JSON, or for a single condition."""
    clauses = {"must", "should", "must_not"}
    return models.Filter.model_validate(condition if condition.keys() <= clauses else {"must": [condition]})


def _worth_retrying(error: Exception) -> bool:
    if isinstance(error, UnexpectedResponse):
        return error.status_code in _WORTH_RETRYING
    if isinstance(error, ResponseHandlingException):
        return isinstance(error.source, httpx.TransportError)
    return True


def _advice(status: int | None) -> str:
    if status in _WORTH_RETRYING:
        return "It is overloaded or starting; wait a little, or set QUAERE_QDRANT_RETRIES higher."
    return "Check that QUAERE_QDRANT_URL is the address of a Qdrant server of release 1.16 or later."


def _to_struct(point: Point) -> models.PointStruct:
    vectors: dict[str, Any] = {}
    if point.dense is not None:
        vectors[DENSE] = [float(value) for value in point.dense]
    if point.sparse is not None:
        vectors[SPARSE] = _to_sparse(point.sparse)
    return models.PointStruct(id=point.id, vector=vectors, payload=point.payload)


def _to_sparse(sparse: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=list(sparse.indices), values=list(sparse.values))


def _to_query(search: Search, quantization: Quantization) -> models.QueryRequest:
    params = _RESCORED if quantization == "int8" else None
    if isinstance(search.vector, Sparse):
        query = models.NearestQuery(nearest=_to_sparse(search.vector))
        corpus = None if search.corpus is None else models.IdfCorpusParams(corpus=to_filter(search.corpus))
        params = None if corpus is None else models.SearchParams(idf=corpus)
        using = SPARSE
    else:
        query = models.NearestQuery(nearest=[float(value) for value in search.vector])
        using = DENSE
    return models.QueryRequest(
        query=query, using=using, filter=to_filter(search.filter), params=params, limit=search.limit, with_payload=True
    )
