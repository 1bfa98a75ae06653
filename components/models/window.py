"""What a model says of one window over a passage: the logits that a reader makes spans of. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """The logits of one window over a passage.

    Args:
        start: (n_tokens,) start logits of the passage's own tokens.
        end: (n_tokens,) end logits of the same tokens.
        offsets: (n_tokens, 2) their code points in the passage, end exclusive.
        null: start plus end logit of the classification token.
    """

    start: Floats
    end: Floats
    offsets: npt.NDArray[np.int64]
    null: float
