"""The child's side of :mod:`benchmarks.speed.process`: one system, which does what lines of JSON say.

Its stdout holds replies and nothing else: whatever a library prints goes to stderr.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TextIO

import numpy as np
from haystack import Document

from benchmarks.memory import memory_of_this_process
from benchmarks.speed.corpus import read_passages
from benchmarks.speed.systems import Asked, Peer, Task
from benchmarks.speed.vectors import numbered, with_vectors
from components.errors import QuaereError

WARM_UP = ("Which question is asked by nobody?", "Who would ever ask this?", "What has never been asked before?")
"""Asked before the first question that is timed: the first calls of a model are slow."""


def make_peer(task: Task) -> Peer:
    """The system that a task describes."""
    if task.system.kind == "quaere":
        from benchmarks.speed.quaere import QuaerePeer

        return QuaerePeer(task)
    if task.system.kind == "stock":
        from benchmarks.speed.stock import StockPeer

        return StockPeer(task)
    from benchmarks.speed.lexical_only import LexicalPeer

    return LexicalPeer(task)


class SystemWorker:
    """A system and what it can be told; every method is a command and returns plain JSON."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.peer = make_peer(task)

    def prepare(self) -> dict[str, Any]:
        """Make what the machine keeps of the models."""
        self.peer.prepare()
        return {}

    def index(self) -> dict[str, Any]:
        """Make the index: seconds without loading a model, and passages."""
        self.peer.load_indexing()
        batches = _Counted(self._batches())
        started = perf_counter()
        self.peer.index(batches)
        # Reading the passages from a file, and making synthetic ones, is no part of it.
        return {"seconds": perf_counter() - started - batches.seconds, "passages": batches.passages}

    def open(self) -> dict[str, Any]:
        """Open the index and warm up: seconds until the first question can be asked."""
        started = perf_counter()
        self.peer.open()
        seconds = perf_counter() - started
        for question in WARM_UP:
            self.peer.ask(question)
        return {"seconds": seconds}

    def ask(self, questions: Sequence[str], clients: int) -> dict[str, Any]:
        """Ask in a closed loop: each client puts its next question when it has the answer to the last.

        Returns:
            ``seconds``: until the last answer; ``asked``: in the order of the questions, None where one failed;
            ``errors``: what was said of those.
        """
        asked, errors, seconds = closed_loop(self.peer.ask, questions, clients)
        return {
            "seconds": seconds,
            "asked": [None if each is None else each.to_dict() for each in asked],
            "errors": errors,
        }

    def memory(self) -> dict[str, int]:
        """See :func:`benchmarks.memory.memory_of_this_process`."""
        return memory_of_this_process()

    def close(self) -> dict[str, Any]:
        """Let go of the index."""
        self.peer.close()
        return {}

    def _batches(self) -> Iterator[list[Document]]:
        task = self.task
        batches = read_passages(task.passages, task.count)
        if task.vectors is None:
            return batches
        vectors = np.load(task.vectors, mmap_mode="r")
        return (with_vectors(batch, vectors, first) for first, batch in numbered(batches))


class _Counted:
    """Hands batches on, and counts the passages and the seconds that it takes to make them."""

    def __init__(self, batches: Iterable[list[Document]]) -> None:
        self._batches = batches
        self.passages = 0
        self.seconds = 0.0

    def __iter__(self) -> Iterator[list[Document]]:
        started = perf_counter()
        for batch in self._batches:
            self.seconds += perf_counter() - started
            self.passages += len(batch)
            yield batch
            started = perf_counter()
        self.seconds += perf_counter() - started


def closed_loop(
    ask: Callable[[str], Asked], questions: Sequence[str], clients: int
) -> tuple[list[Asked | None], list[str], float]:
    """Ask all questions from this many threads, each of which asks one at a time.

    Returns:
        What came of each, None where it failed; what the errors say; wall-clock seconds.
    """
    waiting: SimpleQueue[tuple[int, str]] = SimpleQueue()
    for numbered_question in enumerate(questions):
        waiting.put(numbered_question)
    asked: list[Asked | None] = [None] * len(questions)
    errors: list[str] = []
    ready = threading.Barrier(clients + 1)

    def client() -> None:
        ready.wait()
        while True:
            try:
                number, question = waiting.get_nowait()
            except Empty:
                return
            try:
                asked[number] = ask(question)
            except Exception as error:  # of a peer: whatever it raises is a question without an answer
                errors.append(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(client) for _ in range(clients)]
        ready.wait()
        started = perf_counter()
        for each in running:
            each.result()
    return asked, errors, perf_counter() - started


def until_alone(stream: TextIO) -> Iterator[str]:
    """The lines of a stream; at its end the parent is gone, and with it the sense of whatever is under way."""
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


def serve(requests: Iterable[str], replies: TextIO) -> None:
    """Do what each line says until there are no more; the first describes the task."""
    worker: SystemWorker | None = None
    for line in requests:
        request = json.loads(line)
        try:
            if worker is None:
                worker = SystemWorker(Task.from_dict(request))
                reply: dict[str, Any] = {}
            else:
                reply = getattr(worker, request.pop("do"))(**request)
        except QuaereError as error:
            reply = {"error": str(error), "kind": type(error).__name__}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def main() -> None:
    """Take over stdout for the replies, and serve."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with own:
        serve(until_alone(sys.stdin), own)


if __name__ == "__main__":
    main()
