"""``quaere index`` and ``quaere rebuild``: documents into the index, with progress and an honest summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ui.cli.commands.options import AsJson, Groups, indexed_fields
from ui.cli.session import SOME_FAILED, Session, session_of
from ui.cli.views.progress import index_progress
from ui.cli.views.reports import index_plan_view, index_report_view

if TYPE_CHECKING:
    from pipelines.indexing import IndexReport

_METADATA_HELP = "A metadata field of every file; JSON where it is valid JSON, else text; may be given again."


def index(
    ctx: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, folders, or patterns such as 'docs/*.md'.")
    ],
    meta: Annotated[list[str] | None, typer.Option("--meta", metavar="NAME=VALUE", help=_METADATA_HELP)] = None,
    groups: Groups = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also delete sources whose files are gone, or in .quaereignore by now.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="With --prune: delete however many; without it, a folder that lost many files keeps them."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be added, changed, deleted and skipped; change nothing.")
    ] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow links that lead out of a given folder, too.")
    ] = False,
    read_as: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="ENDING=FORMAT", help="Read files so: .conf=text; may be given again."),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"], typer.Option("--engine", help="Who reads and embeds: this process, or workers of Ray.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Workers of Ray; default: one for each core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add documents to the index, or bring it up to date.

    Unchanged files are skipped, changed ones replaced as a whole; a run that was stopped can be started again.
    A .quaereignore in a folder leaves out what it names, in the syntax of .gitignore.
    Exit code 4: some files failed, or sources were kept that --prune would have deleted; the rest is done.
    """
    fields = indexed_fields(meta, groups)
    if workers is not None and engine == "local":
        raise typer.BadParameter("--workers is for --engine ray; this process uses as many cores as --threads says")
    if force and not prune:
        raise typer.BadParameter("--force says how many sources --prune may delete; give both")
    session = session_of(ctx)
    if read_as:
        session.overrides["index.read_as"] = " ".join(read_as)
    chosen: dict[str, Any] = {"meta": fields, "prune": prune, "force": force, "follow_links": follow_links}
    if dry_run:
        with session.shared_service("index") as service:
            plan = service.plan(paths, **chosen)
        if as_json:
            session.write_json(plan)
        else:
            session.out.print(index_plan_view(plan))
        return
    with (
        session.shared_service("index", writable=True) as service,
        index_progress(session.err, quiet=session.quiet) as tell,
    ):
        report = service.index(
            paths,
            **chosen,
            engine=engine,
            workers=workers,
            on_progress=tell,
        )
    _finish(session, report, as_json=as_json)


def rebuild(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Make the whole index again from the stored texts, after a change of model or of splitting.

    The files themselves are not needed.
    """
    session = session_of(ctx)
    with (
        session.service("rebuild", writable=True) as service,
        index_progress(session.err, quiet=session.quiet) as tell,
    ):
        report = service.rebuild(tell)
    _finish(session, report, as_json=as_json)


def _finish(session: Session, report: IndexReport, *, as_json: bool) -> None:
    if as_json:
        session.write_json(report)
    else:
        session.out.print(index_report_view(report))
    if report.has_failed:
        raise typer.Exit(SOME_FAILED)
