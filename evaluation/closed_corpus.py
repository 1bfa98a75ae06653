"""Closed-corpus answering: index all paragraphs, ask the questions without saying where the answers stand.

``python -m evaluation.closed_corpus --questions FILE --data FOLDER --json OUT`` writes the figures to OUT and one row a
question beside it (OUT with the ending ``.rows.jsonl``). Run again, it goes on where it stopped.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from components.types import Reply
from evaluation.command import report_from, with_common_options
from evaluation.corpus import index_corpus
from evaluation.data.squad import LabelledQuestion, read_questions
from evaluation.gold import GoldPlaces, gold_places
from evaluation.metrics.exact_match import exact_match
from evaluation.metrics.f1 import f1
from evaluation.metrics.hit_rate import rank_of_first
from evaluation.provenance import peak_memory, provenance
from evaluation.ranking import LIMIT, retrieval_ranks
from evaluation.rows import RowFile
from evaluation.sampling import answerable_questions, sample_of
from evaluation.summary import milliseconds, percentage, recall
from pipelines.service import QAService
from pipelines.settings import Settings

WARM_UP = "Which question is asked by nobody?"
"""Asked before the first question that is timed."""

INDEX_FIGURES = "index-figures.json"
"""Kept in the data folder, since a resumed run indexes nothing again."""


def run(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Index, rank, ask, and return the report."""
    file = read_questions(arguments.questions)
    files = [arguments.questions, *([arguments.passages] if arguments.passages is not None else [])]
    answerable = answerable_questions(file)
    sample = sample_of(file, arguments.sample, arguments.seed)
    settings = {"questions": file.path.name, "files": [path.name for path in files], "seed": arguments.seed}
    with (
        QAService(Settings.load(data=arguments.data), purpose="evaluation") as service,
        Progress(console=console) as progress,
        RowFile(arguments.json.with_suffix(".rows.jsonl"), settings) as rows,
    ):
        indexed = index(service, files, arguments.data, progress)
        gold = gold_places(file, source_name(service, arguments.questions))
        # Before the searches alone: the encoder remembers questions, which would make its seconds look like none.
        ask(service, sample, gold, rows, progress)
        task = progress.add_task("searching", total=len(answerable))
        ranks = retrieval_ranks(
            service.pipelines()["asking"],
            answerable,
            gold,
            languages=service.status().languages,
            on_question=lambda: progress.advance(task),
        )
        asked = [rows.rows[question.id] for question in sample]
    return {
        "provenance": provenance(files),
        "settings": settings | {"sample": len(sample), "retrieval_questions": len(answerable)},
        "index": indexed,
        "reading": reading_figures(asked),
        "recall": {name: recall(values) for name, values in ranks.items()},
        "recall_sample": {name: recall([row["ranks"][name] for row in asked]) for name in ("fused", "reranked")},
        "milliseconds": milliseconds([row["seconds"] for row in asked]),
        "peak_memory_bytes": peak_memory(),
    }


def index(service: QAService, files: Sequence[Path], folder: Path, progress: Progress) -> dict[str, Any]:
    """Index the files; of files that were indexed before, the figures of that time."""
    # Preparing a model takes up to a minute, once on a machine; it is no part of indexing.
    service.open(writable=True).prepare()
    task = progress.add_task("indexing", total=None)
    report = index_corpus(
        service,
        files,
        lambda state: progress.update(task, total=state.total_bytes, completed=state.done_bytes),
    )
    figures = folder / INDEX_FIGURES
    if report.unchanged == report.files and figures.is_file():
        kept: dict[str, Any] = json.loads(figures.read_text("utf-8"))
        return kept
    result = {
        "passages": service.status().passages,
        "seconds": report.seconds,
        "passages_per_second": report.passages / report.seconds,
    }
    figures.write_text(json.dumps(result), "utf-8")
    return result


def source_name(service: QAService, path: Path) -> str:
    """The name under which the service lists an indexed file."""
    wanted = str(path.resolve())
    names: list[str] = [info.source for info in service.sources() if str(Path(info.path).resolve()) == wanted]
    return names[0]


