"""The indexes of an experiment: systems that index alike share one, and it is kept for the next run.

Whoever wants to know how far an experiment is, is a :class:`Watcher`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from components.errors import ConfigurationError, InputError, ModelError
from evaluation.corpus import index_figures
from evaluation.data.dataset import DataSet
from evaluation.experiments.definition import ComparedSystem
from evaluation.places import Gold, gold_of
from pipelines.indexing import IndexProgress
from pipelines.service import QAService
from pipelines.settings import Settings


class Watcher(Protocol):
    """Is told how far an experiment is."""

    def indexing(self) -> AbstractContextManager[Callable[[IndexProgress], None] | None]:
        """Around making one index."""

    def asking(self, dataset: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Around asking a data set's questions; what it gives is told how many of ``total`` are done."""


class Unwatched:
    """Tells nobody."""

    def indexing(self) -> AbstractContextManager[None]:
        """See :meth:`Watcher.indexing`."""
        return nullcontext()

    def asking(self, dataset: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """See :meth:`Watcher.asking`."""
        return nullcontext(lambda done: None)


@dataclass(frozen=True, slots=True)
class Index:
    """An open index, what making it has cost, and where the data stand in it."""

    service: QAService
    costs: Mapping[str, float]
    gold: Gold


def _open(
    opened: ExitStack, dataset: DataSet, settings: Settings, on_index: Callable[[IndexProgress], None] | None
) -> Index:
    service = opened.enter_context(QAService(settings, purpose="experiment"))
    if dataset.corpus:
        costs = index_figures(service, dataset.corpus, on_index)
    else:
        status = service.status()
        costs = {"index_passages": status.passages, "index_generation": status.generation}
    return Index(service, costs, gold_of(dataset, service))


def open_indexes(
    opened: ExitStack, dataset: DataSet, used: Sequence[tuple[ComparedSystem, Settings]], watcher: Watcher
) -> dict[Path, Index]:
    """The indexes of all systems by their folder, made where they are missing.

    Args:
        opened: closes them.
        dataset: whose corpus they hold.
        used: the systems, each with its settings for this corpus.
        watcher: is told how far indexing is.
    """
    indexes: dict[Path, Index] = {}
    for system, settings in used:
        if settings.data not in indexes:
            with named(system), watcher.indexing() as on_index:
                indexes[settings.data] = _open(opened, dataset, settings, on_index)
    return indexes


@contextmanager
def named(system: ComparedSystem) -> Iterator[None]:
    """Errors about what was given say which system they are about."""
    try:
        yield
    except (InputError, ConfigurationError, ModelError) as error:
        kind = next(each for each in (InputError, ConfigurationError, ModelError) if isinstance(error, each))
        raise kind(f"system {system.name!r}: {error}") from error
