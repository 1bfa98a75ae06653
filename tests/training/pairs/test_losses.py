"""The losses by hand, and what they do not look at."""

import math

import pytest
import torch
from torch import Tensor

from training.pairs.losses import margin_distillation, relevance_loss, span_distillation, span_loss, span_losses

MASK = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])


def one_hot(*places: int) -> Tensor:
    return torch.eye(3)[list(places)]


def test_span_loss_by_hand() -> None:
    spans = torch.zeros(2, 3, 2)
    spans[1, 2, 0] = math.log(2)
    found = span_losses(spans, one_hot(0, 2), one_hot(1, 2), MASK)
    # Two tokens count in the first row: log 2 for start and end. In the second the start has half of all.
    assert found.tolist() == pytest.approx([math.log(2), (math.log(2) + math.log(3)) / 2])


def test_rows_that_nobody_marked_do_not_count() -> None:
    spans = torch.randn(2, 3, 2)
    alone = span_losses(spans, one_hot(0, 2), one_hot(1, 2), MASK)[1]
    assert span_loss(spans, one_hot(0, 2), one_hot(1, 2), MASK, torch.tensor([0.0, 1.0])) == pytest.approx(float(alone))
    assert span_loss(spans, one_hot(0, 2), one_hot(1, 2), MASK, torch.zeros(2)) == 0


def test_padding_does_not_change_a_span_loss() -> None:
    spans = torch.randn(2, 3, 2)
    moved = spans.clone()
    moved[0, 2] += 50
    args = (one_hot(0, 2), one_hot(1, 2), MASK)
    assert torch.equal(span_losses(spans, *args), span_losses(moved, *args))


def test_relevance_loss_by_hand() -> None:
    relevance, relevant = torch.tensor([0.0, 0.0, 0.0]), torch.tensor([1.0, 0.0, 0.0])
    # Binary cross-entropy log 2 a row, and log 2 for each of the pairs of question 0; row 2 is of another question.
    assert relevance_loss(relevance, relevant, torch.tensor([0, 0, 1])) == pytest.approx(2 * math.log(2))
    assert relevance_loss(relevance, relevant, torch.tensor([0, 1, 2])) == pytest.approx(math.log(2))


def test_relevance_loss_falls_with_the_right_order() -> None:
    labels, group = torch.tensor([1.0, 0.0]), torch.tensor([0, 0])
    good, bad = torch.tensor([2.0, -2.0]), torch.tensor([-2.0, 2.0])
    assert relevance_loss(good, labels, group) < relevance_loss(bad, labels, group)


def test_distillation_is_nothing_where_the_student_agrees() -> None:
    spans = torch.randn(2, 3, 2)
    shifted = spans + 3.0  # the same distribution
    assert span_distillation(spans, shifted, MASK, 2.0) == pytest.approx(0, abs=1e-6)
    assert span_distillation(spans, torch.randn(2, 3, 2), MASK, 2.0) > 0.01


def test_span_distillation_by_hand() -> None:
    student, teacher = torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)
    teacher[0, 0] = 2 * math.log(3)  # at temperature 2: three quarters and a quarter
    expected = 4 * (0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5))
    assert span_distillation(student, teacher, torch.ones(1, 2), 2.0) == pytest.approx(expected, rel=1e-5)


def test_margins_by_hand() -> None:
    labels, group = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0, 0, 0])
    student, teacher = torch.tensor([1.0, 0.0, 0.5]), torch.tensor([5.0, 3.0, 4.0])
    # Margins 1 and 0.5 against 2 and 1.
    assert margin_distillation(student, teacher, labels, group) == pytest.approx((1 + 0.25) / 2)
    assert margin_distillation(student, teacher, torch.zeros(3), group) == 0
