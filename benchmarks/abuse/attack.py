"""What every attack gets and gives: a folder, a scale and a seed -> checks with their limits, and the faults found."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_FAULTS = 200
"""Faults that are kept of one attack; all are counted."""

Tell = Callable[[int, int], None]
"""Is told how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, measured.

    Args:
        name: what is counted or measured.
        figure: what was found.
        limit: what is promised.
        unit: of both.
        at_least: whether the figure must reach the limit; otherwise it must not pass it.
    """

    name: str
    figure: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the promise is kept."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "name": self.name,
            "figure": round(self.figure, 4),
            "limit": self.limit,
            "at_least": self.at_least,
            "unit": self.unit,
            "passed": self.passed,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attack found.

    Args:
        checks: at least one.
        faults: one line each, with what is needed to repeat it.
        figures: whatever else was measured.
    """

    checks: Sequence[Check]
    faults: Sequence[str] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all promises are kept."""
        return all(check.passed for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "passed": self.passed,
            "checks": [check.to_dict() for check in self.checks],
            "faults": [printable(fault) for fault in self.faults[:MOST_FAULTS]],
            "figures": dict(self.figures),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an attack.

    Args:
        folder: empty; deleted afterwards.
        scale: share of the whole attack, such as 0.01.
        seed: of all that is drawn.
        settings: of Quaere, by name, above those that the attack sets.
        tell: is told how far it is.
    """

    folder: Path
    scale: float = 1.0
    seed: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    tell: Tell = lambda *_: None

    def count(self, whole: int, least: int = 1) -> int:
        """How many of ``whole`` a run of this scale makes."""
        return min(whole, max(least, round(whole * self.scale)))

    def draw(self) -> random.Random:
        """The same numbers for the same seed."""
        return random.Random(self.seed)


def spread(things: Sequence[Any], count: int) -> list[Any]:
    """So many of them, evenly from the first to the last."""
    return [things[index * len(things) // count] for index in range(min(count, len(things)))]


def printable(text: str, most: int = 600) -> str:
    """A line of a report: nothing in it that a terminal would obey or that is no character."""
    safe = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
    return safe if len(safe) <= most else f"{safe[:most]} ..."
