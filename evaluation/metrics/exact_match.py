"""Exact match: 1 if the normalised answer equals a normalised reference, else 0 (Rajpurkar et al. 2016).

Over several references the best counts. A question without an answer has no references: then the empty prediction
is right and any other is wrong (Rajpurkar et al. 2018). A reference of nothing but punctuation and articles matches
a prediction of the same kind.
"""

from collections.abc import Sequence

from evaluation.metrics.normalisation import normalised


def exact_match(prediction: str, references: Sequence[str]) -> float:
    """0 or 1; "" stands for no answer."""
    if not references:
        return float(not prediction)
    if not prediction:
        return 0.0
    given = normalised(prediction)
    return float(any(given == normalised(reference) for reference in references))
