"""Fits the calibrator: evidence of labelled questions -> the file that turns evidence into confidence.

``python -m training.calibration.calibrator --answerable FILE --impossible FILE --faq FILE --faq-pairs FILE --data FOLDER``
asks the questions once (rows are kept in the data folder; run again, it goes on where it stopped), fits one half of
the articles and reports the other.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from components.calibration import BUNDLED, Calibrator
from evaluation.corpus import index_corpus
from evaluation.datasets import read_faq, read_pairs, read_questions
from evaluation.provenance import provenance
from evaluation.rows import RowFile
from pipelines.service import QAService
from pipelines.settings import Settings
from training.calibration.evidence import LEAST_F1, evidence_row
from training.calibration.fitting import Row, fit_calibrator, report_on
from training.calibration.labelled import CalibrationSet, calibration_set, to_settings, write_corpus


def collect(chosen: CalibrationSet, paths: Sequence[Path], folder: Path, console: Console) -> list[Row]:
    """Index the corpus and ask every question that has no row yet."""
    calibrator = Calibrator.load(BUNDLED)
    with (
        QAService(Settings.load(data=folder), purpose="fitting the calibrator") as service,
        RowFile(folder / "evidence.jsonl", to_settings(chosen)) as rows,
        Progress(console=console) as progress,
    ):
        index_corpus(service, paths)
        pipeline = service.pipelines()["asking"]
        languages = service.status().languages
        waiting = [asked for asked in chosen.questions if asked.id not in rows.rows]
        for asked in progress.track(waiting, description="asking"):
            rows.add([evidence_row(pipeline, asked, calibrator, languages)])
        return [rows.rows[asked.id] for asked in chosen.questions]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m training.calibration.calibrator", description=(__doc__ or "").split("\n")[0])
    made.add_argument("--answerable", type=Path, required=True, help="SQuAD 1.1-like file, the corpus")
    made.add_argument("--impossible", type=Path, required=True, help="SQuAD 2.0-like file of the same articles")
    made.add_argument("--faq", type=Path, required=True, help="JSON Lines of question and answer")
    made.add_argument("--faq-pairs", type=Path, required=True, help="JSON Lines of question_1, question_2, similar")
    made.add_argument(
        "--per-half", type=int, default=500, help="answerable questions of each half, and unanswerable ones"
    )
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--data", type=Path, required=True, help="data folder for the corpus and the rows")
    made.add_argument("--out", type=Path, default=BUNDLED, help="where the calibrator goes; default: the bundled file")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    given = parser().parse_args(arguments)
    console = Console()
    answerable = read_questions(given.answerable)
    faq = (read_faq(given.faq), read_pairs(given.faq_pairs))
    chosen = calibration_set(
        answerable, read_questions(given.impossible), faq, per_half=given.per_half, seed=given.seed
    )
    rows = collect(chosen, write_corpus(chosen, answerable, given.data / "corpus"), given.data, console)
    fitted = fit_calibrator([row for row in rows if row["half"] == "fit"])
    reported = [row for row in rows if row["half"] == "report"]
    texts = [row for row in reported if not row["origin"].startswith("faq")]
    made = {
        **provenance([given.answerable, given.impossible, given.faq, given.faq_pairs]),
        "questions": len(rows),
        "right_from_f1": LEAST_F1,
        "report": report_on(fitted, texts),
        "report_faq": report_on(fitted, [row for row in reported if row["origin"].startswith("faq")]),
    }
    Calibrator(fitted.kinds, fitted.any_intercept, fitted.any_slope, made).save(given.out)
    console.print_json(json.dumps({"report": made["report"], "report_faq": made["report_faq"]}))


if __name__ == "__main__":
    main()
