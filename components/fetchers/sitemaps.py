"""Sitemaps and their indexes -> the addresses that they list; XML, plain text, gzip. Pure, bounded, reads no entity."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from components.errors import InputError

MOST_ADDRESSES = 50_000
"""Of one sitemap, as the protocol says; the rest is not read."""

MOST_BYTES = 52_428_800
"""Of one sitemap when it is unpacked, as the protocol says."""

_ROOTS = ("urlset", "sitemapindex")


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def parse_sitemap(content: bytes) -> Sitemap | None:
    """Read a sitemap; None where the content is none, such as a page.

    Raises:
        InputError: it is damaged, or unpacks to more than ``MOST_BYTES``.
    """
    data = _unpacked(content)
    if (root := _root(data)) in _ROOTS:
        found: dict[str, list[str]] = {"url": [], "sitemap": []}
        for kind, address in _addresses(data):
            if len(found[kind]) < MOST_ADDRESSES:
                found[kind].append(address)
        return Sitemap(tuple(found["url"]), tuple(found["sitemap"]))
    if root is not None or not data.lstrip(b"\xef\xbb\xbf \t\r\n")[:8].startswith((b"http://", b"https://")):
        return None
    lines = data.decode("utf-8", "replace").lstrip("\ufeff").split("\n", MOST_ADDRESSES)[:MOST_ADDRESSES]
    return Sitemap(tuple(line.strip() for line in lines if line.strip()), ())


def _unpacked(content: bytes) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    member = zlib.decompressobj(wbits=31)
    try:
        data = member.decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise InputError(f"is not a valid gzip file ({error})") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"unpacks to more than {MOST_BYTES:,} bytes")
    return data


def _root(data: bytes) -> str | None:
    """The name of the outermost element; None where there is no XML."""
    try:
        for _, node in _events(data, ("start",)):
            return _name(node)
    except etree.XMLSyntaxError:
        return None
    return None


def _addresses(data: bytes) -> Iterator[tuple[str, str]]:
    """The kind and address of each entry; what was read is forgotten, so that memory does not grow."""
    try:
        for _, node in _events(data, ("end",)):
            name = _name(node)
            if name == "loc" and (parent := node.getparent()) is not None and _name(parent) in ("url", "sitemap"):
                yield _name(parent), (node.text or "").strip()
            elif name in ("url", "sitemap"):
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise InputError(f"is no valid XML ({error.msg})") from error


def _events(data: bytes, events: tuple[str, ...]) -> Any:
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    return etree.iterparse(io.BytesIO(data), events=events, remove_comments=True, remove_pis=True, **safe)


def _name(node: Any) -> str:
    return str(etree.QName(node).localname).lower() if isinstance(node.tag, str) else ""
