"""Systems side by side on the same passages, questions and weights, taking turns: indexing, asking, and load.

In: a question file, further passages, systems. Out: the report that :mod:`evaluation.benchmark.tables` shows.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from components.errors import InputError, QuaereError
from evaluation.benchmark.alternation import blocks, turns
from evaluation.benchmark.corpus import Corpus, make_corpus, read_passages
from evaluation.benchmark.figures import (
    best_of_same_quality,
    paired_ratio,
    quality,
    stage_milliseconds,
    table_rows,
    throughput,
)
from evaluation.benchmark.process import Round, SystemProcess
from evaluation.benchmark.quaere import settings_for_systems
from evaluation.benchmark.results import Results
from evaluation.benchmark.roofline import mean_pair_tokens, measure_roofline
from evaluation.benchmark.systems import STOCK, System, Task
from evaluation.data.squad import LabelledQuestion, QuestionFile, read_questions
from evaluation.sampling import sample_of
from pipelines.settings import Settings

Tell = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much is done."""

SAME_WORK = "quaere-same-work"
DEFAULT = "quaere-default"

_TURN = 20
"""Questions of one client's turn."""
_LOADED_TURN = 100
"""Of the turns of several clients: enough that those who have nothing left to ask at its end weigh little."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Args:
        questions: a SQuAD-like file.
        others: files of passages that answer nothing.
        systems: at least one.
        count: questions of each number of clients; each number gets other ones.
        clients: numbers of clients; with the first, which is 1, stages and quality are measured.
        index_rounds: how often each index is made.
        seed: of the sample of questions.
        settings: those in force.
        folder: for indexes; what is in it is removed.
    """

    questions: Path
    others: tuple[Path, ...]
    systems: tuple[System, ...]
    settings: Settings
    folder: Path
    count: int = 1000
    clients: tuple[int, ...] = (1, 4, 16)
    index_rounds: int = 3
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """What the figures depend on, without places of this machine."""
        return {
            "questions": self.questions.name,
            "others": [path.name for path in self.others],
            "systems": [system.name for system in self.systems],
            "count": self.count,
            "clients": list(self.clients),
            "index_rounds": self.index_rounds,
            "seed": self.seed,
        }


