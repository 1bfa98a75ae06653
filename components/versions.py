"""Which source a document is, and which version of it: identifiers that every passage of it carries."""

import hashlib
import json
import os
import uuid
from typing import Any

from components.names import printable

_VERSION_CHARACTERS = 16


def source_id_of(path: str | os.PathLike[str]) -> str:
    """The id of the file at this place, whatever it holds; the place is a name on disk, not one for printing."""
    place = printable(os.path.abspath(path)).replace(os.sep, "/")
    return str(uuid.uuid5(uuid.NAMESPACE_URL, place))


def digest(value: Any) -> str:
    """SHA-256 of plain JSON, in hexadecimal; the order of names does not matter."""
    plain = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def version_of(sha256: str, metadata_digest: str, splitting: str) -> str:
    """The version that a file's bytes, the metadata given to it and the way of splitting make."""
    return digest([sha256, metadata_digest, splitting])[:_VERSION_CHARACTERS]
