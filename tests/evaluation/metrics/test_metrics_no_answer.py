import math
import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics.answers import exact_match, f1
from evaluation.metrics.confidence import at_threshold, auroc, best_threshold, when_given
from evaluation.metrics.significance import percentile

WORTH = [1.0, 0.5, 1.0, 0.0, 0.0]
CONFIDENCES = [0.9, 0.8, 0.4, 0.6, 0.2]
ANSWERABLE = [True, True, True, False, False]


def test_a_threshold_by_hand():
    found = at_threshold(WORTH, CONFIDENCES, ANSWERABLE, 0.5)
    # Given: the first two and the first without an answer. Right: 1, 0.5, and one withheld.
    assert found.has_answer == pytest.approx(1.5 / 3)
    assert found.no_answer == pytest.approx(1 / 2)
    assert found.overall == pytest.approx(2.5 / 5)
    assert when_given(WORTH, [True] * 5, ANSWERABLE).overall == pytest.approx(2.5 / 5)


def test_the_best_threshold_by_hand():
    # From the top: 2 (nothing given), 3, 3.5, 2.5 (a wrong one), 3.5, 2.5: the first of the best withholds most.
    found = best_threshold(WORTH, CONFIDENCES, ANSWERABLE)
    assert (found.threshold, found.overall) == (0.8, pytest.approx(3.5 / 5))
    withheld = best_threshold([1.0], [0.5], [False])
    assert (withheld.threshold, withheld.overall) == (math.inf, 1.0)
    assert math.isnan(withheld.has_answer)
    assert math.isnan(best_threshold([], [], []).overall)


def test_equal_confidences_are_given_together():
    found = best_threshold([1.0, 0.0], [0.5, 0.5], [True, False])
    assert (found.threshold, found.overall) == (math.inf, 0.5)


def test_auroc_by_hand():
    # Pairs of (0.9, 0.4) with (0.6, 0.2): three of four in order.
    assert auroc([0.9, 0.4, 0.6, 0.2], [True, True, False, False]) == 0.75
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert math.isnan(auroc([0.5], [True]))
    assert math.isnan(auroc([], []))
    with pytest.raises(ValueError, match="2 scores for 1"):
        auroc([0.5, 0.4], [True])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_auroc_is_the_share_of_pairs_in_order(rows):
    scores, labels = [float(score) for score, _ in rows], [label for _, label in rows]
    pairs = [
        (a, b)
        for a, up in zip(scores, labels, strict=True)
        for b, low in zip(scores, labels, strict=True)
        if up and not low
    ]
    expected = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs) if pairs else math.nan
    assert auroc(scores, labels) == pytest.approx(expected, nan_ok=True)


def test_percentiles_by_hand():
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5
    assert percentile([0.0, 10.0], 95) == pytest.approx(9.5)
    assert percentile([7.0], 99) == 7.0
    assert math.isnan(percentile([], 50))


# The rules of the official script, written down again from its description.


def published_tokens(text):
    bare = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def published_scores(prediction, references):
    golds = [each for each in references if published_tokens(each)] or [""]
    exact = max(int(published_tokens(prediction) == published_tokens(gold)) for gold in golds)
    overlaps = []
    for gold in golds:
        given_tokens, gold_tokens = published_tokens(prediction), published_tokens(gold)
        same = sum((Counter(given_tokens) & Counter(gold_tokens)).values())
        if not given_tokens or not gold_tokens:
            overlaps.append(float(given_tokens == gold_tokens))
        elif not same:
            overlaps.append(0.0)
        else:
            precision, recall = same / len(given_tokens), same / len(gold_tokens)
            overlaps.append(2 * precision * recall / (precision + recall))
    return exact, max(overlaps)


def published_best(worth, unanswerable_scores, answerable):
    """Walks over the questions from the surest to have an answer; a withheld question without one is right."""
    score = best = sum(not has for has in answerable)
    for place in sorted(range(len(worth)), key=lambda place: unanswerable_scores[place]):
        score += worth[place] if answerable[place] else -1
        best = max(best, score)
    return best / len(worth)


words = st.lists(
    st.sampled_from(["The", "a", "cat", "Cat's", "sat-on", "an", "1998–2000", "war–the", "“end”", "U.S.", "$5", "é"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@given(prediction=words, references=st.lists(words.filter(published_tokens), min_size=1, max_size=3))
def test_exact_match_and_f1_are_those_of_the_official_rules(prediction, references):
    exact, overlap = published_scores(prediction, references)
    assert exact_match(prediction, references) == exact
    assert f1(prediction, references) == pytest.approx(overlap)


@given(st.data())
def test_the_best_threshold_is_that_of_the_official_rules(data):
    count = data.draw(st.integers(1, 20))
    answerable = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    worth = data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=count, max_size=count))
    confidences = [each / 100 for each in data.draw(st.permutations(range(count)))]
    expected = published_best(worth, [1 - each for each in confidences], answerable)
    assert best_threshold(worth, confidences, answerable).overall == pytest.approx(expected)
