from typing import Any

import pytest

from benchmarks.speed.figures import (
    best_of_same_quality,
    is_same_quality,
    paired_ratio,
    quality,
    stage_milliseconds,
    table_rows,
    throughput,
)
from benchmarks.speed.process import Round
from benchmarks.speed.systems import SYSTEMS, Asked
from evaluation.data.squad import LabelledQuestion


def asked(**seconds: float) -> Asked:
    return Asked("Paris", (), (), seconds)


def test_milliseconds_by_stage_leave_out_what_failed() -> None:
    rounds = [
        Round(1.0, (asked(reader=0.1, total=0.2), None), ("ValueError: no",)),
        Round(1.0, (asked(total=0.4),), ()),
    ]
    found = stage_milliseconds(rounds)
    assert found["reader"] == {"median": pytest.approx(100), "p95": pytest.approx(100)}
    # Of 200 and 400 the 95th percentile lies 0.95 of the way.
    assert found["total"] == {"median": pytest.approx(300), "p95": pytest.approx(390)}


def test_questions_a_second_count_answers_and_take_the_median_of_the_rounds() -> None:
    one = asked(total=0.1)
    rounds = [Round(2.0, (one, one, one, one), ()), Round(1.0, (one, None), ("E: gone",)), Round(1.0, (one,) * 5, ())]
    found = throughput(rounds)
    assert found["rounds"] == [2.0, 1.0, 5.0]
    assert (found["median"], found["questions"], found["errors"], found["first_error"]) == (2.0, 11, 1, "E: gone")


def test_ratios_are_taken_round_by_round() -> None:
    # The machine is half as quick in the second round; what matters is the ratio inside each.
    assert paired_ratio([10.0, 5.0, 30.0], [5.0, 2.5, 10.0]) == 2.0
    assert paired_ratio([1.0], [0.0]) is None
    assert paired_ratio([], []) is None


QUESTIONS = [LabelledQuestion("a", "capital?", ("Paris",), 0), LabelledQuestion("b", "river?", ("the Seine",), 1)]


def test_quality_in_percent() -> None:
    found = quality(QUESTIONS, ["Paris", "Seine river"], {"retrieved": [1, None], "ranked": [6, 30]})
    # "Seine river" against "Seine": precision 1/2, recall 1, F1 2/3.
    assert (found["exact_match"], found["f1"]) == (50.0, pytest.approx(100 * (1 + 2 / 3) / 2))
    assert found["recall"]["retrieved"] == {"1": 50.0, "5": 50.0, "10": 50.0, "30": 50.0}
    assert found["recall"]["ranked"] == {"1": 0.0, "5": 0.0, "10": 50.0, "30": 100.0}


def test_who_only_searches_has_no_exact_match() -> None:
    found = quality(QUESTIONS, None, {"retrieved": [1, 1]})
    assert (found["exact_match"], found["f1"]) == (None, None)


@pytest.mark.parametrize(
    ("exact_match", "f1", "same"),
    [(60.0, 70.0, True), (59.5, 69.5, True), (59.4, 75.0, False), (75.0, 69.4, False), (90.0, 90.0, True)],
)
def test_the_same_quality_is_at_most_half_a_point_below_in_both(exact_match: float, f1: float, same: bool) -> None:
    assert is_same_quality({"exact_match": exact_match, "f1": f1}, {"exact_match": 60.0, "f1": 70.0}) is same


def measured(score: float, milliseconds: float) -> dict[str, Any]:
    return {"exact_match": score, "f1": score, "milliseconds": {"total": {"median": milliseconds}}}


def test_the_quickest_of_those_of_the_same_quality_is_taken() -> None:
    asking = {
        "stock": measured(60, 1000),
        "quaere-same-work": measured(60, 1),  # not a setting that anybody would use
        "quaere-default": measured(61, 200),
        "quaere-20": measured(59.6, 150),
        "quaere-5": measured(50, 40),
    }
    assert best_of_same_quality(SYSTEMS, asking) == "quaere-20"
    assert best_of_same_quality(SYSTEMS, {"stock": measured(90, 1), "quaere-5": measured(50, 1)}) is None
    assert best_of_same_quality(SYSTEMS, {"quaere-5": measured(50, 1)}) is None


def system_figures(seconds: float, rate: float, score: float) -> dict[str, dict[str, Any]]:
    total = {"median": 1000 * seconds}
    recall = {"retrieved": dict.fromkeys(("1", "5", "10", "30"), score)}
    return {
        "index": {"seconds": {"median": seconds}, "memory": 2000},
        "asking": {
            "milliseconds": {"total": total},
            "memory": 1000,
            "exact_match": score,
            "f1": score,
            "recall": recall,
        },
        "load": {"questions_per_second": {"median": rate}},
    }


def test_a_table_says_how_many_times_better() -> None:
    sides = {"stock": system_figures(8.0, 2.0, 60.0), "quaere-10": system_figures(2.0, 10.0, 61.0)}
    report = {part: {name: each[part] for name, each in sides.items()} for part in ("index", "asking")}
    report["load"] = {"16": {name: each["load"] for name, each in sides.items()}}
    rows = {row["name"]: row for row in table_rows(report, "quaere-10")}
    assert rows["seconds_to_index"] == {"name": "seconds_to_index", "stock": 8.0, "quaere": 2.0, "ratio": 4.0}
    assert rows["questions_per_second_16"]["ratio"] == 5.0
    assert rows["memory_asking"]["ratio"] == 1.0
    assert rows["exact_match"] == {"name": "exact_match", "stock": 60.0, "quaere": 61.0, "ratio": None}
    assert rows["recall_at_30"]["quaere"] == 61.0
    report["load"]["16"]["quaere-10"]["times_stock"] = 4.5
    rows = {row["name"]: row for row in table_rows(report, "quaere-10")}
    assert rows["questions_per_second_16"]["ratio"] == 4.5
    # A stage that one of them has not cannot be compared.
    assert "milliseconds_reader" not in rows
