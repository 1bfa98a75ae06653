"""Synthetic rows of evidence, and judged answers, whose probabilities are known."""

import numpy as np

from components.types import Evidence
from training.calibration.judging import Judged


def rows(count, seed):
    """Questions whose answers are right with the probability that the evidence tells: sigmoid of relevance."""
    generator = np.random.default_rng(seed)

    def unit(kind, answerable, at):
        relevance = generator.normal()
        right = answerable and generator.random() < 1 / (1 + np.exp(-3 * relevance))
        known = {"relevance": relevance, "span": generator.normal(), "dense": 0.5, "lexical": 0.5}
        known |= {"margin": generator.normal(), "support": 1.0, "faq": float(kind == "faq"), "near": 0.5}
        known |= {"coverage": 0.5, "codes": 1.0, "fits": 1.0}
        evidence = [known.get(name, 0.0) for name in Evidence.names()]
        place = {"kind": kind, "text": "x", "at": ["a", at, at + 1]}
        return place | {"evidence": evidence, "right": bool(right), "exact": bool(right)}

    made = []
    for number in range(count):
        origin = ("answerable", "faq", "left out", "faq left out", "impossible")[number % 5]
        answerable = origin in ("answerable", "faq")
        kind = "faq" if origin.startswith("faq") else "span"
        places = [[unit(kind, answerable, 0)], [unit("span", False, 5)]]
        made.append({"id": str(number), "group": str(number // 10), "origin": origin, "kind": "factoid"})
        made[-1]["places"] = places
    return made


def units_of(row):
    """All units of a row."""
    return [unit for place in row["places"] for unit in place]


def judged(confidences, right):
    """Answers of these confidences, all given."""
    return [
        Judged(confidence, bool(is_right), bool(is_right), True, True, confidence, bool(is_right))
        for confidence, is_right in zip(confidences, right, strict=True)
    ]
