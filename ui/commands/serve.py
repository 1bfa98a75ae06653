"""``quaere serve``: the page and the API."""

from typing import Annotated

import typer

from ui.session import session_of


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="An address of this machine; others cannot reach it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 7860,
) -> None:
    """Serve a page to ask questions, and a REST API."""
    from ui.server import launch

    session = session_of(ctx)

    def announce(address: str) -> None:
        session.out.print(
            f"Open {address} in a browser; the API is described at {address}api/v1/openapi.json. Ctrl-C stops both.",
            soft_wrap=True,
        )

    launch(session.settings(), host, port, announce=announce, on_message=session.remark)
