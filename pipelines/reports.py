"""What an indexing run tells while it goes on and when it has ended."""

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from components.converters.discovery import Discovery
from components.names import printable, shown
from components.stores.catalogue.quality import UnreadFile

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
    unsupported: bool = False
    """True where it is only that its format is not supported."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Sources that were not deleted although their files are gone, since these are too many to be believed."""

    path: str
    """The folder or pattern that was given."""
    gone: int
    """Sources below it without a file."""
    known: int
    """Sources below it."""

    def __str__(self) -> str:
        lost = "all" if self.gone == self.known else f"{self.gone:,} of"
        return (
            f"{self.path}: the files of {lost} {self.known:,} sources are gone, and none of them was deleted; see "
            "whether the folder is there (a disk that is not mounted looks empty). If the sources are to go, run it "
            "again with --force"
        )


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
    ignored: int = 0
    """Files and folders that a ``.quaereignore`` leaves out."""
    held_back: tuple[HeldBack, ...] = ()
    """What was not deleted, by folder."""

    @property
    def has_failed(self) -> bool:
        """Whether something that should be in the index is not, or the other way round."""
        return bool(self.held_back) or any(not failure.skipped for failure in self.failures)


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """What a run would do."""

    added: tuple[str, ...]
    """Files that are not in the index; whether they can be read is found out when they are."""
    changed: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    skipped: tuple[FileFailure, ...]
    ignored: tuple[str, ...]
    """Files and folders that a ``.quaereignore`` leaves out."""
    held_back: tuple[HeldBack, ...]

    @classmethod
    def of(
        cls, found: Discovery, known: Collection[str], changed: Sequence[str], removed: Sequence[str],
        held_back: tuple[HeldBack, ...],
    ) -> "IndexPlan":  # fmt: skip
        """A plan for the files that were found.

        Args:
            found: the files, and what is left out.
            known: paths that are in the index in some version.
            changed: paths whose version is not.
            removed: names of the sources that go.
            held_back: what does not go.
        """
        return cls(
            added=tuple(shown(path) for path in changed if path not in known),
            changed=tuple(shown(path) for path in changed if path in known),
            unchanged=len(found.files) - len(changed),
            removed=tuple(removed),
            skipped=tuple(
                FileFailure(shown(str(each.path)), shown(each.reason), True, each.is_unsupported)
                for each in found.skipped
            ),
            ignored=tuple(shown(str(path)) for path in found.ignored),
            held_back=held_back,
        )


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
    unread: dict[str, UnreadFile] = field(default_factory=dict)
    """Files with a supported ending that are not in the index, by the id of their sources."""

    def __post_init__(self) -> None:
        self.total_bytes = sum(self.sizes.values())

    def fail(self, path: str, reason: str, *, skipped: bool = False, unsupported: bool = False) -> None:
        """Note why a file is not in the index."""
        self.failures.append(FileFailure(shown(path), shown(reason), skipped, unsupported))

    def leave_out(self, path: str, source_id: str, reason: str, *, skipped: bool) -> None:
        """Note why a file that should be in the index is not, or only in its former version, and keep that."""
        self.fail(path, reason, skipped=skipped)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.unread[source_id] = UnreadFile(printable(os.path.abspath(path)), shown(reason), skipped, now)

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
