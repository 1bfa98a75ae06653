"""What an indexing run tells while it goes on and when it has ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from components.names import shown

Stage = Literal["comparing", "reading", "embedding", "removing", "done"]


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far a run is."""

    done_files: int
    total_files: int
    done_bytes: int
    total_bytes: int
    passages: int
    """Written so far."""
    path: str
    """What is being worked on."""
    stage: Stage


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file that is not in the index, or in its former version."""

    path: str
    reason: str
    """One clause in plain words."""
    skipped: bool
    """True where nothing is wrong with it: its format is not supported, or it holds no text."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did."""

    files: int
    """Found, without the skipped ones."""
    indexed: int
    unchanged: int
    removed: int
    failures: tuple[FileFailure, ...]
    passages: int
    """Written in this run."""
    seconds: float
    generation: int


@dataclass(slots=True)
class Run:
    """The counts of a run under way."""

    on_progress: Callable[[IndexProgress], None] | None
    sizes: dict[str, int]
    """Bytes of every file found."""
    total_bytes: int = field(init=False)
    started: float = field(default_factory=time.monotonic)
    done_bytes: int = 0
    done_files: int = 0
    indexed: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    failures: list[FileFailure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.total_bytes = sum(self.sizes.values())

    def fail(self, path: str, reason: str, *, skipped: bool = False) -> None:
        """Note why a file is not in the index."""
        self.failures.append(FileFailure(shown(path), shown(reason), skipped))

    def finish_file(self, source: str, stage: Stage = "comparing") -> None:
        """One file more is done with."""
        self.done_files += 1
        self.done_bytes += self.sizes.get(source, 0)
        self.tell(source, stage)

    def tell(self, path: str, stage: Stage) -> None:
        """Say how far the run is."""
        if self.on_progress is not None:
            counts = (self.done_files, len(self.sizes), self.done_bytes, self.total_bytes, self.passages)
            self.on_progress(IndexProgress(*counts, shown(path), stage))
