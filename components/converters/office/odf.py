"""What the OpenDocument formats share: the package with its properties, and the text inside them."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from components.converters.archives import check_zip
from components.converters.assembly import ItemList, TextBuilder, grid_text, spread
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.office.numbering import NumberedLevels, numeral
from components.errors import LoadingError

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_MOST_COLUMNS = 200
_MOST_SPACES = 100
_MOST_STYLES = 10  # above each other


def name_of(name: str) -> str:
    """``text:p`` as lxml writes it."""
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _names(*names: str) -> frozenset[str]:
    return frozenset(map(name_of, names))


_HEADING, _PARAGRAPH, _LIST, _TABLE = map(name_of, ("text:h", "text:p", "text:list", "table:table"))
_ITEMS = _names("text:list-item", "text:list-header")
_ROW, _HEADER_ROWS = name_of("table:table-row"), name_of("table:table-header-rows")
_CELL, _COVERED = name_of("table:table-cell"), name_of("table:covered-table-cell")
_ROW_GROUPS = _names("table:table-rows", "table:table-row-group", "table:table-header-rows")
_NOTE, _NOTE_BODY = name_of("text:note"), name_of("text:note-body")
_SPACE, _TAB, _BREAK = name_of("text:s"), name_of("text:tab"), name_of("text:line-break")
_STYLE = name_of("text:style-name")
# Deleted text, comments, tables of contents and indexes, readings of characters, and what stands for the eye only.
_UNSEEN = _names(
    "text:tracked-changes", "office:annotation", "office:forms", "text:table-of-content", "text:alphabetical-index",
    "text:illustration-index", "text:table-index", "text:object-index", "text:ruby-text", "text:hidden-text",
    "text:sequence-decls", "text:variable-decls", "text:user-field-decls", "svg:title", "svg:desc", "draw:image",
    "presentation:notes", "office:event-listeners", "text:note-citation",
)  # fmt: skip
_APART = _names("draw:text-box", "draw:custom-shape", "draw:rect", "draw:ellipse", "text:note")


@dataclass(frozen=True, slots=True)
class OdfPackage:
    """The parts of a document that hold words."""

    body: Any
    styles: tuple[Any, ...]
    """Where styles are set: in the content, then in the document's own styles."""
    title: str | None
    fields: dict[str, Any]


def opened(data: bytes, path: Path, limits: Limits) -> OdfPackage:
    """Unpack a document.

    Raises:
        LoadingError: it is damaged, locked with a password, or holds too much.
    """
    check_zip(data, path, limits.unpacked)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise LoadingError(path, "is encrypted; remove the password and index it again")
        if "content.xml" not in names:
            raise LoadingError(path, "lacks its content; copy or save it again")
        content = _parsed(archive.read("content.xml"))
        styles = _parsed(archive.read("styles.xml")) if "styles.xml" in names else None
        meta = _parsed(archive.read("meta.xml")) if "meta.xml" in names else None
    body = next(content.iter(name_of("office:body")), content)
    found = _properties(meta) if meta is not None else {}
    title = found.pop("title", None)
    parts = tuple(part for part in (content, styles) if part is not None)
    return OdfPackage(body, parts, title, own_fields(found, "the document's properties"))


