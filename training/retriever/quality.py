"""How well an embedder finds the passages that answer: an exact search, measured as by ``evaluation``."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.evaluation import BaseEvaluator
from sentence_transformers.base.model import BaseModel

from evaluation.metrics.ranking import ranking_metrics
from training.retriever.data import PassageSearch
from training.retriever.options import Metric

_BATCH = 32
_DEPTH = 10


def measure(model: SentenceTransformer, search: PassageSearch, dimension: int | None = None) -> dict[str, float]:
    """``recall@1``, ``recall@10``, ``mrr@10`` and ``ndcg@10``, means over the questions, each in [0, 1].

    Args:
        model: questions and passages get its prompts "query" and "document", as at work.
        search: what is searched for, and among what.
        dimension: how many of the vectors' first numbers are used; None for all.
    """
    was_training = model.training
    model.eval()
    questions = _vectors(model, search.questions, "query", dimension)
    passages = _vectors(model, search.passages, "document", dimension)
    model.train(was_training)
    order = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :_DEPTH]
    found = [
        ranking_metrics([str(place) for place in row], {str(place): 1 for place in places}, get_args(Metric))
        for row, places in zip(order, search.relevant, strict=True)
    ]
    return {name: float(np.mean([each[name] for each in found])) for name in get_args(Metric)}


class SearchEvaluator(BaseEvaluator):
    """The same, in the form that the trainer of sentence-transformers calls."""

    def __init__(self, search: PassageSearch, metric: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.search = search
        self.primary_metric = metric

    def __call__(
        self, model: BaseModel, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The figures by name."""
        assert isinstance(model, SentenceTransformer)
        return measure(model, self.search)


def _vectors(
    model: SentenceTransformer, texts: Sequence[str], prompt: str, dimension: int | None
) -> npt.NDArray[np.float32]:
    """Unit vectors, (n, dimension)."""
    found = model.encode(
        list(texts),
        prompt=(model.prompts or {}).get(prompt) or None,
        batch_size=_BATCH,
        normalize_embeddings=True,
        truncate_dim=dimension,
        convert_to_numpy=True,
        show_progress_bar=False,
    )
    vectors: npt.NDArray[np.float32] = np.asarray(found, dtype=np.float32)
    return vectors
