import math

import pytest

from evaluation.metrics.confidence import calibration_error, coverage_at_precision, reliability, threshold_at_precision
from evaluation.metrics.significance import bootstrap_interval


def test_calibration_error_by_hand():
    # Bin [0.5, 0.6): two answers, mean confidence 0.55, half right: off by 0.05. Bin [0.9, 1]: two answers, mean
    # confidence 0.95, all right: off by 0.05.
    assert calibration_error([0.5, 0.6 - 1e-9, 0.9, 1.0], [1, 0, 1, 1]) == pytest.approx(0.05, abs=1e-6)
    assert calibration_error([0.8] * 5, [1, 1, 1, 1, 0]) == pytest.approx(0.0)
    assert calibration_error([1.0], [0]) == 1.0
    assert math.isnan(calibration_error([], []))


def test_a_confidence_on_an_edge_belongs_to_the_upper_bin():
    bins = reliability([0.5, 1.0], [1, 0], bins=2)
    assert [each.count for each in bins] == [0, 2]
    assert math.isnan(bins[0].right)


def test_coverage_at_precision_by_hand():
    confidences, right = [0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1]
    # Precision down to each threshold: 1, 1, 2/3, 3/4.
    assert coverage_at_precision(confidences, right, 0.9) == 0.5
    assert coverage_at_precision(confidences, right, 0.75) == 1.0
    assert threshold_at_precision(confidences, right, 0.9) == 0.8
    assert coverage_at_precision([0.9], [0], 0.5) == 0.0
    assert threshold_at_precision([0.9], [0], 0.5) is None
    assert math.isnan(coverage_at_precision([], [], 0.9))


def test_equal_confidences_are_given_together():
    assert coverage_at_precision([0.9, 0.9], [1, 0], 0.9) == 0.0
    assert coverage_at_precision([0.9, 0.9], [0, 1], 0.5) == 1.0


def test_bootstrap_interval():
    low, high = bootstrap_interval([0.0, 1.0] * 200)
    # The standard error is 0.025: about 0.45 to 0.55.
    assert low == pytest.approx(0.451, abs=0.01)
    assert high == pytest.approx(0.549, abs=0.01)
    assert bootstrap_interval([0.0, 1.0] * 200) == (low, high)
    assert bootstrap_interval([0.3]) == pytest.approx((0.3, 0.3))
    assert math.isnan(bootstrap_interval([])[0])
