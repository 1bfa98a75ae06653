"""Haystack's document store over Qdrant: access groups, staging and locks over one of two engines.

Documents go in; documents, or passages found by their vectors, come out. It knows neither how text becomes a
vector nor which sources exist: that is the catalogue's business.
"""

import copy
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from haystack import Document, default_from_dict, default_to_dict
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.utils import Secret, deserialize_secrets_inplace

from components.errors import ConfigurationError, InputError
from components.store.async_twins import async_twins
from components.store.engine import Engine, Filter, Hit, Search
from components.store.filters import EVERYTHING, compile_filter
from components.store.manifest import make_manifest
from components.store.metadata_queries import MetadataQueries
from components.store.opened_engine import OpenedEngine
from components.store.points import point_id, to_document, to_payload, to_point, to_sparse
from components.store.read_write_lock import ReadWriteLock
from components.store.visibility import IS_STAGED, STATE, joined, valid_at, visible

EngineName = Literal["edge", "server"]

OPTIMISE_FROM = 50_000
"""Passages from which on a graph is built; below, every search compares all vectors, exactly and quickly."""

_LIVE: Filter = {"must_not": [IS_STAGED]}


@dataclass(frozen=True, slots=True)
class Found:
    """Both lists of one hybrid search, best first, read from the same state of the index."""

    dense: list[Document]
    """``score`` is the cosine of question and passage."""
    lexical: list[Document]
    """``score`` is BM25 over the passages that the caller may see; always above 0."""


