"""kill -9 at moments spread over indexing, rebuilding, deleting and serving; then the work is done again to its end.

The service lives in a fork, is killed by a signal, and is opened again by another fork. What is in the index afterwards
must equal what an undisturbed run leaves, and nothing may be half of one version and half of another.
"""

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.kills_indexing import DELETE, INDEX, REBUILD, Scenario
from benchmarks.abuse.kills_serving import SERVING
from benchmarks.abuse.processes import begin, end, ended, in_child
from components.errors import QuaereError
from components.stores.engine.sparse_copy import copy_folder

POINTS = 1000

_LATE = 1.05
"""The last moments lie behind the end of an undisturbed run, where the folder is being closed."""


def kills(run: Run) -> Outcome:
    """All scenarios, each with its share of the points."""
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
