"""What a model's logits for a batch cost, against the labels or against teachers. Pure torch."""

import torch
from torch import Tensor, nn

_MASKED = -1e4
"""Added to the logits of padding; finite in half precision too."""


def span_loss(spans: Tensor, starts: Tensor, ends: Tensor, mask: Tensor, readable: Tensor) -> Tensor:
    """The mean of :func:`span_losses` over the rows that a reader learns from (``readable`` (n,) is 1)."""
    return (span_losses(spans, starts, ends, mask) * readable).sum() / readable.sum().clamp(min=1)


def span_losses(spans: Tensor, starts: Tensor, ends: Tensor, mask: Tensor) -> Tensor:
    """Mean cross-entropy of start and end, (n,).

    Args:
        spans: (n, n_tokens, 2) start and end logits.
        starts: (n, n_tokens) how likely each token should be the start, each row summing to 1.
        ends: the same for the end.
        mask: (n, n_tokens) 1 where there is a token.
    """
    logits = spans + (1 - mask.unsqueeze(-1).to(spans.dtype)) * _MASKED
    log = nn.functional.log_softmax(logits.float(), dim=1)
    return -(log[..., 0] * starts).sum(1) / 2 - (log[..., 1] * ends).sum(1) / 2


def relevance_loss(relevance: Tensor, relevant: Tensor, group: Tensor) -> Tensor:
    """Binary cross-entropy of each row, plus the pairwise logistic loss of RankNet (Burges et al. 2005) in each group.

    Args:
        relevance: (n,) logits.
        relevant: (n,) 1 or 0.
        group: (n,) number of the question.
    """
    pointwise = nn.functional.binary_cross_entropy_with_logits(relevance.float(), relevant)
    better, worse = _pairs(relevant, group)
    if not len(better):
        return pointwise
    return pointwise + nn.functional.softplus(relevance[worse].float() - relevance[better].float()).mean()


def span_distillation(spans: Tensor, taught: Tensor, mask: Tensor, temperature: float) -> Tensor:
    """Kullback-Leibler divergence from the teachers' start and end distributions (Hinton et al. 2015).

    Args:
        spans: (n, n_tokens, 2) logits.
        taught: the same of the teachers.
        mask: (n, n_tokens) 1 where there is a token.
        temperature: both are divided by it; the loss is multiplied by its square, so that its gradients keep their
            size.
    """
    padding = (1 - mask.unsqueeze(-1).to(spans.dtype)) * _MASKED
    given = nn.functional.log_softmax((spans + padding).float() / temperature, dim=1)
    wanted = nn.functional.log_softmax((taught + padding).float() / temperature, dim=1)
    divergence = (wanted.exp() * (wanted - given)).sum(1).mean()
    return divergence * temperature**2


def margin_distillation(relevance: Tensor, taught: Tensor, relevant: Tensor, group: Tensor) -> Tensor:
    """Mean squared error of the margins between right and wrong passages of a question (Hofstätter et al. 2020)."""
    better, worse = _pairs(relevant, group)
    if not len(better):
        return relevance.sum() * 0
    margins = relevance[better].float() - relevance[worse].float()
    return nn.functional.mse_loss(margins, taught[better].float() - taught[worse].float())


def _pairs(relevant: Tensor, group: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of right and of wrong passages of the same question, paired."""
    same = group[:, None] == group[None, :]
    better, worse = torch.nonzero(same & (relevant[:, None] > relevant[None, :]), as_tuple=True)
    return better, worse
