"""Applications served for real, for as long as a test needs them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import fastapi
import uvicorn
from starlette.types import ASGIApp

from service.backend import Backend, open_backend
from ui.server import LOOPBACK, address, build_server, listen
from ui.web.app import build_page
from ui.web.protection import PageSecurityMiddleware


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve on a free port for as long as the block runs, and give the address."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@contextmanager
def serving(service: Any, **options: Any) -> Iterator[str]:
    """The page and the API over a service, without keys."""
    with open_backend(service) as backend, serving_backend(backend, **options) as url:
        yield url


@contextmanager
def serving_backend(backend: Backend, **options: Any) -> Iterator[str]:
    """The same over what is open already, such as with keys."""
    with served(_built(lambda: build_server(backend, **options))) as url:
        yield url


@contextmanager
def serving_page(service: Any, **options: Any) -> Iterator[str]:
    """The page alone, behind its protection; the service needs no more than the page asks of one."""

    def build() -> fastapi.FastAPI:
        page = build_page(service, **options)
        page.add_middleware(PageSecurityMiddleware, hosts=LOOPBACK)
        return page

    with served(_built(build)) as url:
        yield url


def _built(build: Callable[[], fastapi.FastAPI]) -> fastapi.FastAPI:
    """Built inside an event loop, which is closed: where none runs, Gradio makes some and leaves them open."""

    async def building() -> fastapi.FastAPI:
        return build()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, building()).result()
