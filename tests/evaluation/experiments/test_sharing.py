import time

from evaluation.experiments.sharing import SharedResults


def slow(value):
    def compute():
        time.sleep(0.02)
        return value

    return compute


def test_a_result_is_computed_once_a_question():
    results = SharedResults()
    computed = []
    for key in ("a", "a", "b"):
        assert results.get("ranker", key, lambda key=key: computed.append(key) or key) == key
    assert results.get("reader", "a", lambda: "another stage") == "another stage"
    assert computed == ["a", "b"]
    results.next_question()
    assert results.get("ranker", "a", lambda: "anew") == "anew"


def test_seconds_are_saved_by_the_system_that_comes_second():
    results = SharedResults()
    results.next_question()
    results.get("ranker", "a", slow(1))
    assert results.saved == {}
    results.next_system()
    results.get("ranker", "a", slow(1))
    assert results.saved["ranker"] >= 0.02
    results.next_system()
    assert results.saved == {}


def test_a_second_look_at_ones_own_result_saves_nothing():
    results = SharedResults()
    results.get("retriever", "a", slow(1))
    results.get("retriever", "a", slow(1))
    assert results.saved == {}
    results.next_system()
    results.get("retriever", "b", slow(1))
    # The system has searched itself; that it looks at another one's result as well is no part of answering.
    results.get("retriever", "a", slow(1))
    assert results.saved == {}
