"""Token F1: the overlap of the answer's and the reference's words (Rajpurkar et al. 2016).

With c common tokens, counted as often as both hold them, precision p = c / |answer| and recall r = c / |reference|:
F1 = 2 p r / (p + r) = 2 c / (|answer| + |reference|). Over several references the best counts. Without references
(an unanswerable question) the empty prediction gets 1 and any other 0 (Rajpurkar et al. 2018). Where both sides
normalise to nothing, F1 is 1.
"""

from collections import Counter
from collections.abc import Sequence

from evaluation.metrics.normalisation import normalised_tokens


def f1(prediction: str, references: Sequence[str]) -> float:
    """In [0, 1], higher is better; "" stands for no answer."""
    if not references:
        return float(not prediction)
    if not prediction:
        return 0.0
    given = normalised_tokens(prediction)
    return max(_pair(given, normalised_tokens(reference)) for reference in references)


def _pair(given: Sequence[str], reference: Sequence[str]) -> float:
    if not given or not reference:
        return float(given == reference)
    common = sum((Counter(given) & Counter(reference)).values())
    return 2 * common / (len(given) + len(reference))
