"""The systems that are compared, what one of them is told to do, and what it says of a question.

Knows no model and no store: :mod:`benchmarks.speed.peer` makes a system out of its description.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from haystack import Document

from benchmarks.speed.corpus import Spot
from components.errors import InputError

Kind = Literal["quaere", "stock", "bm25s"]

CANDIDATES = 30
"""Passages that the stock ranker sees."""

READ = 10
"""Passages that the stock reader reads."""


@dataclass(frozen=True, slots=True)
class System:
    """One column of the tables."""

    name: str
    kind: Kind
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of Quaere, beside those in force."""
    same_work: bool = False
    """Whether Quaere does what the stock components do and no more: it searches by meaning only, reads :data:`READ`
    passages in a pass of their own, and reads them without title and heading."""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"name": self.name, "kind": self.kind, "settings": dict(self.settings), "same_work": self.same_work}

    @property
    def index(self) -> str:
        """Systems of the same value can use copies of one index."""
        return f"{self.kind}-{self.settings.get('models.precision', 'default')}"


SYSTEMS = (
    System("stock", "stock"),
    System(
        "quaere-same-work",
        "quaere",
        {"models.precision": "fp32", "search.candidates": CANDIDATES, "search.with_context": True},
        same_work=True,
    ),
    System("quaere-default", "quaere"),
    System("quaere-fp32", "quaere", {"models.precision": "fp32"}),
    System("quaere-20", "quaere", {"search.candidates": 20}),
    System("quaere-10", "quaere", {"search.candidates": 10}),
    System("quaere-5", "quaere", {"search.candidates": 5}),
    System("bm25s", "bm25s"),
)
"""All that is compared, the stock components first; whatever is of our kind and does not do the same work competes for
"same quality"."""

STOCK = "stock"


def chosen_systems(names: Sequence[str] | None) -> tuple[System, ...]:
    """The systems of these names, in the tables' order; all for None.

    Raises:
        InputError: there is no system of a name.
    """
    known = [system.name for system in SYSTEMS]
    for name in names or ():
        if name not in known:
            raise InputError(f"there is no system {name!r} to measure; the systems are: {', '.join(known)}")
    return tuple(system for system in SYSTEMS if names is None or system.name in names)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a process needs to know to be a system."""

    system: System
    folder: Path
    """Where the system keeps its index."""
    passages: Path
    """See :func:`benchmarks.speed.corpus.write_passages`."""
    settings: Mapping[str, Any]
    """The settings in force that concern models and searching, as JSON knows them."""
    vectors: Path | None = None
    """Vectors of the passages (see :mod:`benchmarks.speed.vectors`); None to embed them."""
    count: int | None = None
    """Passages to index; more than there are are filled up with synthetic ones. None for all."""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        vectors = None if self.vectors is None else str(self.vectors)
        return {
            "system": self.system.to_dict(),
            "folder": str(self.folder),
            "passages": str(self.passages),
            "settings": dict(self.settings),
            "vectors": vectors,
            "count": self.count,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert :meth:`to_dict`."""
        paths = {name: None if data[name] is None else Path(data[name]) for name in ("folder", "passages", "vectors")}
        return cls(**{**data, **paths, "system": System(**data["system"])})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a system says of one question."""

    prediction: str
    """The best answer, however unsure; "" of a system that only searches."""
    retrieved: tuple[Spot, ...]
    """The candidates as the first search orders them."""
    ranked: tuple[Spot, ...]
    """The same after reranking, as many as the system keeps; empty where nothing is reranked."""
    seconds: Mapping[str, float]
    """By stage, and in ``total``."""

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert :meth:`to_dict`."""
        spots = {name: tuple(Spot(*spot) for spot in data[name]) for name in ("retrieved", "ranked")}
        return cls(data["prediction"], seconds=data["seconds"], **spots)


class Peer(Protocol):
    """A system at work in this process."""

    def prepare(self) -> None:
        """Make what the machine keeps of the models, so that no process that is measured pays for it."""
        ...

    def load_indexing(self) -> None:
        """Load what indexing needs; its time is not measured."""
        ...

    def index(self, passages: Iterable[Sequence[Document]]) -> None:
        """Make the index of passages, which come in batches, and write it to disk."""
        ...

    def open(self) -> None:
        """Open the index and load what asking needs."""
        ...

    def ask(self, question: str) -> Asked:
        """Answer one question; safe to call from several threads."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...
