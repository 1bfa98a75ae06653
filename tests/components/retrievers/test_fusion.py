"""Fusion worked out by hand, and its conventions for one, equal and missing scores."""

import pytest

from components.retrievers.fusion import convex, min_max, reciprocal_rank


def test_min_max_by_hand():
    assert min_max({"a": 3.0, "b": 2.0, "c": 1.0}) == {"a": 1.0, "b": 0.5, "c": 0.0}
    assert min_max({"a": -0.2, "b": 0.2}) == {"a": 0.0, "b": 1.0}


@pytest.mark.parametrize("scores", [{}, {"a": 0.0}, {"a": -3.0}, {"a": 2.0, "b": 2.0}])
def test_one_score_and_equal_scores_are_one(scores):
    assert min_max(scores) == dict.fromkeys(scores, 1.0)


def test_convex_by_hand():
    dense = {"a": 0.9, "b": 0.5, "c": 0.1}
    lexical = {"b": 8.0, "d": 4.0}
    # dense normalised: a 1, b .5, c 0; lexical: b 1, d 0.
    assert convex(dense, lexical, 0.5) == pytest.approx({"a": 0.5, "b": 0.75, "c": 0.0, "d": 0.0})
    assert convex(dense, lexical, 1.0) == pytest.approx({"a": 1.0, "b": 0.5, "c": 0.0, "d": 0.0})
    assert convex(dense, lexical, 0.0) == pytest.approx({"a": 0.0, "b": 1.0, "c": 0.0, "d": 0.0})


def test_convex_with_an_empty_side():
    assert convex({}, {"a": 2.0}, 0.25) == {"a": 0.75}
    assert convex({}, {}, 0.5) == {}


def test_reciprocal_rank_by_hand():
    fused = reciprocal_rank([{"a": 9.0, "b": 8.0}, {"b": 3.0, "c": 1.0}])
    best = 2 / 61
    assert fused == pytest.approx({"a": (1 / 61) / best, "b": (1 / 62 + 1 / 61) / best, "c": (1 / 62) / best})


def test_reciprocal_rank_of_first_everywhere_is_one_and_ties_share_a_rank():
    assert reciprocal_rank([{"a": 1.0}, {"a": 5.0}]) == pytest.approx({"a": 1.0})
    tied = reciprocal_rank([{"a": 2.0, "b": 2.0, "c": 1.0}], k=0)
    assert tied == pytest.approx({"a": 1.0, "b": 1.0, "c": 1 / 3})
    assert reciprocal_rank([{}, {}]) == {}
