"""``python -m benchmarks.abuse``: runs the attacks, tells pass or fail with figure and limit, keeps a report."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from benchmarks.abuse.attack import Outcome, Run
from benchmarks.abuse.catalogue import ATTACKS
from benchmarks.abuse.processes import descendants, end
from benchmarks.results import Results
from components.errors import QuaereError
from ui.cli.commands.options import parse_pairs
from ui.cli.session import INTERRUPTED, Session

_FAILED = 1
_SHOWN = 12
"""Faults of an attack that are shown; the report has more."""


def abuse(
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=f"One attack; may be given again. They are {', '.join(ATTACKS)}."),
    ] = None,
    scale: Annotated[float, typer.Option(min=0.0001, max=1.0, help="Share of each attack, such as 0.01.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", help="Where the figures go; an unfinished report of the same run is gone on with."),
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of Quaere; may be given again.")
    ] = None,
) -> None:
    """Attack Quaere as strangers, kills and broken disks would. Exit codes: 0 all limits kept, 1 some broken."""
    session = Session()
    names = only or list(ATTACKS)
    unknown = [name for name in names if name not in ATTACKS]
    if unknown:
        raise typer.BadParameter(f"--only {unknown[0]}: the attacks are {', '.join(ATTACKS)}")
    settings = dict(parse_pairs(given, "--set"))
    told = {"scale": scale, "seed": seed, "settings": settings}
    try:
        results = Results("abuse", told, [], None if json_file is None else json_file.resolve(), go_on=True)
        results.report.setdefault("attacks", {})
        passed = [_attack(session, results, name, scale, seed, settings) for name in names]
    except KeyboardInterrupt:
        session.remark(
            "interrupted; " + ("nothing is kept" if json_file is None else f"what was finished is in {json_file}")
        )
        raise typer.Exit(INTERRUPTED) from None
    except QuaereError as error:
        session.error(str(error))
        raise typer.Exit(_FAILED) from error
    finally:
        # What was being started when the end came is known to nobody else.
        for child in descendants(os.getpid()):
            end(child)
    if set(results.report["attacks"]) == set(ATTACKS):
        results.finish()
    if not all(passed):
        raise typer.Exit(_FAILED)


def _attack(session: Session, results: Results, name: str, scale: float, seed: int, settings: dict[str, Any]) -> bool:
    """One attack, unless the report has it already; tells what it found."""
    if not results.is_complete(name):
        began = time.monotonic()
        outcome = _carried_out(session, name, scale, seed, settings)
        found = outcome.to_dict() | {"seconds": round(time.monotonic() - began, 1)}
        results.put("attacks", results.report["attacks"] | {name: found})
        results.complete(name)
    found = results.report["attacks"][name]
    session.out.print(_view(name, found))
    for fault in found["faults"][:_SHOWN]:
        session.out.print(f"  {fault}", soft_wrap=True)
    return bool(found["passed"])


def _carried_out(session: Session, name: str, scale: float, seed: int, settings: dict[str, Any]) -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix=f"quaere-{name}-", ignore_cleanup_errors=True) as folder,
        _told(session, name) as tell,
        chdir(folder),  # where no quaere.toml lies
    ):
        return ATTACKS[name](Run(Path(folder).resolve(), scale, seed, settings, tell))


@contextmanager
def _told(session: Session, name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere one line at the start."""
    with Progress(console=session.err, transient=True, disable=not session.err.is_terminal) as bar:
        task = bar.add_task(name, total=None)
        if bar.disable:
            session.remark(f"{name} ...")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _view(name: str, found: dict[str, Any]) -> Table:
    table = Table(
        title=f"{name}: {'pass' if found['passed'] else 'FAIL'} ({found['seconds']:.0f} s)", title_justify="left"
    )
    for column in ("", "what", "figure", "limit"):
        table.add_column(column, justify="right" if column in ("figure", "limit") else "left")
    for check in found["checks"]:
        sign = "at least" if check["at_least"] else "at most"
        unit = f" {check['unit']}".rstrip()
        table.add_row(
            "pass" if check["passed"] else "FAIL",
            check["name"],
            f"{check['figure']:,g}{unit}",
            f"{sign} {check['limit']:,g}{unit}",
        )
    return table


def main() -> None:
    """Run the program; being told to end is as being interrupted, so that all is cleared away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    typer.run(abuse)


if __name__ == "__main__":
    main()
