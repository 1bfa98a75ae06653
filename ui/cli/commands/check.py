"""``quaere check``: is the data folder what was written?"""

import typer

from ui.cli.commands.options import AsJson
from ui.cli.session import DAMAGED, session_of


def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Compare catalogue, index, uploads and databases with each other and with their checksums; change nothing.

    No other process may hold the data folder. Exit code 1: something is damaged; each finding says what mends it.
    """
    from service.checking import check_data
    from ui.cli.views.reports import check_view

    session = session_of(ctx)
    report = check_data(session.settings())
    if as_json:
        session.write_json(report.to_dict())
    else:
        session.out.print(check_view(report))
    raise typer.Exit(0 if report.sound else DAMAGED)
