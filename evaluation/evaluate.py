"""One system on one data set: index what the data bring, ask every question, and tell what came of it.

Rows are kept as they come, so that a run that was stopped goes on where it was; they belong to one state of the data,
the settings and the code, and are of no use to another.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.stores.engine.sparse_copy import allocated_bytes
from evaluation.corpus import index_figures, settings_for
from evaluation.data.dataset import DataSet, DataSetQuestion
from evaluation.data.files import sha256
from evaluation.documents_corpus import index_documents, unpacked
from evaluation.figures import GROUPS, figures_of, grouped
from evaluation.outcome import Evaluation, Judge, Outcome, Task
from evaluation.places import gold_of
from evaluation.provenance import commit, peak_memory, provenance
from evaluation.rows import RowFile
from evaluation.sampling import sampled
from evaluation.tasks.answering import Answering
from evaluation.tasks.containment import ContainmentAnswering
from evaluation.tasks.measured import MeasuredTask
from evaluation.tasks.reading import Reading
from evaluation.tasks.retrieval import FinishedRun, Retrieval
from pipelines.folder import INDEX_FOLDER
from pipelines.indexing import IndexProgress
from pipelines.service import QAService
from pipelines.setting_names import affecting
from pipelines.settings import Settings

ROWS = "evaluation-rows"
"""Folder of the rows, beside the corpora."""


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """What is measured, and how much of it.

    Args:
        dataset: the questions and their corpus.
        task: one of the data set's.
        sample: questions asked at most; None for all. A larger sample begins with the smaller of the same seed.
        seed: of the sample.
        system: a name for the settings.
        judge: tells right answers from wrong ones; None for what the data are made for.
    """

    dataset: DataSet
    task: Task
    sample: int | None = None
    seed: int = 0
    system: str = "quaere"
    judge: Judge | None = None

    def __post_init__(self) -> None:
        if self.task not in self.dataset.tasks:
            raise InputError(
                f"{self.dataset.name} cannot measure {self.task}: it has no labels for that; it can measure "
                f"{', '.join(self.dataset.tasks)}"
            )
        if self.judge not in (None, *self._judges):
            raise InputError(
                f"{self.dataset.name}: {self.task} cannot be judged by {self.judge}; it can be judged by "
                f"{' or '.join(self._judges)}"
            )

    @property
    def judged_by(self) -> Judge:
        """The judge in force."""
        return self._judges[0] if self.judge is None else self.judge

    @property
    def _judges(self) -> tuple[Judge, ...]:
        """Those that the data have labels for, the usual first."""
        if self.dataset.form == "documents":
            return ("containment",)
        return ("span", "containment") if self.dataset.form == "own" and self.task == "answering" else ("span",)

    def questions(self) -> list[DataSetQuestion]:
        """Those that are asked.

        Raises:
            InputError: there are none.
        """
        usable = [each for each in self.dataset.questions if each.answerable or self.task != "retrieval"]
        chosen = sampled(usable, self.sample, self.seed)
        if not chosen:
            raise InputError(
                f"{self.dataset.name}: there is no question to ask for {self.task} (a sample of {self.sample})"
            )
        return chosen


def evaluate(
    plan: EvaluationPlan,
    settings: Settings,
    folder: Path,
    *,
    on_index: Callable[[IndexProgress], None] | None = None,
    on_question: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Measure one system on one data set.

    Args:
        plan: what is measured.
        settings: of the system; its data folder is used where the data bring no corpus.
        folder: where corpora are indexed, each in a folder of its own, and rows are kept.
        on_index: is told how far indexing is.
        on_question: is told how many questions are done, first when all is ready to ask.

    Raises:
        InputError: the data, or the corpus and the data together, cannot be used.
        ConfigurationError: the settings contradict the index.
    """
    questions = plan.questions()
    used = settings if plan.task == "reading" else settings_for(plan.dataset, settings, folder)
    with (
        _measured(plan, used, folder, on_index) as (measured, index),
        RowFile(rows_path(plan, settings, folder), {"index": index}, renew=True) as rows,
    ):
        outcomes = _asked(questions, measured, rows, on_question)
    figures, intervals = figures_of(outcomes)
    stored = used.data / INDEX_FOLDER
    size = {"index_bytes": allocated_bytes(stored)} if index and stored.is_dir() else {}
    return Evaluation(
        system=plan.system,
        dataset=plan.dataset.name,
        task=plan.task,
        outcomes=tuple(outcomes),
        figures=figures | index | size | {"peak_memory_bytes": peak_memory()},
        intervals=intervals,
        provenance=provenance(plan.dataset.files),
        settings=shown_settings(used) | {"sample": plan.sample, "seed": plan.seed, "judge": plan.judged_by},
    )


