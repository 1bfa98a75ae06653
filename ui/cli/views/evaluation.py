"""An evaluation -> what the terminal shows: the figures, where it fails, and which stage to work on.

Pure: values in, Rich renderables out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from components.foreign_text import one_line, shortened
from ui.cli.views.progress import duration, size

if TYPE_CHECKING:
    from evaluation.outcome import Evaluation

_MEANS = (
    "exact_match", "f1", "right", "exact_match_at_threshold", "f1_at_threshold", "right_at_threshold", "given",
    "right_of_given", "right_and_given", "right_in_text", "right_among_3", "passage_first", "passage_among_5",
    "exact_match_has_answer", "f1_has_answer", "withheld_of_unanswerable", "answerability_auroc",
    "exact_match_best", "f1_best", "f1_best_threshold", "calibration_error", "brier", "risk_coverage_area",
    "coverage_at_80_precision", "coverage_at_90_precision", "coverage_at_95_precision",
)  # fmt: skip
_GROUPED = (
    ("right_and_given", "right and given"),
    ("right_of_given", "right of given"),
    ("withheld_of_unanswerable", "rightly withheld"),
    ("right", "first right"),
    ("right_among_3", "among three"),
    ("passage_first", "passage first"),
    ("passage_among_5", "among five"),
)
"""Columns of the tables by kind, language and corpus."""
_RANKING = ("recall@1", "recall@5", "recall@10", "recall@30", "recall@100", "mrr@10", "ndcg@10")
_EXAMPLES, _WORDS = 3, 80
"""Examples of the worst stage, and the longest text in them, in characters."""
_STAGES = ("dense", "lexical", "fused", "reranked")


def evaluation_view(evaluation: Evaluation) -> RenderableType:
    """Everything that one evaluation says."""
    head = Text(f"{one_line(evaluation.dataset)}: {evaluation.task}, {len(evaluation.outcomes):,} questions", "bold")
    tables = (
        figures_table(evaluation),
        *group_tables(evaluation),
        ranking_table(evaluation),
        failures_table(evaluation),
        times_table(evaluation),
    )
    shown = [table for table in tables if table.row_count]
    return Group(head, *shown, cost_line(evaluation), advice_line(evaluation), *examples(evaluation))


def figures_table(evaluation: Evaluation) -> Table:
    """The figures of the answers, with their intervals."""
    table = _table("figure", "value", "95 % interval")
    for name in _MEANS:
        if name in evaluation.figures:
            table.add_row(name, _share(evaluation.figures[name]), _range(evaluation.intervals.get(name)))
    return table


def group_tables(evaluation: Evaluation) -> list[Table]:
    """Of answers that were judged by containment, the main figures by kind of question, language and corpus."""
    from evaluation.figures import GROUPS, grouped

    if "right_and_given" not in evaluation.figures:
        return []
    tables = []
    for name, key in GROUPS.items():
        table = _table(name, "questions", *(title for _, title in _GROUPED))
        for group, figures in grouped(evaluation.outcomes, key).items():
            shares = (_share(figures.get(each)) for each, _ in _GROUPED)
            table.add_row(one_line(group), f"{figures['questions']:.0f}", *shares)
        tables.append(table)
    return tables


def ranking_table(evaluation: Evaluation) -> Table:
    """How well each search ranks alone, fused, and after reranking."""
    names = [name for name in _RANKING if any(name in each for each in (evaluation.figures, _of_searches(evaluation)))]
    table = _table("ranking by", *names)
    for stage in _STAGES:
        keys = [name if stage == "reranked" else f"{stage}_{name}" for name in names]
        if any(key in evaluation.figures for key in keys):
            table.add_row(stage, *(_share(evaluation.figures.get(key)) for key in keys))
    return table


def failures_table(evaluation: Evaluation) -> Table:
    """How many questions each stage loses, and what mending it alone would bring at most."""
    from evaluation.failures import losses

    table = _table("where it fails", "questions", "share", "right if mended, at most")
    for loss in losses(evaluation.outcomes):
        table.add_row(loss.failure, f"{loss.count:,}", _share(loss.share), _share(loss.bound))
    return table


def times_table(evaluation: Evaluation) -> Table:
    """Seconds by stage."""
    table = _table("seconds", "median", "p95", "p99")
    suffix, prefix = "_p50", "seconds_"
    for name in evaluation.figures:
        if name.startswith(prefix) and name.endswith(suffix):
            stage = name.removeprefix(prefix).removesuffix(suffix)
            cells = (evaluation.figures[f"{prefix}{stage}_p{share}"] for share in (50, 95, 99))
            table.add_row(stage, *(f"{value:.3f}" for value in cells))
    return table


def cost_line(evaluation: Evaluation) -> Text:
    """What it took."""
    figures, parts = evaluation.figures, []
    if "questions_per_second" in figures:
        parts.append(f"{figures['questions_per_second']:.1f} questions a second, one after the other")
    if "index_passages" in figures:
        parts.append(f"{figures['index_passages']:,.0f} passages")
    if "index_seconds" in figures:
        parts.append(f"indexed in {duration(figures['index_seconds'])}")
    if figures.get("index_not_read"):
        parts.append(f"{figures['index_not_read']:.0f} of {figures['index_files']:.0f} files not read")
    if "index_bytes" in figures:
        parts.append(f"index of {size(figures['index_bytes'])}")
    parts.append(f"peak memory {size(figures['peak_memory_bytes'])}")
    return Text("; ".join(parts), style="dim")


def advice_line(evaluation: Evaluation) -> Text:
    """Which stage to work on."""
    from evaluation.failures import ADVICE, worst_stage

    worst = worst_stage(evaluation.outcomes)
    if worst is None:
        return Text("Nothing went wrong.", style="bold green")
    return Text.assemble(
        ("Work on ", "bold yellow"),
        (ADVICE[worst.failure], "bold yellow"),
        f" ({worst.count:,} of {len(evaluation.outcomes):,} questions are lost there)",
    )


def examples(evaluation: Evaluation) -> list[Text]:
    """The first questions that the worst stage loses, with what was said and what would have been right."""
    from evaluation.failures import worst_stage

    worst = worst_stage(evaluation.outcomes)
    lost = [each for each in evaluation.outcomes if worst is not None and each.failure == worst.failure]
    lines = []
    for outcome in lost[:_EXAMPLES]:
        line = Text(f"  {shortened(outcome.question, _WORDS)}")
        if outcome.prediction:
            line.append(f" answered: {shortened(outcome.prediction, _WORDS)}", style="yellow")
        expected = outcome.references[0] if outcome.references else outcome.expected_passage
        right = shortened(expected, _WORDS) if outcome.answerable and expected else ""
        line.append(f" right: {right}" if right else "", style="green")
        lines.append(line)
    return lines


def _of_searches(evaluation: Evaluation) -> set[str]:
    return {name.partition("_")[2] for name in evaluation.figures if name.startswith("fused_")}


def _table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"


def _range(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"
