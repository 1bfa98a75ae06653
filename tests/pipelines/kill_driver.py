"""Kills indexing at every step, in children of this process, and tells which of them did not end as they should.

Usage: ``python -m tests.pipelines.kill_driver index|rebuild|random|random-rebuild FOLDER``. Prints a JSON list of
complaints. The libraries are imported once; nothing is opened before a fork.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.abuse.countdown import KILLED, Countdown
from benchmarks.abuse.processes import in_child
from components.stores.catalogue.sources import Catalogue
from components.stores.documents import QuaereDocumentStore
from components.stores.engine.sparse_copy import copy_folder
from pipelines import maintenance
from tests.pipelines.indexing_parts import Index, passages, prose, snapshot, write

MOST_STEPS = 200


COUNTDOWN = Countdown()
Store = COUNTDOWN.watch(
    QuaereDocumentStore,
    ("stage", "commit", "discard", "remove_source", "write_documents", "flush", "recreate", "close"),
)
Journal = COUNTDOWN.watch(
    Catalogue, ("begin", "ready", "finish", "undo", "begin_removal", "note_rebuilt", "adopt_rebuilt")
)


def prepare(folder: Path) -> Path:
    """Three indexed files, of which one is then changed, one removed, and one is new."""
    docs = folder / "docs"
    for name in ("a", "b", "c"):
        write(docs, f"{name}.txt", prose(name * 3))
    write(docs, "keep.md", f"# Kept\n\n{prose('alpha')}")

    def build() -> None:
        with Index(folder / "before") as index:
            index.indexer.index([str(docs)])

    assert in_child(build) == 0
    write(docs, "a.txt", prose("changed", 5))
    (docs / "b.txt").unlink()
    write(docs, "d.txt", prose("E-1047"))
    return docs


def snapshot_after(data: Path, work: Callable[[Index], None], **options) -> str:
    """What the index is after another run; before it, no search may have seen a source half-way."""

    def dump() -> None:
        with Index(data, **options) as index:
            check_halves(index)
            work(index)
            (data / "snapshot").write_text(snapshot(index))

    if in_child(dump) != 0:
        return "the run after the kill failed"
    return (data / "snapshot").read_text()


def check_halves(index: Index) -> None:
    versions = {info.source_id: (info.version, info.passages) for info in index.catalogue.sources()}
    seen: dict[str, list[str]] = {}
    for each in passages(index):
        seen.setdefault(each.meta["source_id"], []).append(each.meta["version"])
    found = {source: (held[0], len(held)) for source, held in seen.items() if len(set(held)) == 1}
    assert found == versions, (found, versions)
    assert index.store.count_passages() == sum(count for _, count in versions.values())
    assert index.catalogue.journal() == []
    assert index.catalogue.unlisted() == set()
    tallies = index.store.tallies(versions)
    assert index.catalogue.misfiled({source: tally.by_groups() for source, tally in tallies.items()}) == []


def at_every_step(folder: Path, work: Callable[[Index], None], again: Callable[[Index], None], **options) -> list[str]:
    """Kill ``work`` at each of its steps in turn; ``again`` must then end as an uninterrupted run."""
    copy_folder(folder / "before", folder / "whole")
    wanted = snapshot_after(folder / "whole", again, **options)
    complaints = [] if wanted.startswith("{") else [wanted]
    for step in range(1, MOST_STEPS):
        data = folder / f"step{step}"
        copy_folder(folder / "before", data)

        def killed(data: Path = data, step: int = step) -> None:
            maintenance.QuaereDocumentStore = Store
            with Index(data, store=Store, catalogue=Journal, **options) as index:
                COUNTDOWN.left = step
                work(index)
                COUNTDOWN.left = -1

        status = in_child(killed)
        if status not in (0, KILLED):
            complaints.append(f"step {step}: ended with {status}")
        if snapshot_after(data, again, **options) != wanted:
            complaints.append(f"step {step}: another index than an uninterrupted run's")
        shutil.rmtree(data)
        if status == 0:
            return complaints if step > 8 else [*complaints, f"only {step} steps were watched"]
    return [*complaints, "it never ended"]


def at_random(folder: Path) -> list[str]:
    """Kill runs over many files with SIGKILL at moments spread over the whole run, until one ends."""
    docs = folder / "many"
    for number in range(60):
        write(docs, f"{number:03}.txt", prose(f"word{number}", 4 + number % 9))

    def run(index: Index) -> None:
        index.indexer.index([str(docs)], prune=True)

    began = time.monotonic()
    wanted = snapshot_after(folder / "uninterrupted", run)
    duration = time.monotonic() - began
    complaints = [] if wanted.startswith("{") else [wanted]
    data = folder / "killed"
    for share in (0.3, 0.15, 0.2, 0.15, 0.2, 0.25):
        pid = os.fork()
        if pid == 0:
            snapshot_alone(data, run)
        time.sleep(duration * share)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if snapshot_after(data, check_halves).startswith("the run"):
            complaints.append(f"after {share} of the time: a source was left half-way")
    if snapshot_after(data, run) != wanted:
        complaints.append("another index than an uninterrupted run's")
    return complaints


def rebuilt_at_random(folder: Path, points: int) -> list[str]:
    """Kill rebuilds with SIGKILL at moments spread over the whole run; old or new, the index is the same."""
    docs = folder / "many"
    for number in range(40):
        write(docs, f"{number:03}.txt", prose(f"word{number}", 4 + number % 9))

    def run(index: Index) -> None:
        index.indexer.index([str(docs)])

    wanted = snapshot_after(folder / "base", run)
    complaints = [] if wanted.startswith("{") else [wanted]
    began = time.monotonic()
    copy_folder(folder / "base", folder / "timed")
    snapshot_after(folder / "timed", lambda index: maintenance.rebuild(index.indexer))
    duration = time.monotonic() - began
    for point in range(points):
        data = folder / f"point{point}"
        copy_folder(folder / "base", data)
        pid = os.fork()
        if pid == 0:
            snapshot_alone(data, lambda index: maintenance.rebuild(index.indexer))
        time.sleep(duration * (point + 0.5) / points)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if snapshot_after(data, check_halves) != wanted:
            complaints.append(f"point {point}: another index than before the rebuild")
        shutil.rmtree(data)
    return complaints


def snapshot_alone(data: Path, run: Callable[[Index], None]) -> None:
    try:
        with Index(data) as index:
            run(index)
    finally:
        os._exit(0)


def main() -> None:
    mode, folder = sys.argv[1], Path(sys.argv[2])
    if mode == "random":
        complaints = at_random(folder)
    elif mode == "random-rebuild":
        complaints = rebuilt_at_random(folder, 60)
    else:
        docs = prepare(folder)

        def index_again(index: Index) -> None:
            index.indexer.index([str(docs)], prune=True)

        def rebuild_again(index: Index) -> None:
            maintenance.rebuild(index.indexer)

        work = index_again if mode == "index" else rebuild_again
        complaints = at_every_step(folder, work, work)
    json.dump(complaints, sys.stdout)


if __name__ == "__main__":
    main()