def ask(
    service: QAService, sample: Sequence[LabelledQuestion], gold: GoldPlaces, rows: RowFile, progress: Progress
) -> None:
    """Ask one question after the other, so that the seconds are those of a single user."""
    waiting = [question for question in sample if question.id not in rows.rows]
    task = progress.add_task("asking", total=len(sample), completed=len(sample) - len(waiting))
    if waiting:
        # The first call of a model is slow, and the encoder remembers what it has seen: warm up with other words.
        service.ask(WARM_UP, threshold=0.0)
    for question in waiting:
        reply = service.ask(question.text, threshold=0.0, explain=True)
        rows.add([question_row(question, reply, gold)])
        progress.advance(task)


def question_row(question: LabelledQuestion, reply: Reply, gold: GoldPlaces) -> dict[str, Any]:
    """What is kept of one question: the first answer and its measures, the ranks, the seconds by stage."""
    first = reply.answers[0] if reply.answers else None
    prediction = "" if first is None else first.text
    reranked = [
        gold.holds(question.paragraph, passage.source, passage.start, passage.end) for passage in reply.passages
    ]
    order = sorted(range(len(reranked)), key=lambda place: -reply.passages[place].scores["fused"])
    return {
        "id": question.id,
        "question": question.text,
        "kind": reply.query.kind,
        "references": list(question.references),
        "prediction": prediction,
        "answer_kind": None if first is None else first.kind,
        "confidence": 0.0 if first is None else first.confidence,
        "no_answer_confidence": reply.no_answer_confidence,
        "exact_match": exact_match(prediction, question.references),
        "f1": f1(prediction, question.references),
        "ranks": {"fused": rank_of_first([reranked[place] for place in order]), "reranked": rank_of_first(reranked)},
        "seconds": reply.seconds,
    }


def reading_figures(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Exact match and F1 of the first answer, over all and by the kind of question."""
    kinds = sorted({row["kind"] for row in rows})
    by_kind = {
        kind: {
            "questions": len(measured),
            "exact_match": 100 * float(np.mean([row["exact_match"] for row in measured])),
            "f1": 100 * float(np.mean([row["f1"] for row in measured])),
        }
        for kind in kinds
        if (measured := [row for row in rows if row["kind"] == kind])
    }
    return {
        "questions": len(rows),
        "exact_match": percentage([row["exact_match"] for row in rows]),
        "f1": percentage([row["f1"] for row in rows]),
        "by_kind": by_kind,
    }


def show(report: dict[str, Any], console: Console) -> None:
    """Print the figures as tables."""
    reading = report["reading"]
    for name in ("exact_match", "f1"):
        value = reading[name]
        console.print(f"{name}: {value['mean']:.1f} ({value['lower']:.1f} to {value['upper']:.1f})")
    table = Table("right paragraph among", *report["recall"]["dense"])
    for name, values in (*report["recall"].items(), ("reranked (sample)", report["recall_sample"]["reranked"])):
        table.add_row(name, *(f"{value:.1f}" for value in values.values()))
    console.print(table)
    stages = Table("stage", "median ms", "95th percentile ms")
    for name, value in report["milliseconds"].items():
        stages.add_row(name, f"{value['median']:.0f}", f"{value['p95']:.0f}")
    console.print(stages)
    console.print(
        f"{report['index']['passages']:,} passages, {report['index']['passages_per_second']:.0f} a second; "
        f"peak memory {report['peak_memory_bytes'] / 2**20:.0f} MiB"
    )


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m evaluation.closed_corpus", description=(__doc__ or "").split("\n")[0]
    )
    made.add_argument("--questions", type=Path, required=True, help="SQuAD-like file; its paragraphs are indexed")
    made.add_argument("--passages", type=Path, help="further file to index: passages that answer nothing")
    made.add_argument("--sample", type=int, help=f"questions to read and rerank ({LIMIT} passages each); default: all")
    made.add_argument("--data", type=Path, required=True, help="data folder; a new one, for this corpus alone")
    return with_common_options(made)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    report_from(parser().parse_args(arguments), run, show)


if __name__ == "__main__":
    main()
