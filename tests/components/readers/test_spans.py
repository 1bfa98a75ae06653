"""Span decoding, worked out by hand and against a search over all spans."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.models.window import Window
from components.readers.spans import Span, best_span_holding, best_spans, null_score


def window(start: list[float], end: list[float], null: float = 0.0, first: int = 0) -> Window:
    """A window whose token number i stands at the code points [2i, 2i + 1) of the passage."""
    places = np.array([[2 * (first + row), 2 * (first + row) + 1] for row in range(len(start))]).reshape(-1, 2)
    return Window(np.array(start, np.float32), np.array(end, np.float32), places, null)


def test_the_best_span_by_hand() -> None:
    # start 3 + end 4 at tokens 1..2; (2, 1) would be higher but ends before it starts.
    found = best_spans([window([0, 3, 5, 0], [0, 6, 4, 0], null=1.0)], n_best=1)
    assert found[0] == Span(start=2, end=3, score=8.0)


def test_a_span_is_no_longer_than_allowed() -> None:
    logits = window([9, 0, 0, 0], [0, 0, 0, 9])
    assert best_spans([logits], max_tokens=4, n_best=1)[0] == Span(0, 7, 18.0)
    assert best_spans([logits], max_tokens=3, n_best=1)[0].score == pytest.approx(9.0)


def test_spans_do_not_overlap() -> None:
    # The tokens 0..1 together (5 + 6) leave 3 alone (3 + 3) and then 2 alone.
    found = best_spans([window([5, 4, 0, 3], [5, 6, 0, 3])], n_best=3)
    assert [(span.start, span.end) for span in found] == [(0, 3), (6, 7), (4, 5)]


def test_the_null_score_is_that_of_the_window_most_sure_of_an_answer() -> None:
    windows = [window([1], [1], null=9.0), window([4], [4], null=2.0, first=5)]
    assert null_score(windows) == 2.0
    assert best_spans(windows) == [Span(10, 11, 6.0), Span(0, 1, 0.0)]


def test_the_same_span_in_two_windows_counts_once_with_its_better_score() -> None:
    windows = [window([1], [1]), window([2], [2])]
    assert best_spans(windows) == [Span(0, 1, 4.0)]


def test_no_span_runs_from_one_part_into_the_next() -> None:
    logits = window([9, 0, 0, 5], [0, 0, 4, 9])
    assert best_spans([logits], n_best=1)[0] == Span(0, 7, 18.0)
    # The parts are the tokens 0..1 and 2..3; what stands between them belongs to the one before.
    found = best_spans([logits], n_best=3, parts=[(0, 3), (4, 7)])
    assert found[:2] == [Span(6, 7, 14.0), Span(0, 1, 9.0)]


def test_nothing_to_read_gives_no_spans() -> None:
    assert best_spans([]) == []
    assert best_spans([window([], [])]) == []


floats = st.floats(-10, 10, width=32)


logits_of_a_window = st.integers(1, 8).flatmap(lambda n: st.tuples(*[st.lists(floats, min_size=n, max_size=n)] * 2))


@given(logits_of_a_window, st.integers(1, 5))
def test_the_first_span_is_the_best_of_all(logits: tuple[list[float], list[float]], max_tokens: int) -> None:
    start, end = logits
    everything = [
        start[first] + end[last]
        for first in range(len(start))
        for last in range(first, min(first + max_tokens, len(start)))
    ]
    found = best_spans([window(start, end)], max_tokens=max_tokens, n_best=10)
    assert found[0].score == pytest.approx(max(everything), abs=1e-4)
    assert all(one.score >= other.score for one, other in pairwise(found))
    taken = [place for span in found for place in range(span.start, span.end)]
    assert len(taken) == len(set(taken))


def test_the_best_span_that_holds_a_place_by_hand() -> None:
    # Tokens 0..4 at the code points 0, 2, 4, 6, 8; the place is token 3, and token 0 alone reads best.
    logits = window([9, 0, 2, 1, 0], [9, 0, 0, 3, 1], null=2.0)
    assert best_spans([logits], n_best=1) == [Span(0, 1, 16.0)]
    assert best_span_holding([logits], [(6, 7)]) == Span(0, 7, 10.0)
    # Not from another part, nor longer than allowed.
    assert best_span_holding([logits], [(6, 7)], parts=[(0, 3), (4, 9)]) == Span(4, 7, 3.0)
    assert best_span_holding([logits], [(6, 7)], max_tokens=1) == Span(6, 7, 2.0)
    # A place of two tokens is held whole, and the better one of two places is taken.
    assert best_span_holding([logits], [(6, 9)], max_tokens=2) == Span(6, 9, 0.0)
    assert best_span_holding([logits], [(8, 9), (0, 1)], max_tokens=1) == Span(0, 1, 16.0)


def test_no_span_holds_what_no_window_has_whole() -> None:
    logits = window([1, 2], [2, 1])
    assert best_span_holding([logits], [(2, 9)]) is None
    assert best_span_holding([logits], [(0, 3)], parts=[(0, 1), (2, 3)]) is None
    assert best_span_holding([logits], []) is None
    assert best_span_holding([], [(0, 1)]) is None
    assert best_span_holding([window([], [])], [(0, 1)]) is None
    further = window([4], [4], null=1.0, first=1)
    assert best_span_holding([logits, further], [(2, 3)]) == Span(2, 3, 8.0)


@given(logits_of_a_window, st.integers(1, 5), st.lists(st.tuples(st.integers(0, 18), st.integers(1, 6)), max_size=4))
def test_what_holds_a_place_is_the_best_of_all_that_do(
    logits: tuple[list[float], list[float]], max_tokens: int, sizes: list[tuple[int, int]]
) -> None:
    start, end = logits
    places = [(begin, begin + size) for begin, size in sizes]
    logits_window = window(start, end, first=1)
    holding = [
        start[first] + end[last]
        for first in range(len(start))
        for last in range(first, min(first + max_tokens, len(start)))
        if any(
            logits_window.offsets[first, 0] <= begin and finish <= logits_window.offsets[last, 1]
            for begin, finish in places
        )
    ]
    found = best_span_holding([logits_window], places, max_tokens)
    assert (found is None) == (not holding)
    if found is not None:
        assert found.score == pytest.approx(max(holding), abs=1e-4)
        assert any(found.start <= begin and finish <= found.end for begin, finish in places)
