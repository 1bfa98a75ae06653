"""In which order systems take turns, so that whatever slows the machine down for a while slows all of them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")


def turns(systems: Sequence[Item], rounds: int) -> list[list[Item]]:
    """The order of each round: the next system begins, so that none always follows the same rest."""
    return [[*systems[first:], *systems[:first]] for first in (number % len(systems) for number in range(rounds))]


def blocks(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Runs of items, of this size but for the last; a last one of less than half the size joins the one before."""
    starts = list(range(0, len(items), size))
    if len(starts) > 1 and len(items) - starts[-1] < size / 2:
        starts.pop()
    return [items[start:end] for start, end in pairwise([*starts, len(items)])]
