import pytest

from components.errors import InputError
from evaluation.comparison import compare
from evaluation.outcome import Evaluation, Outcome


def evaluation(system, values, *, dataset="squad", metric="exact_match", first=0):
    outcomes = tuple(
        Outcome(id=f"q{number}", question="?", task="answering", references=("x",), values={metric: value})
        for number, value in enumerate(values, start=first)
    )
    return Evaluation(system, dataset, "answering", outcomes, {})


BASELINE = evaluation("plain", [0, 0, 0, 1, 1, 0])
BETTER = evaluation("better", [1, 1, 1, 1, 1, 0])
WORSE = evaluation("worse", [0, 0, 0, 0, 0, 0])


def test_differences_are_paired_and_corrected_as_one_family():
    better, worse = compare([BASELINE, BETTER, WORSE], "plain")
    assert (better.system, better.baseline, better.dataset, better.metric) == (
        "better",
        "plain",
        "squad",
        "exact_match",
    )
    assert (better.difference, better.better, better.worse, better.questions) == (0.5, 3, 0, 6)
    assert better.interval[0] < 0.5 < better.interval[1]
    # Three questions better, none worse: 2 / 2^3; two worse: 2 / 2^2. Holm: 2 * .25, then .5 held at .5.
    assert (better.p, better.corrected) == (0.25, 0.5)
    assert (worse.p, worse.corrected) == (0.5, 0.5)
    assert not better.significant


def test_questions_are_paired_by_their_id_and_not_by_their_place():
    turned = Evaluation("turned", "squad", "answering", BASELINE.outcomes[::-1], {})
    (same,) = compare([BASELINE, turned], "plain")
    assert (same.difference, same.p, same.better, same.worse) == (0.0, 1.0, 0, 0)


def test_a_clear_difference_is_significant():
    (found,) = compare([evaluation("plain", [0] * 12), evaluation("new", [1] * 12)], "plain")
    assert found.p == found.corrected == 2 / 2**12
    assert found.significant


def test_each_data_set_has_its_own_baseline():
    other = [evaluation("plain", [1, 1], dataset="faq"), evaluation("better", [1, 0], dataset="faq")]
    found = compare([BASELINE, BETTER, *other], "plain")
    assert [(each.dataset, each.difference) for each in found] == [("squad", 0.5), ("faq", -0.5)]


def test_only_metrics_that_both_have_are_compared_unless_named():
    with_f1 = evaluation("better", [1] * 6, metric="f1")
    assert compare([BASELINE, with_f1], "plain") == ()
    with pytest.raises(InputError, match=r"better on squad: no question has 'exact_match'; there are: f1"):
        compare([BASELINE, with_f1], "plain", {"answering": ["exact_match"]})


def test_questions_that_a_metric_is_not_defined_for_are_left_out():
    def half(system, value):
        rest = evaluation(system, [0, 0], metric="withheld", first=3)
        defined = evaluation(system, [value] * 3)
        return Evaluation(system, "squad", "answering", defined.outcomes + rest.outcomes, {})

    exact, withheld = compare([half("plain", 0), half("better", 1)], "plain")
    assert (exact.metric, exact.questions, exact.difference, exact.p) == ("exact_match", 3, 1.0, 0.25)
    assert (withheld.metric, withheld.questions) == ("withheld", 2)


def test_a_metric_that_only_one_system_has_for_a_question_is_refused():
    missing = evaluation("better", [1] * 5).outcomes + evaluation("better", [1], metric="f1", first=5).outcomes
    with pytest.raises(InputError, match=r"question q5 has 'exact_match' in one of better and plain alone"):
        compare([BASELINE, Evaluation("better", "squad", "answering", missing, {})], "plain")


@pytest.mark.parametrize(
    ("evaluations", "message"),
    [
        ([BETTER], r"baseline 'plain' has no evaluation on squad; there are: better"),
        ([BASELINE, BETTER, BETTER], r"same system, data set and task"),
        ([BASELINE, evaluation("new", [1] * 6, first=1)], r"2 were asked of one alone, such as q0"),
        ([BASELINE, evaluation("new", [])], r"new on squad has no questions"),
    ],
)
def test_what_cannot_be_compared_is_refused(evaluations, message):
    with pytest.raises(InputError, match=message):
        compare(evaluations, "plain")
