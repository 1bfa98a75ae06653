"""What an experiment's index may hold: the files of its corpus and nothing else, or its figures mean something else."""

from collections.abc import Sequence
from pathlib import Path

from components.errors import InputError
from pipelines.service import QAService


def refuse_other_sources(service: QAService, paths: Sequence[Path]) -> None:
    """Make sure that the index holds no source but these files.

    Raises:
        InputError: it does, for example a copy of the corpus from another folder.
    """
    corpus = {str(path.resolve()) for path in paths}
    others = [info.path for info in service.sources() if str(Path(info.path).resolve()) not in corpus]
    if others:
        raise InputError(
            f"{service.settings.data} holds {len(others)} sources that do not belong to this corpus, such as "
            f"{others[0]}; give a new data folder"
        )
