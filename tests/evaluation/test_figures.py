import math
from dataclasses import replace

import pytest

from evaluation.figures import figures_of, grouped
from evaluation.metrics.answers import is_right
from evaluation.outcome import Outcome
from evaluation.tasks.answering import answer_values


def outcome(identifier, references, prediction, confidence, *, given, seconds):
    right = is_right(prediction, "span", references)
    failure = None
    if references:
        failure = None if right and given else "wrongly_withheld" if right else "misread"
    elif given:
        failure = "wrongly_given"
    return Outcome(
        id=identifier,
        question="?",
        task="answering",
        references=references,
        prediction=prediction,
        confidence=confidence,
        given=given,
        right=right,
        answerable=bool(references),
        values=answer_values(prediction, references, right=right, given=given),
        failure=failure,
        seconds={"total": seconds},
    )


OUTCOMES = [
    outcome("1", ("red kettle",), "red kettle", 0.9, given=True, seconds=1.0),
    outcome("2", ("blue lid",), "lid", 0.4, given=False, seconds=2.0),
    outcome("3", ("lid",), "base", 0.8, given=True, seconds=3.0),
    outcome("4", (), "base", 0.6, given=True, seconds=4.0),
    outcome("5", (), "base", 0.2, given=False, seconds=5.0),
]


def test_figures_by_hand():
    figures, intervals = figures_of(OUTCOMES)
    assert (figures["questions"], figures["answerable_questions"]) == (5, 3)
    # Of the answerable ones: exact, two thirds of the words, nothing.
    assert figures["exact_match"] == pytest.approx(1 / 3)
    assert figures["f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert figures["right"] == pytest.approx(2 / 3)
    # Over all, what is withheld counts as no answer: 1, 0, 0, 0, 1.
    assert figures["f1_at_threshold"] == figures["right_at_threshold"] == pytest.approx(2 / 5)
    assert figures["f1_has_answer"] == pytest.approx(1 / 3)
    assert figures["withheld_of_unanswerable"] == 0.5
    # Right: 0.9 and 0.4 of 0.9, 0.8, 0.6, 0.4, 0.2; pairs of answerable over not: 3 of 3 for 0.9, 0.8 ..., 1 for 0.4.
    assert figures["answerability_auroc"] == pytest.approx(5 / 6)
    # Withholding all gives 2 of 5; giving 0.9 alone 3 of 5.
    assert figures["f1_best"] == pytest.approx(3 / 5)
    assert figures["f1_best_threshold"] == 0.9
    assert figures["given"] == 3 / 5
    assert figures["right_of_given"] == pytest.approx(1 / 3)
    assert figures["coverage_at_90_precision"] == 1 / 5
    assert figures["failure_misread"] == figures["failure_wrongly_given"] == 1 / 5
    assert figures["bound_wrongly_withheld"] == 3 / 5
    assert figures["seconds_total_p50"] == 3.0
    assert figures["questions_per_second"] == pytest.approx(5 / 15)
    assert intervals["f1"][0] <= figures["f1"] <= intervals["f1"][1]
    assert "questions" not in intervals


def test_passages_are_told_apart_over_all_questions():
    one = replace(OUTCOMES[0], answering=(2.0,), lacking=(1.0, -1.0))
    other = replace(OUTCOMES[3], lacking=(2.0, -3.0))
    # Of four pairs three are in order and one is equal.
    assert figures_of([one, other])[0]["passage_auroc"] == pytest.approx(3.5 / 4)
    assert "passage_auroc" not in figures_of([other])[0]


def test_groups_by_hand():
    found = grouped(OUTCOMES, lambda outcome: "has" if outcome.answerable else "none")
    assert found["has"]["questions"] == 3
    assert found["has"]["f1"] == pytest.approx((1 + 2 / 3) / 3)
    assert found["none"]["f1_at_threshold"] == 0.5
    assert "f1" not in found["none"]
    assert grouped(OUTCOMES, lambda outcome: outcome.task) == {}


def test_what_the_data_cannot_tell_is_left_out():
    figures, _ = figures_of(OUTCOMES[:2])
    assert "withheld_of_unanswerable" not in figures
    assert not any(math.isnan(value) for value in figures.values())
    only = figures_of([OUTCOMES[3]])[0]
    assert {"exact_match", "f1_has_answer", "answerability_auroc"}.isdisjoint(only)
    assert only["right_of_given"] == 0.0
