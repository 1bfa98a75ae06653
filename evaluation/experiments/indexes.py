"""The indexes of an experiment: systems that index alike share one, and it is kept for the next run."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from components.errors import ConfigurationError, InputError, ModelError
from evaluation.corpus import index_figures
from evaluation.data.dataset import DataSet
from evaluation.experiments.definition import System
from evaluation.experiments.watching import Watcher
from evaluation.places import Gold, gold_of
from pipelines.indexing import IndexProgress
from pipelines.service import QAService
from pipelines.settings import Settings


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
    opened: ExitStack, dataset: DataSet, used: Sequence[tuple[System, Settings]], watcher: Watcher
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
def named(system: System) -> Iterator[None]:
    """Errors about what was given say which system they are about."""
    try:
        yield
    except (InputError, ConfigurationError, ModelError) as error:
        kind = next(each for each in (InputError, ConfigurationError, ModelError) if isinstance(error, each))
        raise kind(f"system {system.name!r}: {error}") from error
