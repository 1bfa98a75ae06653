"""kill -9 at moments spread over indexing, rebuilding, deleting and serving; then the work is done again to its end.

The service lives in a fork, is killed by a signal, and is opened again by another fork. What is in the index afterwards
must equal what an undisturbed run leaves, and nothing may be half of one version and half of another.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.processes import begin, end, ended, in_child
from components.errors import QuaereError
from components.lexical import question_vector
from components.store.sparse_copy import copy_folder
from pipelines.service import QAService
from pipelines.settings import Settings

POINTS = 1000

_DIMENSION = 384
"""Of the default embedder."""

_ALL = 1000
"""More passages than there are: which of equal ones comes first is not promised."""

_QUESTIONS = ("How long is the warranty of the Aria pump?", "alpha pump", "E-1047")
_LATE = 1.05
"""The last moments lie behind the end of an undisturbed run, where the folder is being closed."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that is killed.

    Args:
        prepare: makes what is there before, in the data folder and beside it.
        work: is killed; done again, it must lead to the same end.
        look: sees what is wrong right after the kill; a list of complaints.
        snapshot: all that a user could notice, as JSON.
    """

    prepare: Callable[[Path], None]
    work: Callable[[Path], None]
    look: Callable[[Path], list[str]]
    snapshot: Callable[[Path], str]


def kills(run: Run) -> Outcome:
    """All scenarios, each with its share of the points."""
    from benchmarks.abuse.kills_serving import SERVING

    scenarios = {"index": INDEX, "rebuild": REBUILD, "delete": DELETE, "serve": SERVING}
    shares = {"index": 0.3, "rebuild": 0.25, "delete": 0.1, "serve": 0.35}
    points = run.count(POINTS, len(scenarios))
    faults: list[str] = []
    killed: dict[str, int] = {}
    for name, scenario in scenarios.items():
        count = max(1, round(points * shares[name]))
        killed[name] = _scenario(run, name, scenario, count, faults)
    survived = sum(killed.values())
    return Outcome(
        [
            Check("kills in the middle of the work", survived, points // 2, at_least=True),
            Check("kills after which the index differs, or holds halves", len(faults), 0),
        ],
        faults,
        {"points": points, "killed": killed},
    )


def _scenario(run: Run, name: str, scenario: Scenario, count: int, faults: list[str]) -> int:
    """Kill one scenario at so many moments; gives how many kills came before the end of the work."""
    draw, folder = run.draw(), run.folder / name
    folder.mkdir()
    before = folder / "before"
    if in_child(lambda: scenario.prepare(before)) != 0:
        raise QuaereError(f"kills: {name} could not be prepared")
    whole = folder / "data"
    copy_folder(before, whole)
    began = time.monotonic()
    if in_child(lambda: scenario.work(whole)) != 0:
        raise QuaereError(f"kills: {name} does not even work undisturbed")
    lasts = time.monotonic() - began
    wanted = _told(folder, lambda: scenario.snapshot(whole))
    shutil.rmtree(whole)
    killed = 0
    for point in range(count):
        copy_folder(before, whole)
        seconds = lasts * _LATE * (point + draw.random()) / count
        killed += _kill_after(lambda: scenario.work(whole), seconds) == -signal.SIGKILL
        for fault in _after(folder, whole, scenario, wanted):
            faults.append(f"{name}, killed after {seconds:.3f} of {lasts:.3f} s: {fault}")
        shutil.rmtree(whole)
        run.tell(point + 1, count)
    return killed


def _after(folder: Path, data: Path, scenario: Scenario, wanted: str) -> list[str]:
    """What is wrong after a kill: at once, and when the work was done again."""
    complaints: list[str] = json.loads(_told(folder, lambda: json.dumps(scenario.look(data))) or '["cannot be opened"]')
    if in_child(lambda: scenario.work(data)) != 0:
        return [*complaints, "the work cannot be done again"]
    found = _told(folder, lambda: scenario.snapshot(data))
    return complaints if found == wanted else [*complaints, difference(wanted, found)]


def _kill_after(work: Callable[[], None], seconds: float) -> int:
    """Start work, kill it after so many seconds, and give its exit status."""
    pid = begin(work)
    try:
        time.sleep(seconds)
    finally:
        end(pid)
    return ended(pid)


def _told(folder: Path, tell: Callable[[], str]) -> str:
    """What a child has to say; empty where it failed."""
    said = folder / "said"
    said.unlink(missing_ok=True)
    status = in_child(lambda: (said.write_text(tell(), "utf-8"), None)[1])
    return said.read_text("utf-8") if status == 0 else ""


def difference(wanted: str, found: str) -> str:
    """Where two snapshots differ, in few words."""
    if not found:
        return "no snapshot can be taken"
    right, seen = json.loads(wanted), json.loads(found)
    parts = [
        f"{name}: {str(seen.get(name))[:150]} instead of {str(right[name])[:150]}"
        for name in right
        if seen.get(name) != right[name]
    ]
    return "another index than an undisturbed run's: " + "; ".join(parts)


# What is killed


def quiet() -> None:
    """A fork that is killed has nothing to say; its complaints would only fill the screen."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def opened(data: Path) -> QAService:
    """The service of a data folder, quick to load."""
    return QAService(Settings.load(data=data, threads=1), purpose="kills")


