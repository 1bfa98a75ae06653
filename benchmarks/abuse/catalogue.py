"""The attacks by name, in the order in which they are run."""

from collections.abc import Callable

from benchmarks.abuse.access import access
from benchmarks.abuse.attack import Outcome, Run
from benchmarks.abuse.calls import calls
from benchmarks.abuse.damage import damage
from benchmarks.abuse.fairness import fairness
from benchmarks.abuse.files import files
from benchmarks.abuse.kills import kills
from benchmarks.abuse.leaks import leaks
from benchmarks.abuse.memory import memory_over_questions

ATTACKS: dict[str, Callable[[Run], Outcome]] = {
    "kills": kills,
    "calls": calls,
    "memory": memory_over_questions,
    "leaks": leaks,
    "files": files,
    "damage": damage,
    "access": access,
    "fairness": fairness,
}
