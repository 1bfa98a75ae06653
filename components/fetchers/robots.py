"""robots.txt, as RFC 9309 says: which pages of a host a program may fetch, how often, and where its sitemaps are.

Pure. The libraries for it turn rules into regular expressions that a hostile host could make endless, or know no
wildcards; the rules here are compared in time that grows with rule and address only.
"""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

import httpx

MOST_BYTES = 512_000
"""Of a robots.txt; the rest is not read, as RFC 9309 allows."""

_MOST_RULES = 10_000
_MOST_SITEMAPS = 100
_DELAY = "crawl-delay"
_HEX = re.compile(r"%[0-9a-fA-F]{2}")


@dataclass(frozen=True, slots=True)
class RobotsRule:
    """One line of robots.txt that allows or forbids."""

    allows: bool
    pattern: str


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What a host asks of one program."""

    rules: tuple[RobotsRule, ...] = ()
    delay: float = 0.0
    """Seconds between two requests."""
    sitemaps: tuple[str, ...] = ()

    @classmethod
    def parse(cls, data: bytes, agent: str) -> Self:
        """Read a robots.txt.

        Args:
            data: as the host sent it.
            agent: name of the program, without a version.
        """
        lines = list(_lines(data[:MOST_BYTES].decode("utf-8", "replace")))
        groups = _groups(lines)
        own = [rules for agents, rules in groups if agent.lower() in agents]
        chosen = own if own else [rules for agents, rules in groups if "*" in agents]
        told = [line for rules in chosen for line in rules]
        delays = [_seconds(value) for name, value in told if name == _DELAY]
        rules = [RobotsRule(name == "allow", _spelled(value)) for name, value in told if name != _DELAY and value]
        sitemaps = [value for name, value in lines if name == "sitemap" and value]
        return cls(tuple(rules[:_MOST_RULES]), max(delays, default=0.0), tuple(sitemaps[:_MOST_SITEMAPS]))

    def allows(self, url: str) -> bool:
        """Whether the page may be fetched: the longest rule that fits it decides, among equals the one that allows."""
        place = _spelled(httpx.URL(url).raw_path.decode("ascii", "replace"))
        fitting = [rule for rule in self.rules if _fits(rule.pattern, place)]
        return max(fitting, key=lambda rule: (len(rule.pattern), rule.allows), default=RobotsRule(True, "")).allows


NOTHING_ALLOWED = RobotsFile((RobotsRule(False, "/"),))
"""Of a host whose robots.txt cannot be reached."""


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _groups(lines: list[tuple[str, str]]) -> list[tuple[set[str], list[tuple[str, str]]]]:
    """The names of programs with the lines that are for them."""
    groups: list[tuple[set[str], list[tuple[str, str]]]] = []
    naming = False
    for name, value in lines:
        if name == "user-agent":
            if not naming:
                groups.append((set(), []))
            groups[-1][0].add(value.partition("/")[0].strip().lower())
            naming = True
        elif name in ("allow", "disallow", _DELAY):
            naming = False
            if groups:
                groups[-1][1].append((name, value))
    return groups


def _spelled(place: str) -> str:
    """A path with its escapes in one spelling, so that rule and address compare."""
    return _HEX.sub(lambda found: found[0].upper(), quote(place, safe=string.punctuation))


def _fits(pattern: str, place: str) -> bool:
    """Whether a rule fits a path; ``*`` stands for anything, ``$`` at its end for the end of the path."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not place.startswith(first):
        return False
    if not others:
        return not ends or place == first
    at = len(first)
    for part in others[:-1]:
        found = place.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    last = others[-1]
    return place.endswith(last) and len(place) - len(last) >= at if ends else place.find(last, at) >= 0


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < float("inf") else 0.0
