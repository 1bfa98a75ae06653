"""Which source a document is, and which version of it: identifiers that every passage of it carries.

Documents go in, documents with ``source_id``, ``version`` and ``groups`` come out. Knows no file and no index.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.core.component.types import Variadic

from components.names import on_disk, printable
from components.types import PUBLIC_GROUP, Candidates

_VERSION_CHARACTERS = 16


def source_id_of(path: str | os.PathLike[str]) -> str:
    """The id of the file at this place, whatever it holds; the place is a name on disk, not one for printing."""
    place = printable(os.path.abspath(path)).replace(os.sep, "/")
    return str(uuid.uuid5(uuid.NAMESPACE_URL, place))


def digest(value: Any) -> str:
    """SHA-256 of plain JSON, in hexadecimal; the order of names does not matter."""
    plain = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def version_of(sha256: str, given: str, splitting: str) -> str:
    """The version that a file's bytes, the metadata given to it and the way of splitting make."""
    return digest([sha256, given, splitting])[:_VERSION_CHARACTERS]


@component
class VersionStamp:
    """Completes documents with the ids that their passages carry; those that have them stay as they are.

    Its input is variadic, so that texts that are already extracted can join those that a loader reads.
    """

    def to_dict(self) -> dict[str, Any]:
        """Serialise; there are no parameters."""
        return default_to_dict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "VersionStamp":
        """Invert :meth:`to_dict`."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Nothing to load."""

    @component.output_types(documents=list[Document])
    def run(self, documents: Variadic[list[Document]]) -> dict[str, Any]:
        """Stamp documents.

        Args:
            documents: lists of documents with ``source`` in their ``meta``.

        Returns:
            ``documents``: copies with ``source_id``, ``version`` and ``groups``, in the same order.
        """
        return {"documents": Candidates(_stamped(each) for each in chain.from_iterable(documents))}


def _stamped(document: Document) -> Document:
    meta = document.meta
    missing: dict[str, Any] = {"groups": [PUBLIC_GROUP]}
    if "source_id" not in meta:
        missing["source_id"] = source_id_of(on_disk(meta["source"]))
    if "version" not in meta:
        missing["version"] = version_of(digest(document.content), digest(_without_text(meta)), "")
    return replace(document, meta=missing | meta)


def _without_text(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if name not in ("blocks", "boxes", "page_count")}
