"""``quaere train calibrator``: labelled questions -> a calibrator's file and a report of how far confidences hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from components.foreign_text import one_line
from ui.cli.session import Session, session_of
from ui.cli.views.progress import count_progress, index_progress

if TYPE_CHECKING:
    from pipelines.service import QAService
    from training.calibration.calibrator import Calibrated
    from training.calibration.judging import Row

_FEW = 200
"""Fewer questions than this tell coverage and calibration only roughly."""


@dataclass(frozen=True)
class _Data:
    """What is asked: a user's own files, or the four that the bundled calibrator is fitted on."""

    own: Sequence[Path]
    answerable: Path | None
    impossible: Path | None
    faq: Path | None
    faq_pairs: Path | None
    documents: Path | None
    count: int
    seed: int

    def files(self) -> list[Path]:
        """All files that are read."""
        public = [self.answerable, self.impossible, self.faq, self.faq_pairs]
        public.append(None if self.documents is None else self.documents / "questions.jsonl")
        return [*self.own, *(path for path in public if path is not None)]


def calibrator(
    ctx: typer.Context,
    questions: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[QUESTIONS]...", help="Your labelled questions, about what the data folder holds."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The calibrator to write.")] = Path("calibrator.json"),
    report: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where figures and plots go; default: beside --out.")
    ] = None,
    target_precision: Annotated[
        float | None,
        typer.Option(min=0.01, max=1, help="Set the thresholds so that this share of the given answers is right."),
    ] = None,
    answerable: Annotated[
        Path | None, typer.Option(help="In place of QUESTIONS, a SQuAD 1.1-like file; it is indexed into --data.")
    ] = None,
    impossible: Annotated[
        Path | None, typer.Option(help="A SQuAD 2.0-like file of the articles of --answerable.")
    ] = None,
    faq: Annotated[Path | None, typer.Option(help="JSON Lines of question and answer; indexed too.")] = None,
    faq_pairs: Annotated[Path | None, typer.Option(help="JSON Lines of question_1, question_2, similar.")] = None,
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Beside these, a folder of documents with questions; see `quaere evaluate`."
        ),
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, help="Questions of --answerable to ask, and as many without an answer.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Of the sample and of the folds.")] = 0,
) -> None:
    """Fit the calibrator that turns the evidence of all stages into confidence, and say how far it holds.

    Either on QUESTIONS about the documents that you have indexed, or, as the bundled one is made, on public files.
    Every question is asked once; an interrupted run goes on where it stopped.
    """
    from training.calibration.calibrator import as_own, calibrate, calibrator_in_force, shapes_of
    from training.calibration.crossfit import fits_of
    from training.option_files import require

    require("sklearn")
    data = _Data(questions or [], answerable, impossible, faq, faq_pairs, documents, count, seed)
    _check(data)
    session = session_of(ctx)
    before = calibrator_in_force(session.settings())
    with session.service("train calibrator", writable=not data.own) as service:
        rows = _ask(session, service, data, out.with_suffix(".rows.jsonl"))
    if data.documents is not None:
        rows += _ask_documents(session, data.documents, out)
    if data.own:
        rows = as_own(rows, before)
    fits = shapes_of(before if data.own else None)
    with count_progress(session.err, "fits", fits_of(len(fits)), quiet=session.quiet) as tell:
        done = iter(range(1, fits_of(len(fits)) + 1))
        calibrated = calibrate(
            rows, before, fits, target_precision=target_precision, seed=seed, on_fit=lambda: tell(next(done))
        )
    _write(session, calibrated, rows, data, (out, report if report is not None else out.with_suffix("")))


def _check(data: _Data) -> None:
    public = [data.answerable, data.impossible, data.faq, data.faq_pairs]
    if data.own and any(path is not None for path in (*public, data.documents)):
        raise typer.BadParameter("give either QUESTIONS about your index or the four files of --answerable and so on")
    if not data.own and any(path is None for path in public):
        raise typer.BadParameter(
            "give QUESTIONS about your index, or all of --answerable, --impossible, --faq, --faq-pairs"
        )


