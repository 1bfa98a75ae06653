"""A running service under load: more and more clients, each in a closed loop, until throughput stops growing.

Speaks the REST API over HTTP and knows nothing of what is behind it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from benchmarks.results import Results
from components.errors import InputError, QuaereError

GROWS = 1.05
"""Throughput that is less than this many times the best so far has stopped growing."""

_SECONDS_OF_A_REQUEST = 120.0
_LONGEST_PAUSE = 1.0
_ASK = "/api/v1/ask"
_READY = "/health/ready"

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to ask of which service.

    Args:
        url: of the service, as ``quaere serve`` says it.
        questions: at least one; asked in this order, and from the start again where they do not suffice.
        data: the file that they come from.
        key: sent as ``Authorization: Bearer``; None sends none.
        seconds: after these, a number of clients asks nothing more.
        count: questions of a number of clients at most.
        most_clients: where to stop at the latest.
    """

    url: str
    questions: Sequence[str]
    data: Path
    key: str | None = field(default=None, repr=False)
    seconds: float = 20.0
    count: int = 1000
    most_clients: int = 128

    def headers(self) -> dict[str, str]:
        """Sent with every request."""
        return {} if self.key is None else {"Authorization": f"Bearer {self.key}"}


@dataclass(slots=True)
class _Level:
    """What one number of clients has seen so far."""

    clients: int
    ends: float
    left: int
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def wants_more(self) -> bool:
        return self.left > 0 and perf_counter() < self.ends


