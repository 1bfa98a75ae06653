"""The server of this machine: the API and the page over one open service.

``build_server`` puts both behind :class:`~ui.web.protection.PageSecurityMiddleware`; ``launch`` opens the service,
binds the port and serves until it is interrupted.
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
from service.backend import Backend, open_backend
from ui.api.app import build_api
from ui.api.authentication import Authenticator
from ui.api.middleware.access import AuthenticationMiddleware
from ui.api.middleware.logs import AccessLogMiddleware
from ui.api.middleware.rates import RateLimiter
from ui.web.app import build_page
from ui.web.login import LOGIN_PATHS, login_app, to_login
from ui.web.protection import PageSecurityMiddleware

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LAST_PORT = 65_535
_SECONDS_TO_FINISH = 3
_SENT_BY_A_PAGE = 4
"""Requests to one that may be a question: each is counted as such besides, and opening or stopping is none."""

_OF_THE_API = ("/api/", "/health/", "/v1/", "/metrics")


def build_server(
    backend: Backend,
    *,
    examples: Sequence[str] = (),
    hosts: Sequence[str] | None = LOOPBACK,
    keys_needed: bool = False,
) -> fastapi.FastAPI:
    """Both over an open service.

    Args:
        backend: what they stand on.
        examples: questions to offer on the page.
        hosts: the names under which it answers; None for all.
        keys_needed: whether it lets nobody in without a key, also while there are none.
    """
    settings = backend.service.settings
    authenticator = Authenticator(backend.keys, backend.owner_token, keys_needed=keys_needed)
    api = build_api(backend, authenticator)
    server = build_page(
        backend.service,
        examples=examples,
        on_reply=api.state.metrics.note,
        admit=api.state.rates.count,
        places=api.state.concurrency_limit,
        rates=RateLimiter(_SENT_BY_A_PAGE * settings.service.requests_per_minute),
    )
    server.add_middleware(AuthenticationMiddleware, authenticator=authenticator, refuse=to_login)
    server.add_middleware(_PathMiddleware, app_of=login_app(authenticator), paths=LOGIN_PATHS)
    server.add_middleware(_PathMiddleware, app_of=api, paths=_OF_THE_API)
    server.add_middleware(PageSecurityMiddleware, hosts=hosts)
    server.add_middleware(AccessLogMiddleware, log_questions=settings.service.log_questions)
    return server


class _PathMiddleware:
    """ASGI middleware: some paths to another application, all others on.

    Args:
        app: what comes next.
        app_of: gets the paths.
        paths: beginnings of paths.
    """

    def __init__(self, app: ASGIApp, app_of: ASGIApp, paths: tuple[str, ...]) -> None:
        self.app = app
        self.app_of = app_of
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        theirs = scope["type"] == "http" and scope["path"].startswith(self.paths)
        await (self.app_of if theirs else self.app)(scope, receive, send)


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
        ConfigurationError: the host can be reached from elsewhere and there are no keys, or the port cannot be used.
        StoreError: the data folder cannot be opened.
    """
    held = QAService(settings, purpose="quaere serve", on_message=on_message, sandbox=True)
    with (
        listen(host, port) as listening,
        held.open(writable=True) as service,
        open_backend(service) as backend,
    ):
        is_for_others, has_keys = host not in LOOPBACK, backend.keys.exist()
        if is_for_others and not has_keys:
            raise _no_keys(host)
        if service.status().passages > 0:
            service.prepare()
        server = uvicorn.Server(
            uvicorn.Config(
                build_server(
                    backend,
                    examples=examples,
                    hosts=None if is_for_others else LOOPBACK,
                    keys_needed=is_for_others or has_keys,
                ),
                log_config=None,  # its lines go where all others go
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )
        # From when others know of it, the usual way to stop a server is no error; what it was answering is finished.
        with suppress(KeyboardInterrupt):
            service.announce(url=_own_address(listening), token=backend.owner_token)
            if announce is not None:
                announce(address(listening))
            server.run(sockets=[listening])


def _no_keys(host: str) -> ConfigurationError:
    return ConfigurationError(
        f"host {host!r}: there are no keys, so that anyone could read every document; make one with "
        f"`quaere keys make NAME`, or listen on this machine only with --host {DEFAULT_HOST}"
    )


def listen(host: str, port: int) -> socket.socket:
    """Bind a port of this machine; connections wait until a server takes them.

    Raises:
        ConfigurationError: the host or the port cannot be used.
    """
    if not 0 <= port <= _LAST_PORT:
        raise ConfigurationError(f"port {port}: choose a --port from 0, which takes a free one, to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigurationError(f"port {port} on {host} cannot be used: {error}; choose another --port") from error
    # `create_server` leaves the protocol open, connections take it from there, and asyncio turns Nagle's algorithm off
    # for TCP by name only: every second small response would wait for an acknowledgement, 40 ms.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=bound.detach())


def address(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _own_address(listening: socket.socket) -> str:
    """Where this machine itself reaches it, also when it listens on all its addresses."""
    return address(listening).replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
