"""An open data folder: its lock, its catalogue, and, at first use, its store and its indexer.

With a database that processes share there is no lock; they take turns at changing the index, and search it together.

Knows nothing of questions.
"""

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from haystack.utils import Secret
from pydantic import SecretStr

from components.converters.loader import DocumentLoader
from components.embedders.bm25 import AVERAGE_LENGTH, LexicalDocumentEmbedder, lexical_fingerprint
from components.embedders.dense import DocumentEmbedder
from components.errors import ConfigurationError, InputError, StoreError
from components.models.checkpoints import fingerprint, tokenizer_file
from components.models.conversion import ConvertedModel, convert
from components.models.encoder import ModelOptions
from components.models.ensemble import member_names, pair_scorer, text_vectors
from components.preprocessors.splitter import SPLITTING, PassageSplitter
from components.private_files import tighten, tighten_below
from components.stores.catalogue.sources import CATALOGUE_FILE, Catalogue
from components.stores.catalogue.write_lease import WriteLease
from components.stores.documents import QuaereDocumentStore
from components.stores.folder_lock import FolderLock
from components.versions import digest
from pipelines import maintenance
from pipelines.engines import EngineName, IndexingEngine
from pipelines.indexing import REBUILDING, Indexer, IndexProgress, IndexReport
from pipelines.indexing_pipeline import IndexingPipelines
from pipelines.ray_engine import ray_engine
from pipelines.setting_names import variable
from pipelines.settings import Settings
from pipelines.swapping import finish_swap

INDEX_FOLDER = "index"
EXTERNAL_FOLDER = "external"
"""Where the pages of sites and the records of help desks are kept."""
_UPLOADS = "uploads"
_OWN = (INDEX_FOLDER, EXTERNAL_FOLDER, _UPLOADS, "catalogue.sqlite", "service.sqlite", "lock")
"""How the names begin of what is Quaere's in a data folder, which may be one that people use for more."""
_AVERAGE_LENGTH = "average_length"
_BUILT = "built"
"""Entry of the catalogue's manifest that a rebuild changes."""
_COLLECTION = "collection"
"""The one whose sources a shared catalogue knows."""
_KEY_VARIABLE = variable("qdrant.api_key")

WAITING = IndexProgress(0, 0, 0, 0, 0, "", "comparing")
"""What is told while another process has its turn."""


