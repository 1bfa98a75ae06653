"""The index of an experiment: the files of its corpus and nothing else, or its figures mean something else."""

from collections.abc import Callable, Sequence
from pathlib import Path

from components.errors import InputError
from pipelines.indexing import IndexProgress, IndexReport
from pipelines.service import QAService


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
