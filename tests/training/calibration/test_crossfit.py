import pytest

from components.errors import InputError
from tests.training.calibration.rows import judged, rows
from training.calibration.calibrator import as_own, calibrate, least_confidence, shapes_of
from training.calibration.crossfit import FOLDS, cross_fit, fits_of, folds_of, winner
from training.calibration.fitting import fit_calibrator
from training.calibration.judging import figures_of, judge


def test_folds_share_no_group_and_hold_every_row_once():
    made = rows(200, 0)
    folds = folds_of(made, 0)
    assert sorted(place for fold in folds for place in fold.places) == list(range(200))
    groups = [{made[place]["group"] for place in fold.places} for fold in folds]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 20
    assert folds_of(made, 0) == folds != folds_of(made, 1)


def test_no_question_is_judged_by_a_fit_that_saw_its_group():
    made = rows(200, 0)
    seen = []

    def fit(part):
        seen.append({row["group"] for row in part})
        return fit_calibrator(part)

    calls = []
    compared = cross_fit({"logistic": fit}, made, on_fit=lambda: calls.append(1))
    assert len(seen) == len(calls) == fits_of(1)
    for fold, groups in zip(folds_of(made, 0), seen[:FOLDS], strict=True):
        assert not groups & {made[place]["group"] for place in fold.places}
    # With one shape there is nothing to choose: what to expect is what it did.
    assert compared.nested == compared.shapes["logistic"]
    others, first = folds_of(made, 0)[0]
    again = fit_calibrator([made[place] for place in others])
    assert [compared.nested[place] for place in first] == judge(again, [made[place] for place in first])


def test_winner_by_hand():
    plain = judged([0.9, 0.8, 0.4] * 4, [1, 1, 0] * 4)
    surer = judged([1.0, 1.0, 0.0] * 4, [1, 1, 0] * 4)
    # Of less error than the timid one, but no confidence parts the right from the wrong.
    tied, timid = judged([0.66] * 12, [1, 1, 0] * 4), judged([0.2, 0.1, 0.05] * 4, [1, 1, 0] * 4)
    assert winner({"plain": plain, "surer": surer}) == "surer"
    assert winner({"surer": surer, "plain": plain}) == "surer"
    assert winner({"timid": timid, "tied": tied}) == "timid"
    assert winner({"tied": tied, "plain": plain, "surer": surer}) == "surer"
    # Better on two of three questions, worse on one: a mean gain of 0.005 with a standard error of 0.009 is chance.
    shaky = judged([1.0, 1.0, 0.44] * 4, [1, 1, 0] * 4)
    assert winner({"plain": plain, "shaky": shaky}) == "plain"


def test_too_few_groups_are_refused():
    with pytest.raises(InputError, match="9 titles or passages; at least 10"):
        cross_fit(shapes_of(None), rows(90, 0))


def test_least_confidence_by_hand():
    assert least_confidence(judged([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1]), 0.75) == 0.6
    assert least_confidence(judged([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 0]), 0.75) == 0.8
    with pytest.raises(InputError, match="90%"):
        least_confidence(judged([0.9, 0.8], [0, 1]), 0.9)


def test_a_target_precision_holds_on_other_questions():
    before = fit_calibrator(rows(300, 5))
    # Two in five have an answer, so that no confidence can reach much more than that.
    made = calibrate(rows(400, 0), before, {"logistic": fit_calibrator}, target_precision=0.35)
    assert made.calibrator.threshold("span") == made.calibrator.threshold("faq") == made.least
    after = figures_of(judge(made.calibrator, rows(1500, 1)))
    assert after["precision_of_given"] == pytest.approx(0.35, abs=0.06)
    assert figures_of(made.compared.nested)["precision_of_given"] >= 0.35
    assert list(made.before) == judge(before, rows(400, 0))


def test_a_question_whose_first_answer_is_a_faq_entry_counts_as_one_of_the_faq():
    made = [row for row in rows(100, 0) if row["origin"] in ("answerable", "impossible", "faq")]
    for row in made:
        row["origin"] = "impossible" if row["origin"] == "impossible" else "answerable"
    own = as_own(made, fit_calibrator(rows(500, 1)))
    assert {row["origin"] for row in own if row["places"][0][0]["kind"] == "span"} <= {"answerable", "impossible"}
    assert "faq" in {row["origin"] for row in own}
    assert [row["id"] for row in own] == [row["id"] for row in made]
