"""Web addresses: one spelling for each page, which hosts are allowed, and which addresses lead round in circles.

Pure; opens no connection.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

import httpx

from components.errors import InputError

LONGEST_ADDRESS = 2_000
"""Characters; what is longer is made by a program that has no end."""

_MOST_SEGMENTS = 25
_MOST_REPEATS = 3
_TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|mc_cid|mc_eid|_hsenc|_hsmi")
"""Parameters that say where a reader came from, and change nothing on the page."""


def canonical(address: str, base: str | None = None) -> str | None:
    """The one spelling of a web address; None for what is no http or https address.

    Args:
        address: as it stands in a link, a sitemap or a command.
        base: the page that holds it, for a relative one.
    """
    if len(address) > LONGEST_ADDRESS:
        return None
    try:
        url = httpx.URL(address.strip()) if base is None else httpx.URL(base).join(address.strip())
    except (httpx.InvalidURL, ValueError):
        return None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        return None
    query = url.query.decode("ascii", "replace")
    if any(_TRACKING.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
        query = urlencode(kept)
    if url.path == "/":  # also where it is left out
        url = url.copy_with(path="/")
    spelled = str(url.copy_with(query=query.encode("ascii", "replace") or None, fragment=None))
    return spelled if len(spelled) <= LONGEST_ADDRESS else None


def required(address: str) -> str:
    """The one spelling of an address that a user gave; without a scheme, https.

    Raises:
        InputError: it is no web address.
    """
    url = canonical(address if "://" in address else f"https://{address}")
    if url is None:
        raise InputError(
            f"{address[:200]!r} is no web address; give one such as https://docs.example.org/ or "
            "https://docs.example.org/sitemap.xml, without a name and password"
        )
    return url


def host_of(url: str) -> str:
    """The host of an address, with its port where that is not the usual one."""
    parts = httpx.URL(url)
    return parts.netloc.decode("ascii")


def checked_hosts(names: Iterable[str]) -> list[str]:
    """Hosts that a user gave, as :func:`host_of` spells them.

    Raises:
        InputError: one is no name of a host.
    """
    return [host_of(required(name)) for name in names]


def leads_round(url: str) -> bool:
    """Whether an address looks like one of an endless series: very deep, or with the same folder again and again."""
    segments = [segment for segment in httpx.URL(url).path.split("/") if segment]
    repeats = max(Counter(segments).values(), default=0)
    return len(segments) > _MOST_SEGMENTS or repeats > _MOST_REPEATS


def without_query(url: str) -> str:
    """The address up to its question mark."""
    return url.partition("?")[0]
