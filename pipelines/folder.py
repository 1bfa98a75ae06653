"""An open data folder: its lock, its catalogue, and, at first use, its store and its indexer.

Knows nothing of questions.
"""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from haystack.utils import Secret

from components.checkpoints import fingerprint, tokenizer_file
from components.conversion import convert
from components.embedding import DocumentEmbedder
from components.encoder import ModelOptions, pair_encoder, text_encoder
from components.lexical import AVERAGE_LENGTH, LexicalDocumentEmbedder, average_length, lexical_fingerprint
from components.splitting import PassageSplitter
from components.store.catalogue import CATALOGUE_FILE, Catalogue
from components.store.document_store import QuaereDocumentStore
from components.store.folder_lock import FolderLock
from components.versions import digest
from pipelines import maintenance
from pipelines.indexing import Indexer, IndexProgress, IndexReport
from pipelines.indexing_pipeline import build_indexing_pipeline
from pipelines.settings import Settings

INDEX_FOLDER = "index"
_AVERAGE_LENGTH = "average_length"


class OpenFolder:
    """The parts of a data folder that this process holds.

    Args:
        settings: what is in force.
        purpose: what this process does, for whoever finds the folder taken.
        on_message: is told in words when something takes long.

    Raises:
        StoreError: another process holds the folder, or the catalogue is damaged.
    """

    def __init__(self, settings: Settings, purpose: str, on_message: Callable[[str], None] | None = None) -> None:
        self.settings = settings
        self.on_message = on_message
        self._lock = FolderLock(settings.data, purpose=purpose)
        self._lock.__enter__()
        try:
            self.catalogue = Catalogue(settings.data / CATALOGUE_FILE).open()
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        self._store: QuaereDocumentStore | None = None
        self._indexer: Indexer | None = None
        self._making = threading.RLock()

    @property
    def store(self) -> QuaereDocumentStore:
        """The store, after what a kill left was finished or undone."""
        with self._making:
            if self._store is None:
                self._store = self._make_store()
                self._make_indexer().recover()
            return self._store

    @property
    def indexer(self) -> Indexer:
        """What changes the index."""
        with self._making:
            if self._indexer is None:
                self._indexer = self._make_indexer()
            return self._indexer

    def rebuild(self, on_progress: Callable[[IndexProgress], None] | None = None) -> IndexReport:
        """Make the index again from the catalogue, with BM25's average length measured on it."""
        with self._making:
            measured = self._measure()
            self.close_store()
            self.catalogue.set_manifest({_AVERAGE_LENGTH: measured})
            self._store = self._make_store()
            self._indexer = self._make_indexer()
            return maintenance.rebuild(self._indexer, on_progress=on_progress)

    def close_store(self) -> None:
        """Write the index to disk and let go of it; it is opened again at the next use."""
        with self._making:
            if self._store is not None:
                self._store.close()
            self._store = self._indexer = None

    def close(self) -> None:
        """Let go of everything."""
        try:
            self.close_store()
            self.catalogue.close()
        finally:
            self._lock.__exit__(None, None, None)

    def _make_store(self) -> QuaereDocumentStore:
        settings = self.settings
        embedder = convert(settings.embedder, "embedder", settings.precision, settings.cache, self.on_message)
        key = settings.qdrant_api_key
        return QuaereDocumentStore(
            str(settings.data / INDEX_FOLDER),
            settings.engine,
            url=settings.qdrant_url,
            api_key=None if key is None else Secret.from_token(key.get_secret_value()),
            timeout=settings.qdrant_timeout,
            retries=settings.qdrant_retries,
            collection=settings.collection,
            dimension=embedder.dimension,
            fingerprint={"embedder": f"{settings.embedder} {fingerprint(settings.embedder)[:12]}"}
            | lexical_fingerprint(self._average_length()),
        )

    def _make_indexer(self) -> Indexer:
        settings = self.settings
        embedder = convert(settings.embedder, "embedder", settings.precision, settings.cache, self.on_message)
        tokenizer = tokenizer_file(settings.embedder)
        sizes = {
            "passage_tokens": min(settings.passage_tokens, embedder.max_tokens - 8),
            "overlap_tokens": settings.overlap_tokens,
            "max_tokens": embedder.max_tokens,
        }
        pipeline = build_indexing_pipeline(
            splitter=PassageSplitter(str(tokenizer), **sizes),
            embedder=DocumentEmbedder(settings.embedder, **settings.model_parameters()),
            lexical=LexicalDocumentEmbedder(self._average_length()),
            max_bytes=int(settings.max_file_mb * 1_000_000),
        )
        splitting = digest([hashlib.sha256(tokenizer.read_bytes()).hexdigest(), sizes])
        if self._store is None:
            self._store = self._make_store()
        return Indexer(pipeline, self._store, self.catalogue, splitting=splitting)

    def _average_length(self) -> float:
        return float(self.catalogue.manifest().get(_AVERAGE_LENGTH, AVERAGE_LENGTH))

    def _measure(self) -> float:
        """The mean length of the passages there are; without any, what was used before."""
        texts: list[str] = []
        languages: list[str] = []
        for info in self.catalogue.sources():
            text = self.catalogue.text(info.source_id)
            blocks = () if text is None else text.blocks
            body = "" if text is None else text.text
            pieces = [body[block["start"] : block["end"]] for block in blocks]
            if info.passages:
                texts.append("\n".join(pieces))
                languages.append(info.language)
        passages = self.catalogue.count()[1]
        if not passages:
            return self._average_length()
        return average_length(texts, languages) * len(texts) / passages


def load_models(settings: Settings, on_message: Callable[[str], None] | None = None) -> None:
    """Load embedder, ranker and reader side by side: most of the time is spent outside of Python."""
    options = ModelOptions(**settings.model_parameters())
    loads: list[Callable[[], object]] = [
        lambda: text_encoder(settings.embedder, options, on_message),
        lambda: pair_encoder(settings.ranker, "ranker", options, on_message),
        lambda: pair_encoder(settings.reader, "reader", options, on_message),
    ]
    with ThreadPoolExecutor(len(loads)) as pool:
        for loading in [pool.submit(load) for load in loads]:
            loading.result()
