"""EPUB -> the chapters in the order of reading, each as a web page below its name in the table of contents."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

from lxml import etree

from components.converters.archives import check_zip
from components.converters.assembly import TextBuilder
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.html import add_fragment
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.titles import title_or_name
from components.errors import LoadingError

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbncx+xml")
_FONTS = b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC"
_FIELDS = {"title": "title", "creator": "author", "language": "language", "date": "created_at", "subject": "tags"}
_MOST_CHAPTERS = 5_000


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a book."""
    check_zip(data, path, limits.unpacked)
    builder = TextBuilder(limits)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = _Book(archive, path)
        names = book.names()
        for chapter in book.chapters():
            _add_chapter(builder, book.text(chapter), names.get(chapter))
        found = book.properties()
    title = title_or_name(path, found.pop("title", None), builder.first_heading)
    return builder.build("epub", title, own_fields(found, "the book's properties"))


def _add_chapter(builder: TextBuilder, page: str, name: str | None) -> None:
    """The blocks of a page; one that begins with a heading of its own needs no second one."""
    chapter = TextBuilder(builder.limits)
    add_fragment(chapter, page)
    found = chapter.build("epub", None, {})
    builder.leave_headings()
    if name is not None and found.blocks and found.blocks[0].kind != "heading":
        builder.add_heading(name, 1)
    builder.add_extracted(found, 1)


class _Book:
    """The package document of a book and what it lists."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        self._names = {entry.filename: entry for entry in archive.infolist()}
        if any(entry.flag_bits & 1 for entry in self._names.values()) or self._is_locked():
            raise LoadingError(path, "is protected against copying (DRM); index a copy without the protection")
        roots = (node.get("full-path") for node in self._xml(_CONTAINER).iter("{*}rootfile"))
        self._root = next((name for name in roots if name in self._names), None)
        if self._root is None:
            raise LoadingError(path, "lacks its list of chapters; copy or save it again")
        self._package = self._xml(self._root)
        self._items = {node.get("id"): node for node in self._package.iter("{*}item")}

    def _is_locked(self) -> bool:
        """Whether more than fonts is encrypted."""
        if _ENCRYPTION not in self._names:
            return False
        methods = [node.get("Algorithm", "").encode() for node in self._xml(_ENCRYPTION).iter("{*}EncryptionMethod")]
        return any(method not in _FONTS for method in methods)

    def _xml(self, name: str) -> Any:
        data = self._archive.read(self._names[name]) if name in self._names else b"<none/>"
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        found = etree.fromstring(data, parser)
        return found if found is not None else etree.Element("none")

    def _place(self, link: str | None, base: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(urldefrag(link or "")[0])))

    def chapters(self) -> Iterator[str]:
        """The names of the pages in the order of reading, the table of contents not among them."""
        seen = set()
        for node in list(self._package.iter("{*}itemref"))[:_MOST_CHAPTERS]:
            item = self._items.get(node.get("idref"))
            if item is None or "nav" in (item.get("properties") or "").split() or item.get("media-type") not in _PAGES:
                continue
            name = self._place(item.get("href"), str(self._root))
            if name in self._names and name not in seen:
                seen.add(name)
                yield name

    def text(self, name: str) -> str:
        """One page."""
        return decode(self._archive.read(self._names[name])).replace("\ufeff", "")

    def names(self) -> dict[str, str]:
        """What the table of contents calls each page."""
        found: dict[str, str] = {}
        for item in self._items.values():
            place = self._place(item.get("href"), str(self._root))
            if "nav" in (item.get("properties") or "").split():
                links = [(node.get("href"), "".join(node.itertext())) for node in self._xml(place).iter("{*}a")]
            elif item.get("media-type") == "application/x-dtbncx+xml":
                links = [_point(node) for node in self._xml(place).iter("{*}navPoint")]
            else:
                continue
            for link, name in links:
                if name.strip():
                    found.setdefault(self._place(link, place), " ".join(name.split()))
        return found

    def properties(self) -> dict[str, Any]:
        """Title, author, language, date and subjects."""
        found: dict[str, Any] = {}
        for name, known in _FIELDS.items():
            texts = [text for node in self._package.iter(f"{{*}}{name}") if (text := (node.text or "").strip())]
            if texts:
                found[known] = texts if known == "tags" else ", ".join(texts) if known == "author" else texts[0]
        return found


def _point(node: Any) -> tuple[str | None, str]:
    """Link and name of an entry of the older table of contents."""
    content = next(node.iterchildren("{*}content"), None)
    label = next(node.iterchildren("{*}navLabel"), None)
    return (content.get("src") if content is not None else None, "".join(label.itertext()) if label is not None else "")
