import time

import pytest

from components.answers.merging import contains_wording, group, overlaps, same_wording, wording


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The red button", "red button."),
        ("1,200 units", "1200 units"),
        ("14 days", "within 14 days"),
        ("ＡＢＣ", "abc"),
        ("−5 °C", "-5 °C"),
        ("die rote Taste", "rote Taste"),
        ("Barack Obama", "Obama"),
        ("三年", "三年。"),
    ],
)
def test_equal_statements_are_the_same(one, other):
    assert same_wording(wording(one), wording(other))
    assert same_wording(wording(other), wording(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("14 days", "30 days"),
        ("1.5 litres", "15 litres"),
        ("5 °C", "-5 °C"),
        ("C", "C++"),
        ("allowed", "not allowed"),
        ("E-1047", "E-1048"),
        ("May", "May 5"),
        ("Paris", "the city of light Paris in France"),
        ("三年", "五年"),
        ("", "something"),
    ],
)
def test_other_statements_are_not(one, other):
    assert not same_wording(wording(one), wording(other))


def test_an_answer_that_holds_the_other_does_not_contradict_it():
    assert contains_wording(wording("14 days"), wording("You may return it within 14 days of purchase."))
    assert not contains_wording(wording("14 days"), wording("You may return it within 30 days of purchase."))


def test_articles_alone_keep_their_wording():
    assert wording("The") == ("the",)
    assert wording("?!") == ()


def test_spans_that_only_touch_do_not_overlap():
    assert overlaps((0, 5), (4, 6))
    assert not overlaps((0, 5), (5, 6))


def test_grouping_keeps_order_and_compares_with_the_first_member():
    assert group([1, 9, 2, 10, 3], lambda one, other: abs(one - other) <= 1) == [[1, 2], [9, 10], [3]]
    assert group([], lambda one, other: True) == []


def test_a_long_repetition_is_compared_in_one_pass() -> None:
    begin = time.thread_time()
    assert not same_wording(("一",) * 40_000, (*("一",) * 20_001, "二"))
    assert time.thread_time() - begin < 0.5