def prose(word: str, sentences: int = 8) -> str:
    """Text of several passages that all hold a word."""
    return " ".join(f"The {word} pump of row {n} runs at {n * 7} bar and never stops." for n in range(sentences))


def write(folder: Path, name: str, text: str) -> None:
    """A document of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def docs_of(data: Path) -> Path:
    """The documents of a scenario; all its data folders lie beside them."""
    return data.parent / "docs"


def state(service: QAService) -> dict[str, Any]:
    """Sources, passages, texts and replies, in an order of their own."""
    sources = sorted(service.sources(), key=lambda info: info.source)
    details = [service.source(info.source_id) for info in sources]
    return {
        "sources": [[Path(info.source).name, info.version, info.passages, list(info.tags)] for info in sources],
        "texts": [each.text for each in details],
        "passages": [[[p.start, p.end, p.text] for p in each.passages] for each in details],
        "dense": [_dense(service, seed) for seed in range(3)],
        "lexical": {question: _lexical(service, question) for question in _QUESTIONS},
    }


def _dense(service: QAService, seed: int) -> list[Any]:
    # No model is loaded only to look: any vector finds all passages, each with its own score.
    vector = np.random.default_rng(seed).normal(size=_DIMENSION)
    found = service._open_folder().store.search_dense((vector / np.linalg.norm(vector)).tolist(), limit=_ALL)
    return sorted([Path(each.meta["source"]).name, each.meta["start"], round(each.score or 0, 4)] for each in found)


def _lexical(service: QAService, question: str) -> list[Any]:
    found = service._open_folder().store.search_lexical(question_vector(question), limit=_ALL)
    return sorted([Path(each.meta["source"]).name, each.meta["start"], round(each.score or 0, 4)] for each in found)


def snapshot(data: Path) -> str:
    """The state of a data folder."""
    with opened(data) as service:
        return json.dumps(state(service))


def halves(service: QAService) -> list[str]:
    """Sources of which the index holds more or less than the catalogue says."""
    found = []
    for info in service.sources():
        held = service.source(info.source_id).passages
        if len(held) != info.passages:
            found.append(
                f"{Path(info.source).name} has {len(held)} passages in the index, {info.passages} in the catalogue"
            )
    return found


def look(data: Path) -> list[str]:
    """What a search would see at once."""
    with opened(data) as service:
        return halves(service)


def _prepare(data: Path) -> None:
    docs = docs_of(data)
    for name in ("a", "b", "c", "e", "f"):
        write(docs, f"{name}.txt", prose(name * 3, 6))
    write(docs, "keep.md", f"# Kept\n\n{prose('alpha', 40)}")
    with opened(data) as service:
        service.index([str(docs)])


def _prepare_change(data: Path) -> None:
    """Of the files that are indexed, some are then changed, one is removed, and some are new."""
    _prepare(data)
    docs = docs_of(data)
    write(docs, "a.txt", prose("changed", 5))
    (docs / "b.txt").unlink()
    for name in ("d", "g", "h"):
        write(docs, f"{name}.txt", prose(f"E-1047 {name}", 12))


def _index(data: Path) -> None:
    with opened(data) as service:
        service.index([str(docs_of(data))], prune=True)


def _rebuild(data: Path) -> None:
    with opened(data) as service:
        service.rebuild()


def _delete(data: Path) -> None:
    with opened(data) as service:
        gone = [info.source_id for info in service.sources() if Path(info.source).name in ("a.txt", "keep.md")]
        service.delete(gone)


INDEX = Scenario(_prepare_change, _index, look, snapshot)
REBUILD = Scenario(_prepare, _rebuild, look, snapshot)
DELETE = Scenario(_prepare, _delete, look, snapshot)
