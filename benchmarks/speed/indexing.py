"""The first half of a comparison: every system's index, made several times in turn."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.results import Results
from benchmarks.speed.alternation import turns
from benchmarks.speed.corpus import Corpus
from benchmarks.speed.plan import PeersPlan, Tell, emptied
from benchmarks.speed.process import SystemProcess
from benchmarks.speed.systems import System
from components.stores.engine.sparse_copy import allocated_bytes


def prepare_all(plan: PeersPlan, corpus: Corpus, tell: Tell) -> None:
    """Convert and compile what the systems run, in processes that are not measured."""
    systems = _one_of_each_index(plan)
    for number, system in enumerate(systems):
        tell(f"preparing: {system.index}", number, len(systems))
        with SystemProcess(plan.task(corpus, system, plan.folder / "prepared")) as process:
            process.prepare()


def index_all(plan: PeersPlan, corpus: Corpus, results: Results, tell: Tell) -> None:
    """Make every index as often as the plan says."""
    systems = _one_of_each_index(plan)
    seconds: dict[str, list[float]] = {system.index: [] for system in systems}
    figures: dict[str, dict[str, Any]] = {}
    done, total = 0, len(systems) * plan.index_rounds
    for order in turns(systems, plan.index_rounds):
        for system in order:
            tell(f"indexing: {system.index}", done, total)
            name, folder = system.index, emptied(plan.index_folder(system))
            with SystemProcess(plan.task(corpus, system, folder)) as process:
                made = process.index()
                memory = process.memory()["peak"]
                process.close()
            seconds[name].append(float(made["seconds"]))
            figures[name] = _figures(seconds[name], made["passages"], memory, allocated_bytes(folder))
            done += 1
        results.put("index", {each.name: figures[each.index] for each in plan.systems})
    results.complete("index")


def _one_of_each_index(plan: PeersPlan) -> list[System]:
    return list({system.index: system for system in reversed(plan.systems)}.values())


def _figures(seconds: Sequence[float], passages: int, memory: int, size: int) -> dict[str, Any]:
    middle = median(seconds)
    return {
        "passages": passages,
        "seconds": {"median": middle, "rounds": list(seconds)},
        "passages_per_second": passages / middle,
        "memory": memory,
        "bytes": size,
    }
