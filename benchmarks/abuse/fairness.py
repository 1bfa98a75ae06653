"""What one client suffers from others: batches, bodies that are too large, bodies that never end, many connections."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from benchmarks.abuse.attack import Check, Outcome, Run
from benchmarks.abuse.material import indexed
from benchmarks.abuse.probe import probing
from benchmarks.abuse.processes import memory
from benchmarks.abuse.served import Service, make_keys, serving

LONGEST = 1.0
"""Seconds that another client's question, or a look whether the service lives, may take."""

MOST_GROWTH = 400.0
"""Megabytes that the service may grow by while it refuses bodies."""

SECONDS = 30
CONNECTIONS = 500
_BODY = 200_000_000
_LARGE = ("/api/v1/own/ask_batch", "/api/v1/sources/files", "/api/v1/ask", "/gradio_api/process_recording", "/login")


def fairness(run: Run) -> Outcome:
    """One trouble after the other, while a probe asks."""
    data = indexed(run, 40)
    secrets = make_keys(data, {name: (["read"], []) for name in ("probe", "other")})
    seconds = max(3.0, SECONDS * run.scale)
    troubles: dict[str, Callable[[Service, str, float], dict[str, Any]]] = {
        "nothing": _nothing,
        "batches": _batches,
        "large bodies": lambda service, secret, _: _large_bodies(service, secret, run.count(_BODY, 20_000_000)),
        "slow bodies": _slow_bodies,
        "many connections": lambda service, _, limit: _connections(service, run.count(CONNECTIONS, 50), limit),
    }
    checks, figures = [], {}
    with serving(run, data) as service:
        for done, (name, trouble) in enumerate(troubles.items()):
            before = memory(service.process.pid)
            with probing(service.url, secrets["probe"]) as probed:
                time.sleep(0.5)
                told = trouble(service, secrets["other"], seconds)
            grown = (memory(service.process.pid, "VmHWM") - before) / 1e6
            figures[name] = probed | told | {"peak_above_megabytes": round(grown, 1)}
            if name != "nothing":
                checks += _checks(name, probed)
            if name == "large bodies":
                checks.append(Check("large bodies of a reader that are taken", told["taken"], 0))
                checks.append(Check("memory for large bodies", grown, MOST_GROWTH, "MB"))
            run.tell(done + 1, len(troubles))
        checks.append(Check("services alive afterwards", int(service.lives), 1, at_least=True))
    return Outcome(checks, figures=figures)


def _checks(name: str, probed: dict[str, Any]) -> list[Check]:
    lost = sum(probed["ask"]["refused"].values()) + sum(probed["live"]["refused"].values())
    return [
        Check(f"{name}: another key's question, 95th percentile", probed["ask"]["p95"], LONGEST, "s"),
        Check(f"{name}: longest freeze", probed["live"]["longest"], LONGEST, "s"),
        Check(f"{name}: requests of the other key that failed", lost, 0),
    ]


def _nothing(_: Service, __: str, seconds: float) -> dict[str, Any]:
    time.sleep(seconds / 3)
    return {}


def _batches(service: Service, secret: str, seconds: float) -> dict[str, Any]:
    """Three clients of one key send batches of a hundred questions, one after the other."""
    until = time.monotonic() + seconds
    questions = [{"question": f"How much does the pump Model {number} weigh?"} for number in range(100)]
    statuses: list[int] = []

    def send() -> None:
        with service.client(secret, seconds=seconds + 60) as client:
            while time.monotonic() < until:
                try:
                    statuses.append(client.post("/api/v1/ask/batch", json={"questions": questions}).status_code)
                except httpx.HTTPError:
                    statuses.append(0)  # it waited too long; only the other key counts here

    _together([send] * 3)
    return {"batches": statuses}


def _large_bodies(service: Service, secret: str, size: int) -> dict[str, Any]:
    """Bodies that no reader may send, to every place that takes large ones."""
    statuses = {}
    with service.client(secret, seconds=120) as client:
        for path in _LARGE:
            try:
                kind = {"Content-Type": "application/json", "Content-Length": str(size)}
                statuses[path] = client.post(path, content=_json_of(size), headers=kind).status_code
            except httpx.HTTPError:
                statuses[path] = 413  # the service hung up before the end
    return {"statuses": statuses, "taken": sum(status < 400 for status in statuses.values())}


def _json_of(size: int) -> Iterator[bytes]:
    """A JSON object of exactly so many bytes."""
    head, tail, chunk = b'{"questions": [', b"0]}", b"[1,2,3],[4,5,6]," * 4096
    left = size - len(head) - len(tail)
    yield head
    while left >= len(chunk):
        yield chunk
        left -= len(chunk)
    yield b" " * left + tail


def _slow_bodies(service: Service, secret: str, seconds: float) -> dict[str, Any]:
    """A hundred requests that send one byte a second of a body."""
    key = f"Authorization: Bearer {secret}"
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}\r\nContent-Length: 900000\r\n\r\n"
    with _connected(service, 100) as connections:
        sent = _say(connections, head.encode())
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(1)
            sent = _say(connections, b" ")
    return {"still_open": sent}


def _connections(service: Service, count: int, seconds: float) -> dict[str, Any]:
    """Connections that say nothing, or never end their headers."""
    with _connected(service, count) as connections:
        _say(connections[::2], b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        time.sleep(seconds)
        return {"opened": len(connections)}


@contextmanager
def _connected(service: Service, count: int) -> Iterator[list[socket.socket]]:
    parts = urlsplit(service.url)
    assert parts.hostname is not None and parts.port is not None
    with ExitStack() as held:
        found = []
        for _ in range(count):
            try:
                found.append(held.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=2)))
            except OSError:
                continue  # refused, as it may be
        yield found


def _say(connections: list[socket.socket], said: bytes) -> int:
    """How many took it."""
    taken = 0
    for connection in connections:
        try:
            connection.sendall(said)
            taken += 1
        except OSError:
            continue
    return taken


def _together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
