import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.ranking import hit_at, rank_of_first, ranking_metrics

# Relevant at ranks 2 and 4; "e", relevant too, is not found.
RANKING = ["x", "a", "y", "b"]
GRADES = {"a": 1, "b": 2, "e": 1, "x": 0}
KINDS = ("ndcg", "mrr", "map", "precision", "recall", "hit", "set_f1")


def metric(name, ranking=RANKING, grades=GRADES):
    return ranking_metrics(ranking, grades, [name])[name]


def test_sets_at_k_by_hand():
    assert [metric(f"precision@{k}") for k in (1, 2, 4, 10)] == [0.0, 0.5, 0.5, 0.2]
    assert [metric(f"recall@{k}") for k in (1, 2, 4, 10)] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    # At 4: P 1/2, R 2/3, 2PR/(P+R) = 4/7.
    assert metric("set_f1@4") == pytest.approx(4 / 7)
    assert metric("set_f1@1") == 0.0
    assert [metric(f"hit@{k}") for k in (1, 2, 30)] == [0.0, 1.0, 1.0]
    assert [hit_at(2, k) for k in (1, 2, 30)] == [False, True, True]
    assert hit_at(None, 30) is False


def test_ranks_by_hand():
    assert rank_of_first([False, False, True, True]) == 3
    assert rank_of_first([]) is None
    assert metric("mrr@4") == 0.5
    assert metric("mrr@1") == 0.0
    # (1/2 + 2/4) / 3
    assert metric("map@4") == pytest.approx(1 / 3)
    assert metric("map@3") == pytest.approx(1 / 6)


def test_ndcg_by_hand():
    # Gains 0, 1, 0, 2 against the ideal 2, 1, 1.
    found = 1 / math.log2(3) + 2 / math.log2(5)
    assert metric("ndcg@4") == pytest.approx(found / (2 + 1 / math.log2(3) + 1 / 2))
    assert metric("ndcg@10", ["b", "a", "e"]) == pytest.approx(1.0)
    assert metric("ndcg@1", ["b"]) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_without_anything_relevant_there_is_no_figure_and_without_a_ranking_nothing_is_found(kind):
    assert math.isnan(metric(f"{kind}@3", grades={"x": 0}))
    assert math.isnan(metric(f"{kind}@3", grades={}))
    assert metric(f"{kind}@3", ranking=[]) == 0.0


def by_formula(ranking, grades, k):
    """What Quaere computed itself up to 0.1, from the formulas."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    is_right = [document in relevant for document in ranking[:k]]
    found = sum(is_right)
    precisions = [sum(is_right[:rank]) / rank for rank in range(1, len(is_right) + 1)]

    def dcg(gains):
        return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))

    ideal = dcg(sorted(grades.values(), reverse=True)[:k])
    return {
        f"ndcg@{k}": dcg(grades.get(document, 0) for document in ranking[:k]) / ideal,
        f"mrr@{k}": next((1 / rank for rank, right in enumerate(is_right, start=1) if right), 0.0),
        f"map@{k}": sum(value for value, right in zip(precisions, is_right, strict=True) if right) / len(relevant),
        f"precision@{k}": found / k,
        f"recall@{k}": found / len(relevant),
        f"hit@{k}": float(any(is_right)),
        f"set_f1@{k}": 2 * found / (k + len(relevant)),
    }


documents = st.lists(st.integers(0, 30).map("d{:02}".format), unique=True, max_size=25)
judged = st.dictionaries(st.integers(0, 30).map("d{:02}".format), st.integers(0, 3), min_size=1, max_size=20)


@given(ranking=documents, grades=judged.filter(lambda grades: any(grades.values())), k=st.integers(1, 15))
def test_every_figure_is_that_of_its_formula(ranking, grades, k):
    expected = by_formula(ranking, grades, k)
    assert ranking_metrics(ranking, grades, expected) == pytest.approx(expected)
