"""The server of this machine: the API and the page over one open service.

``build_server`` puts both behind :class:`~ui.web.protection.Protection`, ``launch`` opens the service, binds the port
and serves until it is interrupted.
"""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress

import fastapi
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from components.errors import ConfigurationError
from pipelines.service import QAService
from pipelines.settings import Settings
from ui.api.app import build_api
from ui.web.app import build_page
from ui.web.protection import Protection

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LAST_PORT = 65_535
_SECONDS_TO_FINISH = 3
_OF_THE_API = ("/api/", "/health/")


def build_server(service: QAService, *, examples: Sequence[str] = ()) -> fastapi.FastAPI:
    """Both over an open service.

    Args:
        service: answers the questions.
        examples: questions to offer on the page.
    """
    server = build_page(service, examples=examples)
    server.add_middleware(_ApiFirst, api=build_api(service))
    server.add_middleware(Protection, hosts=_LOOPBACK)
    return server


class _ApiFirst:
    """ASGI middleware: the API's paths to the API, which has its own errors, all others to the page."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self.app = app
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        ours = scope["type"] == "http" and scope["path"].startswith(_OF_THE_API)
        await (self.api if ours else self.app)(scope, receive, send)


def launch(
    settings: Settings,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    *,
    examples: Sequence[str] = (),
    announce: Callable[[str], None] | None = None,
    on_message: Callable[[str], None] | None = None,
) -> None:
    """Serve the page and the API until the process is interrupted.

    Args:
        settings: where the index is and how it is searched.
        host: a name or address of this machine.
        port: 0 takes a free one.
        examples: questions to offer under the box.
        announce: called with the page's address once it can be opened.
        on_message: is told in words when something takes long, such as preparing a model.

    Raises:
        ConfigurationError: the host is not a loopback address, or the port cannot be used.
        StoreError: the data folder cannot be opened.
    """
    held = QAService(settings, purpose="quaere serve", on_message=on_message)
    with listen(host, port) as listening, held.open() as service:
        if service.status().passages > 0:
            service.prepare()
        server = uvicorn.Server(
            uvicorn.Config(
                build_server(service, examples=examples),
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )
        if announce is not None:
            announce(address(listening))
        # The usual way to stop a server is no error; by now it has finished what it was answering.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Bind a port of this machine; connections wait until a server takes them.

    Raises:
        ConfigurationError: the host is not a loopback address, or the port cannot be used.
    """
    if host not in _LOOPBACK:
        raise ConfigurationError(
            f"host {host!r}: there is no login and every document is shown, so it listens on this machine only; "
            f"choose one of {', '.join(_LOOPBACK)}"
        )
    if not 0 <= port <= _LAST_PORT:
        raise ConfigurationError(f"port {port}: choose a --port from 0, which takes a free one, to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(f"port {port} on {host} cannot be used: {error}; choose another --port") from error


def address(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
