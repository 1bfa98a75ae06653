"""DOCX -> paragraphs, lists and tables below their headings, with the document's properties."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from components.converters.archives import check_zip
from components.converters.assembly import LONGEST_NAME, ItemList, TextBuilder, grid_text, spread
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.properties import office_fields

_TEXT, _TAB, _BREAKS = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_MOST_COLUMNS = 50  # that one cell covers
_HYPHEN = qn("w:noBreakHyphen")
# Deleted in tracked changes; text boxes, which stand elsewhere on the page; alternatives for older programs.
_UNSEEN = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:pPr"), qn("w:rPr"),
                     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})  # fmt: skip


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a Word document."""
    check_zip(data, path, limits.unpacked)
    document = docx.Document(io.BytesIO(data))
    builder = TextBuilder(limits)
    items = ItemList()
    named = ""
    for element in _flow(document.element.body):
        if element.tag == qn("w:tbl"):
            items.flush(builder)
            builder.add(_table_text(Table(element, document)), "table")
            continue
        paragraph = Paragraph(element, document)
        text, style = _words(element).strip(), _style(paragraph)
        if (depth := _list_depth(paragraph, style)) is not None and text:
            items.add(text, depth, numbered="number" in style)
            continue
        if text:
            items.flush(builder)
        if style == "title" and not named:
            named = text
            builder.add(text, "heading")
        elif (level := _level(style)) is not None:
            builder.add_heading(text, level)
        else:
            builder.add(text)
    items.flush(builder)
    properties = document.core_properties
    title = next((name for name in (properties.title, named, builder.first_heading) if name), None)
    return builder.build("docx", title, office_fields(properties, properties.author))


def _flow(parent: Any) -> Iterable[Any]:
    """Paragraphs and tables in reading order, those inside content controls too; a table of contents is not text."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag == qn("w:sdt") and not _is_contents(child):
            for content in child.iterchildren(qn("w:sdtContent")):
                yield from _flow(content)
        elif child.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml")):
            yield from _flow(child)


def _is_contents(control: Any) -> bool:
    return any("Table of Contents" in (part.get(qn("w:val")) or "") for part in control.iter(qn("w:docPartGallery")))


def _words(element: Any) -> str:
    """All text that is shown, also of links, fields and inserted changes, which python-docx's own text lacks."""
    pieces: list[str] = []
    for node in element:
        if node.tag in _UNSEEN:
            continue
        if node.tag == _TEXT:
            pieces.append(node.text or "")
        elif node.tag == _TAB:
            pieces.append("\t")
        elif node.tag in _BREAKS:
            pieces.append("\n")
        elif node.tag == _HYPHEN:
            pieces.append("-")
        else:
            pieces.append(_words(node))
    return "".join(pieces)


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "").lower() if style is not None else ""


def _level(style: str) -> int | None:
    word, _, number = style.partition(" ")
    return int(number) if word == "heading" and number.isdecimal() and len(number) < 3 else None


def _list_depth(paragraph: Paragraph, style: str) -> int | None:
    """0 for an item of an outer list; None outside lists."""
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is not None and _level(style) is None and (numbering.numId is None or numbering.numId.val != 0):
        return min(numbering.ilvl.val, 8) if numbering.ilvl is not None else 0
    if style.startswith(("list bullet", "list number")):
        last = style.rsplit(" ", 1)[-1]
        return min(int(last) - 1, 8) if last.isdecimal() and len(last) < 3 else 0
    return None


def _table_text(table: Table) -> str:
    rows: list[list[str]] = []
    for row in table._tbl.tr_lst:
        rows.append(_cells(row, rows[-1] if rows else []))
    return grid_text(rows, headers=int(_has_header(table)))


def _cells(row: Any, above: list[str]) -> list[str]:
    """The texts of a row, that of a merged cell in every column and row that it covers."""
    texts: list[str] = []
    for cell in row.tc_lst:
        at = len(texts)
        goes_on = cell.vMerge == "continue" and at < len(above)
        text = above[at] if goes_on else _cell(cell)
        texts += spread(text if not goes_on or len(text) <= LONGEST_NAME else "", min(cell.grid_span, _MOST_COLUMNS))
    return texts


def _cell(cell: Any) -> str:
    return " ".join("\n".join(_words(part) for part in _flow(cell)).split())


def _has_header(table: Table) -> bool:
    """Whether the first row is marked as a header, on itself or by the table's look."""
    if next(table._tbl.tr_lst[0].iter(qn("w:tblHeader")), None) is not None:
        return True
    look = next(table._tbl.iter(qn("w:tblLook")), None)
    if look is None:
        return False
    first, bits = look.get(qn("w:firstRow")), look.get(qn("w:val"))
    return first in ("1", "true", "on") if first is not None else bool(int(bits or "0", 16) & 0x20)
