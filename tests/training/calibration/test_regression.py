import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from training.calibration.regression import fit_logistic, isotonic_curve


def test_one_binary_column_by_hand():
    # Of four rows at 0 one is right, of four rows at 1 three: intercept log(1/3), coefficient log(3) - log(1/3).
    rows = np.array([[0.0]] * 4 + [[1.0]] * 4)
    labels = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    coefficients, intercept = fit_logistic(rows, labels, penalty=1e-9)
    assert intercept == pytest.approx(np.log(1 / 3), abs=1e-5)
    assert coefficients[0] == pytest.approx(2 * np.log(3), abs=1e-5)


def test_the_gradient_is_zero_at_the_optimum():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(300, 3))
    labels = (rows @ [1.0, -2.0, 0.0] + generator.logistic(size=300) > 0.5).astype(float)
    coefficients, intercept = fit_logistic(rows, labels, penalty=2.0)
    residual = 1 / (1 + np.exp(-(rows @ coefficients + intercept))) - labels
    assert rows.T @ residual + 2.0 * coefficients == pytest.approx([0, 0, 0], abs=1e-3)
    assert residual.sum() == pytest.approx(0, abs=1e-3)
    assert coefficients[0] > 0.5 > abs(coefficients[2])


def test_separable_data_and_an_empty_column_stay_finite():
    rows = np.array([[-1.0, 0], [-2, 0], [1, 0], [2, 0]])
    coefficients, intercept = fit_logistic(rows, np.array([0.0, 0, 1, 1]), penalty=1.0)
    assert np.isfinite([*coefficients, intercept]).all()
    assert coefficients[0] > 0
    assert coefficients[1] == pytest.approx(0)


def newton(rows, labels, penalty):
    """What Quaere fitted up to 0.1, by Newton's method."""
    design = np.column_stack([rows, np.ones(len(rows))])
    ridge = np.append(np.full(rows.shape[1], penalty), 0.0)
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        predicted = 1 / (1 + np.exp(-(design @ weights)))
        gradient = design.T @ (predicted - labels) + ridge * weights
        weights -= np.linalg.solve((design.T * (predicted * (1 - predicted))) @ design + np.diag(ridge), gradient)
    return weights


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("penalty", [1.0, 1e-3])
def test_a_fit_is_the_one_that_newtons_method_finds(seed, penalty):
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(400, 9))
    labels = (rows @ generator.normal(size=9) + generator.logistic(size=400) > 0.3).astype(float)
    coefficients, intercept = fit_logistic(rows, labels, penalty)
    assert np.append(coefficients, intercept) == pytest.approx(newton(rows, labels, penalty), abs=1e-3)


def test_labels_that_are_all_the_same_give_their_share_alone():
    coefficients, intercept = fit_logistic(np.array([[0.1], [0.9]]), np.ones(2), penalty=1.0)
    assert coefficients.tolist() == [0.0]
    # 3 of 4, by the rule of succession.
    assert intercept == pytest.approx(np.log(3))


def test_a_curve_by_hand():
    scores, labels = np.array([0.1, 0.2, 0.3, 0.9, 0.8, 0.4]), np.array([0.0, 1, 0, 1, 1, 0])
    # In order 0, 1, 0, 0, 1, 1: the second to the fourth are pooled to a third, the last two share 1.
    assert isotonic_curve(scores, labels) == ((0.1, 0.0), (pytest.approx(0.3), pytest.approx(1 / 3)), (0.85, 1.0))


def test_equal_scores_are_one_point():
    assert isotonic_curve(np.array([0.5, 0.5, 0.5, 0.5]), np.array([1.0, 0, 0, 1])) == ((0.5, 0.5),)


labelled = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=40)


@given(labelled)
def test_the_curve_rises_and_agrees_with_an_independent_implementation(made):
    scores, labels = np.array(made).T
    curve = isotonic_curve(scores, labels)
    ascending, shares = np.array(curve).T
    assert (np.diff(ascending) > 0).all()
    assert (np.diff(shares) > 0).all()
    rounded = np.round(scores, 6)
    theirs = IsotonicRegression().fit(rounded, labels).predict(rounded)
    assert set(np.round(theirs, 9)) == set(np.round(shares, 9))
