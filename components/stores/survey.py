"""A look at every point of an index: what can be compared with the catalogue, and whether searches can find it.

Pure but for the engine it is given. :mod:`components.stores.engine.edge_survey` runs it in a process of its own, since
damaged files can end the process that reads them.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from components.stores.checksums import point_checksum
from components.stores.engine.protocol import INDEXED_FIELDS, Engine, Filter, Point
from components.stores.visibility import GROUPS, STATE

_ANY: Filter = {"must": []}
_LENGTH_TOLERANCE = 1e-3
_FIRST = "0001-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a point is, without its text and vectors."""

    id: str
    checksum: str
    source_id: str
    version: str
    staged: bool
    language: str
    start: int
    end: int
    content: str
    """SHA-256 of the passage's text, in hexadecimal."""
    groups: list[str]
    fields: list[str]
    """Names of the metadata fields that have a value."""
    wrong: str
    """What is wrong with the point by itself; empty for nothing."""


def survey(points: Iterable[Point], values: dict[str, Counter[str]]) -> Iterator[Surveyed]:
    """Every point as it is compared; ``values`` counts what the fields that searches filter on hold.

    Args:
        points: all of an index.
        values: grows, by field.
    """
    for point in points:
        for field in INDEXED_FIELDS:
            found = _value(point.payload, field)
            values.setdefault(field, Counter()).update({str(each) for each in found})
        yield _surveyed(point)


def unfindable(engine: Engine, values: dict[str, Counter[str]]) -> list[str]:
    """The payload fields by which searches do not find all points, or find others, in the order of the fields.

    Args:
        engine: open; nothing changes it meanwhile.
        values: from :func:`survey`, read to its end.
    """
    return [field for field, counts in values.items() if not _agrees(engine, field, counts)]


def _agrees(engine: Engine, field: str, counts: Counter[str]) -> bool:
    if INDEXED_FIELDS[field] == "datetime":
        return counts.total() == engine.count({"key": field, "range": {"gte": _FIRST}})
    return all(engine.count({"key": field, "match": {"value": value}}) == count for value, count in counts.items())


def _surveyed(point: Point) -> Surveyed:
    payload = point.payload
    meta = payload.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    content = payload.get("content")
    return Surveyed(
        id=point.id,
        checksum=point_checksum(point).hex(),
        source_id=str(meta.get("source_id", "")),
        version=str(meta.get("version", "")),
        staged=bool(payload.get(STATE)),
        language=str(meta.get("language", "und")),
        start=_offset(meta.get("start")),
        end=_offset(meta.get("end")),
        content=hashlib.sha256(str(content).encode("utf-8", "surrogatepass")).hexdigest(),
        groups=[str(each) for each in _value(payload, GROUPS)],
        fields=[str(name) for name, value in meta.items() if value is not None],
        wrong=_wrong(point),
    )


def _wrong(point: Point) -> str:
    if point.dense is None:
        return "has no vector"
    length = math.sqrt(math.fsum(value * value for value in point.dense))
    # A NaN in the vector makes its length one too.
    if not math.isfinite(length):
        return "has a vector with a value that is no number"
    return "" if length == 0 or abs(length - 1) < _LENGTH_TOLERANCE else f"has a vector of the length {length:g}, not 1"


def _offset(value: Any) -> int:
    return value if type(value) is int else -1


def _value(payload: dict[str, Any], field: str) -> list[Any]:
    found: Any = payload
    for part in field.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def everything(engine: Engine) -> Iterator[Point]:
    """All points of an index, staged ones too."""
    return engine.points(_ANY)
