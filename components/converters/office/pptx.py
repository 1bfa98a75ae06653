"""PPTX -> the text boxes, lists and tables of each slide below its title, then its notes; a slide is a page."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.shapes.group import GroupShape

from components.converters.archives import check_zip
from components.converters.assembly import ItemList, TextBuilder, grid_text
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.properties import office_fields

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
# The same on every slide, or a number.
_FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER)
_BULLETS = frozenset({qn("a:buNone"), qn("a:buChar"), qn("a:buAutoNum"), qn("a:buBlip")})
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MAX_DEPTH = 8
# A longer text in a merged cell is no name that every row needs; repeated, it could fill the memory.
_MAX_REPEATED = 200


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a presentation.

    Hidden slides are read too: whoever opens the file sees them beside the others, and they are often the reserve
    that answers what the talk itself leaves open.
    """
    check_zip(data, path, limits.unpacked)
    deck = pptx.Presentation(io.BytesIO(data))
    builder = TextBuilder(limits)
    for number, slide in enumerate(deck.slides, start=1):
        _add_slide(builder, slide, number)
    properties = deck.core_properties
    # PowerPoint's own title for a presentation that has none, in whatever language.
    own = "" if properties.title.startswith("PowerPoint") else properties.title
    title = own if own.strip() else builder.first_heading
    return builder.build("pptx", title, office_fields(properties, properties.author))


def _add_slide(builder: TextBuilder, slide: Any, page: int) -> None:
    _put_alternatives_in_place(slide.element)
    shapes = list(slide.shapes)
    title = next((shape for shape in shapes if _role(shape) in _TITLES and shape.has_text_frame), None)
    builder.leave_headings()
    if title is not None:
        builder.add_heading(title.text_frame.text, 1, page=page)
    for shape in _in_reading_order(shape for shape in shapes if shape is not title):
        _add_shape(builder, shape, page)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None:
        _add_paragraphs(builder, notes, (), page)


def _put_alternatives_in_place(slide: Any) -> None:
    """Replace what has another form for older programs by its current one; python-pptx passes over both."""
    for element in list(slide.iter(_ALTERNATIVES)):
        for child in list(element[0]) if len(element) else []:
            element.addprevious(child)
        element.getparent().remove(element)


