"""What a comparison of systems measures, and the folders that it works in."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.quaere import settings_for_systems
from benchmarks.speed.systems import System, Task
from pipelines.settings import Settings

Tell = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much is done."""


@dataclass(frozen=True, slots=True)
class PeersPlan:
    """What to measure.

    Args:
        questions: a SQuAD-like file.
        others: files of passages that answer nothing.
        systems: at least one.
        settings: those in force.
        folder: for indexes; what is in it is removed.
        count: questions of each number of clients; each number gets other ones.
        clients: numbers of clients; with the first, which is 1, stages and quality are measured.
        index_rounds: how often each index is made.
        seed: of the sample of questions.
    """

    questions: Path
    others: tuple[Path, ...]
    systems: tuple[System, ...]
    settings: Settings
    folder: Path
    count: int = 1000
    clients: tuple[int, ...] = (1, 4, 16)
    index_rounds: int = 3
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """What the figures depend on, without places of this machine."""
        return {
            "questions": self.questions.name,
            "others": [path.name for path in self.others],
            "systems": {system.name: system.to_dict() for system in self.systems},
            "count": self.count,
            "clients": list(self.clients),
            "index_rounds": self.index_rounds,
            "seed": self.seed,
        }

    def index_folder(self, system: System) -> Path:
        """Where the last making of a system's index is; systems of the same :attr:`System.index` share it."""
        return self.folder / "made" / system.index

    def task(self, corpus: Corpus, system: System, folder: Path) -> Task:
        """What a process is told that is to be this system."""
        return Task(system, folder, corpus.passages, settings_for_systems(self.settings))


def emptied(folder: Path) -> Path:
    """The folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
