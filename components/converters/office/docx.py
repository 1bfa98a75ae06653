"""DOCX -> paragraphs, lists and tables below their headings, with the document's properties.

Text boxes and notes follow the paragraph that they stand in.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from components.converters.archives import check_zip
from components.converters.assembly import ItemList, TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.docx_numbering import DocxNumbering
from components.converters.office.docx_tables import table_text
from components.converters.office.docx_words import BOXES, NOTES, flow, words_of
from components.converters.office.properties import office_fields
from components.converters.titles import title_or_name

_LEVELS = range(9)
_MOST_STYLES = 10  # above each other
_LOWEST = 9
"""Level of a paragraph in bold that stands for a heading."""

_LONGEST_BOLD = 100


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a Word document."""
    check_zip(data, path, limits.unpacked)
    document = docx.Document(io.BytesIO(data))
    builder = TextBuilder(limits)
    reader = _DocxReader(document, builder)
    reader.add(document.element.body)
    properties = document.core_properties
    title = title_or_name(path, properties.title, reader.named, builder.first_heading)
    return builder.build("docx", title, office_fields(properties, properties.author))


class _DocxReader:
    """Appends paragraphs, lists and tables as they come."""

    def __init__(self, document: Any, builder: TextBuilder) -> None:
        self.named: str | None = None
        self._document = document
        self._builder = builder
        self._items = ItemList()
        self._numbering = DocxNumbering(document)
        self._notes = dict(_notes_of(document))
        self._read: set[tuple[str, str]] = set()
        self._has_headings = _has_headings(document)

    def add(self, parent: Any) -> None:
        """Append all that is shown inside ``parent``."""
        for element in flow(parent):
            if element.tag == qn("w:tbl"):
                self._items.flush(self._builder)
                self._builder.add(table_text(element, self._document), "table")
                self._add_notes(element)
            else:
                self._add_paragraph(element)
        self._items.flush(self._builder)

    def _add_paragraph(self, element: Any) -> None:
        paragraph = Paragraph(element, self._document)
        text, style, level = words_of(element).strip(), _style(paragraph), _level(paragraph)
        if style.startswith("toc "):  # a table of contents
            return
        number = self._numbering.next(paragraph, style) if text else None
        if number is not None and level is None:
            self._items.add_marked(text, number.depth, number.mark)
        elif text:
            self._items.flush(self._builder)
            self._add_text(text, style, level, number.mark if number is not None else "", paragraph)
        self._add_boxes(element)
        self._add_notes(element)

    def _add_text(self, text: str, style: str, level: int | None, mark: str, paragraph: Paragraph) -> None:
        if style == "title" and self.named is None:
            self.named = text
            self._builder.add(text, "heading")
        elif level is not None:
            self._builder.add_heading(f"{mark} {text}" if any(map(str.isalnum, mark)) else text, level)
        elif not self._has_headings and _stands_for_heading(paragraph, text):
            self._builder.add_heading(text, _LOWEST)
        else:
            self._builder.add(text)

    def _add_boxes(self, element: Any) -> None:
        for box in _outermost(element, BOXES):
            self._items.flush(self._builder)
            self.add(box)

    def _add_notes(self, element: Any) -> None:
        """Append the notes that ``element`` refers to, each once."""
        for reference in element.iter(*NOTES):
            name = (NOTES[reference.tag], reference.get(qn("w:id"), ""))
            if name in self._notes and name not in self._read:
                self._read.add(name)
                self._items.flush(self._builder)
                self._builder.add("\n".join(words_of(each).strip() for each in flow(self._notes[name])))


def _notes_of(document: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """Kind and number of each note, and what it says."""
    for relation in document.part.rels.values():
        for kind, known in (("w:footnote", RELATIONSHIP_TYPE.FOOTNOTES), ("w:endnote", RELATIONSHIP_TYPE.ENDNOTES)):
            if relation.reltype == known and not relation.is_external:
                for note in parse_xml(relation.target_part.blob).iter(qn(kind)):
                    yield (kind, note.get(qn("w:id"), "")), note


def _outermost(element: Any, tag: str) -> Iterable[Any]:
    """What stands in the first form of ``element`` only: another form is for older programs."""
    for child in element:
        if child.tag == tag:
            yield child
        elif not str(child.tag).endswith("}Fallback"):
            yield from _outermost(child, tag)


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "").lower() if style is not None else ""


def _level(paragraph: Paragraph) -> int | None:
    """The level of a heading, which its style or itself says; None of other paragraphs."""
    if (own := _outline(paragraph._p.pPr)) is not None:
        return own + 1 if own in _LEVELS else None
    style: Any = paragraph.style
    for _ in range(_MOST_STYLES):
        if style is None:
            return None
        word, _, number = (style.name or "").lower().partition(" ")
        if word == "heading" and number.isdecimal() and len(number) < 3:
            return int(number)
        if (found := _outline(style.element.pPr)) is not None:
            return found + 1 if found in _LEVELS else None
        style = style.base_style
    return None


def _outline(properties: Any) -> int | None:
    found = properties.find(qn("w:outlineLvl")) if properties is not None else None
    value = found.get(qn("w:val"), "") if found is not None else ""
    return int(value) if value.isdecimal() and len(value) < 3 else None


def _has_headings(document: Any) -> bool:
    """Whether a document marks its headings as such, more of them than it has short lines in bold."""
    marked = bold = 0
    for element in document.element.body.iterchildren(qn("w:p")):
        paragraph = Paragraph(element, document)
        if _level(paragraph) is not None:
            marked += 1
        elif _stands_for_heading(paragraph, words_of(element).strip()):
            bold += 1
    return marked > bold


def _stands_for_heading(paragraph: Paragraph, text: str) -> bool:
    """Whether a short paragraph is all in bold; in a document without headings such lines are its headings."""
    if len(text) > _LONGEST_BOLD or "\n" in text or text.endswith((".", ",", ";")) or not any(map(str.isalpha, text)):
        return False
    runs = [run for run in paragraph.runs if run.text.strip()]
    style = paragraph.style
    is_bold = bool(style is not None and style.font.bold)
    return bool(runs) and all(run.bold or (run.bold is None and is_bold) for run in runs)
