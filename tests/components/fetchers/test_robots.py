"""robots.txt as RFC 9309 says."""

import time

import pytest

from components.fetchers.robots import MOST_BYTES, NOTHING_ALLOWED, RobotsFile

ROBOTS = b"""\xef\xbb\xbf
User-agent: *
Disallow: /private/ # not for others
Allow: /private/open
Disallow: /*.json$
Disallow: /search?*q=
Disallow:
Crawl-delay: 2.5

User-agent: OtherBot
User-agent: third/1.0
Disallow: /

Sitemap: https://a.org/sitemap.xml
nonsense
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/data.json", False),
        ("/data.json?x", True),
        ("/a/data.json", False),
        ("/search?lang=en&q=pump", False),
        ("/search?lang=en", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    assert RobotsFile.parse(ROBOTS, "Quaere").allows(f"https://a.org{path}") is allowed


def test_a_group_of_its_own_counts_alone() -> None:
    assert not RobotsFile.parse(ROBOTS, "third").allows("https://a.org/page")
    own = RobotsFile.parse(
        b"User-agent: *\nDisallow: /\n\nuser-agent: QUAERE\nallow: /docs\ndisallow: /docs\n", "Quaere"
    )
    assert own.allows("https://a.org/docs") and own.allows("https://a.org/x")


def test_delay_and_sitemaps_are_read() -> None:
    found = RobotsFile.parse(ROBOTS, "Quaere")
    assert found.delay == 2.5
    assert found.sitemaps == ("https://a.org/sitemap.xml",)
    assert RobotsFile.parse(b"User-agent: *\nCrawl-delay: soon\nCrawl-delay: -3\nCrawl-delay: inf", "Quaere").delay == 0


def test_escapes_compare_in_one_spelling() -> None:
    found = RobotsFile.parse("User-agent: *\nDisallow: /bücher\nDisallow: /a%2fb".encode(), "Quaere")
    assert not found.allows("https://a.org/b%c3%bccher/1")
    assert not found.allows("https://a.org/a%2Fb")


def test_without_rules_all_is_allowed_and_without_an_answer_nothing() -> None:
    assert RobotsFile.parse(b"", "Quaere").allows("https://a.org/x")
    assert not NOTHING_ALLOWED.allows("https://a.org/")


def test_rules_full_of_wildcards_take_no_time() -> None:
    rules = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 1_000 + b"$\n" + b"Disallow: /x\n" * 100_000
    started = time.monotonic()
    assert RobotsFile.parse(rules[: 2 * MOST_BYTES], "Quaere").allows(f"https://a.org/{'a' * 900}b")
    assert time.monotonic() - started < 5
