"""Seconds and answers -> the figures of a report; pure, so that they can be checked by hand."""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from benchmarks.speed.process import Round
from benchmarks.speed.systems import STOCK, System
from evaluation.data.squad import LabelledQuestion
from evaluation.metrics.answers import exact_match, f1

CUTOFFS = (1, 5, 10, 30)

AT_MOST_WORSE = 0.5
"""Points of exact match and of F1 that a system of the same quality may be below the stock components."""

STAGES = ("embedder", "retriever", "ranker", "reader", "total")


def stage_milliseconds(rounds: Sequence[Round]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile by stage, over all questions that were answered."""
    answered = [each for round_ in rounds for each in round_.asked if each is not None]
    names = dict.fromkeys(name for each in answered for name in each.seconds)
    found = {}
    for name in names:
        values = [1000 * each.seconds[name] for each in answered if name in each.seconds]
        found[name] = {"median": median(values), "p95": float(np.percentile(values, 95))}
    return found


def quality(
    questions: Sequence[LabelledQuestion],
    predictions: Sequence[str] | None,
    ranks: Mapping[str, Sequence[int | None]],
) -> dict[str, Any]:
    """Exact match, F1 and recall at k, all in percent; exact match and F1 are None where nothing was read.

    Args:
        questions: those that were answered, at least one.
        predictions: in the same order; None of a system that only searches.
        ranks: by ranking, those of the first passage with an answer.
    """
    found: dict[str, Any] = {"questions": len(questions), "exact_match": None, "f1": None}
    if predictions is not None:
        pairs = list(zip(predictions, (question.references for question in questions), strict=True))
        found["exact_match"] = 100 * float(np.mean([exact_match(*pair) for pair in pairs]))
        found["f1"] = 100 * float(np.mean([f1(*pair) for pair in pairs]))
    recall = {
        name: {str(k): 100 * float(np.mean([rank is not None and rank <= k for rank in of])) for k in CUTOFFS}
        for name, of in ranks.items()
    }
    return found | {"recall": recall}


def throughput(rounds: Sequence[Round]) -> dict[str, Any]:
    """Questions a second: median over the rounds and each of them; and the errors."""
    rates = [round_.per_second for round_ in rounds]
    said = [text for round_ in rounds for text in round_.errors]
    return {
        "median": median(rates),
        "rounds": rates,
        "questions": sum(len(round_.asked) for round_ in rounds),
        "errors": len(said),
        "first_error": said[0] if said else None,
    }


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Median of the ratios ours / theirs, round by round; None where there is nothing to divide by."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=False) if other > 0]
    return median(ratios) if ratios else None


def is_same_quality(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether exact match and F1, in percent, are at most :data:`AT_MOST_WORSE` below."""
    # What is 0.5 on paper must not fail for a rounding in the last place of a binary fraction.
    allowed = AT_MOST_WORSE + 1e-9
    return all(theirs[name] - ours[name] <= allowed for name in ("exact_match", "f1"))


def best_of_same_quality(systems: Sequence[System], asking: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The quickest of Quaere's settings that is of the stock components' quality; None where there is none.

    Args:
        systems: that were measured.
        asking: the figures of each by its name.
    """
    if STOCK not in asking:
        return None
    names = [system.name for system in systems if system.kind == "quaere" and not system.same_work]
    good = [name for name in names if name in asking and is_same_quality(asking[name], asking[STOCK])]
    return min(good, key=lambda name: float(asking[name]["milliseconds"]["total"]["median"]), default=None)


def table_rows(report: Mapping[str, Any], ours: str) -> list[dict[str, Any]]:
    """The rows of a table that sets one of our systems beside the stock components.

    Each has a stable ``name``, both values, and ``ratio``: how many times better ours is, above 1 where it is; None for
    shares, whose difference says more.
    """
    rows = []
    for name, place, better in _rows(report):
        values = [_at(report, [*place[:-1], system, *place[-1]]) for system in (STOCK, ours)]
        if None in values and name not in _ALWAYS:
            continue
        # Where rounds were taken in turn, what counts is the ratio inside each of them.
        paired = _at(report, [*place[:-1], ours, "times_stock"])
        ratio = paired if paired is not None else _times(values, better)
        rows.append({"name": name, "stock": values[0], "quaere": values[1], "ratio": ratio})
    return rows


_ALWAYS = ("exact_match", "f1")


def _rows(report: Mapping[str, Any]) -> list[tuple[str, list[Any], str]]:
    """Name, place in the report around the system's name, and which way is better."""
    rows: list[tuple[str, list[Any], str]] = [("seconds_to_index", ["index", ["seconds", "median"]], "less")]
    for stage in STAGES:
        rows.append((f"milliseconds_{stage}", ["asking", ["milliseconds", stage, "median"]], "less"))
    for clients in report.get("load", {}):
        place = ["load", clients, ["questions_per_second", "median"]]
        rows.append((f"questions_per_second_{clients}", place, "more"))
    rows.append(("memory_indexing", ["index", ["memory"]], "less"))
    rows.append(("memory_asking", ["asking", ["memory"]], "less"))
    rows += [(name, ["asking", [name]], "share") for name in ("exact_match", "f1")]
    rows += [(f"recall_at_{k}", ["asking", ["recall", "retrieved", str(k)]], "share") for k in CUTOFFS]
    return rows


def _at(report: Mapping[str, Any], place: Sequence[str]) -> float | None:
    value: Any = report
    for step in place:
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return None if value is None or math.isnan(value) else float(value)


def _times(values: Sequence[float | None], better: str) -> float | None:
    stock, ours = values
    if better == "share" or not stock or not ours:
        return None
    return stock / ours if better == "less" else ours / stock
