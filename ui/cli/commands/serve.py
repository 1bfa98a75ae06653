"""``quaere serve``: the page and the API."""

import logging
import sys
from typing import Annotated

import typer

from ui.cli.session import session_of


def serve(
    ctx: typer.Context,
    host: Annotated[
        str,
        typer.Option(help="An address of this machine; one that others can reach needs a key (`quaere keys make`)."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 7860,
) -> None:
    """Serve a page to ask questions, and a REST API."""
    from components.private_files import private_by_default
    from ui.api.middleware.logs import log_as_json
    from ui.server import launch

    session = session_of(ctx)
    log_as_json(sys.stderr, logging.getLogger().level)

    def announce(address: str) -> None:
        session.out.print(
            f"Open {address} in a browser; the API is described at {address}api/v1/openapi.json. Ctrl-C stops both.",
            soft_wrap=True,
        )

    with private_by_default():
        launch(session.settings(), host, port, announce=announce, on_message=session.remark)
