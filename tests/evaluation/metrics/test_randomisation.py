import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from evaluation.metrics.significance import EXACT, randomisation_p

few = st.lists(st.integers(-4, 4).map(lambda each: each / 4), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        # Of the eight assignments of signs only +++ and --- are as far.
        ([1, 1, 1], 2 / 8),
        # Sums of 3, 2, 1 with signs: 6, 4, 2, 0 and their mirrors; at least 4 away are 6, 4, -4, -6.
        ([3, 2, -1], 4 / 8),
        # Questions without a difference count nothing: as [1, 1, 1].
        ([1, 0, 1, 0, 0, 1], 2 / 8),
        ([1, -1], 1.0),
        ([5], 1.0),
        ([0, 0], 1.0),
        # Decimals that add up to a hair less than their sum must count as equal: 0.1 + 0.2 beside 0.3.
        ([0.1, 0.2, -0.3], 1.0),
        ([1] * 5, 2 / 32),
    ],
)
def test_values_worked_out_by_hand(differences, p):
    assert randomisation_p(differences) == pytest.approx(p)


def test_without_questions_it_is_undefined():
    assert math.isnan(randomisation_p([]))


@given(few)
def test_the_exact_value_is_that_of_counting_every_assignment(differences):
    observed = abs(sum(differences))
    sums = [
        abs(sum(sign * each for sign, each in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    assert randomisation_p(differences) == pytest.approx(sum(each >= observed - 1e-9 for each in sums) / len(sums))


@given(few)
def test_neither_order_nor_direction_nor_scale_matters(differences):
    p = randomisation_p(differences)
    assert p == randomisation_p(differences[::-1])
    assert p == randomisation_p([-each for each in differences])
    assert p == pytest.approx(randomisation_p([1000 * each for each in differences]))
    assert 0 < p <= 1


def test_a_drawn_value_is_near_the_binomial_one():
    # 60 of 100 questions better by 1, 40 worse: as far as 20 apart. Two-sided sign test, 2 * P(X >= 60) = 0.0569.
    differences = [1.0] * 60 + [-1.0] * 40
    exact = 2 * sum(math.comb(100, wins) for wins in range(60, 101)) / 2**100
    assert exact == pytest.approx(0.0569, abs=1e-4)
    assert randomisation_p(differences) == pytest.approx(exact, abs=0.006)
    assert randomisation_p(differences, seed=1) == randomisation_p(differences, seed=1)


def test_a_drawn_value_is_never_nought():
    assert randomisation_p([1.0] * (EXACT + 30), resamples=999) == pytest.approx(1 / 1000)


def test_drawn_and_counted_meet_at_the_border():
    counted = [1.0, -0.5, 0.25, 0.75, -0.25] * 4
    assert len(counted) == EXACT
    # So small that it decides only whether sums that are as far count, which they must.
    drawn = [*counted, -1e-6]
    assert randomisation_p(drawn) == pytest.approx(randomisation_p(counted), abs=0.01)


@given(st.lists(st.floats(-1, 1).map(lambda each: round(each, 2)), min_size=2, max_size=8))
def test_it_agrees_with_an_independent_implementation(differences):
    found = permutation_test(
        (np.array(differences),), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert randomisation_p(differences) == pytest.approx(found.pvalue)
