"""Trainings in several processes, as ``accelerate launch`` starts them."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from accelerate import PartialState
from rich.console import Console

from training.run_folder import Finished

Options = TypeVar("Options")


def run_file(
    load: Callable[[Path], Options],
    fine_tune: Callable[[Options, Console], Finished],
    arguments: Sequence[str] | None = None,
) -> None:
    """Run a training from its TOML file in each of the processes; only the first one talks.

    Args:
        load: reads the file.
        fine_tune: the training.
        arguments: of the command line; default: those of this process.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if len(given) != 1:
        raise SystemExit("give one TOML file with the options of the training")
    fine_tune(load(Path(given[0])), Console(quiet=os.environ.get("RANK", "0") != "0"))


def first_alone() -> AbstractContextManager[None]:
    """Around what is worked out once and kept in a file: the others wait until the first process has done it."""
    waiting: AbstractContextManager[None] = PartialState().local_main_process_first()
    return waiting
