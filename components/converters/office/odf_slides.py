"""ODP -> the text boxes, lists and tables of each slide below its title, then its notes; a slide is a page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.odf import OdfText, name_of, opened, words
from components.converters.titles import title_or_name

_PAGE, _NOTES = name_of("draw:page"), name_of("presentation:notes")
_FRAME, _GROUP = name_of("draw:frame"), name_of("draw:g")
_ROLE = name_of("presentation:class")
_FURNITURE = frozenset({"header", "footer", "date-time", "page-number", "page", "handout"})
_PARAGRAPHS = (name_of("text:p"), name_of("text:h"))


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a presentation of LibreOffice or OpenOffice, hidden slides too."""
    package = opened(data, path, limits)
    builder = TextBuilder(limits)
    text = OdfText(builder, package.styles)
    for number, page in enumerate(package.body.iter(_PAGE), start=1):
        text.page = number
        _add_slide(text, page)
    return builder.build("odp", title_or_name(path, package.title, builder.first_heading), package.fields)


def _add_slide(text: OdfText, page: Any) -> None:
    shapes = list(_shapes(page))
    text.builder.leave_headings()
    title = next((shape for shape in shapes if shape.get(_ROLE) == "title"), None)
    if title is not None:
        name = " ".join(words(paragraph) for paragraph in title.iter(*_PARAGRAPHS))
        text.builder.add_heading(name, 1, page=text.page)
    for shape in sorted((shape for shape in shapes if shape is not title), key=_corner):
        text.add(shape)
    for notes in page.iterchildren(_NOTES):
        for shape in _shapes(notes):
            text.add(shape)


def _shapes(parent: Any) -> Iterator[Any]:
    """All shapes, those of a group in its place."""
    for child in parent:
        if child.tag == _GROUP:
            yield from _shapes(child)
        elif child.tag != _NOTES and child.get(_ROLE) not in _FURNITURE:
            yield child


def _corner(shape: Any) -> tuple[float, float]:
    return _length(shape.get(name_of("svg:y"))), _length(shape.get(name_of("svg:x")))


def _length(text: str | None) -> float:
    """In the unit of the document, which uses one only."""
    try:
        return float((text or "0").rstrip("cmintpx"))
    except ValueError:
        return 0.0
