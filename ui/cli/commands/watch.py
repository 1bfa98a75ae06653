"""``quaere watch``: keeps the index equal to folders while they change."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.commands.options import Groups, indexed_fields
from ui.cli.session import Session, session_of
from ui.cli.views.progress import index_progress
from ui.cli.views.reports import index_report_view

if TYPE_CHECKING:
    from pipelines.indexing import IndexReport

_SECONDS_BETWEEN_LOOKS = 2.0


def watch(
    ctx: typer.Context,
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders to follow, with all below them.")],
    meta: Annotated[
        list[str] | None,
        typer.Option("--meta", metavar="NAME=VALUE", help="A metadata field of every file, as of `quaere index`."),
    ] = None,
    groups: Groups = None,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow links that lead out of a given folder, too.")
    ] = False,
) -> None:
    """Index folders, then index whatever changes in them, until you press Ctrl-C.

    Deleted files are deleted from the index, unless a folder loses many at once or is not there: then it is waited for.
    While `quaere serve` holds the data folder, the service indexes.
    """
    from pipelines.watching import FolderWatch, file_events

    session = session_of(ctx)
    fields = indexed_fields(meta, groups)
    data = session.settings().data

    def index(there: list[str]) -> IndexReport:
        return _index(session, there, meta=fields, follow_links=follow_links)

    watching = FolderWatch(
        folders,
        index=index,
        events=lambda there: file_events(there, data),
        wait=_wait,
        tell=lambda report: session.out.print(index_report_view(report)),
        say=session.remark,
    )
    try:
        watching.follow()
    except KeyboardInterrupt:
        session.remark("stopped; what was indexed stays, and the next run takes up the rest")


def _index(session: Session, folders: list[str], **options: Any) -> IndexReport:
    """One run; the data folder is free for others before and after it."""
    with (
        session.shared_service("watch", writable=True) as service,
        index_progress(session.err, quiet=session.quiet) as tell,
    ):
        return service.index(folders, prune=True, on_progress=tell, **options)


def _wait() -> bool:
    time.sleep(_SECONDS_BETWEEN_LOOKS)
    return True
