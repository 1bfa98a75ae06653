"""All systems of an experiment on one data set: every question is put to every system before the next one.

Systems that share the beginning of their way share its results (:mod:`evaluation.experiments.sharing`), and since they
take turns, whatever else the machine does slows all of them alike. Rows are kept as they come, so
that a kill costs one question.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from components.errors import InputError
from components.stores.engine.sparse_copy import allocated_bytes
from evaluation.corpus import settings_for
from evaluation.data.dataset import DataSetQuestion
from evaluation.evaluate import EvaluationPlan, outcome_of, rows_path, shown_settings
from evaluation.experiments.definition import ComparedSystem
from evaluation.experiments.indexes import Index, Watcher, named, open_indexes
from evaluation.experiments.sharing import SharedReading, SharedResults
from evaluation.experiments.system_service import SystemService, keys_of
from evaluation.figures import figures_of
from evaluation.outcome import Evaluation, Outcome
from evaluation.provenance import provenance
from evaluation.rows import RowFile
from evaluation.tasks.answering import Answering
from evaluation.tasks.measured import MeasuredTask
from evaluation.tasks.retrieval import Retrieval
from pipelines.folder import INDEX_FOLDER
from pipelines.settings import Settings


class Measurement:
    """All systems on one data set.

    Args:
        systems: in the order of the results.
        plan: what is asked of each.
        metrics: that every question with an answer has to have.
        folder: of indexes and rows.
    """

    def __init__(
        self, systems: Sequence[ComparedSystem], plan: EvaluationPlan, metrics: Sequence[str], folder: Path
    ) -> None:
        self._plan = plan
        self._metrics = metrics
        self._folder = folder
        self._shared = SharedResults()
        self._settings = {system.name: self._used(system) for system in systems}
        self._systems = systems

    def run(self, watcher: Watcher) -> list[Evaluation]:
        """Ask what is still to be asked, and tell what came of all."""
        with ExitStack() as opened:
            used = [(system, self._settings[system.name]) for system in self._systems]
            has_index = self._plan.task != "reading"
            indexes = open_indexes(opened, self._plan.dataset, used, watcher) if has_index else {}
            costs = {name: indexes[used.data].costs if indexes else {} for name, used in self._settings.items()}
            rows = {
                system.name: opened.enter_context(
                    RowFile(self._rows_path(system), {"index": costs[system.name]}, renew=True)
                )
                for system in self._systems
            }
            self._ask(indexes, rows, watcher)
            return [self._evaluation(system, rows[system.name], costs[system.name]) for system in self._systems]

    def _used(self, system: ComparedSystem) -> Settings:
        if self._plan.task == "reading":
            return system.settings
        return settings_for(self._plan.dataset, system.settings, self._folder)

    def _rows_path(self, system: ComparedSystem) -> Path:
        path = rows_path(self._plan, system.settings, self._folder)
        return path.with_stem(path.stem + system.stages.tag())

    def _ask(self, indexes: Mapping[Path, Index], rows: Mapping[str, RowFile], watcher: Watcher) -> None:
        questions = self._plan.questions()
        waiting = {name: [each for each in questions if each.id not in file.rows] for name, file in rows.items()}
        total = len(questions) * len(self._systems)
        done = total - sum(len(each) for each in waiting.values())
        measured = {
            system.name: self._measured(system, indexes)
            for system in sorted(self._systems, key=self._order)
            if waiting[system.name]
        }
        with watcher.asking(self._plan.dataset.name, total) as tell:
            tell(done)
            for question in questions:
                self._shared.next_question()
                for name, task in measured.items():
                    if question.id in rows[name].rows:
                        continue
                    rows[name].add([asdict(self._outcome(name, task, question))])
                    done += 1
                    tell(done)

    def _order(self, system: ComparedSystem) -> str:
        """Systems that share the beginning of their way stand together."""
        return repr(keys_of(system, self._settings[system.name]).reader)

    def _measured(self, system: ComparedSystem, indexes: Mapping[Path, Index]) -> MeasuredTask:
        with named(system):
            made = self._task(system, indexes)
            made.warm_up()
        return made

    def _task(self, system: ComparedSystem, indexes: Mapping[Path, Index]) -> MeasuredTask:
        plan = self._plan
        if plan.task == "reading":
            return SharedReading(system.settings, plan.dataset, self._shared)
        index = indexes[self._settings[system.name].data]
        service = SystemService(index.service, system, self._shared)
        if plan.task == "retrieval":
            return Retrieval(service, plan.dataset, index.gold)
        return Answering(service, plan.dataset, index.gold, plan.task)

    def _outcome(self, name: str, task: MeasuredTask, question: DataSetQuestion) -> Outcome:
        self._shared.next_system()
        try:
            outcome = task.outcome(question)
        except InputError as error:
            raise InputError(f"system {name!r}: {question.row or question.id}: {error}") from error
        if outcome.answerable:
            for metric in self._metrics:
                if metric not in outcome.values:
                    raise InputError(
                        f"{self._plan.dataset.name} ({self._plan.task}) has no {metric!r} to compare; there are: "
                        f"{', '.join(outcome.values)}"
                    )
        return _with_saved(outcome, self._shared.saved)

    def _evaluation(self, system: ComparedSystem, rows: RowFile, costs: Mapping[str, float]) -> Evaluation:
        plan, used = self._plan, self._settings[system.name]
        outcomes = [outcome_of(rows.rows[question.id]) for question in plan.questions()]
        figures, intervals = figures_of(outcomes)
        size = {"index_bytes": allocated_bytes(used.data / INDEX_FOLDER)} if costs else {}
        return Evaluation(
            system=system.name,
            dataset=plan.dataset.name,
            task=plan.task,
            outcomes=tuple(outcomes),
            figures=figures | dict(costs) | size,
            intervals=intervals,
            provenance=provenance(plan.dataset.files),
            settings=shown_settings(used) | system.stages.shown() | {"sample": plan.sample, "seed": plan.seed},
        )


def _with_saved(outcome: Outcome, saved: Mapping[str, float]) -> Outcome:
    """The outcome with the seconds of what was shared, as if the system had been alone."""
    if not outcome.seconds.keys() & saved.keys():
        return outcome
    seconds = {stage: taken + saved.get(stage, 0.0) for stage, taken in outcome.seconds.items()}
    seconds["total"] = outcome.seconds["total"] + sum(saved[stage] for stage in saved if stage in seconds)
    return replace(outcome, seconds=seconds)