def run_peers(plan: Plan, json_file: Path | None = None, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Measure, and return the report; every part that is finished is in the file at once.

    Raises:
        InputError: there are not enough questions, or a file cannot be read or written.
        ConfigurationError: a peer is not installed.
        QuaereError: a system failed.
    """
    file = read_questions(plan.questions)
    samples = _samples(plan, file)
    results = Results("peers", plan.to_dict(), [plan.questions, *plan.others], json_file)
    folder = emptied(plan.folder)
    tell("splitting", 0, 1)
    corpus = make_corpus(file, plan.others, plan.settings, folder)
    results.put("corpus", {"passages": corpus.count, "paragraphs": len(file.paragraphs)})
    tell("measuring the machine", 0, 1)
    pair_tokens = mean_pair_tokens(plan.settings, [each.text for each in samples[0]], _texts(corpus))
    results.put("roofline", measure_roofline(plan.settings, pair_tokens))
    for system in _of_indexes(plan):
        tell(f"preparing: {system.index}", 0, 1)
        with SystemProcess(_task(plan, corpus, system, plan.folder / "prepared")) as process:
            process.prepare()
    index = index_all(plan, corpus, results, tell)
    with _opened(plan, corpus, index) as opened:
        _ask_one_by_one(plan, corpus, samples[0], opened, results, tell)
        for clients, sample in zip(plan.clients[1:], samples[1:], strict=True):
            _ask_together(clients, sample, _loaded(plan, results), opened, results, tell)
    results.put("tables", _tables(plan, results.report))
    return results.finish()


def emptied(folder: Path) -> Path:
    """The folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def index_all(plan: Plan, corpus: Corpus, results: Results, tell: Tell) -> dict[str, Path]:
    """Make every index as often as the plan says; the folder of each one's last making by :attr:`System.index`."""
    systems = _of_indexes(plan)
    seconds: dict[str, list[float]] = {system.index: [] for system in systems}
    places = {system.index: plan.folder / "made" / system.index for system in systems}
    figures: dict[str, dict[str, Any]] = {}
    done, total = 0, len(systems) * plan.index_rounds
    for order in turns(systems, plan.index_rounds):
        for system in order:
            tell(f"indexing: {system.index}", done, total)
            name, folder = system.index, emptied(places[system.index])
            with SystemProcess(_task(plan, corpus, system, folder)) as process:
                made = process.index()
                memory = process.memory()["peak"]
                process.close()
            seconds[name].append(float(made["seconds"]))
            figures[name] = _index_figures(seconds[name], made["passages"], memory, folder)
            done += 1
        results.put("index", {each.name: figures[each.index] for each in plan.systems if each.index in figures})
    return places


def _of_indexes(plan: Plan) -> list[System]:
    """One system of each kind of index."""
    return list({system.index: system for system in reversed(plan.systems)}.values())


def _index_figures(seconds: Sequence[float], passages: int, memory: int, folder: Path) -> dict[str, Any]:
    middle = median(seconds)
    return {
        "passages": passages,
        "seconds": {"median": middle, "rounds": list(seconds)},
        "passages_per_second": passages / middle,
        "memory": memory,
        "bytes": size_of(folder),
    }


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def _opened(plan: Plan, corpus: Corpus, index: dict[str, Path]) -> Iterator[dict[str, tuple[SystemProcess, float]]]:
    """All systems, each in its process and with an index of its own, and the seconds that opening took."""
    with ExitStack() as held:
        opened = {}
        for system in plan.systems:
            # An index is open in one process at a time.
            folder = shutil.copytree(index[system.index], plan.folder / "asked" / system.name, dirs_exist_ok=True)
            process = held.enter_context(SystemProcess(_task(plan, corpus, system, folder)))
            opened[system.name] = process, process.open()
        yield opened


def _ask_one_by_one(
    plan: Plan,
    corpus: Corpus,
    sample: Sequence[LabelledQuestion],
    opened: dict[str, tuple[SystemProcess, float]],
    results: Results,
    tell: Tell,
) -> None:
    """One client: stages, quality, and questions a second."""
    rounds: dict[str, list[Round]] = {name: [] for name in opened}
    parts = blocks(sample, _TURN)
    for number, (part, order) in enumerate(zip(parts, turns(list(opened), len(parts)), strict=True)):
        tell("asking one by one", number, len(parts))
        for name in order:
            rounds[name].append(opened[name][0].ask([question.text for question in part]))
        asking = {}
        for system in plan.systems:
            process, to_open = opened[system.name]
            figures = _asking_figures(system, corpus, sample, rounds[system.name])
            asking[system.name] = figures | {"seconds_to_open": to_open, "memory": process.memory()["peak"]}
        results.put("asking", asking)
        results.put("load", {"1": _load_figures(rounds)})


def _asking_figures(
    system: System, corpus: Corpus, sample: Sequence[LabelledQuestion], rounds: Sequence[Round]
) -> dict[str, Any]:
    """Of the questions that were asked so far and answered."""
    asked = [each for round_ in rounds for each in round_.asked]
    answered = [(question, each) for question, each in zip(sample, asked, strict=False) if each is not None]
    errors = [text for round_ in rounds for text in round_.errors]
    if not answered:
        raise QuaereError(f"the system {system.name} answered none of {len(asked)} questions: {errors[0]}")
    ranks = {
        "retrieved": [corpus.rank(question, each.retrieved) for question, each in answered],
        "ranked": [corpus.rank(question, each.ranked) for question, each in answered],
    }
    if system.kind == "bm25s":
        del ranks["ranked"]
    measured = quality([question for question, _ in answered], [each.prediction for _, each in answered], ranks)
    if system.kind == "bm25s":
        measured |= {"exact_match": None, "f1": None}
    return measured | {
        "milliseconds": stage_milliseconds(rounds),
        "errors": len(errors),
        "first_error": errors[0] if errors else None,
    }


def _ask_together(
    clients: int,
    sample: Sequence[LabelledQuestion],
    names: Sequence[str],
    opened: dict[str, tuple[SystemProcess, float]],
    results: Results,
    tell: Tell,
) -> None:
    """Several clients in a closed loop: questions a second."""
    rounds: dict[str, list[Round]] = {name: [] for name in names}
    parts = blocks(sample, max(_LOADED_TURN, 8 * clients))
    for number, (part, order) in enumerate(zip(parts, turns(names, len(parts)), strict=True)):
        tell(f"asking with {clients} clients", number, len(parts))
        for name in order:
            rounds[name].append(opened[name][0].ask([question.text for question in part], clients))
        results.put("load", results.report["load"] | {str(clients): _load_figures(rounds)})


def _load_figures(rounds: dict[str, list[Round]]) -> dict[str, Any]:
    """Questions a second of every system, and how many times as many as the stock components."""
    rates = {name: [round_.per_second for round_ in of_system] for name, of_system in rounds.items()}
    return {
        name: {
            "questions_per_second": throughput(of_system),
            "times_stock": paired_ratio(rates[name], rates[STOCK]) if STOCK in rates else None,
        }
        for name, of_system in rounds.items()
    }


def _loaded(plan: Plan, results: Results) -> list[str]:
    """The systems that are asked by several clients: those of the tables."""
    best = best_of_same_quality(plan.systems, results.report["asking"])
    wanted = {STOCK, SAME_WORK, "bm25s", best if best is not None else DEFAULT}
    found = [system.name for system in plan.systems if system.name in wanted]
    return found if found else [system.name for system in plan.systems]


def _tables(plan: Plan, report: dict[str, Any]) -> dict[str, Any]:
    """The two comparisons; None where a side was not measured or nothing is of the same quality."""
    names = [system.name for system in plan.systems]
    best = best_of_same_quality(plan.systems, report["asking"])
    found: dict[str, Any] = {"same_work": None, "same_quality": None}
    if STOCK in names and SAME_WORK in names:
        found["same_work"] = {"system": SAME_WORK, "rows": table_rows(report, SAME_WORK)}
    if best is not None:
        found["same_quality"] = {"system": best, "rows": table_rows(report, best)}
    return found


def _samples(plan: Plan, file: QuestionFile) -> list[list[LabelledQuestion]]:
    """As many questions for every number of clients, none of them twice: models remember what they have seen."""
    if plan.count < 1 or not plan.systems or not plan.clients or plan.clients[0] != 1:
        raise InputError("a benchmark needs a question, a system, and clients that begin with 1")
    needed = plan.count * len(plan.clients)
    found = sample_of(file, needed, plan.seed)
    if len(found) < needed:
        raise InputError(
            f"{plan.questions} has {len(found)} questions with an answer; {plan.count} for each of "
            f"{len(plan.clients)} numbers of clients are {needed}; ask at most {len(found) // len(plan.clients)}"
        )
    return [found[first : first + plan.count] for first in range(0, needed, plan.count)]


def _task(plan: Plan, corpus: Corpus, system: System, folder: Path) -> Task:
    return Task(system, folder, corpus.passages, settings_for_systems(plan.settings))


def _texts(corpus: Corpus) -> list[str]:
    return [str(passage.content) for batch in read_passages(corpus.passages) for passage in batch]
