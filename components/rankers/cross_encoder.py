"""Candidates sorted by a cross-encoder that reads question and passage together, and by the score of the search."""

from dataclasses import replace
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict

from components.logits import sigmoid
from components.models.conversion import Precision
from components.models.encoder import ModelOptions
from components.models.ensemble import PairScorer, pair_scorer
from components.models.inference import Backend
from components.passages import pair_of
from components.types import Candidates


@component
class CrossEncoderRanker:
    """Sorts passages by the relevance that a cross-encoder gives them, interpolated with the score of the search.

    A small cross-encoder errs otherwise than a search does: interpolation helps both (Wang, Zhuang and Zuccon 2021,
    "BERT-based dense retrievers require interpolation with BM25 for effective passage retrieval").

    Example:
        >>> passages = [Document(content="Clean the filter."), Document(content="The warranty lasts 24 months.")]
        >>> ranked = CrossEncoderRanker().run("How long is the warranty?", passages)["documents"]
        >>> ranked[0].content
        'The warranty lasts 24 months.'
    """

    def __init__(
        self,
        model: str = "quaere-joint",
        *,
        top_k: int | None = None,
        with_context: bool = True,
        search_weight: float = 0.0,
        precision: Precision = "auto",
        backend: Backend = "openvino",
        threads: int | None = None,
        cache: str | None = None,
    ) -> None:
        """Store the parameters.

        Args:
            model: a bundled name, a folder or a hub name of a sequence classifier with one label; several with
                " + " between them rank by their mean logits.
            top_k: how many passages to keep; None keeps all.
            with_context: whether title and heading are read before the passage.
            search_weight: how much the search's score, ``meta["scores"]["fused"]`` in [0, 1], adds to the relevance
                logit, at least 0; 0 leaves it out. Of a passage without that score nothing is added.
            precision: "auto", "int8" or "fp32".
            backend: "openvino" or "torch".
            threads: threads of one call; None leaves it to the backend.
            cache: folder for converted models; None for the user's cache.
        """
        self.model = model
        self.top_k = top_k
        self.with_context = with_context
        self.search_weight = search_weight
        self.precision = precision
        self.backend = backend
        self.threads = threads
        self.cache = cache
        self._encoder: PairScorer | None = None

    def warm_up(self) -> None:
        """Load the model."""
        self._ready()

    @component.output_types(documents=list[Document])
    def run(self, query: str, documents: list[Document], top_k: int | None = None) -> dict[str, Any]:
        """Score and sort passages.

        Args:
            query: the question.
            documents: the candidates.
            top_k: overrides the parameter of the same name.

        Returns:
            ``documents``: copies, best first; ``meta["scores"]`` has the cross-encoder's logit as ``relevance`` and
            what they are sorted by as ``ranking``, which is in [0, 1] their ``score``. Ties keep the order of the
            candidates.
        """
        if not documents:
            return {"documents": Candidates()}
        pairs = [pair_of(query, document, self.with_context) for document in documents]
        logits = [each.relevance for each in self._ready().encode(pairs)]
        keys = [self._ranking(document, logit) for document, logit in zip(documents, logits, strict=True)]
        order = sorted(range(len(documents)), key=lambda at: -keys[at])
        scored = [_with_scores(documents[at], logits[at], keys[at]) for at in order]
        limit = top_k if top_k is not None else self.top_k
        return {"documents": Candidates(scored[:limit])}

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            model=self.model,
            top_k=self.top_k,
            with_context=self.with_context,
            search_weight=self.search_weight,
            precision=self.precision,
            backend=self.backend,
            threads=self.threads,
            cache=self.cache,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "CrossEncoderRanker":
        """Build from :meth:`to_dict`'s result."""
        return default_from_dict(cls, data)

    def _ready(self) -> PairScorer:
        if self._encoder is None:
            options = ModelOptions(self.precision, self.backend, self.threads, self.cache)
            self._encoder = pair_scorer(self.model, "ranker", options)
        return self._encoder

    def _ranking(self, document: Document, relevance: float) -> float:
        return relevance + self.search_weight * float(document.meta.get("scores", {}).get("fused", 0.0))


def _with_scores(document: Document, relevance: float, ranking: float) -> Document:
    scores = dict(document.meta.get("scores", {})) | {"relevance": relevance, "ranking": ranking}
    return replace(document, score=float(sigmoid(ranking)), meta=document.meta | {"scores": scores})