def _parsed(data: bytes) -> Any:
    """An XML part; what it wants to fetch or to expand is left alone."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _properties(meta: Any) -> dict[str, Any]:
    names = {
        "dc:title": "title", "dc:language": "language", "dc:date": "updated_at", "meta:creation-date": "created_at",
        "meta:initial-creator": "author", "dc:creator": "author",
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, known in names.items():
        if (node := next(meta.iter(name_of(name)), None)) is not None and (node.text or "").strip():
            found.setdefault(known, node.text.strip())
    tags = [node.text.strip() for node in meta.iter(name_of("meta:keyword")) if (node.text or "").strip()]
    return found | ({"tags": tags} if tags else {})


def words(node: Any, apart: list[Any] | None = None, hidden: frozenset[str] = frozenset()) -> str:
    """The text of a paragraph.

    Args:
        node: the paragraph.
        apart: receives the text boxes and notes inside it, which stand elsewhere; None leaves them out.
        hidden: names of styles whose text is not shown.
    """
    pieces: list[str] = [node.text or ""]
    for child in node:
        tag = child.tag
        if tag == _SPACE:
            count = child.get(name_of("text:c"), "1")
            pieces.append(" " * (min(int(count), _MOST_SPACES) if count.isdecimal() and len(count) < 6 else 1))
        elif tag in (_TAB, _BREAK):
            pieces.append("\t" if tag == _TAB else "\n")
        elif tag in _APART:
            if apart is not None:
                apart.append(child)
        elif isinstance(tag, str) and tag not in _UNSEEN and child.get(_STYLE) not in hidden:
            pieces.append(words(child, apart, hidden))
        pieces.append(child.tail or "")
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class _ListLevel:
    form: str
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1
    """How many levels its number shows."""


@dataclass(slots=True)
class OdfText:
    """Appends paragraphs, lists and tables as they come."""

    builder: TextBuilder
    styles: tuple[Any, ...]
    page: int | None = None
    _items: ItemList = field(default_factory=ItemList)
    _counts: dict[str, NumberedLevels] = field(default_factory=dict)
    _lists: dict[str, dict[int, _ListLevel]] = field(init=False)
    _hidden: frozenset[str] = field(init=False)
    _outlines: dict[str, tuple[str, str]] = field(init=False)
    named: str | None = None
    """The first paragraph that has the style of a title."""

    def __post_init__(self) -> None:
        self._lists, self._outlines = {}, {}
        for part in self.styles:
            for node in part.iter(name_of("text:list-style"), name_of("text:outline-style")):
                name = "" if node.tag == name_of("text:outline-style") else node.get(name_of("style:name"), "")
                self._lists.setdefault(name, _levels(node))
            for node in part.iter(name_of("style:style")):
                above = node.get(name_of("style:parent-style-name"), "")
                level = node.get(name_of("style:default-outline-level"), "")
                self._outlines.setdefault(node.get(name_of("style:name"), ""), (above, level))
        self._hidden = frozenset(
            style.get(name_of("style:name"))
            for part in self.styles
            for style in part.iter(name_of("style:style"))
            if any(node.get(name_of("text:display")) == "none" for node in style)
        )

    def add(self, node: Any) -> None:
        """Append all that is shown inside ``node``."""
        for child in node:
            tag = child.tag
            if not isinstance(tag, str) or tag in _UNSEEN or child.get(_STYLE) in self._hidden:
                continue
            if tag in (_HEADING, _PARAGRAPH):
                self._paragraph(child)
            elif tag == _LIST:
                self._list(child, "", 0)
                self._items.flush(self.builder, page=self.page)
            elif tag == _TABLE:
                self.builder.add(self._table(child), "table", page=self.page)
            elif child.get(name_of("text:display")) != "none":
                self.add(child)

    def _paragraph(self, node: Any) -> None:
        apart: list[Any] = []
        text = words(node, apart, self._hidden).strip()
        level = self._level(node)
        if level == 0 and text and self.named is None:
            self.named = text
            self.builder.add(text, "heading", page=self.page)
        elif level and text:
            is_counted = node.tag == _HEADING and node.get(name_of("text:is-list-header")) != "true"
            mark = self._mark("", level - 1) if is_counted else ""
            self.builder.add_heading(f"{mark} {text}" if mark else text, level, page=self.page)
        else:
            self.builder.add(text, page=self.page)
        self._beside(apart)

    def _level(self, node: Any) -> int | None:
        """The level of a heading, 0 for a title; None for a paragraph."""
        if node.tag == _HEADING:
            return max(1, whole(node.get(name_of("text:outline-level")), 1))
        style = node.get(_STYLE, "")
        for _ in range(_MOST_STYLES):
            if style == "Title":
                return 0
            style, level = self._outlines.get(style, ("", ""))
            if level:
                return whole(level, 0) or None
        return None

    def _beside(self, apart: list[Any]) -> None:
        """Text boxes and notes of a paragraph follow it."""
        for node in apart:
            if node.tag == _NOTE:
                for body in node.iterchildren(_NOTE_BODY):
                    self.add(body)
            else:
                self.add(node)

    def _list(self, node: Any, style: str, depth: int) -> None:
        style = node.get(_STYLE, style)
        if depth == 0 and node.get(name_of("text:continue-numbering")) != "true":
            self._counts.pop(style, None)
        for item in node.iterchildren(*_ITEMS):
            mark = self._mark(style, depth) if item.tag in _ITEMS and item.tag == name_of("text:list-item") else ""
            for child in item:
                if child.tag == _LIST:
                    self._list(child, style, depth + 1)
                elif child.tag in (_PARAGRAPH, _HEADING):
                    mark = self._item(child, depth, mark, style)

    def _item(self, node: Any, depth: int, mark: str, style: str) -> str:
        """Append one paragraph of an item, the mark before the first; a heading inside a list is a heading."""
        apart: list[Any] = []
        text = words(node, apart, self._hidden).strip()
        if node.tag == _HEADING and text:
            self._items.flush(self.builder, page=self.page)
            level = whole(node.get(name_of("text:outline-level")), depth + 1)
            self.builder.add_heading(f"{mark} {text}" if mark else text, level, page=self.page)
        elif text:
            self._items.add_marked(text, min(depth, 8), mark)
        if apart:
            self._items.flush(self.builder, page=self.page)
            self._beside(apart)
        return "" if text else mark

    def _mark(self, style: str, depth: int) -> str:
        """The number of the next item of a list, or of the next heading where ``style`` is ""."""
        levels = self._lists.get(style, {})
        level = levels.get(depth)
        if level is None or not level.form:
            return ""
        starts = [levels[each].start if each in levels else 1 for each in range(depth + 1)]
        numbers = self._counts.setdefault(style, NumberedLevels()).step(depth, starts)
        shown = range(max(0, len(numbers) - level.shown), len(numbers))
        forms = [levels[each].form if each in levels else "1" for each in shown]
        parts = [numeral(numbers[each], form) for each, form in zip(shown, forms, strict=True)]
        return f"{level.prefix}{'.'.join(parts)}{level.suffix}".strip()

    def _table(self, table: Any) -> str:
        rows: list[list[str]] = []
        spans: dict[int, tuple[int, str]] = {}
        headers = 0
        for row, is_header in table_rows(table):
            rows.append(self._cells(row, spans))
            headers += is_header
        return grid_text(rows, headers=headers)

    def _cells(self, row: Any, spans: dict[int, tuple[int, str]]) -> list[str]:
        """The texts of a row; ``spans`` knows of which columns a cell above reaches down, and how far."""
        texts: list[str] = []
        for cell in row.iterchildren(_CELL, _COVERED):
            at = len(texts)
            left, text = spans.get(at, (0, ""))
            if cell.tag == _COVERED:
                texts.append(spread(text, 2)[1] if left else spread(texts[-1], 2)[1] if texts else "")
                spans[at] = (max(0, left - 1), text)
                continue
            text = self._cell(cell)
            texts.append(text)
            down = whole(cell.get(name_of("table:number-rows-spanned")), 1) - 1
            for column in range(
                at, at + min(whole(cell.get(name_of("table:number-columns-spanned")), 1), _MOST_COLUMNS)
            ):
                spans[column] = (down, text)
        return texts[:_MOST_COLUMNS]

    def _cell(self, cell: Any) -> str:
        return " ".join("\n".join(words(part, None, self._hidden) for part in cell.iter(_PARAGRAPH, _HEADING)).split())


def _levels(style: Any) -> dict[int, _ListLevel]:
    found: dict[int, _ListLevel] = {}
    for node in style:
        if (level := whole(node.get(name_of("text:level")), 0)) > 0:
            found[level - 1] = _ListLevel(
                node.get(name_of("style:num-format"), ""),
                node.get(name_of("style:num-prefix"), ""),
                node.get(name_of("style:num-suffix"), ""),
                whole(node.get(name_of("text:start-value")), 1),
                whole(node.get(name_of("text:display-levels")), 1),
            )
    return found


def table_rows(table: Any, *, is_header: bool = False) -> Iterator[tuple[Any, bool]]:
    """The rows of a table, each with whether it is repeated at the top of every page."""
    for child in table:
        if child.tag == _ROW:
            yield child, is_header
        elif child.tag in _ROW_GROUPS:
            yield from table_rows(child, is_header=is_header or child.tag == _HEADER_ROWS)


def whole(text: str | None, default: int) -> int:
    """A whole number that an attribute gives; another text counts as ``default``."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else default
