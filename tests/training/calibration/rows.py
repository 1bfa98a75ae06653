"""Synthetic rows of evidence, and judged answers, whose probabilities are known."""

import numpy as np

from training.calibration.judging import Judged


def rows(count, seed):
    """Questions whose answers are right with the probability that the evidence tells: sigmoid of relevance."""
    generator = np.random.default_rng(seed)

    def answer(kind, answerable):
        relevance = generator.normal()
        right = answerable and generator.random() < 1 / (1 + np.exp(-3 * relevance))
        noise = [generator.normal(), 0.5, 0.5, generator.normal()]
        evidence = [relevance, *noise, 1.0, float(kind == "faq"), 1.0, 0.5, 0.5, 0.0, 1.0]
        return {"kind": kind, "text": "x", "evidence": evidence, "right": bool(right), "exact": bool(right)}

    made = []
    for number in range(count):
        origin = ("answerable", "faq", "left out", "faq left out", "impossible")[number % 5]
        answerable = origin in ("answerable", "faq")
        kind = "faq" if origin.startswith("faq") else "span"
        answers = [answer(kind, answerable), answer("span", False)]
        made.append(
            {"id": str(number), "group": str(number // 10), "origin": origin, "kind": "factoid", "answers": answers}
            | {"passages": [answer("passage", answerable)]}
        )
    return made


def judged(confidences, right):
    """Answers of these confidences, all given."""
    return [
        Judged(confidence, bool(is_right), bool(is_right), True, True, confidence, bool(is_right))
        for confidence, is_right in zip(confidences, right, strict=True)
    ]
