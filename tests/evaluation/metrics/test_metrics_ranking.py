import math

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.average_precision import average_precision_at
from evaluation.metrics.hit_rate import hit_at, rank_of_first
from evaluation.metrics.ndcg import ndcg_at
from evaluation.metrics.precision import precision_at
from evaluation.metrics.recall import recall_at
from evaluation.metrics.reciprocal_rank import reciprocal_rank_at
from evaluation.metrics.set_f1 import set_f1_at

# Relevant at ranks 2 and 4; "e", relevant too, is not found.
RANKING = ["x", "a", "y", "b"]
GRADES = {"a": 1, "b": 2, "e": 1, "x": 0}
RELEVANT = {"a", "b", "e"}


def test_sets_at_k_by_hand():
    assert [precision_at(RANKING, RELEVANT, k) for k in (1, 2, 4, 10)] == [0.0, 0.5, 0.5, 0.2]
    assert [recall_at(RANKING, RELEVANT, k) for k in (1, 2, 4, 10)] == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    # At 4: P 1/2, R 2/3, 2PR/(P+R) = 4/7.
    assert set_f1_at(RANKING, RELEVANT, 4) == pytest.approx(4 / 7)
    assert set_f1_at(RANKING, RELEVANT, 1) == 0.0
    assert [hit_at(2, k) for k in (1, 2, 30)] == [0.0, 1.0, 1.0]
    assert hit_at(None, 30) == 0.0


def test_ranks_by_hand():
    assert rank_of_first([False, False, True, True]) == 3
    assert rank_of_first([]) is None
    assert reciprocal_rank_at(RANKING, RELEVANT, 4) == 0.5
    assert reciprocal_rank_at(RANKING, RELEVANT, 1) == 0.0
    # (1/2 + 2/4) / 3
    assert average_precision_at(RANKING, RELEVANT, 4) == pytest.approx(1 / 3)
    assert average_precision_at(RANKING, RELEVANT, 3) == pytest.approx(1 / 6)


def test_ndcg_by_hand():
    # Gains 0, 1, 0, 2 against the ideal 2, 1, 1.
    found = 1 / math.log2(3) + 2 / math.log2(5)
    assert ndcg_at(RANKING, GRADES, 4) == pytest.approx(found / (2 + 1 / math.log2(3) + 1 / 2))
    assert ndcg_at(["b", "a", "e"], GRADES, 10) == 1.0
    assert ndcg_at(["b"], GRADES, 1) == 1.0
    assert ndcg_at([], GRADES, 10) == 0.0


def test_a_document_that_comes_twice_counts_once():
    twice = ["a", "a", "b"]
    assert precision_at(twice, RELEVANT, 2) == 0.5
    assert average_precision_at(twice, {"a", "b"}, 3) == pytest.approx((1 + 2 / 3) / 2)
    assert ndcg_at(["a", "a"], {"a": 1, "b": 1}, 2) == pytest.approx(1 / (1 + 1 / math.log2(3)))


@pytest.mark.parametrize("metric", [recall_at, set_f1_at, reciprocal_rank_at, average_precision_at])
def test_without_anything_relevant_there_is_no_figure(metric):
    assert math.isnan(metric(RANKING, set(), 3))
    assert math.isnan(ndcg_at(RANKING, {"x": 0}, 3))
    assert metric([], RELEVANT, 3) == 0.0


documents = st.lists(st.integers(0, 30).map("d{:02}".format), unique=True, max_size=25)
judged = st.dictionaries(st.integers(0, 30).map("d{:02}".format), st.integers(0, 3), min_size=1, max_size=20)


@given(ranking=documents.filter(len), grades=judged.filter(lambda grades: any(grades.values())), k=st.integers(1, 15))
def test_every_figure_is_that_of_trec_eval(ranking, grades, k):
    names = {f"{name}_{k}" for name in ("P", "recall", "map_cut", "ndcg_cut", "success")}
    measures = {name.replace("_cut_", "_cut.") for name in names} | {f"P.{k}", f"recall.{k}", f"success.{k}"}
    measures -= names
    run = {"q": {document: float(len(ranking) - rank) for rank, document in enumerate(ranking)}}
    theirs = pytrec_eval.RelevanceEvaluator({"q": grades}, measures | {"recip_rank"}).evaluate(run)["q"]
    relevant = {document for document, grade in grades.items() if grade > 0}
    ours = {
        f"P_{k}": precision_at(ranking, relevant, k),
        f"recall_{k}": recall_at(ranking, relevant, k),
        f"map_cut_{k}": average_precision_at(ranking, relevant, k),
        f"ndcg_cut_{k}": ndcg_at(ranking, grades, k),
        f"success_{k}": hit_at(rank_of_first([each in relevant for each in ranking]), k),
        "recip_rank": reciprocal_rank_at(ranking, relevant, len(ranking)),
    }
    assert {name: theirs[name] for name in ours} == pytest.approx(ours)
