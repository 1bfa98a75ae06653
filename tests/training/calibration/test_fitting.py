from dataclasses import replace

import numpy as np
import pytest

from components.calibration import Calibrator
from components.errors import InputError
from components.types import Evidence
from training.calibration.fitting import best_threshold, fit_calibrator, report_on


def rows(count, seed):
    """Questions whose answers are right with the probability that the evidence tells: sigmoid of relevance."""
    generator = np.random.default_rng(seed)

    def answer(kind, answerable):
        relevance = generator.normal()
        right = answerable and generator.random() < 1 / (1 + np.exp(-3 * relevance))
        noise = [generator.normal(), 0.5, 0.5, generator.normal()]
        evidence = [relevance, *noise, 1.0, float(kind == "faq"), 1.0, 0.5, 0.5, 0.0, 1.0]
        return {"kind": kind, "text": "x", "evidence": evidence, "right": bool(right), "exact": bool(right)}

    made = []
    for number in range(count):
        origin = ("answerable", "faq", "left out", "faq left out", "impossible")[number % 5]
        answerable = origin in ("answerable", "faq")
        kind = "faq" if origin.startswith("faq") else "span"
        answers = [answer(kind, answerable), answer("span", False)]
        made.append(
            {"id": str(number), "half": "fit", "origin": origin, "kind": "factoid", "answers": answers}
            | {"passages": [answer("passage", answerable)]}
        )
    return made


def test_a_fitted_calibrator_holds_on_other_rows(tmp_path):
    fitted = fit_calibrator(rows(1500, 0))
    report = report_on(fitted, rows(1500, 1))
    assert report["calibration_error"] < 0.06
    assert report["questions"] == 1500
    assert report["answerable"] == 600
    assert 0 < report["coverage_at_90_precision"] < report["coverage_at_90_precision_answerable"]
    better, worse = (Evidence(value, 0, 0.5, 0.5, 0, 1, 0, 1, 0.5, 0.5, 0, 1) for value in (2.0, -2.0))
    assert fitted.confidence(better, "span") > fitted.confidence(worse, "span")
    fitted.save(tmp_path / "calibrator.json")
    assert Calibrator.load(tmp_path / "calibrator.json") == fitted


@pytest.mark.parametrize("name", ["codes", "fits"])
def test_what_the_data_cannot_tell_has_a_least_weight(name):
    fitted = fit_calibrator(rows(500, 0))
    whole = Evidence(2.0, 0, 0.5, 0.5, 0, 1, 0, 1, 0.5, 0.5, 0, 1)
    assert fitted.confidence(replace(whole, **{name: 0.0}), "span") < 0.5 * fitted.confidence(whole, "span")


def test_a_signal_of_the_wrong_sign_has_no_weight():
    made = rows(1500, 0)
    place = Evidence.names().index("dense")
    for row in made:
        for answer in (*row["answers"], *row["passages"]):
            answer["evidence"][place] = -answer["evidence"][0]  # the higher, the less often right
    assert fit_calibrator(made).kinds["span"].coefficients[place] == 0.0


def test_a_column_without_variation_has_no_weight():
    fitted = fit_calibrator(rows(200, 0))
    place = Evidence.names().index("support")
    assert fitted.kinds["span"].coefficients[place] == pytest.approx(0.0)
    assert fitted.kinds["span"].scale[place] == 1.0


def test_best_threshold_by_hand():
    # Three of five have an answer, so one without weighs 3 / 2 * 0.4 / 0.6 = 1. Gain when given down to each
    # confidence: 1, 2, 1, 2, 1. Of the two best the lower.
    confidences = [0.9, 0.7, 0.5, 0.3, 0.2]
    right = [True, True, False, True, False]
    answerable = [True, True, False, True, False]
    assert best_threshold(confidences, right, answerable) == 0.3
    assert best_threshold([0.9, 0.8, 0.7], [True, False, False], [True, False, False]) == 0.9
    assert best_threshold([0.9], [False], [False]) == 1.0
    assert best_threshold([], [], []) == 1.0


def test_of_equally_good_thresholds_the_lowest():
    assert best_threshold([0.9, 0.4], [True, False], [True, True]) == 0.4


def test_equal_confidences_are_given_together():
    # The third has no answer and weighs 2 / 1 * 0.4 / 0.6 = 1.33: two right ones outweigh it, one does not.
    assert best_threshold([0.9, 0.9, 0.9], [True, True, False], [True, True, False]) == 0.9
    assert best_threshold([0.9, 0.9, 0.9], [True, False, False], [True, True, False]) == 1.0


def test_rows_that_teach_nothing_are_refused():
    same = rows(50, 0)
    for row in same:
        for answer in row["answers"]:
            answer["right"] = False
    with pytest.raises(InputError, match="0 are right"):
        fit_calibrator(same)
