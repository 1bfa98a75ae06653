"""A web page -> where it leads, and what it asks of programs that index it.

Builds no tree, so that a page cannot fill the memory.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from components.converters.encoding import UndecodableError, decode
from components.fetchers.addresses import canonical

MOST_LINKS = 5_000
"""Of one page; the rest is not followed."""

_LINK_HEADER = re.compile(r"<([^<>]{1,2000})>\s*+;[^,<]{0,200}?\brel\s*+=\s*+\"?canonical\b", re.IGNORECASE)


@dataclass(slots=True)
class PageLinks:
    """Where a page leads, and its wishes."""

    links: list[str] = field(default_factory=list)
    """Addresses in one spelling, in order, each once."""
    canonical: str | None = None
    """The address under which the page wants to be known."""
    noindex: bool = False
    nofollow: bool = False


def wishes_of(headers: Mapping[str, str], url: str) -> PageLinks:
    """What the headers of an answer of any kind ask for."""
    found = PageLinks()
    _obey(found, _for_us(headers.get("x-robots-tag", "")))
    named = _LINK_HEADER.search(headers.get("link", "")[:10_000])
    found.canonical = None if named is None else canonical(named[1], url)
    return found


def page_links(content: bytes, headers: Mapping[str, str], url: str) -> PageLinks:
    """The links of a web page, and what it and the headers ask for.

    Args:
        content: as it is kept, see :func:`components.fetchers.content.readable`.
        headers: of the answer, by name in lower case.
        url: of the page.
    """
    found = wishes_of(headers, url)
    reading = _Reading(found, url)
    parser = etree.HTMLParser(target=reading, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        text = decode(content)
    except UndecodableError:
        return found
    with suppress(etree.XMLSyntaxError):  # nothing but white space, or damaged beyond what browsers repair
        etree.fromstring(text.encode("utf-8", "replace"), parser)
    found.links = [] if found.nofollow else list(reading.links)
    return found


class _Reading:
    """Takes the tags of a page as they come."""

    def __init__(self, found: PageLinks, url: str) -> None:
        self.found = found
        self.base = url
        self.url = url
        self.links: dict[str, None] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        relations = attributes.get("rel", "").lower().split()
        address = attributes.get("href", "")
        if tag == "meta" and attributes.get("name", "").lower() in ("robots", "quaere"):
            _obey(self.found, attributes.get("content", ""))
        elif tag == "base" and address:
            self.base = canonical(address, self.url) or self.base
        elif tag == "link" and "canonical" in relations and address:
            self.found.canonical = canonical(address, self.base)
        elif tag in ("a", "area") and address and "nofollow" not in relations and len(self.links) < MOST_LINKS:
            link = canonical(address, self.base)
            if link is not None:
                self.links.setdefault(link)

    def end(self, tag: str) -> None:
        """Nothing depends on where a tag ends."""

    def data(self, text: str) -> None:
        """The words of a page lead nowhere."""

    def close(self) -> None:
        """The page has ended."""


def _obey(found: PageLinks, content: str) -> None:
    wishes = {wish.strip().lower() for wish in content.split(",")}
    found.noindex |= bool(wishes & {"noindex", "none"})
    found.nofollow |= bool(wishes & {"nofollow", "none"})


def _for_us(header: str) -> str:
    """The parts of an X-Robots-Tag that are for every program, or for this one; a name holds until the next one."""
    kept, ours = [], True
    for part in header.split(","):
        agent, colon, wish = part.partition(":")
        if colon and agent.strip().lower() != "unavailable_after":
            ours = agent.strip().lower() == "quaere"
        if ours:
            kept.append(wish if colon else part)
    return ",".join(kept)
