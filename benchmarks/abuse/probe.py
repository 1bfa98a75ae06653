"""Another client of a service, in a process of its own: asks all the time, and tells how long each reply took.

``python -m benchmarks.abuse.probe URL`` reads a key from its first line of input (empty for none), begins, and writes
its figures as JSON when its input ends, so that it ends with whoever started it.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from benchmarks.abuse.environment import environment

QUESTION = "How long is the warranty of the Aria pump?"

_PAUSE = 0.02
_SECONDS = 120.0


class Asking(threading.Thread):
    """Sends one request after the other, and keeps how long each took.

    Args:
        url: of the service.
        secret: the key; empty for none.
        question: is asked; None looks whether the service lives.
    """

    def __init__(self, url: str, secret: str, question: str | None) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=_SECONDS,
            trust_env=False,
        )
        self.question = question
        self.seconds: list[float] = []
        self.refused: dict[str, int] = {}
        self.over = threading.Event()

    def run(self) -> None:
        """Until ``over`` is set."""
        while not self.over.is_set():
            began = time.perf_counter()
            said = self._send()
            self.seconds.append(time.perf_counter() - began)
            if said != "200":
                self.refused[said] = self.refused.get(said, 0) + 1
            self.over.wait(_PAUSE)

    def _send(self) -> str:
        try:
            if self.question is None:
                return str(self.client.get("/health/live").status_code)
            return str(self.client.post("/api/v1/ask", json={"question": self.question}).status_code)
        except httpx.HTTPError as error:
            return type(error).__name__

    def figures(self) -> dict[str, Any]:
        """What it saw."""
        return figures_of(self.seconds) | {"refused": self.refused}


def figures_of(seconds: Sequence[float]) -> dict[str, Any]:
    """Count, median, 95th percentile and longest, in seconds."""
    ordered = sorted(seconds) or [0.0]
    return {
        "count": len(seconds),
        "median": ordered[len(ordered) // 2],
        "p95": ordered[int(0.95 * (len(ordered) - 1))],
        "longest": ordered[-1],
    }


@contextmanager
def probing(url: str, secret: str | None) -> Iterator[dict[str, Any]]:
    """Another client for as long as the block runs; the mapping has ``live`` and ``ask`` afterwards."""
    found: dict[str, Any] = {}
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.abuse.probe", url],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(f"{secret or ''}\n")
            process.stdin.flush()
            process.stdout.readline()
            yield found
            found |= json.loads(process.communicate(timeout=2 * _SECONDS)[0])
        finally:
            process.kill()


def main() -> None:
    """Ask until the input ends."""
    secret = sys.stdin.readline().strip()
    threads = {"live": Asking(sys.argv[1], secret, None), "ask": Asking(sys.argv[1], secret, QUESTION)}
    for thread in threads.values():
        thread.start()
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdin.read()
    for thread in threads.values():
        thread.over.set()
    for thread in threads.values():
        thread.join(_SECONDS)
    json.dump({name: thread.figures() for name, thread in threads.items()}, sys.stdout)


if __name__ == "__main__":
    main()
