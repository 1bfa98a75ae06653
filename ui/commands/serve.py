"""``quaere serve``: the page."""

from typing import Annotated

import typer

from ui.session import session_of


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
) -> None:
    """Open a page in the browser to ask questions."""
    from ui.web import launch

    launch(session_of(ctx).settings(), host, port)
