"""Passages and questions -> unit vectors, with Haystack's sockets for embedders."""

from dataclasses import replace
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict

from components.models.conversion import Precision
from components.models.encoder import ModelOptions
from components.models.ensemble import TextVectors, text_vectors
from components.models.inference import Backend
from components.passages import embedded_text
from components.types import Candidates


class _Embedder:
    """What the embedders of documents and of questions have in common: parameters and the encoder."""

    def __init__(
        self,
        model: str = "all-MiniLM-L6-v2",
        *,
        precision: Precision = "auto",
        backend: Backend = "openvino",
        threads: int | None = None,
        cache: str | None = None,
    ) -> None:
        """Store the parameters.

        Args:
            model: a bundled name, a folder or a hub name of a sentence-transformers model; several with " + " between
                them embed by their mean vectors.
            precision: "auto", "int8" or "fp32".
            backend: "openvino" or "torch".
            threads: threads of one call; None leaves it to the backend.
            cache: folder for converted models; None for the user's cache.
        """
        self.model = model
        self.precision = precision
        self.backend = backend
        self.threads = threads
        self.cache = cache
        self._encoder: TextVectors | None = None

    def warm_up(self) -> None:
        """Load the model."""
        self._ready()

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            model=self.model,
            precision=self.precision,
            backend=self.backend,
            threads=self.threads,
            cache=self.cache,
        )

    def _ready(self) -> TextVectors:
        if self._encoder is None:
            options = ModelOptions(self.precision, self.backend, self.threads, self.cache)
            self._encoder = text_vectors(self.model, options)
        return self._encoder


@component
class DocumentEmbedder(_Embedder):
    """Gives every passage the vector of its title, heading and content (a FAQ row: of its question).

    Example:
        >>> passages = DocumentEmbedder().run([Document(content="The warranty lasts 24 months.")])["documents"]
        >>> len(passages[0].embedding)
        384
    """

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, Any]:
        """Embed passages.

        Args:
            documents: passages, in any number.

        Returns:
            ``documents``: copies with ``embedding`` set, in the same order.
        """
        if not documents:
            return {"documents": Candidates()}
        vectors = self._ready().encode_documents([embedded_text(document) for document in documents])
        return {
            "documents": Candidates(
                replace(document, embedding=vector.tolist())
                for document, vector in zip(documents, vectors, strict=True)
            )
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "DocumentEmbedder":
        """Build from :meth:`to_dict`'s result."""
        return default_from_dict(cls, data)


@component
class TextEmbedder(_Embedder):
    """Gives a question its vector.

    Example:
        >>> len(TextEmbedder().run("How long is the warranty?")["embedding"])
        384
    """

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, Any]:
        """Embed one question.

        Args:
            text: the question; an empty one gives an empty vector.

        Returns:
            ``embedding``: (dimension,) floats of unit length.
        """
        if not text.strip():
            return {"embedding": []}
        return {"embedding": self._ready().encode_questions([text])[0].tolist()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "TextEmbedder":
        """Build from :meth:`to_dict`'s result."""
        return default_from_dict(cls, data)
