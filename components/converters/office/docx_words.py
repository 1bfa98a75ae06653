"""The words of a part of a Word document, and the paragraphs and tables inside it, in reading order."""

from collections.abc import Iterable
from typing import Any

from docx.oxml.ns import qn

BOXES = qn("w:txbxContent")
"""What a text box holds; it stands elsewhere on the page."""

NOTES = {qn("w:footnoteReference"): "w:footnote", qn("w:endnoteReference"): "w:endnote"}
"""Marks of notes, and the element that each refers to."""

_TEXT, _TAB, _BREAKS = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_HYPHEN, _RUN, _PROPERTIES = qn("w:noBreakHyphen"), qn("w:r"), qn("w:rPr")
_HIDDEN = qn("w:vanish")
# Deleted in tracked changes; text boxes; alternatives for older programs.
_UNSEEN = frozenset({qn("w:del"), qn("w:moveFrom"), BOXES, qn("w:pPr"), qn("w:rPr"),
                     "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})  # fmt: skip
_OFF = ("0", "false", "off")


def flow(parent: Any) -> Iterable[Any]:
    """Paragraphs and tables in reading order, those inside content controls too; a table of contents is not text."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag == qn("w:sdt") and not _is_contents(child):
            for content in child.iterchildren(qn("w:sdtContent")):
                yield from flow(content)
        elif child.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml")):
            yield from flow(child)


def _is_contents(control: Any) -> bool:
    return any("Table of Contents" in (part.get(qn("w:val")) or "") for part in control.iter(qn("w:docPartGallery")))


def words_of(element: Any) -> str:
    """All text that is shown, also of links, fields and inserted changes, which python-docx's own text lacks."""
    pieces: list[str] = []
    for node in element:
        if node.tag in _UNSEEN or (node.tag == _RUN and _is_hidden(node)):
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
            pieces.append(words_of(node))
    return "".join(pieces)


def _is_hidden(run: Any) -> bool:
    properties = run.find(_PROPERTIES)
    mark = properties.find(_HIDDEN) if properties is not None else None
    return mark is not None and mark.get(qn("w:val")) not in _OFF
