import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.failures import ADVICE, STAGES, StageLoss, Way, failure_of, losses, worst_stage
from evaluation.outcome import Outcome


@pytest.mark.parametrize(
    ("way", "facts", "expected"),
    [
        (Way(), (True, True, True), None),
        (Way(), (True, True, False), "wrongly_withheld"),
        (Way(), (False, False, False), None),
        (Way(), (False, False, True), "wrongly_given"),
        (Way(indexed=False, fused=None), (True, False, True), "not_indexed"),
        (Way(fused=None, reranked=None), (True, False, True), "not_retrieved"),
        (Way(fused=2, reranked=3, answered_from=1), (True, False, True), "lost_by_reranker"),
        (Way(fused=2, reranked=None, answered_from=1), (True, False, True), "lost_by_reranker"),
        (Way(fused=2, reranked=1, answered_from=4), (True, False, True), "misread"),
        (Way(fused=2, reranked=1, answered_from=1), (True, False, False), "misread"),
        (Way(fused=1, reranked=1, answered_from=None), (True, False, False), "misread"),
        (Way(fused=1, reranked=1, answered_from=1, touches=True), (True, False, True), "wrong_boundary"),
        # An answer that is right by its words is no failure of retrieval, wherever it stands.
        (Way(fused=None, reranked=None), (True, True, True), None),
    ],
)
def test_a_wrong_outcome_is_put_down_to_the_first_stage_that_lost_it(way, facts, expected):
    answerable, right, given_ = facts
    assert failure_of(way, answerable=answerable, right=right, given=given_) == expected


@given(
    way=st.builds(
        Way,
        indexed=st.booleans(),
        fused=st.none() | st.integers(1, 3),
        reranked=st.none() | st.integers(1, 3),
        answered_from=st.none() | st.integers(1, 3),
        touches=st.booleans(),
    ),
    answerable=st.booleans(),
    right=st.booleans(),
    is_given=st.booleans(),
)
def test_nothing_wrong_goes_without_a_stage(way, answerable, right, is_given):
    found = failure_of(way, answerable=answerable, right=right, given=is_given)
    assert (found is None) == ((right and is_given) if answerable else not is_given)


def outcome(number, failure):
    return Outcome(str(number), "?", "answering", ("x",), failure=failure)


def test_shares_and_bounds_by_hand():
    outcomes = [outcome(0, None), outcome(1, "misread"), outcome(2, "misread"), outcome(3, "not_retrieved")]
    found = {loss.failure: loss for loss in losses(outcomes)}
    assert tuple(found) == STAGES
    assert found["misread"] == StageLoss("misread", 2, 0.5, 0.75)
    assert found["not_retrieved"] == StageLoss("not_retrieved", 1, 0.25, 0.5)
    assert found["wrongly_given"] == StageLoss("wrongly_given", 0, 0.0, 0.25)
    assert worst_stage(outcomes) == found["misread"]
    assert sum(loss.count for loss in found.values()) == 3


def test_without_failures_there_is_no_worst_stage():
    assert worst_stage([outcome(0, None)]) is None
    assert worst_stage([]) is None
    assert losses([]) == ()


def test_there_is_advice_for_every_stage():
    assert set(ADVICE) == set(STAGES)
