"""Checksums of what the index keeps of a source: its text, its facts, and its passages with their vectors.

Pure. They are made when a source is written, of what can be read back, and compared by ``quaere check``.
"""

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from components.stores.catalogue.records import SourceInfo, SourceText
from components.stores.engine.protocol import Point
from components.stores.visibility import STATE


def text_checksum(text: SourceText) -> str:
    """Of a text with all that splitting it again needs; its version does not count."""
    hashed = hashlib.sha256(text.text.encode("utf-8", "surrogatepass"))
    hashed.update(_json([text.source_id, list(text.blocks), text.meta]))
    hashed.update(b"" if text.boxes is None else text.boxes)
    return hashed.hexdigest()


def facts_checksum(info: SourceInfo) -> str:
    """Of what is listed of a source."""
    return hashlib.sha256(_json(asdict(info))).hexdigest()


def point_checksum(point: Point) -> bytes:
    """Of a point as an engine gives it back; whether it is staged does not count."""
    hashed = hashlib.sha256(_json({name: value for name, value in point.payload.items() if name != STATE}))
    hashed.update(array("f", () if point.dense is None else point.dense).tobytes())
    if point.sparse is not None:
        words = sorted(zip(point.sparse.indices, point.sparse.values, strict=True))
        hashed.update(array("Q", (index for index, _ in words)).tobytes())
        hashed.update(array("f", (weight for _, weight in words)).tobytes())
    return hashed.digest()


def passages_checksum(points: Iterable[tuple[str, bytes]]) -> str:
    """Of all passages of a source, from the id and the checksum of each, in any order."""
    hashed = hashlib.sha256()
    for id, checksum in sorted(points):
        hashed.update(id.encode("ascii"))
        hashed.update(checksum)
    return hashed.hexdigest()


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, default=_plain).encode("ascii")


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)