def run_load(plan: LoadPlan, json_file: Path | None = None, tell: Tell = lambda *_: None) -> dict[str, Any]:
    """Measure until throughput stops growing; every number of clients that is done is in the file at once.

    Raises:
        InputError: the address is none, or the key is not the service's.
        QuaereError: the service cannot be reached, or cannot answer.
    """
    parts = urlsplit(plan.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{plan.url!r} is not the address of a service; give for example http://127.0.0.1:7860")
    if not plan.questions or plan.count < 1 or plan.seconds <= 0 or plan.most_clients < 1:
        raise InputError("a load needs questions, and a count, seconds and clients above 0")
    settings = {"url": f"{parts.scheme}://{parts.hostname}:{parts.port or ''}".rstrip(":"), "seconds": plan.seconds}
    settings |= {"count": plan.count, "most_clients": plan.most_clients, "questions": len(plan.questions)}
    results = Results("load", settings, [plan.data], json_file)
    asyncio.run(_measure(plan, results, tell))
    results.put("remark", remark(results.report["levels"], plan.most_clients))
    return results.finish()


async def _measure(plan: LoadPlan, results: Results, tell: Tell) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    # The service itself is measured, not a proxy that the environment names.
    async with httpx.AsyncClient(
        base_url=plan.url, headers=plan.headers(), timeout=_SECONDS_OF_A_REQUEST, limits=limits, trust_env=False
    ) as client:
        await check(client, plan.questions[0])
        waiting = cycle(plan.questions)
        levels: list[dict[str, Any]] = []
        for clients in doubled(plan.most_clients):
            level = _Level(clients, perf_counter() + plan.seconds, plan.count)
            tell(f"clients: {clients}", len(levels), len(list(doubled(plan.most_clients))))
            started = perf_counter()
            await asyncio.gather(*(_client(client, level, waiting) for _ in range(clients)))
            levels.append(level_figures(level.clients, perf_counter() - started, level.seconds, level.errors))
            asked = sum(each["answers"] + sum(each["errors"].values()) for each in levels)
            results.put("levels", levels)
            results.put("repeated", asked > len(plan.questions))
            if is_saturated(levels):
                return


async def check(client: httpx.AsyncClient, question: str) -> None:
    """Find out whether the service answers at all, with one question that is not counted.

    Raises:
        InputError: the key is missing or wrong.
        QuaereError: the service is away, or cannot answer; the message says what it said.
    """
    try:
        ready = await client.get(_READY)
        if ready.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise QuaereError(f"{client.base_url} is not ready: {_said(ready)}")
        answer = await client.post(_ASK, json={"question": question})
    except httpx.HTTPError as error:
        raise QuaereError(
            f"{client.base_url} cannot be reached ({_words(error)}); start it with `quaere serve`, or correct --url"
        ) from error
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise InputError(f"{client.base_url} does not take the key: {_said(answer)} Give one with --key-file")
    if not answer.is_success:
        raise QuaereError(f"{client.base_url}{_ASK} answers {answer.status_code}: {_said(answer)}")


async def _client(client: httpx.AsyncClient, level: _Level, waiting: Iterator[str]) -> None:
    """Ask one question after the other for as long as the level wants more."""
    while level.wants_more():
        level.left -= 1
        started = perf_counter()
        kind, pause = await _ask(client, next(waiting))
        if kind is None:
            level.seconds.append(perf_counter() - started)
        else:
            level.errors[kind] += 1
            # A client that is turned away does not knock again at once.
            await asyncio.sleep(pause)


async def _ask(client: httpx.AsyncClient, question: str) -> tuple[str | None, float]:
    """What kind of error came, None for an answer; and the seconds to wait after it."""
    try:
        reply = await client.post(_ASK, json={"question": question})
        if not reply.is_success:
            return str(reply.status_code), _pause(reply)
        return (None, 0.0) if isinstance(reply.json().get("answers"), list) else ("no reply", 0.1)
    except httpx.TimeoutException:
        return "timeout", 0.0
    except httpx.HTTPError:
        return "connection", 0.1
    except (ValueError, AttributeError):
        return "no reply", 0.1


def _pause(reply: httpx.Response) -> float:
    try:
        return min(float(reply.headers.get("Retry-After", 0.1)), _LONGEST_PAUSE)
    except ValueError:  # a date
        return _LONGEST_PAUSE


def doubled(most: int) -> Iterator[int]:
    """1, 2, 4, ... up to ``most``, which is not passed."""
    clients = 1
    while clients <= most:
        yield clients
        clients *= 2


def level_figures(clients: int, elapsed: float, seconds: Sequence[float], errors: Counter[str]) -> dict[str, Any]:
    """Throughput, percentiles and errors of one number of clients.

    Args:
        clients: how many.
        elapsed: wall-clock seconds until the last reply.
        seconds: of each answer; a request that failed is no answer.
        errors: how many of each kind.
    """
    names = ("p50", "p95", "p99")
    values = [float(1000 * value) for value in np.percentile(seconds, (50, 95, 99))] if seconds else []
    return {
        "clients": clients,
        "seconds": elapsed,
        "answers": len(seconds),
        "answers_per_second": len(seconds) / elapsed,
        "milliseconds": dict(zip(names, values, strict=True)) if values else None,
        "errors": dict(sorted(errors.items())),
    }


def is_saturated(levels: Sequence[dict[str, Any]]) -> bool:
    """Whether the last number of clients got hardly more answers a second than a smaller one, or mostly errors."""
    last = levels[-1]
    if sum(last["errors"].values()) > last["answers"]:
        return True
    before = max((level["answers_per_second"] for level in levels[:-1]), default=0.0)
    return bool(last["answers_per_second"] < GROWS * before)


def remark(levels: Sequence[dict[str, Any]], most_clients: int) -> str:
    """What the levels say, in words."""
    best = max(levels, key=lambda level: float(level["answers_per_second"]))
    number = best["clients"]
    rate = f"{best['answers_per_second']:.2f} answers a second with {number} client{'' if number == 1 else 's'}"
    limited = any("429" in level["errors"] for level in levels)
    why = " The service turned requests away (429): its requests_per_minute is part of this figure." if limited else ""
    if is_saturated(levels):
        return f"At most {rate}.{why}"
    last = levels[-1]["clients"]
    return f"{rate}; throughput was still growing at {last}, and --most-clients was {most_clients}.{why}"


def _said(reply: httpx.Response) -> str:
    """The reason that a reply gives."""
    try:
        body = reply.json()
    except ValueError:
        return reply.text[:200]
    if not isinstance(body, dict):
        return str(body)[:200]
    reasons = body.get("reasons")
    return " ".join(reasons) if isinstance(reasons, list) else str(body.get("detail", body))[:300]


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
