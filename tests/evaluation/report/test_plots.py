import pytest

from evaluation.comparison import compare
from evaluation.outcome import Outcome
from evaluation.report.plots import (
    difference_plots,
    failures_by_stage,
    plots_of,
    recall_by_k,
    reliability_diagram,
    risk_coverage,
    time_by_stage,
)
from tests.evaluation.report.sample import evaluation


def outcome(number=0, **values):
    given = {"id": f"q{number}", "question": "?", "task": "answering", "references": ("x",), "prediction": "x"}
    return Outcome(**(given | values))


def test_failures_are_counted_by_stage():
    outcomes = [outcome(failure="misread"), outcome(failure="misread"), outcome(failure="not_indexed"), outcome()]
    plot = failures_by_stage(outcomes)
    rows = {row[0]: row[1:4] for row in plot.rows}
    # One question went well; mending the reader would bring two more at most.
    assert rows["Misread"] == ("2", "50.0 %", "75.0 %")
    assert rows["Not indexed"] == ("1", "25.0 %", "50.0 %")
    assert rows["Wrongly given"] == ("0", "0.0 %", "25.0 %")
    assert "Work first on reading" in plot.caption
    assert plot.caption.startswith("3 of 4 questions went wrong")
    assert 'aria-label="Failures by stage: Not indexed 1 (25.0 %); Misread 2 (50.0 %)."' in plot.drawing


def test_recall_counts_questions_by_the_first_right_passage():
    outcomes = [
        outcome(ranks={"dense": 1, "fused": 1}),
        outcome(ranks={"dense": 4, "fused": 2}),
        outcome(ranks={"dense": None, "fused": 10}),
        # Nothing answers it, so that no rank could be right.
        outcome(ranks={"dense": None, "fused": None}, answerable=False),
    ]
    plot = recall_by_k(outcomes)
    assert plot.columns == ("ranking", "k = 1", "k = 3", "k = 5", "k = 10")
    assert plot.rows == (
        ("by meaning", "33.3 %", "33.3 %", "66.7 %", "66.7 %"),
        ("both, fused", "33.3 %", "66.7 %", "66.7 %", "100.0 %"),
    )
    assert plot.keys == ("by meaning", "both, fused")


def test_risk_is_that_of_the_surest_answers():
    outcomes = [outcome(confidence=confidence, right=confidence != 0.7) for confidence in (0.9, 0.8, 0.7, 0.6)]
    assert risk_coverage(outcomes).rows == (
        # Every tenth is a row, but four questions have four coverages.
        ("25.0 %", "0.0 %"),
        ("50.0 %", "0.0 %"),
        ("75.0 %", "33.3 %"),
        ("100.0 %", "25.0 %"),
    )


def test_questions_without_any_answer_are_never_covered():
    outcomes = [outcome(confidence=0.9, right=True), outcome(prediction="", confidence=0.0)]
    assert risk_coverage(outcomes).rows == (("50.0 %", "0.0 %"),)


def test_reliability_names_filled_bins():
    outcomes = [outcome(confidence=0.85, right=True), outcome(confidence=0.81, right=False), outcome(confidence=0.15)]
    assert reliability_diagram(outcomes).rows == (
        ("0.1 to 0.2", "1", "15.0 %", "0.0 %"),
        ("0.8 to 0.9", "2", "83.0 %", "50.0 %"),
    )


def test_time_is_median_and_tail():
    outcomes = [outcome(seconds={"reader": seconds, "total": 1.5}) for seconds in (0.1, 0.2, 0.3)]
    assert time_by_stage(outcomes).rows == (("reading", "200 ms", "290 ms"), ("in all", "1.5 s", "1.5 s"))


@pytest.mark.parametrize("make", [risk_coverage, reliability_diagram, recall_by_k, time_by_stage, failures_by_stage])
def test_what_the_outcomes_do_not_tell_is_left_out(make):
    assert make([]) is None


def test_a_retrieval_without_confidences_has_no_plot_of_them():
    ranking = [outcome(task="retrieval", references=(), prediction="", ranks={"fused": 1}) for _ in range(3)]
    titles = [plot.title for plot in plots_of(type(evaluation())("s", "d", "retrieval", tuple(ranking), {}))]
    assert titles == ["Failures by stage", "Recall by k"]


def test_differences_are_drawn_by_data_set_and_metric():
    many = [evaluation(name, quality=quality) for name, quality in (("default", 1.0), ("dense", 0.3))]
    exact, f1 = difference_plots(compare(many, "default"))
    assert exact.title == "exact match beside default, manuals, answering"
    assert f1.title == "F1 beside default, manuals, answering"
    assert exact.rows[0][0] == "dense"
    assert exact.rows[0][1].startswith("\N{MINUS SIGN}")
