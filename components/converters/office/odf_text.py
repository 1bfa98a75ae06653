"""ODT -> paragraphs, lists and tables below their headings, with the document's properties."""

from pathlib import Path

from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.office.odf import OdfText, opened
from components.converters.titles import title_or_name


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a text document of LibreOffice or OpenOffice."""
    package = opened(data, path, limits)
    builder = TextBuilder(limits)
    text = OdfText(builder, package.styles)
    text.add(package.body)
    title = title_or_name(path, package.title, text.named, builder.first_heading)
    return builder.build("odt", title, package.fields)
