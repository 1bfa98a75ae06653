"""A real index in a folder, with a quick embedder that hashes words, for the tests of indexing."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from haystack import Document, component, default_to_dict
from tokenizers import Tokenizer, models, pre_tokenizers

import components  # noqa: F401  (before haystack)
from components.converters.loader import DocumentLoader
from components.embedders.bm25 import LexicalDocumentEmbedder, question_vector
from components.passages import embedded_text
from components.preprocessors.splitter import PassageSplitter
from components.stores.catalogue.sources import CATALOGUE_FILE, Catalogue
from components.stores.documents import QuaereDocumentStore
from pipelines.indexing import Indexer
from pipelines.indexing_pipeline import IndexingPipelines

DIMENSION = 16
ALL = 10_000
"""More passages than any test has: which of equal ones comes first is not promised."""
SPLITTING = "40/8 words"


def hashed_vector(text: str) -> list[float]:
    """A unit vector in which every word has its own place."""
    vector = np.zeros(DIMENSION)
    for word in text.lower().split():
        digest = hashlib.sha256(word.strip(".,?").encode()).digest()
        vector[digest[0] % DIMENSION] += 1 if digest[1] % 2 else -1
    length = float(np.linalg.norm(vector))
    return (vector / length if length else np.eye(DIMENSION)[0]).tolist()


@component
class HashingEmbedder:
    """Embeds a passage by its words."""

    def to_dict(self) -> dict[str, Any]:
        return default_to_dict(self)

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, Any]:
        return {"documents": [replace(each, embedding=hashed_vector(embedded_text(each))) for each in documents]}


def tokenizer_file(folder: Path) -> Path:
    """A tokenizer that counts words."""
    path = folder / "tokenizer.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.save(str(path))
    return path


def make_pipelines(
    folder: Path, *, passage_tokens: int = 40, max_bytes: int = 1 << 20, sandbox: bool = False, seconds: float = 60.0
) -> IndexingPipelines:
    tokenizer = str(tokenizer_file(folder))
    return IndexingPipelines.build(
        splitter=PassageSplitter(
            tokenizer,
            passage_tokens=passage_tokens,
            overlap_tokens=8,
            max_tokens=64,
            sandbox=sandbox,
            seconds=seconds,
        ),
        embedder=HashingEmbedder(),
        lexical=LexicalDocumentEmbedder(),
        loader=DocumentLoader(max_bytes, sandbox=sandbox, seconds=seconds),
    )


class Index:
    """One data folder, opened: ``with Index(folder) as index: index.indexer.index([...])``."""

    def __init__(
        self,
        data: Path,
        *,
        store: type[QuaereDocumentStore] = QuaereDocumentStore,
        catalogue: type[Catalogue] = Catalogue,
        splitting: str = SPLITTING,
        passage_tokens: int = 40,
    ) -> None:
        self.data = data
        data.mkdir(parents=True, exist_ok=True)
        self.store = store(str(data / "index"), dimension=DIMENSION)
        self.catalogue = catalogue(data / CATALOGUE_FILE)
        pipelines = make_pipelines(data.parent / "tokenizer", passage_tokens=passage_tokens)
        self.indexer = Indexer(pipelines, self.store, self.catalogue, splitting=splitting)

    def __enter__(self) -> "Index":
        self.catalogue.open()
        self.indexer.recover()
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self.catalogue.close()


def passages(index: Index) -> list[Document]:
    found = index.store.filter_documents()
    return sorted(found, key=lambda each: (each.meta["source"], each.meta["start"], each.id))


def snapshot(index: Index, questions: Iterable[str] = ("alpha pump", "changed words", "E-1047")) -> str:
    """Everything a user could notice of an index, as JSON."""
    replies = {}
    for question in questions:
        dense = index.store.search_dense(hashed_vector(question), limit=ALL)
        lexical = index.store.search_lexical(question_vector(question), limit=ALL)
        replies[question] = [
            sorted((each.id, round(each.score or 0, 5)) for each in found) for found in (dense, lexical)
        ]
    sources = [[info.source, info.version, info.passages] for info in index.catalogue.sources()]
    texts = [getattr(index.catalogue.text(info.source_id), "text", None) for info in index.catalogue.sources()]
    held = [[each.id, each.content, sorted(map(repr, each.meta.items()))] for each in passages(index)]
    journal = [entry.phase for entry in index.catalogue.journal()]
    content = {"held": held, "sources": sources, "texts": texts, "replies": replies, "journal": journal}
    return json.dumps(content, sort_keys=True)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def prose(word: str, sentences: int = 8) -> str:
    """Text of several passages that all hold ``word``."""
    return " ".join(f"The {word} pump of row {n} runs at {n * 7} bar and never stops." for n in range(sentences))
