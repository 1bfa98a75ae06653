import io
import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks.speed.corpus import Spot
from benchmarks.speed.process import SystemProcess
from benchmarks.speed.systems import SYSTEMS, Asked, Task
from benchmarks.speed.worker import closed_loop, serve
from components.errors import ModelError, QuaereError
from tests.benchmarks.speed.conftest import ASKED

BM25 = next(system for system in SYSTEMS if system.name == "bm25s")
QUAERE = next(system for system in SYSTEMS if system.name == "quaere-default")
QUESTIONS = [question for question, _ in ASKED]


@pytest.mark.parametrize("clients", [1, 3, 8])
def test_every_question_is_asked_once_and_its_answer_stands_in_its_place(clients: int) -> None:
    def ask(question: str) -> Asked:
        return Asked(question.upper(), (), (), {"total": 0.0})

    questions = [f"question {number}" for number in range(40)]
    asked, errors, seconds = closed_loop(ask, questions, clients)
    assert [each.prediction for each in asked if each is not None] == [question.upper() for question in questions]
    assert errors == []
    assert seconds > 0


def test_a_client_waits_for_its_answer_before_it_asks_again() -> None:
    together = threading.Barrier(3, timeout=20)
    present: list[int] = []

    def ask(question: str) -> Asked:
        # Passes only if three ask at a time, never one more.
        present.append(together.wait())
        return Asked("", (), (), {})

    closed_loop(ask, ["?"] * 9, 3)
    assert sorted(present) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_question_that_fails_is_counted_and_does_not_end_the_rest() -> None:
    def ask(question: str) -> Asked:
        if question == "bad":
            raise KeyError("gone")
        return Asked("fine", (Spot("a", 0, 1),), (), {})

    asked, errors, _ = closed_loop(ask, ["good", "bad", "good"], 2)
    assert [each is None for each in asked] == [False, True, False]
    assert errors == ["KeyError: 'gone'"]


def test_errors_of_ours_are_said_and_the_process_goes_on(task_of: Callable[..., Task]) -> None:
    requests = [task_of(BM25).to_dict(), {"do": "index"}, {"do": "open"}, {"do": "memory"}]
    requests.append({"do": "ask", "questions": QUESTIONS, "clients": 1})
    replies = io.StringIO()
    serve(io.StringIO("".join(json.dumps(request) + "\n" for request in requests)), replies)
    said = [json.loads(line) for line in replies.getvalue().splitlines()]
    assert said[0] == {}
    assert said[1]["passages"] == 5
    assert said[3]["peak"] > 10 * 2**20
    assert len(said[4]["asked"]) == 3


def test_a_system_works_in_a_process_of_its_own(task_of: Callable[..., Task]) -> None:
    with SystemProcess(task_of(QUAERE)) as process:
        assert process.index()["passages"] == 5
        process.close()
        assert process.open() > 0
        round_ = process.ask(QUESTIONS, clients=2)
        assert len(round_.asked) == 3
        assert all(each is not None and each.retrieved for each in round_.asked)
        assert round_.per_second == pytest.approx(3 / round_.seconds)
        memory = process.memory()
        # Whatever this process of the tests has loaded is none of its own.
        assert 50 * 2**20 < memory["peak"] < 900 * 2**20
        process._process.kill()
        with pytest.raises(QuaereError, match="system quaere-default ended with -9"):
            process.memory()


def test_what_a_system_refuses_reaches_the_caller(task_of: Callable[..., Task]) -> None:
    task = task_of(QUAERE)
    wrong = replace(task, settings={**task.settings, "models.embedder": "/no/such/folder"})
    with pytest.raises(ModelError, match="/no/such/folder"), SystemProcess(wrong):
        pass


def test_a_system_ends_with_its_parent_in_the_midst_of_its_work(task_of: Callable[..., Task]) -> None:
    with SystemProcess(task_of(BM25)) as process:
        process.index()
        process.open()
        child = process._process
        assert child.stdin is not None
        # Hours of questions; the pipe closes as it does when the parent is killed.
        child.stdin.write(json.dumps({"do": "ask", "questions": ["who wrote"] * 300_000, "clients": 1}) + "\n")
        child.stdin.close()
        assert child.wait(30) == 1
