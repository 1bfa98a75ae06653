"""What an embedder is trained to do: to put a question next to its passage and away from others."""

from collections.abc import Iterable
from typing import Any

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MarginMSELoss,
    MatryoshkaLoss,
    MultipleNegativesRankingLoss,
)
from sentence_transformers.util import pairwise_cos_sim
from torch import Tensor, nn

from training.retriever.options import RetrieverOptions


def loss_for(model: SentenceTransformer, options: RetrieverOptions) -> nn.Module:
    """The loss that the options describe.

    Multiple negatives ranking (Henderson et al. 2017), with cached gradients (Gao et al. 2021) where ``mini_batch``
    is set; beside it margin-MSE (Hofstätter et al. 2020) where there is a teacher; all over the full vector and over
    the shorter ones of ``matryoshka`` (Kusupati et al. 2022).
    """
    ranking: nn.Module
    if options.mini_batch is not None:
        ranking = CachedMultipleNegativesRankingLoss(model, scale=options.scale, mini_batch_size=options.mini_batch)
    elif options.teacher is not None:
        ranking = TaughtRankingLoss(model, options.scale, options.teacher_weight)
    else:
        ranking = MultipleNegativesRankingLoss(model, scale=options.scale)
    if not options.matryoshka:
        return ranking
    full = model.get_embedding_dimension() or 0
    return MatryoshkaLoss(model, ranking, matryoshka_dims=sorted({full, *options.matryoshka}, reverse=True))


class TaughtRankingLoss(nn.Module):
    """Multiple negatives ranking, plus the margins of a teacher between the passages of each question.

    Args:
        model: what is trained.
        scale: of cosines, for both: so a margin of cosines can reach that of a teacher's logits.
        weight: of the margins' mean squared error.
    """

    def __init__(self, model: SentenceTransformer, scale: float, weight: float) -> None:
        super().__init__()
        self.model = model
        self.weight = weight
        self.ranking = MultipleNegativesRankingLoss(model, scale=scale)
        self.margins = MarginMSELoss(model, similarity_fct=lambda one, other: scale * pairwise_cos_sim(one, other))

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The sum of both.

        Args:
            sentence_features: of questions, passages, and each column of negatives.
            labels: the teacher's logits of each passage and its negatives, (n, 1 + n_negatives).
        """
        vectors = [self.model(features)["sentence_embedding"] for features in sentence_features]
        ranked: Tensor = self.ranking.compute_loss_from_embeddings(vectors, labels)
        return ranked + self.weight * self.margins.compute_loss_from_embeddings(vectors, labels)

    def get_config_dict(self) -> dict[str, Any]:
        """For the library's own description of the run."""
        return {"weight": self.weight}
