"""The page alone, behind its protection, served for as long as a test needs it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import fastapi
import uvicorn

from ui.server import LOOPBACK, address, listen
from ui.web.app import build_page
from ui.web.protection import Protection


@contextmanager
def serving_page(service: Any, **options: Any) -> Iterator[str]:
    """Serve it on a free port; the service needs no more than the page asks of one."""

    async def build() -> fastapi.FastAPI:
        page = build_page(service, **options)
        page.add_middleware(Protection, hosts=LOOPBACK)
        return page

    # Built inside an event loop, which is closed: where none runs, Gradio makes some and leaves them open.
    with ThreadPoolExecutor(1) as pool:
        built = pool.submit(asyncio.run, build()).result()
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(built, log_level="warning", access_log=False, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield address(listening)
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
