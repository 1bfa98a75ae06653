"""The attacks by name, in the order in which they are run."""

from collections.abc import Callable

from benchmarks.abuse.attack import Outcome, Run
from benchmarks.abuse.calls import calls
from benchmarks.abuse.kills import kills

ATTACKS: dict[str, Callable[[Run], Outcome]] = {
    "kills": kills,
    "calls": calls,
}