@async_twins(
    "count_documents",
    "filter_documents",
    "write_documents",
    "delete_documents",
    "delete_all_documents",
    "delete_by_filter",
    "update_by_filter",
    "count_documents_by_filter",
    "count_unique_metadata_by_filter",
    "get_metadata_fields_info",
    "get_metadata_field_min_max",
    "get_metadata_field_unique_values",
)
class QuaereDocumentStore(MetadataQueries):
    """Passages with their dense and sparse vectors, in a folder (edge) or on a Qdrant server.

    Safe to use from many threads. A folder is open in one process at a time. Nothing is opened before the
    first call. Every method of Haystack's protocol sees what a caller of ``groups`` sees, and never a passage
    that is staged; writing and deleting by id is not limited by groups.

    Args:
        path: folder of the edge engine; it is made where it is missing.
        engine: "edge" keeps the points in ``path``, "server" on the Qdrant server at ``url``.
        url: of the server; ":memory:" is an empty one inside the process, for tests.
        api_key: of the server.
        timeout: seconds that one request to the server may take.
        retries: how often a request is sent again after a time-out, a lost connection or an overloaded server.
        collection: name on the server.
        shards: parts of a new collection on the server; None leaves it to the server.
        replicas: copies of each part of a new collection on the server.
        quantization: "int8" lets the server compare bytes first and rescore the best, "none" only whole vectors.
        dimension: of the dense vectors.
        fingerprint: names and values of everything that passages and questions must have in common, such as the
            embedder and the analyser; an index with other values is refused.
        groups: of the caller, for the methods of Haystack's protocol; the public group is always among them.
    """

    def __init__(
        self,
        path: str | None = None,
        engine: EngineName = "edge",
        *,
        url: str | None = None,
        api_key: Secret | None = None,
        timeout: float = 10.0,
        retries: int = 3,
        collection: str = "quaere",
        shards: int | None = None,
        replicas: int = 1,
        quantization: Literal["int8", "none"] = "int8",
        dimension: int = 384,
        fingerprint: dict[str, str] | None = None,
        groups: Sequence[str] = (),
    ) -> None:
        self.path = path
        self.engine = engine
        self.url = url
        self.api_key = api_key
        self.timeout = timeout
        self.retries = retries
        self.collection = collection
        self.shards = shards
        self.replicas = replicas
        self.quantization = quantization
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.groups = groups
        self._opened = OpenedEngine(self._make_engine, lambda: make_manifest(self.dimension, self.fingerprint))
        self._writer = threading.RLock()
        self._lock = ReadWriteLock()

    def to_dict(self) -> dict[str, Any]:
        """Haystack's serialisation; a key given as a token instead of an environment variable is refused."""
        return default_to_dict(
            self,
            path=self.path,
            engine=self.engine,
            url=self.url,
            api_key=None if self.api_key is None else self.api_key.to_dict(),
            timeout=self.timeout,
            retries=self.retries,
            collection=self.collection,
            shards=self.shards,
            replicas=self.replicas,
            quantization=self.quantization,
            dimension=self.dimension,
            fingerprint=self.fingerprint,
            groups=list(self.groups),
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        parameters = dict(data["init_parameters"])
        deserialize_secrets_inplace(parameters, keys=["api_key"])
        return default_from_dict(cls, {**data, "init_parameters": parameters})

    # Life cycle

    def seen_by(self, groups: Sequence[str]) -> Self:
        """The same store, whose methods of Haystack's protocol see what a caller of these groups sees."""
        seen = copy.copy(self)
        seen.groups = groups
        return seen

    def open(self) -> None:
        """Open the index, or make an empty one; a second call does nothing.

        Raises:
            ConfigurationError: the index was built with another dimension or fingerprint.
            StoreError: it is held by another process, damaged or unreachable.
        """
        self._opened.get()

    def close(self) -> None:
        """Wait for the calls under way, write everything to disk and release the folder or the connection."""
        with self.closed():
            pass

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Hold the index closed, to copy or move its folder; calls of other threads wait until the context ends."""
        with self._writer, self._lock.writing(), self._opened.closed():
            yield

    def flush(self) -> None:
        """Return when all that was written is on disk."""
        with self._writer:
            self._opened.get().flush()

    def recreate(self) -> None:
        """Drop every point and make the index anew with this store's dimension and fingerprint.

        An index that cannot be opened, because it is damaged or of other settings, is dropped as well.
        """
        with self._writer, self._lock.writing():
            self._opened.recreate()

    @property
    def manifest(self) -> Mapping[str, str]:
        """What the open index was built with."""
        return self._opened.manifest()

    # Haystack's protocol

    def count_documents(self) -> int:
        """How many documents there are."""
        return self._count(EVERYTHING)

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """The documents that match, without their vectors, in no promised order.

        Raises:
            FilterError: the filter is malformed.
        """
        return [to_document(hit.payload) for hit in self._scroll(compile_filter(filters))]

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Write documents and return how many were; ``NONE`` means ``FAIL``.

        Raises:
            ValueError: it is not a list of documents, or one holds what cannot be kept.
            DuplicateDocumentError: an id exists already and the policy is ``FAIL``; nothing was written.
        """
        if not isinstance(documents, list) or not all(isinstance(each, Document) for each in documents):
            raise InputError("Give a list of haystack Documents.")
        points = {point_id(each.id): to_point(each, dimension=self.dimension) for each in documents}
        with self._writer:
            engine = self._opened.get()
            if policy != DuplicatePolicy.OVERWRITE:
                existing = engine.retrieve(list(points))
                if policy != DuplicatePolicy.SKIP:
                    _refuse_duplicates(documents, existing)
                for hit in existing:
                    del points[hit.id]
            engine.upsert(list(points.values()))
        return len(points)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete documents by their ids; unknown ones do nothing."""
        with self._writer:
            self._opened.get().delete([point_id(each) for each in document_ids])

    def delete_all_documents(self, recreate_index: bool = False) -> None:
        """Delete every document of every group, staged ones too.

        Args:
            recreate_index: drop the collection and make it anew, which is quicker for large ones.
        """
        if recreate_index:
            self.recreate()
        else:
            self._delete_where(EVERYTHING)

    def delete_by_filter(self, filters: dict[str, Any]) -> int:
        """Delete the documents that match and return how many there were."""
        return self._delete_where(joined(visible(self.groups), compile_filter(filters)))

    def update_by_filter(self, filters: dict[str, Any], meta: dict[str, Any]) -> int:
        """Set metadata fields of the documents that match and return how many there were."""
        with self._writer:
            found = self.filter_documents(filters)
            changed = [(each.id, to_payload(_with_meta(each, meta))) for each in found]
            with self._lock.writing():
                for document_id, payload in changed:
                    self._opened.get().replace_payload(point_id(document_id), payload)
        return len(found)

    def count_documents_by_filter(self, filters: dict[str, Any]) -> int:
        """How many documents match."""
        return self._count(compile_filter(filters))

    # Search

    def search(
        self,
        vector: Sequence[float] | None,
        sparse: SparseEmbedding | None,
        *,
        limit: int,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] | None = None,
    ) -> Found:
        """The best passages by cosine and by BM25, both read from the same state of the index.

        Args:
            vector: the question's embedding, or None to leave that list empty.
            sparse: the question's words, or None; without a word the list is empty too.
            limit: passages in each list at most.
            filters: Haystack's filter; only passages that match are found.
            groups: the caller's; the store's own where None. IDF is computed over what these may see.
        """
        allowed = visible(self.groups if groups is None else groups)
        wanted = joined(allowed, valid_at(datetime.now(UTC)), compile_filter(filters))
        searches: dict[str, Search] = {}
        if vector is not None:
            self._check_dimension(vector)
            searches["dense"] = Search(vector, limit, wanted)
        if sparse is not None and sparse.indices:
            searches["lexical"] = Search(to_sparse(sparse), limit, wanted, corpus=allowed)
        if limit < 1 or not searches:
            return Found([], [])
        with self._lock.reading():
            results = dict(zip(searches, self._opened.get().search(list(searches.values())), strict=True))
        return Found(
            *([to_document(hit.payload, hit.score) for hit in results.get(name, ())] for name in ("dense", "lexical"))
        )

    def search_dense(
        self,
        vector: Sequence[float],
        *,
        limit: int,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] | None = None,
    ) -> list[Document]:
        """The passages nearest to a vector; ``score`` is the cosine. See :meth:`search`."""
        return self.search(vector, None, limit=limit, filters=filters, groups=groups).dense

    def search_lexical(
        self,
        sparse: SparseEmbedding,
        *,
        limit: int,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] | None = None,
    ) -> list[Document]:
        """The passages that share words with a question; ``score`` is BM25. See :meth:`search`."""
        return self.search(None, sparse, limit=limit, filters=filters, groups=groups).lexical

    # Sources, regardless of groups: for whoever maintains the index

    def stage(self, documents: Sequence[Document]) -> None:
        """Write passages of a new version of their source, invisible until :meth:`commit`.

        Their ``meta`` names ``source_id`` and ``version``, their ids the version as well. Passages that are
        there already, staged or live, are left as they are, so that an interrupted call can be repeated.
        """
        for each in documents:
            if not {"source_id", "version"} <= each.meta.keys():
                raise InputError(f"Document {each.id!r} has no 'source_id' and 'version' in its meta.")
        points = {point_id(each.id): to_point(each, dimension=self.dimension, staged=True) for each in documents}
        with self._writer:
            engine = self._opened.get()
            for hit in engine.retrieve(list(points)):
                if not hit.payload.get(STATE):
                    del points[hit.id]
            engine.upsert(list(points.values()))

    def commit(self, source_id: str, version: str) -> None:
        """Make a staged version live and delete every other one; a search sees the one or the other.

        A second call does nothing. A version of which nothing was staged leaves the source without passages.
        """
        source = _equals("source_id", source_id)
        this = _equals("version", version)
        with self._writer, self._lock.writing():
            engine = self._opened.get()
            engine.delete(self._ids(joined(source, {"must_not": [this]})))
            engine.delete_payload(self._ids(joined(source, this, IS_STAGED)), [STATE])

    def discard(self, source_id: str, version: str) -> None:
        """Delete what was staged of a version; live passages stay."""
        with self._writer:
            staged = joined(_equals("source_id", source_id), _equals("version", version), IS_STAGED)
            self._opened.get().delete(self._ids(staged))

    def remove_source(self, source_id: str) -> None:
        """Delete every passage of a source, staged or live; a search sees all of them or none."""
        with self._writer, self._lock.writing():
            self._opened.get().delete(self._ids(_equals("source_id", source_id)))

    def passages(self, source_id: str) -> list[Document]:
        """The live passages of a source in the order of its text."""
        with self._lock.reading():
            found = list(self._opened.get().scroll(joined(_equals("source_id", source_id), _LIVE)))
        documents = [to_document(hit.payload) for hit in found]
        return sorted(documents, key=lambda each: (each.meta.get("start", 0), each.meta.get("end", 0), each.id))

    def ping(self) -> None:
        """Ask the index the least there is to ask.

        Raises:
            StoreError: it does not answer.
        """
        with self._lock.reading():
            self._opened.get().retrieve([str(uuid.UUID(int=0))])

    def count_passages(self) -> int:
        """How many live passages there are, whoever may see them."""
        with self._lock.reading():
            return self._opened.get().count(_LIVE)

    def optimise(self, *, threshold: int = OPTIMISE_FROM) -> bool:
        """Build the graph that makes searching large indexes quick; call it when indexing has ended.

        Args:
            threshold: number of passages below which nothing is done, since there exact search is quick.

        Returns:
            True where it was done. A server does it by itself.
        """
        with self._writer:
            if self.count_passages() < threshold:
                return False
            return self._opened.get().optimise(self._lock.writing)

    # Inside

    def _make_engine(self) -> Engine:
        if self.engine == "edge":
            from components.store.edge import EdgeEngine

            if self.path is None:
                raise ConfigurationError("The edge engine needs a folder; set 'path'.")
            return EdgeEngine(Path(self.path), self.dimension)
        if self.engine != "server":
            raise ConfigurationError(f"The engine is 'edge' or 'server', not {self.engine!r}.")
        # The client takes half a second to import and only this engine needs it.
        from components.store.server import ServerEngine

        if self.url is None:
            raise ConfigurationError("The server engine needs an address; set QUAERE_QDRANT_URL.")
        return ServerEngine(
            self.url,
            collection=self.collection,
            dimension=self.dimension,
            api_key=None if self.api_key is None else self.api_key.resolve_value(),
            timeout=self.timeout,
            retries=self.retries,
            shards=self.shards,
            replicas=self.replicas,
            quantization=self.quantization,
        )

    def _count(self, condition: Filter) -> int:
        with self._lock.reading():
            return self._opened.get().count(joined(visible(self.groups), condition))

    def _scroll(self, condition: Filter, fields: Sequence[str] | None = None) -> list[Hit]:
        with self._lock.reading():
            return list(self._opened.get().scroll(joined(visible(self.groups), condition), fields))

    def _metas(self, filters: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        fields = ("id", "meta", "types")
        return (to_document(hit.payload).meta for hit in self._scroll(compile_filter(filters), fields))

    def _ids(self, condition: Filter) -> list[str]:
        return [hit.id for hit in self._opened.get().scroll(condition, ())]

    def _delete_where(self, condition: Filter) -> int:
        with self._writer:
            ids = self._ids(condition)
            with self._lock.writing():
                self._opened.get().delete(ids)
        return len(ids)

    def _check_dimension(self, vector: Sequence[float]) -> None:
        if len(vector) != self.dimension:
            raise ConfigurationError(
                f"The question's embedding has {len(vector)} dimensions, the index {self.dimension}; "
                "set the embedder that the index was built with, or run `quaere rebuild`."
            )


def _equals(field: str, value: str) -> Filter:
    return {"key": f"meta.{field}", "match": {"value": value}}


def _with_meta(document: Document, meta: dict[str, Any]) -> Document:
    return replace(document, meta=document.meta | meta)


def _refuse_duplicates(documents: Sequence[Document], existing: Sequence[Hit]) -> None:
    ids = [each.id for each in documents]
    repeated = {each for each in ids if ids.count(each) > 1} if len(set(ids)) < len(ids) else set()
    known = sorted(repeated | {hit.payload["id"] for hit in existing})
    if known:
        raise DuplicateDocumentError(f"Documents with these ids exist already: {', '.join(known)}")
