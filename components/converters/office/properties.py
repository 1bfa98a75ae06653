"""The properties of an Office file -> fields; ``docx``, ``pptx`` and ``xlsx`` share them.

Goes in: the properties as python-docx, python-pptx and openpyxl give them. Knows no parser.
"""

from datetime import datetime
from typing import Any

from components.converters.metadata import own_fields

# What the template of a library says of itself says nothing of the document that was written with it.
_LIBRARIES = ("python-docx", "openpyxl")
_TEMPLATE_DATES = (
    datetime(2013, 12, 23, 23, 15),  # python-docx
    datetime(2013, 1, 27, 9, 14, 16),  # python-pptx
    datetime(2013, 1, 27, 9, 15, 58),
)


def office_fields(properties: Any, author: str | None) -> dict[str, Any]:
    """Author, dates, language and tags, as far as they are set."""
    fields = {
        "author": author,
        "created_at": _moment(properties.created),
        "updated_at": _moment(properties.modified),
        "language": properties.language,
        "tags": (properties.keywords or "").replace(";", ","),
    }
    if author in _LIBRARIES:
        fields |= {"author": None, "created_at": None, "updated_at": None}
    return own_fields(fields, "the document's properties")


def _moment(found: datetime | None) -> datetime | None:
    return None if found is None or found.replace(tzinfo=None) in _TEMPLATE_DATES else found
