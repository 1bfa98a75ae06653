"""Evaluations made by hand: every kind of failure, and texts that try to get out of their place in a page."""

import random

from evaluation.outcome import Evaluation, Outcome
from evaluation.report.wording import FAILURES

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>`|[x](javascript:alert(3))\x00\ud800\u202e"

PASSAGE = (
    "The pump of the Model X draws water from the lower basin. If it shows code E-1047, reset the pump by holding the "
    "green key for five seconds. The warranty is two years from delivery, and is void where the seal is broken."
)
OTHER = "Other pumps are reset with the red key. Their warranty is one year."
STAGES = ("understanding", "embedder", "retriever", "ranker", "reader", "answering")


def outcome(number: int, generator: random.Random, quality: float) -> Outcome:
    confidence = round(generator.random(), 4)
    right = generator.random() < quality * (0.3 + 0.7 * confidence)
    failure = None if right else list(FAILURES)[generator.randrange(len(FAILURES))]
    rank = None if failure in ("not_indexed", "not_retrieved") else generator.choice([1, 1, 1, 2, 3, 5, 9, 14, 28])
    total = {stage: generator.expovariate(1 / 0.02) for stage in STAGES}
    return Outcome(
        id=f"q{number}",
        question=f"How long is the warranty of number {number}?" if number % 7 else EVIL,
        task="answering",
        references=("two years", "2 years") if failure != "wrongly_given" else (),
        prediction="two years" if right else ("one year" if number % 5 else EVIL),
        confidence=confidence,
        given=failure != "wrongly_withheld",
        right=right,
        answerable=failure != "wrongly_given",
        values={"exact_match": float(right), "f1": float(right) if number % 3 else max(float(right), 0.5)},
        ranks={
            "dense": rank,
            "lexical": rank and min(30, rank + 3),
            "fused": rank,
            "reranked": rank and max(1, rank - 1),
        },
        failure=failure,
        seconds=total | {"total": sum(total.values())},
        kind="factoid",
        passage=PASSAGE if right or number % 2 else OTHER,
        expected_passage=PASSAGE,
        source="manual.pdf" if number % 7 else EVIL,
    )


def evaluation(
    system: str = "default", dataset: str = "manuals", *, count: int = 200, quality: float = 1.0
) -> Evaluation:
    generator = random.Random(3)
    outcomes = tuple(outcome(number, generator, quality) for number in range(count))
    exact = sum(each.values["exact_match"] for each in outcomes) / count
    f1 = sum(each.values["f1"] for each in outcomes) / count
    return Evaluation(
        system,
        dataset,
        "answering",
        outcomes,
        {"exact_match": exact, "f1": f1, "calibration_error": 0.041, "seconds_median": 0.12, "index_bytes": 12_000_000},
        {"exact_match": (exact - 0.05, exact + 0.05), "f1": (f1 - 0.05, f1 + 0.05)},
        {
            "date": "2026-11-25T08:00:00+00:00",
            "commit": "0123456789abcdef",
            "machine": {"processor": "A processor", "cores": 2},
            "data": {"manuals.json": "00ff"},
        },
        {"search.fusion": "convex", "search.candidates": 30},
    )
