"""``quaere evaluate``: how good the answers to labelled questions are, and which stage loses the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from components.foreign_text import one_line
from ui.cli.session import Session, session_of
from ui.cli.views.progress import count_progress, index_progress

if TYPE_CHECKING:
    from evaluation.evaluate import EvaluationPlan
    from evaluation.outcome import Evaluation, Task
    from pipelines.settings import Settings

_TASKS: tuple[Task, ...] = ("answering", "reading", "retrieval", "faq")
"""As :data:`evaluation.outcome.Task` has them; importing that would make the help slow."""

_CORPORA = "evaluation"
"""Folder of the corpora that data sets bring, in the user's cache where no other is given."""


def evaluate(
    ctx: typer.Context,
    datasets: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATASET...",
            help="Labelled data: your own *.csv (question, answer, source), a folder of documents with "
            "questions.jsonl, a SQuAD-like *.json, a BEIR folder, a FAQ as *.jsonl, or a TREC run.",
        ),
    ],
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            "--task",
            metavar="TASK",
            help="answering, reading, retrieval or faq; may be given again. Default: what the data are made for.",
        ),
    ] = None,
    passages: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A further file to index: passages that answer nothing.")
    ] = None,
    paraphrases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of a FAQ: JSON Lines of question_1 (of the FAQ), question_2 and similar."),
    ] = None,
    qrels: Annotated[Path | None, typer.Option(metavar="FILE", help="Of a TREC run: its judgements.")] = None,
    judge: Annotated[
        Literal["span", "containment"] | None,
        typer.Option(
            "--judge",
            help="What is right: the answer's own words match (span), or what is shown holds the expected words "
            "(containment). Default: containment for a folder of documents, else span.",
        ),
    ] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Questions of each data set; default: all.")] = None,
    seed: Annotated[int, typer.Option(help="Of the sample; a larger one begins with the smaller.")] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write every figure by its stable name there.")
    ] = None,
    rows_file: Annotated[
        Path | None,
        typer.Option("--rows", metavar="FILE", help="Write what came of every question there, as JSON Lines."),
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option(
            "--report", metavar="FILE", help="Write a page to look at (.html) or Markdown (.md); may be given again."
        ),
    ] = None,
) -> None:
    """Measure how good the answers to labelled questions are, and which stage loses the rest.

    Your own questions are asked of the data folder as it is. Data that bring a corpus have it indexed in a folder of
    its own: below --data, or in the cache. A run that was stopped goes on where it was when started again.
    """
    from evaluation.data.reading import read_datasets
    from evaluation.evaluate import EvaluationPlan, forget_rows
    from evaluation.report import check_report, write_report

    for report in reports or ():
        check_report(report)
    session, chosen = session_of(ctx), [_task(name) for name in tasks or ()]
    settings, folder = session.settings(), _corpora(session)
    groups: list[tuple[str, list[EvaluationPlan]]] = []
    for path in datasets:
        found = read_datasets(path, paraphrases=paraphrases, qrels=qrels, passages=passages)
        for task in chosen or found[0].tasks[:1]:
            plans = [EvaluationPlan(dataset, task, sample, seed, judge=judge) for dataset in found]
            groups.append((path.resolve().name, plans))
    try:
        evaluations = [_measure_all(session, name, plans, settings, folder) for name, plans in groups]
    except KeyboardInterrupt:
        session.remark("stopped; the same command goes on from here")
        raise
    for file, text in ((json_file, _figures_text), (rows_file, _rows_text)):
        if file is not None:
            _write(session, file, text(evaluations))
    for report in reports or ():
        write_report(evaluations, (), report)
        session.remark(f"written to {one_line(str(report))}")
    for _, plans in groups:
        for plan in plans:
            forget_rows(plan, settings, folder)


def _measure_all(
    session: Session, name: str, plans: Sequence[EvaluationPlan], settings: Settings, folder: Path
) -> Evaluation:
    """One evaluation of all that a path holds; where that is several corpora, each is indexed apart."""
    from evaluation.evaluate import combined
    from ui.cli.views.evaluation import evaluation_view

    parts = []
    for plan in plans:
        if len(plans) > 1:
            session.remark(f"{one_line(plan.dataset.name)}: {len(plan.questions())} questions")
        parts.append(_measure(session, plan, settings, folder))
    found = combined(name, parts) if len(parts) > 1 else parts[0]
    session.out.print(evaluation_view(found))
    return found


def _task(name: str) -> Task:
    found = next((task for task in _TASKS if task == name), None)
    if found is None:
        raise typer.BadParameter(f"--task {name!r} is not known; tasks are: {', '.join(_TASKS)}")
    return found


def _measure(session: Session, plan: EvaluationPlan, settings: Settings, folder: Path) -> Evaluation:
    from evaluation.evaluate import evaluate as measure

    total = len(plan.questions())
    with ExitStack() as indexing, ExitStack() as asking:
        on_index = indexing.enter_context(index_progress(session.err, quiet=session.quiet))
        tell: Callable[[int], None] | None = None

        def on_question(done: int) -> None:
            nonlocal tell
            if tell is None:
                # Only now, or the time of indexing would count as that of the first question.
                indexing.close()
                tell = asking.enter_context(count_progress(session.err, "questions", total, quiet=session.quiet))
            tell(done)

        return measure(plan, settings, folder, on_index=on_index, on_question=on_question)


def _corpora(session: Session) -> Path:
    """Where corpora are indexed: in the folder that was given for this run, else in the user's cache.

    A folder that is an index already is what is measured, and nothing is put into it.
    """
    from components.models.checkpoints import cache_folder
    from components.stores.catalogue.sources import CATALOGUE_FILE

    if "data" in session.overrides:
        given = Path(session.overrides["data"])
        if not (given / CATALOGUE_FILE).exists():
            return given
    return cache_folder(session.settings().cache) / _CORPORA


def _figures_text(evaluations: list[Evaluation]) -> str:
    from evaluation.evaluate import as_json

    return json.dumps({"evaluations": [as_json(each) for each in evaluations]}, indent=2) + "\n"


def _rows_text(evaluations: list[Evaluation]) -> str:
    rows = ({"dataset": each.dataset} | asdict(outcome) for each in evaluations for outcome in each.outcomes)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write(session: Session, path: Path, text: str) -> None:
    from components.writing import write_whole

    write_whole(path, text)
    session.remark(f"written to {one_line(str(path))}")
