"""The program ``quaere``: global options, the commands, and what becomes of errors.

Exit codes: 0 answered or done, 1 error, 2 wrong usage, 3 no answer, 4 some files or questions failed, 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ui.cli.commands import (
    ask,
    benchmark,
    crawl,
    data,
    demo,
    evaluate,
    experiment,
    imports,
    index,
    keys,
    pipeline,
    serve,
    sources,
    train,
    watch,
)
from ui.cli.commands.options import parse_pairs
from ui.cli.session import PIPE_CLOSED, Session

_ANYWHERE = {"--quiet": 0, "--verbose": 0, "--debug": 0, "--data": 1, "--config": 1, "--set": 1}
"""Global options that may also follow the command, with the number of their values."""


class _Program(TyperGroup):
    """Takes global options anywhere, and turns errors into one line and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, globals_first(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (typer.Exit, typer.Abort, typer.TyperException, EOFError):
            raise
        except BrokenPipeError:
            _forget_stdout()
            raise typer.Exit(PIPE_CLOSED) from None
        except Exception as error:
            _tell(ctx.find_object(Session) or Session(), error)
            raise typer.Exit(1) from error
        return result


def globals_first(args: Sequence[str]) -> list[str]:
    """The arguments with the global options, wherever they stand before ``--``, moved to the front."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for arg in waiting:
        if arg == "--":
            return [*front, *rest, arg, *waiting]
        name, equals, _ = arg.partition("=")
        if name not in _ANYWHERE:
            rest.append(arg)
            continue
        front.append(arg)
        if _ANYWHERE[name] and not equals:
            front += [value for value in [next(waiting, None)] if value is not None]
    return front + rest


app = typer.Typer(
    cls=_Program,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers questions from your own documents with the exact words that answer them.",
    epilog="Global options may also follow the command. Settings: flag, then QUAERE_*, then quaere.toml.",
)
for _command in (
    index.index,
    crawl.crawl,
    watch.watch,
    ask.ask,
    data.status,
    index.rebuild,
    data.check,
    data.backup,
    data.restore,
    demo.demo,
    evaluate.evaluate,
    experiment.experiment,
    pipeline.pipeline,
    serve.serve,
    benchmark.benchmark_command(),
):
    app.command()(_command)
app.command("import")(imports.import_)
app.add_typer(sources.app, name="sources")
app.add_typer(keys.app, name="keys")
app.add_typer(train.app, name="train")


def _version(wanted: bool) -> None:
    if not wanted:
        return
    # Takes longer to import than the rest of the start.
    from ui.version import version

    typer.echo(f"quaere {version()}")
    raise typer.Exit


@app.callback()
def _global_options(
    ctx: typer.Context,
    data_folder: Annotated[
        Path | None, typer.Option("--data", metavar="FOLDER", help="The data folder (QUAERE_DATA).")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A settings file in place of ./quaere.toml.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting such as search.candidates=40; may be given again."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no remarks.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="More remarks, and seconds per stage.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    settings: dict[str, Any] = dict(parse_pairs(given, "--set"))
    if data_folder is not None:
        if "data" in settings:
            raise typer.BadParameter("the data folder is given twice, by --data and by --set; use one of them")
        settings["data"] = data_folder
    ctx.obj = Session(overrides=settings, config=config, quiet=quiet, verbose=verbose, debug=debug)
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.ERROR if quiet else logging.WARNING)
    if verbose:
        for name in ("components", "pipelines", "ui"):
            logging.getLogger(name).setLevel(logging.INFO)


def _tell(session: Session, error: Exception) -> None:
    """Say on stderr what went wrong; with ``--debug`` also where."""
    if session.debug:
        traceback.print_exception(error)
    if _is_ours(error):
        session.error(str(error))
    elif isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename is not None else ""
        session.error(f"{place}{error.strerror}")
    else:
        hint = "" if session.debug else "; run it again with --debug to see where, and report it"
        session.error(f"unexpected {type(error).__name__}: {error}{hint}")


def _is_ours(error: Exception) -> bool:
    """Whether it is raised on purpose; told by name, as importing the class would import Haystack."""
    return any(kind.__module__ == "components.errors" for kind in type(error).__mro__)


def _forget_stdout() -> None:
    """Keep Python from complaining at exit that the reader of its output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run() -> None:
    """Run the program."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A terminal of another encoding must not end the program over a letter it cannot show.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace" if stream is sys.stdin else "backslashreplace")
    # A supervisor's way to end a program is to end it as orderly as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app(prog_name="quaere")
