"""HTML -> paragraphs, lists and tables below their headings; what a browser would not show is left out."""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree, html

from components.converters.assembly import (
    TextBuilder,
    are_answered,
    are_names,
    is_answered,
    repeated,
    spread,
    table_line,
)
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.page import keep_main, open_panels, unfold_templates
from components.languages.asking import is_question

_DROPPED = frozenset({
    "script", "style", "nav", "noscript", "template", "svg", "math", "head", "iframe", "object", "embed",
    "audio", "video", "canvas", "select", "button", "textarea", "datalist", "dialog",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
    "i", "img", "input", "ins", "kbd", "label", "mark", "meter", "output", "q", "ruby", "rb", "rp", "rt",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_META = {
    "author": "author", "dc.creator": "author", "article:author": "author",
    "keywords": "tags", "article:tag": "tags",
    "date": "created_at", "dc.date": "created_at", "dcterms.created": "created_at",
    "article:published_time": "created_at",
    "last-modified": "updated_at", "dcterms.modified": "updated_at", "article:modified_time": "updated_at",
    "groups": "groups", "valid_from": "valid_from", "valid_until": "valid_until",
}  # fmt: skip
SUMMARY = 7
"""Level of what is not marked as a heading, but stands above a text: below all that are."""

_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a web page."""
    declared = _CHARSET.search(data[:2048])
    root = _parse(decode(data, declared.group(1).decode("ascii") if declared is not None else None))
    builder = TextBuilder(limits)
    if root is None:
        return builder.build("html", None, {})
    unfold_templates(root)
    open_panels(root)
    keep_main(root)
    Walker(builder).walk(root)
    title = next((text for node in root.iter("title") if (text := _flat(node))), builder.first_heading)
    return builder.build("html", title, own_fields(_meta(root), "the page"))


def add_fragment(builder: TextBuilder, markup: str, *, goes_on: bool = False) -> None:
    """Append the visible text of a piece of HTML; what follows stands below its summary where that ``goes_on``."""
    root = _parse(markup)
    if root is not None:
        Walker(builder, goes_on=goes_on).walk(root)


def _parse(markup: str) -> Any:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(codecs.encode(markup.replace("\0", ""), "utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but comments or white space
        return None


def _meta(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if language := root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"):
        found["language"] = language
    for node in root.iter("meta"):
        name = _META.get((node.get("name") or node.get("property") or "").lower())
        if name is not None and (value := (node.get("content") or "").strip()):
            found.setdefault(name, value)
    for node in root.iter("link"):
        if "canonical" in (node.get("rel") or "").lower().split() and node.get("href"):
            found.setdefault("url", node.get("href"))
    return found


def _flat(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


def _is_hidden(node: Any) -> bool:
    return (
        not isinstance(node.tag, str)
        or node.tag in _DROPPED
        or node.get("hidden") is not None
        or node.get("aria-hidden") == "true"
        or _HIDING.search(node.get("style") or "") is not None
    )


class Walker:
    """Goes through a page and appends its blocks; inline text is collected until a block begins or ends."""

    def __init__(self, builder: TextBuilder, *, goes_on: bool = False) -> None:
        self._builder = builder
        self._goes_on = goes_on
        self._pending: list[str] = []

    def walk(self, node: Any) -> None:
        """Append all that is visible in ``node``."""
        self._visit(node)
        self._flush()

    def _visit(self, node: Any) -> None:
        if _is_hidden(node):
            return
        tag = node.tag
        if tag in _HEADINGS:
            self._flush()
            self._builder.add_heading(_inline(node), _HEADINGS[tag])
        elif tag == "details":
            self._details(node)
        elif tag == "dl" and _asks(node):
            self._answers(node)
        elif tag in ("ul", "ol", "dl"):
            self._flush()
            self._builder.add("\n".join(_definitions(node) if tag == "dl" else _items(node, 0)), "list")
        elif tag == "table" and not _is_layout(node):
            self._flush()
            self._table(node)
        elif tag == "pre":
            self._flush()
            self._builder.add("".join(_visible(node)).strip("\n"))
        elif tag == "br":
            self._pending.append("\n")
        elif tag in _INLINE:
            self._content(node)
        else:
            self._flush()
            self._content(node)
            self._flush()

    def _content(self, node: Any) -> None:
        self._pending.append(_SPACES.sub(" ", node.text or ""))
        for child in node:
            self._visit(child)
            self._pending.append(_SPACES.sub(" ", child.tail or ""))

    def _flush(self) -> None:
        text = "".join(self._pending)
        self._pending.clear()
        self._builder.add(_lines(text))

    def _details(self, node: Any) -> None:
        """What can be unfolded stands below its summary."""
        self._flush()
        for summary in [child for child in node if child.tag == "summary"]:
            self._builder.add_heading(_inline(summary), SUMMARY)
            summary.set("hidden", "")
        self._content(node)
        self._flush()
        if not self._goes_on:
            self._builder.leave_headings(SUMMARY)

    def _answers(self, node: Any) -> None:
        """A list of questions: each answer stands below its question."""
        self._flush()
        for part in _outermost(node, ("dt", "dd"), within=("dl",)):
            if part.tag == "dt":
                self._builder.add_heading(_inline(part), SUMMARY)
            else:
                self._content(part)
                self._flush()
        self._builder.leave_headings(SUMMARY)

    def _table(self, table: Any) -> None:
        caption = next((_inline(node) for node in table.iterchildren("caption") if not _is_hidden(node)), "")
        rows = [row for row in table.iter("tr") if not any(_is_hidden(node) for node in _upto(row, table))]
        if self._are_answers(rows, caption):
            return
        lines, header = [], None
        for row in rows:
            cells = [cell for cell in row if cell.tag in ("td", "th") and not _is_hidden(cell)]
            texts = [text for cell in cells for text in spread(_inline(cell), _span(cell))]
            if header is None and cells and len(rows) > 1 and _is_header(row, cells) and are_names(texts):
                header = texts
            elif header is None and len(cells) == 2 and cells[0].tag == "th":
                lines.append(table_line(texts[:1], ["", *texts[1:]]) if not texts[1] else f"{texts[0]}: {texts[1]}")
            else:
                lines.append(table_line(header, texts))
        self._builder.add("\n".join(line for line in [caption, *lines] if line), "table")

    def _are_answers(self, rows: list[Any], caption: str) -> bool:
        """Append a table of questions with their answers, and tell whether it is one."""
        cells = [[_inline(cell) for cell in row if cell.tag in ("td", "th") and not _is_hidden(cell)] for row in rows]
        body = cells[1:] if cells and not is_answered(cells[0]) else cells
        if not are_answered(body):
            return False
        self._builder.add(caption)
        for question, answer in body:
            self._builder.add_faq(question, answer)
        return True


def _asks(node: Any) -> bool:
    """Whether a list of definitions defines nothing, but answers questions."""
    terms = [_inline(part) for part in _outermost(node, ("dt",), within=("dl",))]
    return bool(terms) and 2 * sum(map(is_question, terms)) > len(terms)


def _visible(node: Any) -> Iterable[str]:
    """The raw pieces of text that are shown inside ``node``."""
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str) and child.tag == "br":
            yield "\n"
        elif not _is_hidden(child):
            apart = child.tag not in _INLINE
            yield " " if apart else ""
            yield from _visible(child)
            yield " " if apart else ""
        yield child.tail or ""


def _inline(node: Any) -> str:
    return " ".join("".join(_visible(node)).split())


def _lines(text: str) -> str:
    return "\n".join(line for part in text.split("\n") if (line := _SPACES.sub(" ", part).strip(" ")))


def _items(node: Any, depth: int) -> Iterable[str]:
    """One line an item, marked as a browser would, inner lists indented below theirs."""
    start = node.get("start") or "1"
    number = int(start) if start.isdecimal() and len(start) < 6 else 1
    for item in node:
        if _is_hidden(item):
            continue
        if item.tag in ("ul", "ol"):
            yield from _items(item, depth + 1)
            continue
        own = " ".join("".join(_without_lists(item)).split())
        if own:
            yield "  " * depth + (f"{number}. " if node.tag == "ol" else "- ") + own
            number += 1
        for child in _outermost(item, ("ul", "ol")):
            yield from _items(child, depth + 1)


def _without_lists(node: Any) -> Iterable[str]:
    yield node.text or ""
    for child in node:
        if not _is_hidden(child) and child.tag not in ("ul", "ol"):
            apart = child.tag not in _INLINE
            yield " " if apart else ""
            yield from _without_lists(child)
            yield " " if apart else ""
        yield child.tail or ""


def _outermost(node: Any, tags: tuple[str, ...], within: tuple[str, ...] = ()) -> Iterable[Any]:
    """What is shown of these tags inside ``node``, but not inside each other, nor inside one of ``within``."""
    for child in node:
        if _is_hidden(child):
            continue
        if child.tag in tags:
            yield child
        elif child.tag not in within:
            yield from _outermost(child, tags, within)


def _upto(node: Any, end: Any) -> Iterable[Any]:
    """``node`` and what holds it, without ``end``."""
    while node is not None and node is not end:
        yield node
        node = node.getparent()


def _definitions(node: Any) -> Iterable[str]:
    term = ""
    for part in _outermost(node, ("dt", "dd"), within=("dl",)):
        text = _inline(part)
        if part.tag == "dt":
            term = repeated(text)
        elif text:
            yield f"{term}: {text}" if term else text


def _span(cell: Any) -> int:
    """How many columns a cell covers; its text is repeated so that the columns stay in step."""
    span = cell.get("colspan") or "1"
    return min(int(span), 50) if span.isdecimal() and len(span) < 6 and int(span) > 0 else 1


def _is_header(row: Any, cells: list[Any]) -> bool:
    return row.getparent().tag == "thead" or all(cell.tag == "th" for cell in cells)


def _is_layout(table: Any) -> bool:
    """A table that arranges a page rather than facts: it holds tables, headings or lists."""
    return table.get("role") == "presentation" or any(True for _ in table.iterdescendants("table", *_HEADINGS))