class OpenFolder:
    """The parts of a data folder that this process holds.

    Args:
        settings: what is in force.
        purpose: what this process does, for whoever finds the folder taken.
        on_message: is told in words when something takes long.
        sandbox: whether files are read and split in a process of their own.

    Raises:
        StoreError: another process holds the folder, or the catalogue is damaged.
    """

    def __init__(
        self,
        settings: Settings,
        purpose: str,
        on_message: Callable[[str], None] | None = None,
        *,
        sandbox: bool = True,
    ) -> None:
        self.settings = settings
        self.sandbox = sandbox
        self.on_message = on_message
        self._store: QuaereDocumentStore | None = None
        self._indexer: Indexer | None = None
        self._built: str | None = None
        self._making = threading.RLock()
        with ExitStack() as held:
            # Where catalogue and index are on servers, processes share them and the folder, and take turns at changes.
            self._lock = None if settings.database.url is not None else FolderLock(settings.data, purpose=purpose)
            if self._lock is not None:
                held.enter_context(self._lock)
            tighten_data(settings.data)
            self.catalogue = held.enter_context(Catalogue(catalogue_location(settings)))
            self._lease = self._make_lease(purpose)
            self._held = held.pop_all()

    def announce(self, **facts: str) -> None:
        """Tell other processes of the same user how to reach this one; those that share a database have no need."""
        if self._lock is not None:
            self._lock.announce(**facts)

    @contextmanager
    def changing(self, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Be the one process that changes the index; where several share it, wait for the others.

        Args:
            waiting: called again and again while another one is at it; what it raises ends the waiting.
        """
        if self._lease is None:
            yield
            return
        told: list[str] = []

        def wait(holder: str) -> None:
            if not told and self.on_message is not None:
                self.on_message(f"Another process changes the index ({holder}); waiting for it.")
            told.append(holder)
            if waiting is not None:
                waiting()

        with self._lease.hold(wait):
            yield

    @property
    def store(self) -> QuaereDocumentStore:
        """The store, after what a kill left was finished or undone; another one once the index was made anew.

        Raises:
            StoreError: another process is making the index anew, or an attempt at it was interrupted.
        """
        return self.open_store()

    def open_store(self) -> QuaereDocumentStore:
        """Open the index where it is closed, and settle what a kill or an older Quaere left; see :attr:`store`."""
        with self._making:
            if self._lease is not None:
                self._follow_rebuilds(self._lease)
            if self._store is None:
                self.finish_swap()
                self._built = self.catalogue.manifest().get(_BUILT)
                self._store = self._make_store(self._average_length())
                try:
                    self._recover()
                except BaseException:
                    self.close_store()
                    raise
            return self._store

    @property
    def indexer(self) -> Indexer:
        """What changes the index."""
        with self._making:
            self.open_store()
            if self._indexer is None:
                self._indexer = self._make_indexer(self._average_length())
            return self._indexer

    @contextmanager
    def engine(self, name: EngineName, workers: int | None = None) -> Iterator[IndexingEngine | None]:
        """Who reads, splits and embeds while the block runs; None for this process itself.

        Args:
            name: "local" for this process, "ray" for workers of Ray.
            workers: how many of Ray; default: one for each core.
        """
        if name == "local":
            yield None
            return
        # One core a worker: with more workers than cores for their threads, they would wait for each other.
        settings = self.settings.with_values({"models.threads": 1})
        pipelines = self._make_pipelines(self._average_length(), settings)
        with ray_engine(pipelines.dump(), workers) as engine:
            yield engine

    def rebuild(self, on_progress: Callable[[IndexProgress], None] | None = None) -> IndexReport:
        """Make the index again from the catalogue, with BM25's average length measured on it."""
        with self.changing(), self._making:
            self.finish_swap()
            length = self._measure()
            self.close_store()
            self._store = self._make_store(length)
            manifest = {_AVERAGE_LENGTH: length, _BUILT: uuid.uuid4().hex}
            try:
                return maintenance.rebuild(self._make_indexer(length), manifest=manifest, on_progress=on_progress)
            finally:
                # What was rebuilt, or what was there before, is opened with what the catalogue says of it.
                self.close_store()

    def close_store(self) -> None:
        """Write the index to disk and let go of it; it is opened again at the next use."""
        with self._making:
            if self._store is not None:
                self._store.close()
            self._store = self._indexer = None

    def close(self) -> None:
        """Let go of everything."""
        with self._held:
            try:
                self.close_store()
            finally:
                if self._lease is not None:
                    self._lease.close()
                # Once more, since the engine makes its files as the umask says.
                tighten_data(self.settings.data)

    @cached_property
    def _embedders(self) -> list[ConvertedModel]:
        """One, unless several embed together; looked up once: every look checks 90 MB against their checksums."""
        settings, names = self.settings, member_names(self.settings.models.embedder)
        return [convert(each, "embedder", settings.models.precision, settings.cache, self.on_message) for each in names]

    def _make_lease(self, purpose: str) -> WriteLease | None:
        locks = self.catalogue.locks()
        if locks is None:
            return None
        wanted = self.settings.qdrant.collection
        found = self.catalogue.setdefault(_COLLECTION, wanted)
        if found != wanted:
            raise ConfigurationError(
                f"the database knows the sources of the collection {found!r}, and the settings say {wanted!r}; set "
                "qdrant.collection as it was, or give the other collection a database of its own"
            )
        return WriteLease(self.catalogue, locks, purpose)

    def _follow_rebuilds(self, lease: WriteLease) -> None:
        """Let go of an index that another process has made anew; its vectors may be those of another model."""
        manifest = self.catalogue.manifest()
        if manifest.get(REBUILDING) and not lease.is_mine:
            raise StoreError(
                f"the index is being made anew by {self.catalogue.holder()}; wait until that has ended, and run "
                "`quaere rebuild` again if it was interrupted"
            )
        if self._store is not None and manifest.get(_BUILT) != self._built:
            self.close_store()

    def _recover(self) -> None:
        """Settle what a kill left; what a living process has begun is its own to finish."""
        with nullcontext(True) if self._lease is None else self._lease.attempt() as alone:
            if alone:
                self._make_indexer(self._average_length()).recover()
                self._compare_counts()

    def _compare_counts(self) -> None:
        """See that catalogue and index have lost nothing of each other, as far as counting tells.

        Raises:
            StoreError: one has more than the other.
        """
        if self._store is None:
            return
        sources, listed = self.catalogue.count()
        held = self._store.count_passages()
        if held == listed:
            return
        told = (
            f"{self.settings.data}: the catalogue lists {listed:,} passages of {sources:,} sources, and the index "
            f"holds {held:,}, so that one of them is damaged"
        )
        if held < listed:
            raise StoreError(f"{told}; run `quaere rebuild`, which makes the index anew from the catalogue")
        raise StoreError(
            f"{told}; restore a backup with `quaere restore FILE` (`quaere rebuild` would drop what is not listed); "
            "`quaere check` tells more"
        )

    def _make_store(self, length: float) -> QuaereDocumentStore:
        settings = self.settings
        key, names = settings.qdrant.api_key, member_names(settings.models.embedder)
        return QuaereDocumentStore(
            str(settings.data / INDEX_FOLDER),
            settings.qdrant.engine,
            url=settings.qdrant.url,
            api_key=None if key is None else _secret(key),
            timeout=settings.qdrant.timeout,
            retries=settings.qdrant.retries,
            collection=settings.qdrant.collection,
            shards=settings.qdrant.shards,
            replicas=settings.qdrant.replicas,
            quantization=settings.qdrant.quantization,
            dimension=self._embedders[0].dimension,
            fingerprint={"embedder": " + ".join(f"{each} {fingerprint(each)[:12]}" for each in names)}
            | lexical_fingerprint(length),
        )

    def _make_pipelines(self, length: float, settings: Settings) -> IndexingPipelines:
        apart: dict[str, Any] = {
            "sandbox": self.sandbox,
            "seconds": settings.index.read_seconds,
            "memory_bytes": int(settings.index.read_memory_mb * 1_048_576),
        }
        return IndexingPipelines.build(
            splitter=PassageSplitter(
                str(self._tokenizer), max_passages=settings.index.max_file_passages, **(self._sizes | apart)
            ),
            embedder=DocumentEmbedder(settings.models.embedder, **settings.model_parameters()),
            lexical=LexicalDocumentEmbedder(length),
            loader=DocumentLoader(
                max_bytes=int(settings.index.max_file_mb * 1_000_000),
                max_characters=settings.index.max_file_characters,
                max_rows=settings.index.max_file_passages,
                ocr_seconds=settings.index.ocr_seconds if settings.index.ocr == "auto" else 0.0,
                threads=settings.models.threads,
                **apart,
            ),
        )

    @property
    def _sizes(self) -> dict[str, int]:
        """Tokens of a passage."""
        settings, limit = self.settings, min(each.max_tokens for each in self._embedders)
        return {
            "passage_tokens": min(settings.index.passage_tokens, limit - 8),
            "overlap_tokens": settings.index.overlap_tokens,
            "max_tokens": limit,
        }

    @property
    def _tokenizer(self) -> Path:
        """Of the first embedder; where several embed together it counts for all."""
        return tokenizer_file(member_names(self.settings.models.embedder)[0])

    def _make_indexer(self, length: float) -> Indexer:
        splitting = digest([hashlib.sha256(self._tokenizer.read_bytes()).hexdigest(), self._sizes, SPLITTING])
        if self._store is None:
            raise RuntimeError("the store is opened before its indexer is made")
        pipelines = self._make_pipelines(length, self.settings)
        return Indexer(pipelines, self._store, self.catalogue, splitting=splitting)

    def finish_swap(self) -> None:
        """Put a rebuilt index in place before the store, and BM25's average length, are read from the folder."""
        if self.settings.qdrant.engine == "edge":
            finish_swap(self.catalogue, self.settings.data / INDEX_FOLDER)

    def _average_length(self) -> float:
        return float(self.catalogue.manifest().get(_AVERAGE_LENGTH, AVERAGE_LENGTH))

    def _measure(self) -> float:
        """The mean length of the passages that there will be; without any, what was used before."""
        pipelines = self._make_pipelines(AVERAGE_LENGTH, self.settings)
        found = maintenance.measure(pipelines, self.catalogue)
        return self._average_length() if found is None else found


def tighten_data(data: Path) -> None:
    """Take the rights of group and others from a data folder and all that Quaere keeps in it."""
    own = [path for path in data.glob("*") if path.name.startswith(_OWN)]
    tighten(data, *own)
    documents = [data / _UPLOADS, *data.glob(f"{EXTERNAL_FOLDER}/*/documents")]
    tighten_below([path for path in own if path.is_dir()], done=documents)


def refuse_archive(settings: Settings) -> None:
    """An archive holds a data folder, which is not where the documents of a shared database are.

    Raises:
        InputError: the catalogue is in PostgreSQL.
    """
    if settings.database.url is not None:
        raise InputError(
            "with database.url the sources are in PostgreSQL and the passages on the Qdrant server, so that an archive "
            "of the data folder would hold neither; use the servers' own backups, `pg_dump` and Qdrant's snapshots "
            "(docs/deploy.md)"
        )


def catalogue_location(settings: Settings) -> Path | str:
    """Where the catalogue is."""
    url = settings.database.url
    return settings.data / CATALOGUE_FILE if url is None else url.get_secret_value()


def _secret(key: SecretStr) -> Secret:
    """From the environment where it stands there, so that a pipeline can be written to YAML without it."""
    if os.environ.get(_KEY_VARIABLE) == key.get_secret_value():
        return Secret.from_env_var(_KEY_VARIABLE)
    return Secret.from_token(key.get_secret_value())


def load_models(settings: Settings, on_message: Callable[[str], None] | None = None) -> None:
    """Load embedder, ranker and reader side by side: most of the time is spent outside of Python."""
    options = ModelOptions(**settings.model_parameters())
    loads: list[Callable[[], object]] = [
        lambda: text_vectors(settings.models.embedder, options, on_message),
        lambda: pair_scorer(settings.models.ranker, "ranker", options, on_message),
        lambda: pair_scorer(settings.models.reader, "reader", options, on_message),
    ]
    with ThreadPoolExecutor(len(loads)) as pool:
        for loading in [pool.submit(load) for load in loads]:
            loading.result()
