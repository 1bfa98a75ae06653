import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from training.calibration.isotonic import isotonic_curve


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
