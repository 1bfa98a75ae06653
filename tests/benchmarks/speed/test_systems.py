"""The systems themselves, in this process, on tiny models."""

import json
from collections.abc import Callable

import pytest

from benchmarks.speed.corpus import Corpus, read_passages
from benchmarks.speed.stock import require
from benchmarks.speed.systems import SYSTEMS, Asked, Peer, System, Task, chosen_systems
from benchmarks.speed.worker import make_peer
from components.errors import ConfigurationError, InputError
from evaluation.data.squad import LabelledQuestion
from tests.benchmarks.speed.conftest import ASKED

BY_NAME = {system.name: system for system in SYSTEMS}
TaskOf = Callable[..., Task]


def asked_of(task: Task) -> list[Asked]:
    """Index, open, ask, close; another peer reads what the first wrote."""
    maker: Peer = make_peer(task)
    maker.prepare()
    maker.load_indexing()
    maker.index(read_passages(task.passages))
    maker.close()
    peer: Peer = make_peer(task)
    peer.open()
    try:
        return [peer.ask(question) for question, _ in ASKED]
    finally:
        peer.close()


# The local store of qdrant-client closes its files when they are collected.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:unclosed:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:.*convert_to_numpy.*")
def test_the_same_work_finds_the_passages_that_the_stock_components_find(task_of: TaskOf) -> None:
    theirs = asked_of(task_of(BY_NAME["stock"]))
    ours = asked_of(task_of(BY_NAME["quaere-same-work"]))
    for stock, quaere in zip(theirs, ours, strict=True):
        assert len(stock.retrieved) == 5
        assert quaere.retrieved == stock.retrieved
        assert quaere.ranked == stock.ranked
        assert stock.prediction
        assert {"embedder", "retriever", "ranker", "reader", "total"} <= stock.seconds.keys() & quaere.seconds.keys()


def test_a_setting_of_a_system_beats_that_in_force(task_of: TaskOf, corpus: Corpus) -> None:
    few = System("few", "quaere", {"search.candidates": 2})
    for asked in asked_of(task_of(few)):
        assert len(asked.ranked) == 2
        assert set(asked.retrieved) == set(asked.ranked)


def test_words_alone_find_passages_and_answer_nothing(task_of: TaskOf, corpus: Corpus) -> None:
    first, second, _ = asked_of(task_of(BY_NAME["bm25s"]))
    # Of the paragraphs, the first alone says "wrote Faust"; two passages say "the capital of France".
    assert corpus.rank(LabelledQuestion("q0", "", (), 0), first.retrieved) == 1
    assert corpus.rank(LabelledQuestion("q1", "", (), 1), second.retrieved) in (1, 2)
    assert (first.prediction, first.ranked) == ("", ())
    assert len(first.retrieved) == 5


def test_tasks_and_replies_travel_as_json(task_of: TaskOf) -> None:
    task = task_of(BY_NAME["quaere-10"], count=7)
    assert Task.from_dict(json.loads(json.dumps(task.to_dict()))) == task
    asked = asked_of(task_of(BY_NAME["bm25s"]))[0]
    assert Asked.from_dict(json.loads(json.dumps(asked.to_dict()))) == asked


def test_systems_are_chosen_by_name_in_the_order_of_the_tables() -> None:
    assert [system.name for system in chosen_systems(["bm25s", "stock"])] == ["stock", "bm25s"]
    assert chosen_systems(None) == SYSTEMS
    with pytest.raises(InputError, match=r"'elastic'.*stock, quaere-same-work"):
        chosen_systems(["stock", "elastic"])


def test_a_peer_that_is_not_installed_is_named_with_what_to_install() -> None:
    require({"json": "json"})
    with pytest.raises(ConfigurationError, match=r"need no-such-package, which is not installed; .*\.\[benchmark\]"):
        require({"no_such_module.deeper": "no-such-package", "json": "json"})
