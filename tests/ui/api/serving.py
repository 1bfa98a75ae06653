"""An application served for real, for what a client in the same process cannot do: leave."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from ui.server import address, listen


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