def combined(name: str, parts: Sequence[Evaluation]) -> Evaluation:
    """One evaluation over the questions of several, such as those of a folder's corpora; all of one system and task.

    Args:
        name: of the data.
        parts: at least one.
    """
    outcomes = [outcome for part in parts for outcome in part.outcomes]
    figures, intervals = figures_of(outcomes)
    costs = dict.fromkeys(name for part in parts for name in part.figures if name.startswith("index_"))
    summed = {name: sum(part.figures.get(name, 0) for part in parts) for name in costs}
    peak = max(part.figures["peak_memory_bytes"] for part in parts)
    data = {
        f"{part.dataset}: {file}": digest for part in parts for file, digest in part.provenance.get("data", {}).items()
    }
    return Evaluation(
        system=parts[0].system,
        dataset=name,
        task=parts[0].task,
        outcomes=tuple(outcomes),
        figures=figures | summed | {"peak_memory_bytes": peak},
        intervals=intervals,
        provenance={**parts[-1].provenance, "data": data},
        settings=parts[0].settings,
    )


def forget_rows(plan: EvaluationPlan, settings: Settings, folder: Path) -> None:
    """Remove the rows of a plan whose figures are safe, so that measuring again measures anew."""
    path = rows_path(plan, settings, folder)
    path.unlink(missing_ok=True)
    with suppress(OSError):  # other plans' rows may be there
        path.parent.rmdir()


def rows_path(plan: EvaluationPlan, settings: Settings, folder: Path) -> Path:
    """The file of a plan's rows; another one as soon as data, settings or code differ."""
    digest = hashlib.sha256(json.dumps(_identity(plan, settings), sort_keys=True).encode()).hexdigest()[:12]
    return folder / ROWS / f"{plan.dataset.name}-{plan.task}-{digest}.jsonl"


def shown_settings(settings: Settings) -> dict[str, Any]:
    """The settings that a figure may depend on, as plain JSON; secrets as stars.

    Folders change no figure, and are nobody's business.
    """
    hidden = affecting("folder")
    return {name: str(value) for name, value in settings.values().items() if value is not None and name not in hidden}


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation without its outcomes, as plain JSON."""
    return {
        "system": evaluation.system,
        "dataset": evaluation.dataset,
        "task": evaluation.task,
        "figures": dict(evaluation.figures),
        "intervals": {name: list(interval) for name, interval in evaluation.intervals.items()},
        **{f"by_{name}": grouped(evaluation.outcomes, key) for name, key in GROUPS.items()},
        "provenance": dict(evaluation.provenance),
        "settings": dict(evaluation.settings),
    }


@contextmanager
def _measured(
    plan: EvaluationPlan, settings: Settings, folder: Path, on_index: Callable[[IndexProgress], None] | None
) -> Iterator[tuple[MeasuredTask, dict[str, float]]]:
    """The task, ready to be asked, and what indexing has cost."""
    if plan.dataset.form == "trec":
        yield FinishedRun(plan.dataset), {}
        return
    if plan.task == "reading":
        yield Reading(settings, plan.dataset), {}
        return
    with QAService(settings, purpose="evaluation") as service:
        index = _indexed(service, plan.dataset, folder, on_index)
        yield _task(service, plan), index


def _indexed(
    service: QAService, dataset: DataSet, folder: Path, on_index: Callable[[IndexProgress], None] | None
) -> dict[str, float]:
    """Index what the data bring, and tell what that has cost; of the user's own index, which one it is."""
    if dataset.form == "documents":
        return index_documents(service, unpacked(dataset.corpus[0], folder), on_index)
    if dataset.corpus:
        return index_figures(service, dataset.corpus, on_index)
    status = service.status()
    return {"index_passages": status.passages, "index_generation": status.generation}


def _task(service: QAService, plan: EvaluationPlan) -> MeasuredTask:
    if plan.judged_by == "containment":
        return ContainmentAnswering(service, plan.dataset)
    gold = gold_of(plan.dataset, service)
    if plan.task == "retrieval":
        return Retrieval(service, plan.dataset, gold)
    return Answering(service, plan.dataset, gold, plan.task)


def _asked(
    questions: Sequence[DataSetQuestion], measured: MeasuredTask, rows: RowFile, on_question: Callable[[int], None]
) -> list[Outcome]:
    waiting = [question for question in questions if question.id not in rows.rows]
    if waiting:
        measured.warm_up()
    done = len(questions) - len(waiting)
    on_question(done)
    for question in waiting:
        rows.add([asdict(_outcome(measured, question))])
        done += 1
        on_question(done)
    return [outcome_of(rows.rows[question.id]) for question in questions]


def _outcome(measured: MeasuredTask, question: DataSetQuestion) -> Outcome:
    try:
        return measured.outcome(question)
    except InputError as error:
        raise InputError(f"{question.row or question.id}: {error}") from error


def outcome_of(row: Mapping[str, Any]) -> Outcome:
    """The outcome that a row was made of."""
    return Outcome(**{**row, **{name: tuple(row[name]) for name in ("references", "answering", "lacking")}})


def _identity(plan: EvaluationPlan, settings: Settings) -> dict[str, Any]:
    return {
        "files": [sha256(path) for path in plan.dataset.files],
        "task": plan.task,
        "judge": plan.judged_by,
        "settings": shown_settings(settings),
        "index": None if plan.dataset.corpus else str(settings.data.resolve()),
        "commit": commit(),
    }
