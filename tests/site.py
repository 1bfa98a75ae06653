"""A small web site of this machine for the tests: what it answers is set by path, what it was asked is kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Answer:
    """What a path gives."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: Event | None = None
    """The content comes once this is set."""


def page(body: str, *, head: str = "", **headers: str) -> Answer:
    """A web page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    return Answer(content, headers={"Content-Type": "text/html; charset=utf-8"} | named)


def links(*addresses: str) -> str:
    """Links to these addresses."""
    return "".join(f'<p><a href="{address}">next</a></p>' for address in addresses)


class Site:
    """A site with the answers that a test gives it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | list[Answer] | Callable[[str], Answer]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.port = 0

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def pages_asked(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append(path)
        self.headers.append({name.lower(): value for name, value in headers.items()})
        found = self.answers.get(path, self.answers.get("*", Answer(b"nothing here", 404)))
        if callable(found):
            return found(path)
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        tag = found.headers.get("ETag")
        return Answer(status=304) if tag is not None and self.headers[-1].get("if-none-match") == tag else found


@contextmanager
def serving_site() -> Iterator[Site]:
    """A site that answers for as long as the block runs."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = site.answer(self.path, dict(self.headers))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if answer.waits is not None:
                answer.waits.wait()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A client that went away is none of the site's business."""

    with Server(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
