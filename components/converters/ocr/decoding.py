"""What the recogniser's network says of the columns of a line -> its characters with their places; pure.

A column says how likely each class is: nothing new, one of the characters, or, last of all, a space. Between words it
often holds a space for less likely than nothing, and the words would run together; such spaces are put back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.languages.scripts import JOINED

_BLANK = 0
_SURE_OF_A_SPACE = 0.4  # how likely a space must be in some column between two characters


@dataclass(frozen=True, slots=True)
class ReadLine:
    """The characters of one line."""

    text: str
    places: tuple[float, ...]
    """Where the middle of each character is, as a share of the line's width."""
    score: float
    """Mean of how sure the network is of each character, in [0, 1]."""


def read_columns(columns: npt.NDArray[np.float32], characters: Sequence[str], width: float) -> ReadLine | None:
    """One line.

    Args:
        columns: (n_columns, n_classes), each row sums to 1.
        characters: of the classes after the first one; the last class is the space.
        width: how many of the columns the line takes; the rest is filling.
    """
    classes = columns.argmax(axis=1)
    is_new = np.concatenate([[True], classes[1:] != classes[:-1]]) & (classes != _BLANK)
    found = np.flatnonzero(is_new)
    if not len(found):
        return None
    spaces = columns[:, -1]
    text, places = "", list[float]()
    for number, column in enumerate(found):
        char = characters[classes[column] - 1]
        if number and _lacks_space(text, char, spaces[found[number - 1] : column + 1]):
            text += " "
            places.append((found[number - 1] + column + 1) / 2 / width)
        text += char
        places.append((column + 0.5) / width)
    score = float(columns[found, classes[found]].mean())
    return ReadLine(text, tuple(min(place, 1.0) for place in places), score)


def _lacks_space(before: str, char: str, spaces: npt.NDArray[np.float32]) -> bool:
    if before[-1].isspace() or char.isspace() or JOINED.compiled.match(before[-1]) or JOINED.compiled.match(char):
        return False
    return bool(spaces.max() > _SURE_OF_A_SPACE)
