"""``quaere status``, ``check``, ``backup`` and ``restore``: the data folder as a whole."""

from pathlib import Path
from typing import Annotated

import typer

from components.foreign_text import one_line
from ui.cli.commands.options import AsJson
from ui.cli.session import DAMAGED, session_of
from ui.cli.views.reports import check_view, status_view


def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show what is indexed, with which models, and every setting with where it came from."""
    session = session_of(ctx)
    with session.shared_service("status") as service:
        found = service.status()
    if as_json:
        session.write_json(found)
    else:
        session.out.print(status_view(found))


def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Compare catalogue, index, uploads and databases with each other and with their checksums; change nothing.

    No other process may hold the data folder. Exit code 1: something is damaged; each finding says what mends it.
    """
    from service.checking import check_data

    session = session_of(ctx)
    report = check_data(session.settings())
    if as_json:
        session.write_json(report.to_dict())
    else:
        session.out.print(check_view(report))
    raise typer.Exit(0 if report.sound else DAMAGED)


def backup(
    ctx: typer.Context,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The archive to write; must not exist yet.")],
) -> None:
    """Write the whole data folder into one archive."""
    session = session_of(ctx)
    with session.service("backup") as service:
        service.backup(target)
    session.remark(f"written to {one_line(str(target))}")


def restore(
    ctx: typer.Context,
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", help="An archive that `quaere backup` wrote.")],
) -> None:
    """Fill an empty data folder from an archive."""
    from pipelines.service import QAService

    session = session_of(ctx)
    settings = session.settings()
    QAService.restore(settings, archive)
    session.remark(f"restored into {one_line(str(settings.data))}")
