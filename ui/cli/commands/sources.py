"""``quaere sources``: list, check, show and delete what is indexed."""

from typing import Annotated

import typer

from ui.cli.commands.options import AsJson
from ui.cli.session import SOME_FAILED, session_of
from ui.cli.views.reports import quality_view, source_view, sources_table

app = typer.Typer(help="List, check, show or delete the indexed sources.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="SOURCE", help="A source as `quaere sources list` names it.")]


@app.command("list")
def list_sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the indexed sources."""
    session = session_of(ctx)
    with session.shared_service("sources") as service:
        sources = service.sources()
    if as_json:
        session.write_json({"sources": sources})
    else:
        session.out.print(sources_table(sources))


@app.command("check")
def check_sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the sources that did not read well, and the files that were not read, with what to do about each.

    Exit code 4: answers are likely to be missing; 0: nothing was found but remarks.
    """
    session = session_of(ctx)
    with session.shared_service("sources") as service:
        report = service.check_sources()
    if as_json:
        session.write_json(report)
    else:
        session.out.print(quality_view(report))
    if report.has_faults:
        raise typer.Exit(SOME_FAILED)


@app.command("show")
def show_source(
    ctx: typer.Context,
    name: Name,
    text: Annotated[bool, typer.Option("--text", help="Show the whole extracted text, not the passages.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one source: its facts and its passages."""
    session = session_of(ctx)
    with session.shared_service("sources") as service:
        detail = service.source(name)
    if as_json:
        session.write_json(detail)
    else:
        session.out.print(source_view(detail, text=text))


@app.command("delete")
def delete_sources(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Sources as `quaere sources list` names them.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take sources out of the index; their files stay where they are."""
    session = session_of(ctx)
    with session.shared_service("sources") as service:
        deleted = service.delete(names)
    if as_json:
        session.write_json({"deleted": deleted})
    else:
        session.out.print(f"{deleted} deleted from the index")
