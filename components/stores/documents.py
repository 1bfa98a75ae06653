"""Haystack's document store over Qdrant: access groups, staging and locks over one of two engines.

Documents go in; documents, or passages found by their vectors, come out. It knows neither how text becomes a
vector nor which sources exist: that is the catalogue's business.
"""

import copy
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from haystack import Document, default_from_dict, default_to_dict
from haystack.dataclasses import SparseEmbedding
from haystack.utils import Secret, deserialize_secrets_inplace

from components.errors import ConfigurationError
from components.stores.engine.manifest import make_manifest
from components.stores.engine.opened_engine import OpenedEngine
from components.stores.engine.protocol import Engine, Search
from components.stores.filters import compile_filter
from components.stores.haystack_protocol import HaystackProtocol
from components.stores.points import to_document, to_sparse
from components.stores.read_write_lock import ReadWriteLock
from components.stores.source_versions import LIVE, SourceVersions
from components.stores.survey import Surveyed, everything, survey, unfindable
from components.stores.visibility import joined, valid_at, visible

EngineName = Literal["edge", "server"]

OPTIMISE_FROM = 50_000
"""Passages from which on a graph is built; below, every search compares all vectors, exactly and quickly."""


@dataclass(frozen=True, slots=True)
class Found:
    """Both lists of one hybrid search, best first, read from the same state of the index."""

    dense: list[Document]
    """``score`` is the cosine of question and passage."""
    lexical: list[Document]
    """``score`` is BM25 over the passages that the caller may see; always above 0."""


class QuaereDocumentStore(HaystackProtocol, SourceVersions):
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

    Example:
        >>> from haystack import Document
        >>> passage = Document(content="The pump leaks.", embedding=[1.0, 0.0], meta={"source": "a.md"})
        >>> store = QuaereDocumentStore("index", dimension=2)
        >>> store.write_documents([passage]), store.count_documents()
        (1, 1)
        >>> store.close()
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

    @property
    def manifest(self) -> Mapping[str, str]:
        """What the open index was built with."""
        return self._opened.manifest()

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
            return self._opened.get().count(LIVE)

    def survey(self, unfound: list[str]) -> Iterator[Surveyed]:
        """Every point as ``quaere check`` compares it; ``unfound`` grows by fields by which searches miss some."""
        values: dict[str, Counter[str]] = {}
        with self._lock.reading():
            engine = self._opened.get()
            yield from survey(everything(engine), values)
            unfound += unfindable(engine, values)

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
            from components.stores.engine.edge import EdgeEngine

            if self.path is None:
                raise ConfigurationError("The edge engine needs a folder; set 'path'.")
            return EdgeEngine(Path(self.path), self.dimension)
        if self.engine != "server":
            raise ConfigurationError(f"The engine is 'edge' or 'server', not {self.engine!r}.")
        # The client takes half a second to import and only this engine needs it.
        from components.stores.engine.server import ServerEngine

        if self.url is None:
            raise ConfigurationError("The server engine needs an address; set QUAERE_QDRANT__URL.")
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

    def _check_dimension(self, vector: Sequence[float]) -> None:
        if len(vector) != self.dimension:
            raise ConfigurationError(
                f"The question's embedding has {len(vector)} dimensions, the index {self.dimension}; "
                "set the embedder that the index was built with, or run `quaere rebuild`."
            )
