"""Reading a given paragraph: how well a reader finds the words, and whether another precision or backend does as well.

``python -m evaluation.reading --questions FILE --json OUT`` asks every variant the same questions, each about its own
paragraph, and reports exact match, F1 and the paired difference from the first variant.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
from haystack import Document
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from components.conversion import Precision
from components.errors import InputError
from components.inference import Backend
from components.reading import ExtractiveReader
from evaluation.command import report_from, with_common_options
from evaluation.data.squad import LabelledQuestion, read_questions
from evaluation.metrics.exact_match import exact_match
from evaluation.metrics.f1 import f1
from evaluation.provenance import provenance
from evaluation.sampling import sample_of
from evaluation.summary import percentage

VARIANTS = ("torch-fp32", "openvino-fp32", "openvino-int8")
"""Backend and precision; PyTorch runs the original weights, so that the others are measured against it."""


def variant_of(name: str) -> tuple[Backend, Precision]:
    """Backend and precision of a variant's name.

    Raises:
        InputError: it names none.
    """
    backend, _, precision = name.partition("-")
    if backend not in get_args(Backend) or precision not in get_args(Precision):
        raise InputError(
            f"variant {name!r} is not known: write backend and precision, {' or '.join(get_args(Backend))}, a hyphen, "
            f"{' or '.join(get_args(Precision))}; for example {VARIANTS[-1]}"
        )
    return backend, precision  # type: ignore[return-value]


def read(
    reader: ExtractiveReader,
    sample: Sequence[LabelledQuestion],
    paragraphs: Sequence[str],
    progress: Progress,
    name: str,
) -> dict[str, Any]:
    """Exact match and F1 of the best span of each question, each in [0, 1], and the seconds of all."""
    reader.warm_up()
    exact, overlap = [], []
    started = time.perf_counter()
    for question in progress.track(sample, description=name):
        answers = reader.run(question.text, [Document(content=paragraphs[question.paragraph])])["answers"]
        words = answers[0].data if answers else ""
        exact.append(exact_match(words, question.references))
        overlap.append(f1(words, question.references))
    return {"exact_match": exact, "f1": overlap, "seconds": time.perf_counter() - started}


def report_on(measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures of each variant in percent, and its paired difference from the first."""
    first = next(iter(measured.values()))
    return {
        name: {
            "exact_match": percentage(values["exact_match"]),
            "f1": percentage(values["f1"]),
            "exact_match_difference": percentage(_difference(values["exact_match"], first["exact_match"])),
            "f1_difference": percentage(_difference(values["f1"], first["f1"])),
            "milliseconds_per_question": 1000 * values["seconds"] / len(values["f1"]),
        }
        for name, values in measured.items()
    }


def run(given: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Ask every variant, and return the report."""
    variants = {name: variant_of(name) for name in given.variants}
    file = read_questions(given.questions)
    sample = sample_of(file, given.sample, given.seed)
    paragraphs = [paragraph.text for paragraph in file.paragraphs]
    measured = {}
    with Progress(console=console) as progress:
        for name, (backend, precision) in variants.items():
            reader = ExtractiveReader(given.model, backend=backend, precision=precision)
            measured[name] = read(reader, sample, paragraphs, progress, name)
    return {
        "provenance": provenance([given.questions]),
        "settings": {"model": given.model, "questions": len(sample), "seed": given.seed},
        "variants": report_on(measured),
    }


def show(report: dict[str, Any], console: Console) -> None:
    """Print the figures as a table."""
    table = Table("variant", "EM", "F1", "EM difference", "F1 difference", "ms a question")
    for name, values in report["variants"].items():
        figures = (values[key] for key in ("exact_match", "f1", "exact_match_difference", "f1_difference"))
        cells = (f"{each['mean']:.2f} ({each['lower']:.2f} to {each['upper']:.2f})" for each in figures)
        table.add_row(name, *cells, f"{values['milliseconds_per_question']:.1f}")
    console.print(table)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m evaluation.reading", description=(__doc__ or "").split("\n")[0])
    made.add_argument("--questions", type=Path, required=True, help="SQuAD-like file")
    made.add_argument("--model", default="quaere-joint", help="the reader: bundled name, folder or hub name")
    made.add_argument("--variants", nargs="+", default=list(VARIANTS), metavar="BACKEND-PRECISION")
    made.add_argument("--sample", type=int, help="questions to ask; default: all")
    return with_common_options(made)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    report_from(parser().parse_args(arguments), run, show)


def _difference(values: Sequence[float], others: Sequence[float]) -> list[float]:
    return [float(each) for each in np.subtract(values, others)]


if __name__ == "__main__":
    main()
