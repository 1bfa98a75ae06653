"""DOCX -> paragraphs, lists and tables below their headings, with the document's properties."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from components.loading.archives import check_zip
from components.loading.assembly import TextBuilder, table_line
from components.loading.extracted import Extracted
from components.loading.metadata import own_fields

_TEXT, _TAB, _BREAKS = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_HYPHEN = qn("w:noBreakHyphen")
# Deleted in tracked changes; text boxes, which stand elsewhere on the page; alternatives for older programs.
_UNSEEN = frozenset({qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:pPr"), qn("w:rPr"),
                     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})  # fmt: skip


def extract(data: bytes, path: Path, max_bytes: int) -> Extracted:
    """Read a Word document."""
    check_zip(data, path, max_bytes)
    document = docx.Document(io.BytesIO(data))
    builder = TextBuilder()
    items: list[str] = []
    counts: dict[int, int] = {}
    named = ""
    for element in _flow(document.element.body):
        if element.tag == qn("w:tbl"):
            _flush(builder, items, counts)
            _add_table(builder, Table(element, document))
            continue
        paragraph = Paragraph(element, document)
        text, style = _words(element).strip(), _style(paragraph)
        if (depth := _list_depth(paragraph, style)) is not None and text:
            items.append("  " * depth + _mark(style, depth, counts) + " ".join(text.split()))
            continue
        if text:
            _flush(builder, items, counts)
        if style == "title" and not named:
            named = text
            builder.add(text, "heading")
        elif (level := _level(style)) is not None:
            builder.add_heading(text, level)
        else:
            builder.add(text)
    _flush(builder, items, counts)
    properties = document.core_properties
    title = next((name for name in (properties.title, named, builder.first_heading) if name), None)
    return builder.build("docx", title, _properties(properties))


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
    return int(number) if word == "heading" and number.isdecimal() else None


def _list_depth(paragraph: Paragraph, style: str) -> int | None:
    """0 for an item of an outer list; None outside lists."""
    properties = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is not None and _level(style) is None and (numbering.numId is None or numbering.numId.val != 0):
        return min(numbering.ilvl.val, 8) if numbering.ilvl is not None else 0
    if style.startswith(("list bullet", "list number")):
        last = style.rsplit(" ", 1)[-1]
        return int(last) - 1 if last.isdecimal() else 0
    return None


def _mark(style: str, depth: int, counts: dict[int, int]) -> str:
    if "number" not in style:
        return "- "
    counts[depth] = counts.get(depth, 0) + 1
    for deeper in [other for other in counts if other > depth]:
        del counts[deeper]
    return f"{counts[depth]}. "


def _flush(builder: TextBuilder, items: list[str], counts: dict[int, int]) -> None:
    builder.add("\n".join(items), "list")
    items.clear()
    counts.clear()


def _add_table(builder: TextBuilder, table: Table) -> None:
    rows = []
    for row in table.rows:
        rows.append([_cell(cell) for cell in row.cells])  # a merged cell is named once per column
    header = rows.pop(0) if len(rows) > 1 and _has_header(table) else None
    lines = []
    for cells_of_row in rows:
        if header is None:
            single = list(dict.fromkeys(cells_of_row))
            lines.append(": ".join(single) if len(single) == 2 and all(single) else table_line(None, single))
        else:
            lines.append(table_line(header, cells_of_row))
    builder.add("\n".join(line for line in lines if line), "table")


def _cell(cell: Any) -> str:
    return " ".join("\n".join(_words(part) for part in _flow(cell._tc)).split())


def _has_header(table: Table) -> bool:
    """Whether the first row is marked as a header, on itself or by the table's look."""
    if next(table._tbl.tr_lst[0].iter(qn("w:tblHeader")), None) is not None:
        return True
    look = next(table._tbl.iter(qn("w:tblLook")), None)
    if look is None:
        return False
    first, bits = look.get(qn("w:firstRow")), look.get(qn("w:val"))
    return first in ("1", "true", "on") if first is not None else bool(int(bits or "0", 16) & 0x20)


def _properties(properties: Any) -> dict[str, Any]:
    fields = {
        "author": properties.author,
        "created_at": properties.created,
        "updated_at": properties.modified,
        "language": properties.language,
        "tags": properties.keywords.replace(";", ","),
    }
    # What python-docx's own template says of itself says nothing of the document.
    if properties.author == "python-docx":
        fields = {name: value for name, value in fields.items() if name in ("language", "tags")}
    return own_fields(fields, "the document's properties")
