"""One address -> its answer, asked for politely: so many requests a second, again where a host is busy, within limits.

Knows neither links nor what becomes of an answer. Follows no redirect: where it may lead is for the caller to say.
"""

import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx

from components.errors import QuaereError
from components.fetchers.addresses import canonical, host_of
from components.fetchers.connections import FetchTimeout, GuardedBackend, GuardedTransport, PrivateAddress, leads_inside

AGENT = "Quaere"
"""The name under which robots.txt speaks of this program."""

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_STEP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one answer may cost."""

    bytes: int = 20_000_000
    seconds: float = 60.0
    """Until it is whole, of one try."""
    tries: int = 4
    longest_wait: float = 120.0
    """Seconds; a host that asks for more is left alone."""


@dataclass(frozen=True, slots=True)
class FetchedAnswer:
    """The answer of a host."""

    url: str
    status: int
    headers: Mapping[str, str]
    """By name in lower case."""
    content: bytes

    @property
    def target(self) -> str | None:
        """Where it sends its reader, in one spelling; None where it does not, or nowhere on the web."""
        place = self.headers.get("location", "")
        return canonical(place, self.url) if self.status in _MOVED and place else None

    @property
    def is_moved(self) -> bool:
        """Whether it sends its reader elsewhere."""
        return self.status in _MOVED


class FetchFailed(QuaereError):
    """An address gave nothing; the message is one clause in plain words."""


class TooLarge(FetchFailed):
    """An answer over the limit of its size."""


class PageFetcher:
    """Asks hosts for pages, one at a time.

    Args:
        rate: requests a second to one host.
        limits: what one answer may cost.
        private: whether addresses of this machine and its network may be asked.
        clock: seconds that only grow.
        sleep: waits for so many seconds.
        backend: opens the connections; default: one that keeps to ``private``.
    """

    def __init__(
        self,
        rate: float = 1.0,
        limits: FetchLimits | None = None,
        *,
        private: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        backend: GuardedBackend | None = None,
    ) -> None:
        self.limits = limits if limits is not None else FetchLimits()
        self._interval = 1 / rate
        self._clock = clock
        self._sleep = sleep
        self._backend = backend if backend is not None else GuardedBackend(private=private)
        self._free: dict[str, float] = {}
        self._delays: dict[str, float] = {}
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "text/html, */*;q=0.8"}
        self._client = httpx.Client(
            transport=GuardedTransport(self._backend), headers=headers, timeout=_STEP_SECONDS, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def slow_down(self, host: str, seconds: float) -> None:
        """Leave at least this time between two requests to a host."""
        self._delays[host] = min(seconds, self.limits.longest_wait)

    def fetch(
        self, url: str, *, etag: str | None = None, modified: str | None = None, most: int | None = None
    ) -> FetchedAnswer:
        """The answer to one address, whatever its status, after several tries where the host is busy.

        Args:
            url: from :func:`components.fetchers.addresses.canonical`.
            etag: of the version that is known; the host then says in short that nothing has changed.
            modified: the date of that version, as the host gave it.
            most: bytes of the answer, instead of the limit.

        Raises:
            TooLarge: the answer is over the limit.
            FetchFailed: the host gives none, or none in time.
        """
        known = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
        for number in range(1, self.limits.tries + 1):
            last = number == self.limits.tries
            self._wait_turn(host_of(url))
            try:
                answer = self._try(url, known, self.limits.bytes if most is None else most)
            except (httpx.TransportError, FetchTimeout) as error:
                if last:
                    raise FetchFailed(_words(error)) from error
                self._sleep(2.0 ** (number - 1))
                continue
            if answer.status not in _BUSY or last:
                return answer
            self._sleep(self._pause(answer, number))
        raise AssertionError("the last try returns or raises")

    def _wait_turn(self, host: str) -> None:
        wait = self._free.get(host, 0.0) - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._free[host] = self._clock() + max(self._interval, self._delays.get(host, 0.0))

    def _pause(self, answer: FetchedAnswer, number: int) -> float:
        """Seconds until the next try, as the host wishes."""
        wished = _retry_after(answer.headers.get("retry-after", ""))
        if wished is not None and wished > self.limits.longest_wait:
            raise FetchFailed(f"answers {answer.status} and asks to wait {wished:,.0f} seconds")
        return max(2.0 ** (number - 1), wished or 0.0)

    def _try(self, url: str, headers: Mapping[str, str], most: int) -> FetchedAnswer:
        self._backend.deadline = time.monotonic() + self.limits.seconds
        try:
            with self._client.stream("GET", url, headers=dict(headers)) as response:
                content = b"" if response.status_code in _BUSY | _MOVED | {304} else _body(response, most)
                return FetchedAnswer(url, response.status_code, dict(response.headers), content)
        except PrivateAddress as error:
            raise FetchFailed(f"{error}; only a crawl that starts there may go there") from error
        except (httpx.InvalidURL, httpx.DecodingError, httpx.StreamError, ValueError) as error:
            raise FetchFailed(f"cannot be fetched ({error})") from error


def fetcher_for(start: str, rate: float) -> PageFetcher:
    """A fetcher for a crawl: one that starts on this machine or its network may go on there, any other may not."""
    url = httpx.URL(start)
    port = url.port if url.port is not None else 443 if url.scheme == "https" else 80
    return PageFetcher(rate, private=leads_inside(url.host, port))


def _body(response: httpx.Response, most: int) -> bytes:
    """The content, unpacked here: what a few bytes unpack to must not fill memory."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise FetchFailed(f"is packed as {encoding[:40]!r}, which nobody asked for")
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and len(announced) < 20 and int(announced) > most:
        raise TooLarge(f"has {int(announced):,} bytes, over the limit of {most:,}")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    content = bytearray()
    try:
        for chunk in response.iter_raw():
            content += chunk if unpack is None else unpack.decompress(chunk, most + 1 - len(content))
            if len(content) > most:
                raise TooLarge(f"has more than {most:,} bytes")
    except zlib.error as error:
        raise FetchFailed(f"is packed wrongly ({error})") from error
    if unpack is not None and content and not unpack.eof:
        raise FetchFailed("breaks off in the middle")
    return bytes(content)


def _retry_after(value: str) -> float | None:
    """Seconds, from a number of them or from a date."""
    if value.strip().isdecimal() and len(value) < 10:
        return float(value)
    with suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(value)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return max((aware - datetime.now(UTC)).total_seconds(), 0.0)
    return None


def _words(error: Exception) -> str:
    if isinstance(error, FetchTimeout | httpx.TimeoutException):
        return "does not answer in time"
    return f"cannot be reached ({str(error)[:200] or type(error).__name__})"
