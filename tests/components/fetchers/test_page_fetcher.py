"""Politeness and limits of the fetcher, on a site of this machine. Its clock and its waiting are the test's."""

import gzip
from collections.abc import Iterator
from threading import Event

import pytest

from components.fetchers.connections import GuardedBackend, is_public
from components.fetchers.page_fetcher import FetchedAnswer, FetchFailed, FetchLimits, PageFetcher, TooLarge
from tests.site import Answer, Site, page, serving_site


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_site() as found:
        yield found


def fetcher(time: Time, limits: FetchLimits | None = None, *, rate: float = 2.0, private: bool = True) -> PageFetcher:
    return PageFetcher(rate, limits, private=private, clock=lambda: time.now, sleep=time.sleep)


def fetch(url: str, limits: FetchLimits | None = None) -> tuple[FetchedAnswer, list[float]]:
    time = Time()
    with fetcher(time, limits) as asking:
        return asking.fetch(url), time.waits


def test_a_page_comes_with_its_headers(site: Site) -> None:
    site.answers["/"] = page("hello", ETag='"1"')
    answer, waits = fetch(site.url())
    assert (answer.status, answer.headers["etag"], waits) == (200, '"1"', [])
    assert b"hello" in answer.content
    assert site.headers[0]["user-agent"] == "Quaere"
    assert site.headers[0]["accept-encoding"] == "gzip"


def test_requests_keep_their_distance(site: Site) -> None:
    site.answers["*"] = page("x")
    time = Time()
    with fetcher(time, rate=2.0) as asking:
        for _ in range(3):
            asking.fetch(site.url())
        assert time.waits == [0.5, 0.5]
        asking.slow_down(f"127.0.0.1:{site.port}", 7.0)
        asking.fetch(site.url())
        asking.fetch(site.url())
    assert time.waits[2:] == [0.5, 7.0]


def test_a_busy_host_is_asked_again_when_it_wishes(site: Site) -> None:
    busy = [Answer(status=429, headers={"Retry-After": "30"}), Answer(status=503), page("at last")]
    site.answers["/"] = busy
    answer, waits = fetch(site.url())
    assert (answer.status, waits) == (200, [30.0, 2.0])


def test_a_host_that_stays_busy_is_given_up(site: Site) -> None:
    site.answers["/"] = Answer(status=503)
    answer, waits = fetch(site.url())
    assert (answer.status, len(site.asked)) == (503, 4)
    assert waits == [1.0, 2.0, 4.0]
    site.answers["/"] = Answer(status=429, headers={"Retry-After": "Fri, 31 Dec 2199 23:59:59 GMT"})
    with pytest.raises(FetchFailed, match="asks to wait"):
        fetch(site.url())


def test_nothing_at_an_address_is_tried_again_and_named(site: Site) -> None:
    with serving_site() as other:
        gone = other.url()
    time = Time()
    with fetcher(time) as asking, pytest.raises(FetchFailed, match="cannot be reached"):
        asking.fetch(gone)
    assert len(time.waits) >= 3


def test_large_answers_and_bombs_are_stopped(site: Site) -> None:
    limits = FetchLimits(bytes=1_000)
    site.answers["/announced"] = Answer(b"x" * 2_000)
    site.answers["/bomb"] = Answer(gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"})
    site.answers["/packed"] = Answer(gzip.compress(b"fine"), headers={"Content-Encoding": "gzip"})
    site.answers["/torn"] = Answer(gzip.compress(b"fine" * 100)[:20], headers={"Content-Encoding": "gzip"})
    site.answers["/other"] = Answer(b"x", headers={"Content-Encoding": "br"})
    with pytest.raises(TooLarge, match="2,000 bytes, over the limit of 1,000"):
        fetch(site.url("/announced"), limits)
    with pytest.raises(TooLarge, match="more than 100,000"):
        fetch(site.url("/bomb"), FetchLimits(bytes=100_000))
    assert fetch(site.url("/packed"), limits)[0].content == b"fine"
    with pytest.raises(FetchFailed, match="breaks off"):
        fetch(site.url("/torn"), limits)
    with pytest.raises(FetchFailed, match="nobody asked for"):
        fetch(site.url("/other"), limits)


def test_a_slow_answer_ends_in_time(site: Site) -> None:
    ever = Event()
    site.answers["/"] = Answer(b"late", waits=ever)
    try:
        with pytest.raises(FetchFailed, match="does not answer in time"):
            fetch(site.url(), FetchLimits(seconds=0.2, tries=1))
    finally:
        ever.set()


def test_redirects_are_told_and_not_followed(site: Site) -> None:
    site.answers["/"] = Answer(status=302, headers={"Location": "/there#x"})
    answer, _ = fetch(site.url())
    assert (answer.target, site.asked) == (site.url("/there"), ["/"])


PRIVATE = (
    "127.0.0.1 10.1.2.3 192.168.0.1 169.254.169.254 ::1 fd00::1 fe80::1%eth0 0.0.0.0 224.0.0.1 ::ffff:127.0.0.1 "
    "100.64.0.1 2002:7f00:1::"
)


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


def test_a_name_that_leads_inside_is_refused_before_it_is_connected(site: Site) -> None:
    time = Time()
    backend = GuardedBackend(private=False, resolve=lambda host, port: ["93.184.216.34", "127.0.0.1"])
    asking = PageFetcher(9.0, clock=lambda: time.now, sleep=time.sleep, backend=backend)
    with asking, pytest.raises(FetchFailed, match=r"leads to 127\.0\.0\.1"):
        asking.fetch(f"http://innocent.example:{site.port}/")
    assert site.asked == []


def test_the_address_that_was_checked_is_the_one_connected_to(site: Site) -> None:
    site.answers["/"] = page("x")
    looked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"]

    time = Time()
    backend = GuardedBackend(private=True, resolve=resolve)
    with PageFetcher(9.0, clock=lambda: time.now, sleep=time.sleep, backend=backend) as asking:
        assert asking.fetch(f"http://innocent.example:{site.port}/").status == 200
    assert looked == ["innocent.example"]
