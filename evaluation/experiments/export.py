"""The results of an experiment as files: every question's row as Parquet, the figures as JSON, and the report."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from components.writing import write_whole
from evaluation.comparison import MetricComparison
from evaluation.evaluate import as_json
from evaluation.experiments.running import ExperimentResults
from evaluation.outcome import Evaluation, Outcome
from evaluation.report import write_report

ROWS, FIGURES, PAGE, TEXT = "rows.parquet", "results.json", "report.html", "report.md"
"""Names of the files."""

_FIXED: dict[str, pa.DataType] = {
    "system": pa.string(),
    "dataset": pa.string(),
    "task": pa.string(),
    "id": pa.string(),
    "question": pa.string(),
    "references": pa.list_(pa.string()),
    "prediction": pa.string(),
    "confidence": pa.float64(),
    "given": pa.bool_(),
    "right": pa.bool_(),
    "answerable": pa.bool_(),
    "failure": pa.string(),
    "language": pa.string(),
    "kind": pa.string(),
    "passage": pa.string(),
    "expected_passage": pa.string(),
    "source": pa.string(),
}
_SPREAD: dict[str, pa.DataType] = {"values": pa.float64(), "ranks": pa.int32(), "seconds": pa.float64()}
"""Fields whose entries become columns of their own, such as ``values.f1``; null where a question has none."""


def write_results(results: ExperimentResults, folder: Path) -> list[Path]:
    """Write all files, each whole or not at all, and return their paths."""
    paths = [folder / name for name in (ROWS, FIGURES, PAGE, TEXT)]
    write_rows(results.evaluations, paths[0])
    write_whole(paths[1], json.dumps(figures_json(results), indent=2) + "\n")
    for path in paths[2:]:
        write_report(results.evaluations, results.comparisons, path)
    return paths


def figures_json(results: ExperimentResults) -> dict[str, Any]:
    """Every figure by its stable name, and every comparison, as plain JSON."""
    return {
        "evaluations": [as_json(each) for each in results.evaluations],
        "comparisons": [_comparison(each) for each in results.comparisons],
    }


def write_rows(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write one row for each system and question."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(rows_table(evaluations), scratch)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def rows_table(evaluations: Sequence[Evaluation]) -> pa.Table:
    """The rows of all systems and data sets, in their order."""
    outcomes = [(each, outcome) for each in evaluations for outcome in each.outcomes]
    columns: dict[str, pa.Array] = {}
    for name, kind in _FIXED.items():
        values = [getattr(each if name in ("system", "dataset") else outcome, name) for each, outcome in outcomes]
        columns[name] = pa.array(values, kind)
    for field, kind in _SPREAD.items():
        for name in _entries(field, (outcome for _, outcome in outcomes)):
            columns[f"{field}.{name}"] = pa.array([getattr(outcome, field).get(name) for _, outcome in outcomes], kind)
    return pa.table(columns)


def _entries(field: str, outcomes: Iterable[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for outcome in outcomes for name in getattr(outcome, field)))


def _comparison(comparison: MetricComparison) -> dict[str, Any]:
    return asdict(comparison) | {"interval": list(comparison.interval), "significant": comparison.significant}
