"""What the command lines of experiments share: the options, and a report that is written and shown."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console


def with_common_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The same parser, with the seed of the sample and the place of the report."""
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, required=True, help="where the figures go")
    return parser


def report_from(
    given: argparse.Namespace,
    run: Callable[[argparse.Namespace, Console], dict[str, Any]],
    show: Callable[[dict[str, Any], Console], None],
) -> None:
    """Run an experiment, write its report to ``--json``, and print it."""
    console = Console()
    report = run(given, console)
    given.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    show(report, console)
