"""How figures, metrics, stages and failures are called and written in a report. Pure."""

import math
from collections.abc import Sequence

from evaluation.comparison import MetricComparison
from evaluation.outcome import Evaluation, Failure

FIGURES = ("figure", "value", "95 % interval")
COMPARED = ("system", "data", "metric", "difference", "95 % interval", "better / worse", "p", "corrected p")
"""Columns of the table of all figures, and of that of differences in percentage points; * is told apart from chance."""

FAILURES: dict[Failure, tuple[str, str]] = {
    "not_extracted": ("Not extracted", "The text that was read from the documents does not hold the answer."),
    "not_indexed": ("Not indexed", "No passage of the index holds the answer."),
    "not_retrieved": ("Not retrieved", "A passage holds the answer, but is not among the candidates."),
    "lost_by_reranker": (
        "Lost by the reranker",
        "Another passage was put above the right one, and the answer is from there.",
    ),
    "misread": ("Misread", "The right passage was read, but other words were given."),
    "wrong_boundary": ("Wrong boundary", "The words overlap the answer, but begin or end elsewhere."),
    "wrongly_withheld": ("Wrongly withheld", "The best answer is right, but was not sure enough to be given."),
    "wrongly_given": ("Wrongly given", "The documents do not answer the question, but an answer was given."),
}
"""What went wrong, in a few words and in a sentence; in the order of the stages."""

_STAGES = {
    "dense": "by meaning",
    "lexical": "by words (BM25)",
    "fused": "both, fused",
    "reranked": "after reranking",
    "understanding": "understanding",
    "embedder": "embedding",
    "lexical_embedder": "word weights",
    "retriever": "retrieval",
    "ranker": "reranking",
    "reader": "reading",
    "answering": "answering",
    "total": "in all",
}
_METRICS = {
    "f1": "F1",
    "ndcg": "nDCG",
    "map": "MAP",
    "mrr": "MRR",
    "ece": "ECE",
    "auroc": "AUROC",
}
_NAMES = {"seconds_total_p50": "median time", "index_seconds": "time to index", "index_bytes": "size of the index"}
_COUNTS = ("questions", "passages", "sources", "answers", "count", "clients", "resamples")


def stage_name(stage: str) -> str:
    """A stage of ranking, or one that takes time, in plain words."""
    return _STAGES.get(stage, stage.replace("_", " "))


def metric_name(name: str) -> str:
    """A figure's stable name, as a reader would write it: "exact_match" -> "exact match", "ndcg@10" -> "nDCG@10"."""
    if name in _NAMES:
        return _NAMES[name]
    words, at, k = name.partition("@")
    spelt = " ".join(_METRICS.get(word, word) for word in words.split("_"))
    return f"{spelt}{at}{k}"


def figure_text(name: str, value: float) -> str:
    """A figure with its unit, which its stable name tells: shares in percent, seconds, bytes, counts as they are."""
    if math.isnan(value):
        return "–"
    last = name.rpartition("_")[2]
    if name.endswith("per_second"):
        return f"{value:,.1f}"
    if "seconds" in name:
        return duration(value)
    if last == "bytes":
        return f"{value / 2**20:,.1f} MiB"
    if last in _COUNTS or isinstance(value, int) or abs(value) > 1.0:
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    return share(value)


def share(value: float) -> str:
    """A share of 1 in percent."""
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"


def share_range(ends: tuple[float, float]) -> str:
    """Both ends of an interval of shares, in percent."""
    return f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}"


def points(value: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    text = f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")
    return "0.0" if text.endswith("0.0") and len(text) == 4 else text


def points_range(ends: tuple[float, float]) -> str:
    """Both ends of an interval of differences, in percentage points."""
    return f"{points(ends[0])} to {points(ends[1])}"


def duration(seconds: float) -> str:
    """Milliseconds below one second, else seconds."""
    if seconds < 0.01:
        return f"{1000 * seconds:.1f} ms"
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def probability(p: float) -> str:
    """A p value; small ones by the bound that they are below."""
    if math.isnan(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def title_of(evaluations: Sequence[Evaluation]) -> str:
    """What a report on these is called."""
    datasets = ", ".join(dict.fromkeys(each.dataset for each in evaluations))
    systems = list(dict.fromkeys(each.system for each in evaluations))
    return f"{systems[0]} on {datasets}" if len(systems) == 1 else f"{len(systems)} systems on {datasets}"


def place_of(measured: Evaluation | MetricComparison) -> str:
    """What something was measured on, and at which task."""
    return f"{measured.dataset}, {measured.task}"
