import numpy as np
import pytest

from training.calibration.logistic import fit_logistic


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
