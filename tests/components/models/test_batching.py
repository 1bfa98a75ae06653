"""The combining queue: own results for everyone, waiting work done together, errors to the right callers."""

from collections.abc import Sequence
from threading import Event, Thread

import pytest

from components.models.batching import CombiningQueue


def test_results_come_back_in_order() -> None:
    queue = CombiningQueue[int, int](lambda items: [item * 2 for item in items])
    assert queue.run([3, 1, 2]) == [6, 2, 4]
    assert queue.run([]) == []


def test_callers_that_wait_are_served_by_one_call() -> None:
    calls: list[int] = []
    started, release = Event(), Event()

    def work(items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        if len(calls) == 1:
            started.set()
            release.wait(10)
        return [item + 1 for item in items]

    queue = CombiningQueue[int, int](work)
    found: dict[int, list[int]] = {}

    def ask(number: int) -> None:
        found[number] = queue.run([number])

    first = Thread(target=ask, args=(0,))
    first.start()
    started.wait(10)
    others = [Thread(target=ask, args=(number,)) for number in range(1, 6)]
    for thread in others:
        thread.start()
    while len(queue._waiting) < len(others):
        pass
    release.set()
    for thread in [first, *others]:
        thread.join()
    assert calls == [1, 5]
    assert found == {number: [number + 1] for number in range(6)}


def test_an_error_reaches_its_caller_and_the_queue_works_on() -> None:
    def work(items: Sequence[int]) -> list[int]:
        if 0 in items:
            raise ValueError("zero")
        return list(items)

    queue = CombiningQueue[int, int](work)
    with pytest.raises(ValueError, match="zero"):
        queue.run([0])
    assert queue.run([1]) == [1]