def _ask(session: Session, service: QAService, data: _Data, file: Path) -> list[Row]:
    from evaluation.corpus import index_corpus
    from evaluation.data.faq import read_faq, read_pairs
    from evaluation.data.files import sha256
    from evaluation.data.squad import read_questions
    from training.calibration.calibrator import collect
    from training.calibration.labelled import calibration_set, own_questions, write_corpus
    from training.data.example import read_examples

    if data.own:
        examples = read_examples(data.own)
        for line in examples.report.lines():
            session.remark(one_line(line))
        asked = own_questions(examples.examples)
    else:
        assert data.answerable and data.impossible and data.faq and data.faq_pairs
        corpus = read_questions(data.answerable)
        pairs = (read_faq(data.faq), read_pairs(data.faq_pairs))
        chosen = calibration_set(corpus, read_questions(data.impossible), pairs, count=data.count, seed=data.seed)
        index_corpus(service, write_corpus(chosen, corpus, service.settings.data / "corpus"))
        asked = chosen.questions
    identity = {"files": {path.name: sha256(path)[:16] for path in data.files()}, "seed": data.seed}
    with count_progress(session.err, "questions", len(asked), quiet=session.quiet) as tell:
        return collect(service, asked, file, data=identity, on_question=tell)


def _ask_documents(session: Session, folder: Path, out: Path) -> list[Row]:
    """The rows of a folder of documents, each corpus in an index of its own beside the data folder."""
    from evaluation.corpus import settings_for
    from evaluation.data.documents import read_documents_datasets
    from evaluation.data.files import sha256
    from evaluation.documents_corpus import index_documents, unpacked
    from pipelines.service import QAService
    from training.calibration.calibrator import collect
    from training.calibration.labelled import document_questions

    settings = session.settings()
    # Beside the data folder: what lies in one is never indexed.
    indexes = settings.data.with_name(f"{settings.data.name}-documents")
    rows: list[Row] = []
    for dataset in read_documents_datasets(folder):
        with QAService(settings_for(dataset, settings, indexes), purpose="train calibrator") as service:
            with index_progress(session.err, quiet=session.quiet) as on_index:
                index_documents(service, unpacked(dataset.corpus[0], indexes), on_index)
            asked, file = document_questions(dataset), out.with_suffix(f".{dataset.name}.rows.jsonl")
            identity = {"questions": sha256(dataset.files[0])[:16]}
            with count_progress(session.err, dataset.name, len(asked), quiet=session.quiet) as tell:
                rows += collect(service, asked, file, data=identity, on_question=tell)
    return rows


def _write(
    session: Session, calibrated: Calibrated, rows: Sequence[Row], data: _Data, places: tuple[Path, Path]
) -> None:
    """The calibrator, then its report, on disk and on the screen."""
    import json
    from dataclasses import replace

    from evaluation.provenance import provenance
    from training.calibration.report import (
        before_and_after,
        facts_of,
        markdown_of,
        plot_reliability,
        plot_risk_coverage,
        report_of,
        table_rows,
    )

    out, folder = places
    figures = report_of(calibrated, rows)
    made = provenance(data.files()) | facts_of(calibrated, figures, rows)
    folder.mkdir(parents=True, exist_ok=True)
    replace(calibrated.calibrator, fitted_on=made).save(out)
    remarks = _remarks(calibrated, len(rows), out)
    (folder / "figures.json").write_text(json.dumps({**made, "figures": figures}, indent=2) + "\n", "utf-8")
    (folder / "report.md").write_text(markdown_of(figures, remarks), "utf-8")
    plot_reliability(before_and_after(calibrated), folder / "reliability.png")
    plot_risk_coverage(before_and_after(calibrated), folder / "risk-coverage.png")
    for part, columns in figures.items():
        session.out.print(_table(part, table_rows(columns)))
    session.remark(f"report and plots: {one_line(str(folder))}")
    for remark in remarks:
        session.out.print(remark, soft_wrap=True)


def _remarks(calibrated: Calibrated, count: int, out: Path) -> list[str]:
    remarks = [f"Chosen: {calibrated.compared.chosen}. To use it, set in quaere.toml:", f'answers.calibrator = "{out}"']
    if calibrated.least is not None:
        remarks.append(f"# its thresholds; the same as: answers.threshold = {calibrated.least:.4f}")
    if count < _FEW:
        remarks.append(f"With {count} questions these figures are rough; label more before you rely on them.")
    return remarks


def _table(part: str, lines: Sequence[Sequence[str]]) -> Table:
    head, *others = lines
    title = "questions about texts" if part == "texts" else "questions of the FAQ"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place else "left")
    for line in others:
        table.add_row(*line)
    return table
