from dataclasses import replace

import numpy as np
import pytest

from components.answers.calibration import KINDS, Calibrator
from components.errors import InputError
from components.logits import logit
from components.types import Evidence
from tests.training.calibration.rows import rows, units_of
from training.calibration.fitting import best_threshold, fit_calibrator, with_least
from training.calibration.judging import figures_of, judge

WHOLE = Evidence(
    **dict.fromkeys(Evidence.names(), 0.0)
    | {
        "relevance": 2.0,
        "dense": 0.5,
        "lexical": 0.5,
        "support": 1,
        "codes": 1,
        "near": 0.5,
        "coverage": 0.5,
        "fits": 1,
    }
)


def test_a_fitted_calibrator_holds_on_other_rows(tmp_path):
    fitted = fit_calibrator(rows(1500, 0))
    report = figures_of(judge(fitted, rows(1500, 1)))
    assert report["calibration_error"] < 0.06
    assert report["questions"] == 1500
    assert report["answerable"] == 600
    assert report["coverage_at_90_precision"] <= report["coverage_at_90_precision_answerable"]
    assert report["coverage_at_90_precision_answerable"] > 0
    better, worse = (replace(WHOLE, relevance=value) for value in (2.0, -2.0))
    assert fitted.confidence(better, "span") > fitted.confidence(worse, "span")
    fitted.save(tmp_path / "calibrator.json")
    assert Calibrator.load(tmp_path / "calibrator.json") == fitted


def bent(rows):
    """The same questions, of whose surer answers three in ten are wrong after all: no logistic curve."""
    generator = np.random.default_rng(9)
    for row in rows:
        for answer in units_of(row):
            if answer["evidence"][0] > 0.5 and generator.random() < 0.3:
                answer["right"] = False
    return rows


def test_an_isotonic_curve_follows_what_no_logistic_one_can(tmp_path):
    fitted_on, others = bent(rows(3000, 0)), bent(rows(3000, 1))
    logistic, isotonic = (
        figures_of(judge(fit_calibrator(fitted_on, shape), others)) for shape in ("logistic", "isotonic")
    )
    assert isotonic["brier"] < logistic["brier"]
    assert isotonic["calibration_error"] < logistic["calibration_error"]
    curved = fit_calibrator(fitted_on, "isotonic")
    curved.save(tmp_path / "calibrator.json")
    assert Calibrator.load(tmp_path / "calibrator.json") == curved
    assert curved.kinds["span"].curve


def test_rescaled_keeps_the_weights_and_mends_how_sure_they_make(tmp_path):
    base = fit_calibrator(rows(1500, 0))
    timid = Calibrator({kind: replace(model, intercept=model.intercept - 3) for kind, model in base.kinds.items()})
    few = rows(100, 2)
    fitted = fit_calibrator(few, "rescaled", base=timid)
    weights, before = (np.array(each.kinds["span"].coefficients) for each in (fitted, timid))
    slope = weights.sum() / before.sum()
    assert slope > 0
    assert weights == pytest.approx(before * slope, abs=1e-5)
    after, unmended = (figures_of(judge(each, rows(1500, 3))) for each in (fitted, timid))
    assert after["calibration_error"] < 0.5 * unmended["calibration_error"]


def test_what_the_rows_cannot_tell_stays_as_it_was():
    base = fit_calibrator(rows(500, 0))
    texts = [row for row in rows(500, 1) if row["origin"] == "answerable"]
    fitted = fit_calibrator(texts, "logistic", base=base)
    assert fitted.kinds["span"].coefficients != base.kinds["span"].coefficients
    # All of these questions have an answer: a threshold fitted on them would give whatever comes.
    assert fitted.threshold("span") == base.threshold("span")


def test_with_least():
    fitted = fit_calibrator(rows(300, 0))
    raised = with_least(fitted, 0.97)
    assert [raised.threshold(kind) for kind in ("span", "row", "passage", "faq")] == [0.97] * 4
    assert raised.kinds["span"].coefficients == fitted.kinds["span"].coefficients


@pytest.mark.parametrize("name", ["codes", "fits"])
def test_what_the_data_cannot_tell_has_a_least_weight(name):
    fitted = fit_calibrator(rows(500, 0))
    without = fitted.confidence(replace(WHOLE, **{name: 0.0}), "span")
    assert logit(fitted.confidence(WHOLE, "span")) - logit(without) >= 0.9


def test_a_signal_of_the_wrong_sign_has_no_weight():
    made = rows(1500, 0)
    place = Evidence.names().index("dense")
    for row in made:
        for answer in units_of(row):
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


@pytest.mark.parametrize(("right_between", "lowest"), [(2, 0.5), (1, 0.9)])
def test_of_thresholds_that_are_about_as_good_the_lowest_is_taken(right_between: int, lowest: float) -> None:
    # 30 have an answer and 20 have none, so one without weighs 1. Between .9 and .5 three of these stand, and two right
    # answers (1 less in all, standard error the root of 5) or one (2 less, standard error 2). Below is the rest.
    groups = [
        (0.9, 26 - right_between, True, True),
        (0.5, right_between, True, True),
        (0.5, 3, False, False),
        (0.2, 4, False, True),
        (0.2, 17, False, False),
    ]
    rows = [row for confidence, count, *rest in groups for row in [(confidence, *rest)] * count]
    confidences, right, answerable = zip(*rows, strict=True)
    assert best_threshold(confidences, right, answerable) == lowest


def test_a_wrong_answer_costs_half_of_what_a_right_one_gains():
    assert best_threshold([0.9, 0.6, 0.4], [True, False, True], [True, True, True]) == 0.4
    # The first is given; of the others one in three is right.
    confidences, right = [0.9, *[0.4] * 30], [True, *[True, False, False] * 10]
    assert best_threshold(confidences, right, [True] * 31) == 0.4
    right = [True, *[True, False, False, False, False] * 6]
    assert best_threshold(confidences, right, [True] * 31) == 0.9


def test_few_of_one_kind_share_what_the_others_tell():
    made = rows(1500, 0)
    for row in made[:20]:
        for unit in units_of(row):
            unit["kind"] = "list"
    fitted = fit_calibrator(made)
    place = Evidence.names().index("relevance")
    assert fitted.kinds["list"].coefficients[place] == fitted.kinds["span"].coefficients[place] > 0
    assert set(fitted.kinds) == set(KINDS)


def test_equal_confidences_are_given_together():
    # The third has no answer and weighs 2 / 1 * 0.4 / 0.6 = 1.33: two right ones outweigh it, one does not.
    assert best_threshold([0.9, 0.9, 0.9], [True, True, False], [True, True, False]) == 0.9
    assert best_threshold([0.9, 0.9, 0.9], [True, False, False], [True, True, False]) == 1.0


def test_rows_that_teach_nothing_are_refused():
    same = rows(50, 0)
    for row in same:
        for answer in units_of(row):
            answer["right"] = False
    with pytest.raises(InputError, match="0 are right"):
        fit_calibrator(same)


def test_where_surer_answers_are_less_often_right_another_calibrator_is_kept():
    base, made = fit_calibrator(rows(500, 0)), rows(300, 0)
    for row in made:
        row["places"] = [[unit | {"right": unit["evidence"][0] < -0.5} for unit in place] for place in row["places"]]
    kept = fit_calibrator(made, "rescaled", base=base).kinds["span"]
    assert (kept.coefficients, kept.intercept) == (base.kinds["span"].coefficients, base.kinds["span"].intercept)