def _role(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _in_reading_order(shapes: Iterable[Any]) -> list[Any]:
    """From top to bottom; what begins beside the upper half of a shape stands in its row, from left to right."""
    placed = sorted(((shape.top or 0, shape.left or 0, shape) for shape in shapes if _says(shape)), key=_corner)
    rows: list[list[tuple[int, int, Any]]] = []
    for place in placed:
        first = rows[-1][0] if rows else None
        if first is not None and place[0] < first[0] + (first[2].height or 0) / 2:
            rows[-1].append(place)
        else:
            rows.append([place])
    return [shape for row in rows for _, _, shape in sorted(row, key=lambda place: place[1])]


def _corner(place: tuple[int, int, Any]) -> tuple[int, int]:
    return place[:2]


def _says(shape: Any) -> bool:
    """Whether a shape can hold text, so that pictures and backgrounds have no say in the order."""
    if isinstance(shape, GroupShape) or shape.has_table or _diagram(shape) is not None:
        return True
    return bool(shape.has_text_frame) and _role(shape) not in _FURNITURE and bool(shape.text_frame.text.strip())


def _add_shape(builder: TextBuilder, shape: Any, page: int) -> None:
    if isinstance(shape, GroupShape):  # its shapes have coordinates of their own, and belong together
        for inner in _in_reading_order(shape.shapes):
            _add_shape(builder, inner, page)
    elif shape.has_table:
        builder.add(_table_text(shape.table), "table", page=page)
    elif (diagram := _diagram(shape)) is not None:
        _add_diagram(builder, parse_xml(shape.part.related_part(diagram).blob), page)
    else:
        _add_paragraphs(builder, shape.text_frame, _styles(shape), page)


def _add_paragraphs(builder: TextBuilder, frame: Any, styles: Sequence[Any], page: int) -> None:
    items = ItemList()
    for paragraph in frame.paragraphs:
        text = paragraph.text.replace("\v", "\n").strip()
        if not text:
            continue
        depth = min(paragraph.level, _MAX_DEPTH)
        bullet = _bullet(paragraph, depth, styles)
        if bullet is None:
            items.flush(builder, page=page)
            builder.add(text, page=page)
            continue
        start = bullet.get("startAt", "1")
        first = int(start) if start.isdecimal() and len(start) < 6 else 1
        items.add(text, depth, numbered=bullet.tag == qn("a:buAutoNum"), start=first)
    items.flush(builder, page=page)


def _diagram(shape: Any) -> str | None:
    """The relation that leads to a SmartArt diagram's content, which python-pptx does not know; None without one."""
    found = next(shape.element.iter(f"{_DIAGRAM}relIds"), None)
    return None if found is None else found.get(qn("r:dm"))


def _add_diagram(builder: TextBuilder, model: Any, page: int) -> None:
    """A diagram is a tree of points, which it draws as circles, arrows or a pyramid."""
    points = {point.get("modelId"): point for point in model.iter(f"{_DIAGRAM}pt")}
    below: dict[str, list[tuple[int, str]]] = {}
    for link in model.iter(f"{_DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf":
            below.setdefault(link.get("srcId"), []).append((int(link.get("srcOrd", "0")), link.get("destId")))
    items = ItemList()
    waiting = [(-1, name) for name, point in points.items() if point.get("type") == "doc"]
    while waiting:
        depth, name = waiting.pop()
        point = points.pop(name, None)  # each once, even if the links run in a circle
        if point is None:
            continue
        text = " ".join("".join(part.text or "" for part in line.iter(qn("a:t"))) for line in point.iter(qn("a:p")))
        if depth >= 0 and text.strip():
            items.add(text, min(depth, _MAX_DEPTH), numbered=False)
        waiting += [(depth + 1, inner) for _, inner in sorted(below.get(name, ()), reverse=True)]
    items.flush(builder, page=page)


def _styles(shape: Any) -> list[Any]:
    """Where the look of a shape's paragraphs is set, nearest first: on itself, in its layout, in the master."""
    found = [shape.text_frame._txBody.find(qn("a:lstStyle"))]
    if shape.is_placeholder:
        layout = shape.part.slide_layout
        base = layout.placeholders.get(shape.placeholder_format.idx)
        found.append(next(base.element.iter(qn("a:lstStyle")), None) if base is not None else None)
        found.append(next(layout.slide_master.element.iter(qn("p:bodyStyle")), None))
    return [style for style in found if style is not None]


def _bullet(paragraph: Any, depth: int, styles: Sequence[Any]) -> Any:
    """The element that says how an item is marked; None where a paragraph is no item of a list."""
    name = qn(f"a:lvl{depth + 1}pPr")
    for properties in (paragraph._p.pPr, *(style.find(name) for style in styles)):
        for child in properties if properties is not None else ():
            if child.tag in _BULLETS:
                return None if child.tag == qn("a:buNone") else child
    return None


def _table_text(table: Any) -> str:
    rows: list[list[str]] = []
    above: dict[int, str] = {}  # column -> text of the merged cell that reaches down there
    for row in table.rows:
        texts: list[str] = []
        for column, cell in enumerate(row.cells):
            if not cell.is_spanned:
                above[column] = text = " ".join(cell.text_frame.text.split())
            elif cell._tc.hMerge:
                above[column] = text = _short(texts[-1] if texts else "")
            else:
                text = _short(above.get(column, ""))
            texts.append(text)
        rows.append(texts)
    return grid_text(rows, headers=int(bool(table.first_row)))


def _short(text: str) -> str:
    return text if len(text) <= _MAX_REPEATED else ""
