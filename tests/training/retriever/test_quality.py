"""Figures of a search, with vectors known beforehand."""

import math
from typing import Any, ClassVar

import numpy as np
import pytest

from training.retriever.data import PassageSearch
from training.retriever.quality import measure

VECTORS = {
    "ask one": [1.0, 0.0, 0.0],
    "ask two": [0.0, 1.0, 0.2],
    "near": [0.9, 0.1, 0.0],
    "far": [0.1, 0.9, 0.0],
    "other": [0.0, 0.0, 1.0],
}


class Known:
    """Gives each text its vector, as a sentence-transformers model would."""

    training = True
    prompts: ClassVar = {"query": "ask ", "document": ""}

    def eval(self) -> None:
        self.training = False

    def train(self, on: bool) -> None:
        self.training = on

    def encode(self, texts: list[str], prompt: str | None, truncate_dim: int | None, **_: Any) -> Any:
        return np.array([VECTORS[(prompt or "") + text] for text in texts])[:, :truncate_dim]


def test_figures_by_hand() -> None:
    # "one" finds near, far, other; "two" finds far, other, near. Right are far and other; and near.
    search = PassageSearch(("near", "far", "other"), ("one", "two"), (frozenset({1, 2}), frozenset({0})))
    model: Any = Known()
    figures = measure(model, search)
    ideal = 1 + 1 / math.log2(3)
    assert figures["recall@1"] == 0.0
    assert figures["recall@10"] == 1.0
    assert figures["mrr@10"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    first = (1 / math.log2(3) + 1 / math.log2(4)) / ideal
    assert figures["ndcg@10"] == pytest.approx((first + 1 / math.log2(4)) / 2)
    assert model.training


def test_of_shorter_vectors_the_rest_does_not_count() -> None:
    model: Any = Known()
    search = PassageSearch(("near", "other"), ("one",), (frozenset({0}),))
    assert measure(model, search, dimension=1)["recall@1"] == 1.0
    last = PassageSearch(("other", "near"), ("two",), (frozenset({1}),))
    assert measure(model, last)["recall@1"] == 0.0
    assert measure(model, last, dimension=2)["recall@1"] == 1.0
