"""The index of an experiment: the files of its corpus and nothing else, or its figures mean something else."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from components.errors import ConfigurationError, InputError
from components.models.conversion import effective_precision
from components.stores.catalogue.sources import SCHEMA
from components.writing import write_whole
from evaluation.data.dataset import DataSet
from evaluation.data.files import sha256
from evaluation.documents_corpus import content_facts
from pipelines.indexing import IndexProgress, IndexReport
from pipelines.service import QAService
from pipelines.setting_names import affecting
from pipelines.settings import Settings

INDEX_FIGURES = "index-figures.json"
"""Kept in the data folder, since a run that goes on indexes nothing again."""


def index_values(settings: Settings) -> dict[str, Any]:
    """The settings that decide what an index holds, by name, as they are in force on this machine."""
    values = settings.values()
    decisive = {name: values[name] for name in affecting("vectors", "passages")}
    return decisive | {"models.precision": effective_precision(settings.models.precision)}


def settings_for(dataset: DataSet, settings: Settings, folder: Path) -> Settings:
    """The settings with the data folder of this corpus: the user's own where the data bring none.

    Args:
        dataset: what is measured on.
        settings: of the system.
        folder: holds an index for each corpus and way of indexing it.

    Raises:
        ConfigurationError: the corpus would go onto a Qdrant server, beside what others have there.
    """
    if not dataset.corpus:
        return settings
    if settings.qdrant.engine == "server":
        raise ConfigurationError(
            f"{dataset.name} brings its own corpus, which is indexed on this machine and never on a Qdrant server; "
            "measure it with --set qdrant.engine=edge"
        )
    is_files = dataset.form != "documents"
    facts = (
        [f"{path.resolve()} {sha256(path)}" for path in dataset.corpus]
        if is_files
        else content_facts(dataset.corpus[0])
    )
    facts += [f"{name}={value}" for name, value in index_values(settings).items()] + [f"catalogue {SCHEMA}"]
    key = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:8]
    return settings.with_values({"data": folder / f"{dataset.name.partition('.')[0]}-{key}"})


def index_figures(
    service: QAService, files: Sequence[Path], on_progress: Callable[[IndexProgress], None] | None = None
) -> dict[str, float]:
    """Index the files of a corpus, and tell what that cost; of files that were indexed before, what it cost then.

    Raises:
        InputError: as of :func:`index_corpus`.
    """
    # Preparing a model takes up to a minute, once on a machine; it is no part of indexing.
    service.open(writable=True).prepare()
    report = index_corpus(service, files, on_progress)
    kept = service.settings.data / INDEX_FIGURES
    if report.unchanged == report.files and kept.is_file():
        figures: dict[str, float] = json.loads(kept.read_text("utf-8"))
        return figures
    figures = {
        "index_passages": service.status().passages,
        "index_seconds": report.seconds,
        "index_passages_per_second": report.passages / report.seconds,
    }
    write_whole(kept, json.dumps(figures))
    return figures


def index_corpus(
    service: QAService, paths: Sequence[Path], on_progress: Callable[[IndexProgress], None] | None = None
) -> IndexReport:
    """Index the files of a corpus.

    Raises:
        InputError: a file cannot be indexed, or the index holds other sources, such as a copy of the corpus.
    """
    service.open(writable=True)
    corpus = {str(path.resolve()) for path in paths}
    others = [info.path for info in service.sources() if str(Path(info.path).resolve()) not in corpus]
    if others:
        raise InputError(
            f"{service.settings.data} holds {len(others)} sources that do not belong to this corpus, such as "
            f"{others[0]}; give a new data folder"
        )
    report = service.index([str(path) for path in paths], on_progress=on_progress)
    if report.failures:
        failure = report.failures[0]
        raise InputError(f"{failure.path} was not indexed: {failure.reason}")
    return report
