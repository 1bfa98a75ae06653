"""The page as an application, and the server that runs it on this machine.

``build_app`` makes the page over an open service, ``build_server`` mounts it behind :class:`Protection`, ``launch``
opens the service, binds the port and serves until it is interrupted.
"""

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import fastapi
import gradio as gr
import uvicorn

from components.errors import ConfigurationError
from pipelines.service import QAService
from pipelines.settings import Settings
from ui.web.ask_page import AskingService, ask_page, welcome
from ui.web.protection import Protection

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_FOLDER = Path(__file__).parent
_LAST_PORT = 65_535
_AT_ONCE = 4
_WAITING = 64
_SECONDS_TO_FINISH = 3


def build_app(service: AskingService, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page over an open service.

    Args:
        service: answers the questions.
        examples: questions to offer under the box.
    """
    with gr.Blocks(title="Quaere", analytics_enabled=False, fill_width=False) as blocks:
        status = ask_page(service, examples)
        blocks.load(welcome(service), outputs=status, show_progress="hidden", api_visibility="private")
    blocks.queue(max_size=_WAITING, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def build_server(service: AskingService, *, examples: Sequence[str] = ()) -> fastapi.FastAPI:
    """The page as an ASGI application that shows no descriptions of its endpoints."""
    hidden = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    server = fastapi.FastAPI(title="Quaere", docs_url=None, redoc_url=None, openapi_url=None)
    server.add_middleware(Protection, hosts=_LOOPBACK)
    gr.mount_gradio_app(
        server,
        build_app(service, examples=examples),
        path="/",
        theme=_theme(),
        css=(_FOLDER / "style.css").read_text("utf-8"),
        favicon_path=str(_FOLDER / "favicon.svg"),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        app_kwargs=hidden,
    )
    return server


def launch(
    settings: Settings,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    *,
    examples: Sequence[str] = (),
    announce: Callable[[str], None] | None = None,
    on_message: Callable[[str], None] | None = None,
) -> None:
    """Serve the page until the process is interrupted.

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
            f"host {host!r}: the page has no login and shows every document, so it listens on this machine only; "
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


def _theme() -> gr.themes.Base:
    """A plain base; names of system fonts, so that no font is fetched from anywhere."""
    return gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
