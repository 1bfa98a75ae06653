"""The server of the page and the API, run for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from ui.server import address, build_server, listen


@contextmanager
def serving(service: Any, **options: Any) -> Iterator[str]:
    """Serve the page and the API on a free port for as long as the block runs."""
    with listen("127.0.0.1", 0) as listening:
        config = uvicorn.Config(
            # Called inside the server's event loop, as the program does.
            lambda: build_server(service, **options),
            factory=True,
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
