import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.confidence import brier_score, risk_coverage_area, risk_coverage_curve


def test_brier_by_hand():
    # (0.1^2 + 0.5^2 + 0.2^2) / 3
    assert brier_score([0.9, 0.5, 0.2], [1, 1, 0]) == pytest.approx(0.3 / 3)
    assert brier_score([1.0, 0.0], [1, 0]) == 0.0
    assert math.isnan(brier_score([], []))


def test_risk_and_coverage_by_hand():
    confidences, right = [0.9, 0.6, 0.6, 0.1], [1, 0, 1, 0]
    assert risk_coverage_curve(confidences, right) == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    # Of the two at 0.6 half of each is wrong: risks 0, 0.5 / 2, 1 / 3, 2 / 4.
    assert risk_coverage_area(confidences, right) == pytest.approx((0 + 0.25 + 1 / 3 + 0.5) / 4)
    assert risk_coverage_curve([], []) == []
    assert math.isnan(risk_coverage_area([], []))


pairs = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9]), st.sampled_from([0.0, 1.0])), min_size=1, max_size=12)


@given(pairs, st.randoms())
def test_the_order_of_equal_confidences_does_not_matter(made, random):
    shuffled = random.sample(made, len(made))
    one, other = (risk_coverage_area(*map(list, zip(*each, strict=True))) for each in (made, shuffled))
    assert one == pytest.approx(other)


@given(pairs)
def test_perfect_confidences_have_the_least_area(made):
    right = [is_right for _, is_right in made]
    assert risk_coverage_area(right, right) <= risk_coverage_area([each for each, _ in made], right) + 1e-12
