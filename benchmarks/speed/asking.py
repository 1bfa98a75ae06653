"""The second half of a comparison: the same questions to every system in turn, from one client and from several."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.results import Results
from benchmarks.speed.alternation import blocks, turns
from benchmarks.speed.corpus import Corpus
from benchmarks.speed.figures import paired_ratio, quality, stage_milliseconds, throughput
from benchmarks.speed.plan import PeersPlan, Tell, emptied
from benchmarks.speed.process import Round, SystemProcess
from benchmarks.speed.systems import STOCK, System
from components.errors import QuaereError
from components.stores.engine.sparse_copy import copy_folder
from evaluation.data.squad import LabelledQuestion

_TURN = 20
"""Questions of one client's turn."""
_LOADED_TURN = 100
"""Of the turns of several clients: enough that those who have nothing left to ask at its end weigh little."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A system that can be asked."""

    system: System
    process: SystemProcess
    seconds_to_open: float

    def ask(self, questions: Sequence[LabelledQuestion], clients: int = 1) -> Round:
        """Put questions to it."""
        return self.process.ask([question.text for question in questions], clients)


@contextmanager
def opened(plan: PeersPlan, corpus: Corpus) -> Iterator[dict[str, Opened]]:
    """All systems by name, each in its process and with an index of its own."""
    emptied(plan.folder / "asked")
    with ExitStack() as held:
        found = {}
        for system in plan.systems:
            # An index is open in one process at a time.
            folder = plan.folder / "asked" / system.name
            copy_folder(plan.index_folder(system), folder)
            process = held.enter_context(SystemProcess(plan.task(corpus, system, folder)))
            found[system.name] = Opened(system, process, process.open())
        yield found


def ask_one_by_one(
    corpus: Corpus, sample: Sequence[LabelledQuestion], systems: dict[str, Opened], results: Results, tell: Tell
) -> None:
    """One client: stages, quality, and questions a second."""
    rounds: dict[str, list[Round]] = {name: [] for name in systems}
    parts = blocks(sample, _TURN)
    for number, (part, order) in enumerate(zip(parts, turns(list(systems), len(parts)), strict=True)):
        tell("asking one by one", number, len(parts))
        for name in order:
            rounds[name].append(systems[name].ask(part))
        asking = {}
        for name, each in systems.items():
            figures = asking_figures(each.system, corpus, sample, rounds[name])
            own = {"seconds_to_open": each.seconds_to_open, "memory": each.process.memory()["peak"]}
            asking[name] = figures | own
        results.put("asking", asking)
        results.put("load", {"1": _load_figures(rounds)})
    results.complete("asking")


def asking_figures(
    system: System, corpus: Corpus, sample: Sequence[LabelledQuestion], rounds: Sequence[Round]
) -> dict[str, Any]:
    """Quality and milliseconds, of the questions that were asked so far and answered.

    Raises:
        QuaereError: none was answered.
    """
    asked = [each for round_ in rounds for each in round_.asked]
    answered = [(question, each) for question, each in zip(sample, asked, strict=False) if each is not None]
    errors = [text for round_ in rounds for text in round_.errors]
    if not answered:
        raise QuaereError(f"the system {system.name} answered none of {len(asked)} questions: {errors[0]}")
    ranks = {"retrieved": [corpus.rank(question, each.retrieved) for question, each in answered]}
    predictions = None
    if system.kind != "bm25s":
        ranks["ranked"] = [corpus.rank(question, each.ranked) for question, each in answered]
        predictions = [each.prediction for _, each in answered]
    return quality([question for question, _ in answered], predictions, ranks) | {
        "milliseconds": stage_milliseconds(rounds),
        "errors": len(errors),
        "first_error": errors[0] if errors else None,
    }


def ask_together(
    clients: int, sample: Sequence[LabelledQuestion], systems: Sequence[Opened], results: Results, tell: Tell
) -> None:
    """Several clients in a closed loop: questions a second."""
    rounds: dict[str, list[Round]] = {each.system.name: [] for each in systems}
    parts = blocks(sample, max(_LOADED_TURN, 8 * clients))
    for number, (part, order) in enumerate(zip(parts, turns(systems, len(parts)), strict=True)):
        tell(f"asking with {clients} clients", number, len(parts))
        for each in order:
            rounds[each.system.name].append(each.ask(part, clients))
        results.put("load", results.report["load"] | {str(clients): _load_figures(rounds)})
    results.complete(load_part(clients))


def load_part(clients: int) -> str:
    """The name of the part of a report in which so many clients ask."""
    return f"load of {clients}"


def _load_figures(rounds: dict[str, list[Round]]) -> dict[str, Any]:
    """Questions a second of every system, and how many times as many as the stock components."""
    rates = {name: [round_.per_second for round_ in of_system] for name, of_system in rounds.items()}
    return {
        name: {
            "questions_per_second": throughput(of_system),
            "times_stock": paired_ratio(rates[name], rates[STOCK]) if STOCK in rates else None,
        }
        for name, of_system in rounds.items()
        if of_system
    }
