"""The server of the page and the API, run for as long as a test needs it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import fastapi
import uvicorn

from ui.backend import Backend, open_backend
from ui.server import address, build_server, listen


def built(backend: Backend, **options: Any) -> fastapi.FastAPI:
    """Built inside an event loop, which is closed: where none runs, Gradio makes some and leaves them open."""

    async def build() -> fastapi.FastAPI:
        return build_server(backend, **options)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, build()).result()


@contextmanager
def serving(service: Any, **options: Any) -> Iterator[str]:
    """Serve the page and the API on a free port for as long as the block runs; without keys."""
    with open_backend(service) as backend, serving_backend(backend, **options) as url:
        yield url


@contextmanager
def serving_backend(backend: Backend, **options: Any) -> Iterator[str]:
    """The same over what is open already, such as with keys."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(
            built(backend, **options),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
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
