"""How quality, time and memory change as the index grows, on vectors that are computed once and shared.

In: a question file, further passages, sizes. Up to the number of real passages quality is measured; beyond it,
synthetic passages fill the index up and only time and memory mean something.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import Results
from benchmarks.speed.alternation import turns
from benchmarks.speed.asking import asking_figures
from benchmarks.speed.corpus import Corpus, make_corpus, read_passages
from benchmarks.speed.plan import Tell, emptied
from benchmarks.speed.process import SystemProcess
from benchmarks.speed.quaere import settings_for_systems
from benchmarks.speed.systems import System, Task
from benchmarks.speed.vectors import make_vectors
from components.errors import InputError, QuaereError
from components.passages import context_before
from components.stores.engine.sparse_copy import allocated_bytes
from evaluation.corpus import index_corpus
from evaluation.data.squad import LabelledQuestion, read_questions
from evaluation.sampling import sample_of
from pipelines.service import QAService
from pipelines.settings import Settings

SIZES = (5_000, 20_000, 60_000, 100_000, 200_000)

_INDEXED = 20_000
"""Passages whose whole way into an index is timed, from the file on."""

_FOR_TIME = 50
"""Questions asked of an index with synthetic passages, where only time counts."""


@dataclass(frozen=True, slots=True)
class GrowthPlan:
    """What to measure.

    Args:
        questions: a SQuAD-like file; its passages are the first of every size.
        others: files of passages that answer nothing.
        systems: that search by vectors.
        sizes: passages in the index, rising.
        settings: those in force.
        folder: for indexes; what is in it is removed.
        vectors: folder for vectors, which is kept.
        count: questions for each size.
        seed: of the sample of questions.
    """

    questions: Path
    others: tuple[Path, ...]
    systems: tuple[System, ...]
    settings: Settings
    folder: Path
    vectors: Path
    sizes: tuple[int, ...] = SIZES
    count: int = 200
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """What the figures depend on, without places of this machine."""
        return {
            "questions": self.questions.name,
            "others": [path.name for path in self.others],
            "systems": {system.name: system.to_dict() for system in self.systems},
            "sizes": list(self.sizes),
            "count": self.count,
            "seed": self.seed,
        }


def run_growth(plan: GrowthPlan, json_file: Path | None = None, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Measure, and return the report; every size that is finished is in the file at once, and not measured again.

    Raises:
        InputError: a size cannot be measured, or a file cannot be read or written.
        ConfigurationError: a peer is not installed.
        QuaereError: a system failed.
    """
    file = read_questions(plan.questions)
    sample = sample_of(file, plan.count, plan.seed)
    results = Results("growth", plan.to_dict(), [plan.questions, *plan.others], json_file, go_on=True)
    folder = emptied(plan.folder)
    tell("splitting", 0, 1)
    corpus = make_corpus(file, plan.others, plan.settings, folder)
    _check_sizes(plan, corpus)
    results.put("corpus", {"passages": corpus.count, "own": corpus.own})
    real = min(corpus.count, max(plan.sizes))
    vectors = make_vectors(
        corpus.passages, real, plan.settings, plan.vectors, lambda done: tell("embedding once", done, real)
    )
    for system in plan.systems:
        # What the machine keeps of the models is made here, so that no process that is measured pays for it.
        with SystemProcess(_task(plan, corpus, Step(system, 0, 0, vectors))) as process:
            process.prepare()
    rows: list[dict[str, Any]] = results.report.get("sizes", [])
    measured = {(row["system"], row["passages"]) for row in rows}
    for size, order in zip(plan.sizes, turns(plan.systems, len(plan.sizes)), strict=True):
        for system in order:
            if (system.name, size) in measured:
                continue
            tell(f"{size:,} passages: {system.name}", len(rows), len(plan.sizes) * len(plan.systems))
            rows.append(_grown(plan, corpus, sample, Step(system, size, min(size, real), vectors)))
            results.put("sizes", rows)
    tell(f"indexing {min(_INDEXED, corpus.count):,} passages from a file", 0, 1)
    results.put("indexing", indexing_figures(corpus, plan.settings, folder))
    return results.finish()


@dataclass(frozen=True, slots=True)
class Step:
    """One system at one size."""

    system: System
    size: int
    real: int
    """Of its passages, those that somebody wrote."""
    vectors: Path


def _grown(plan: GrowthPlan, corpus: Corpus, sample: Sequence[LabelledQuestion], step: Step) -> dict[str, Any]:
    """Write an index of one size, open it in another process, and ask."""
    task = _task(plan, corpus, step)
    emptied(task.folder)
    with SystemProcess(task) as process:
        made = process.index()
        memory_indexing = process.memory()["peak"]
        process.close()
    asked = sample if step.real == step.size else sample[:_FOR_TIME]
    with SystemProcess(task) as process:
        seconds_to_open = process.open()
        round_ = process.ask([question.text for question in asked])
        memory = process.memory()["peak"]
    figures = asking_figures(step.system, corpus, asked, [round_])
    timed = {name: figures.pop(name) for name in ("milliseconds", "errors", "first_error")}
    return {
        "system": step.system.name,
        "passages": step.size,
        "real": step.real,
        "seconds_to_write": made["seconds"],
        "passages_per_second": made["passages"] / made["seconds"],
        "memory_indexing": memory_indexing,
        "bytes": allocated_bytes(task.folder),
        "seconds_to_open": seconds_to_open,
        "memory": memory,
        "questions": len(asked),
        "quality": figures if step.real == step.size else None,
        **timed,
    }


def _task(plan: GrowthPlan, corpus: Corpus, step: Step) -> Task:
    settings = settings_for_systems(plan.settings)
    return Task(step.system, plan.folder / "grown", corpus.passages, settings, step.vectors, step.size)


def indexing_figures(corpus: Corpus, settings: Settings, folder: Path) -> dict[str, Any]:
    """Speed of indexing as a user indexes: read, split, embed, write, with the catalogue."""
    file = folder / "to-index.jsonl"
    with file.open("w", encoding="utf-8") as written:
        for batch in read_passages(corpus.passages, min(_INDEXED, corpus.count)):
            for passage in batch:
                record = {"title": context_before(passage), "text": passage.content}
                written.write(json.dumps(record, ensure_ascii=False) + "\n")
    data = settings.with_values({"data": emptied(folder / "indexed"), "qdrant.engine": "edge", "database.url": None})
    with QAService(data, purpose="benchmark").open(writable=True) as service:
        # Loading models is no part of it.
        service.prepare()
        report = index_corpus(service, [file])
        passages = service.status().passages
    if not passages:
        raise QuaereError(f"{file} gave no passage to an index")
    return {"passages": passages, "seconds": report.seconds, "passages_per_second": passages / report.seconds}


def _check_sizes(plan: GrowthPlan, corpus: Corpus) -> None:
    if not plan.sizes or not plan.systems or any(system.kind == "bm25s" for system in plan.systems):
        raise InputError("growth needs a size, and systems that search by vectors: --systems quaere-default,stock")
    if list(plan.sizes) != sorted(set(plan.sizes)):
        raise InputError(f"the sizes {', '.join(map(str, plan.sizes))} do not rise; give each once, smallest first")
    if plan.sizes[0] < corpus.own:
        raise InputError(
            f"the size {plan.sizes[0]} is less than the {corpus.own} passages that hold the answers to "
            f"{plan.questions.name}; give at least as many"
        )
