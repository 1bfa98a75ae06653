"""Seconds from the start of a process to its first answer: the median of several processes.

``python -m benchmarks.cold_start --data FOLDER --question TEXT`` runs ``quaere ask`` as a user would.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from components.errors import ConfigurationError, QuaereError
from evaluation.provenance import provenance

_ANSWERED = (0, 3)  # an answer, or an honest none


def cold_start_seconds(command: Sequence[str], runs: int) -> list[float]:
    """Wall-clock seconds of each run of a command that asks one question.

    Raises:
        QuaereError: a run failed.
    """
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        seconds.append(time.perf_counter() - started)
        if run.returncode not in _ANSWERED:
            raise QuaereError(f"{' '.join(command)} ended with {run.returncode}: {run.stderr.strip()[-500:]}")
    return seconds


def ask_command(data: Path, question: str) -> list[str]:
    """The installed ``quaere`` of this interpreter, asking one question."""
    program = shutil.which("quaere", path=str(Path(sys.executable).parent))
    if program is None:
        raise ConfigurationError(f"no quaere is installed beside {sys.executable}; install this package there first")
    return [program, "ask", question, "--data", str(data), "--json"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="data folder with an index")
    parser.add_argument("--question", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where the figures go")
    given = parser.parse_args(arguments)
    seconds = cold_start_seconds(ask_command(given.data, given.question), given.runs)
    median = statistics.median(seconds)
    each = ", ".join(f"{value:.2f}" for value in seconds)
    Console().print(f"cold start to first answer: median {median:.2f} s of {each}")
    if given.json is not None:
        report = {"provenance": provenance([]), "seconds": seconds, "median": median}
        given.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
