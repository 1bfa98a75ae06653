"""A document as a point, and back, with the types of its metadata kept.

Pure: documents and payloads only. Payload fields: ``id``, ``content``, ``blob``, ``meta`` as given, ``types``
(where ``meta`` holds what JSON does not keep: ``[path, type]``), ``flags`` (see ``components.stores.filters``), and
those of ``components.stores.visibility``.
"""

import base64
import math
import uuid
from datetime import date, datetime
from typing import Any

from haystack import Document
from haystack.dataclasses import ByteStream, SparseEmbedding

from components.errors import ConfigurationError, InputError, StoreError
from components.query.filters.moments import rfc3339
from components.stores.engine.protocol import Point, Sparse
from components.stores.filters import FLAGS, flag, survives_json
from components.stores.visibility import STAGED, STATE, access_fields

_NAMESPACE = uuid.UUID("b0b7a3d4-59b5-4e0c-8e4e-2f3c4f6a9d10")
_INT64 = range(-(2**63), 2**63)
_ALLOWED = "strings, numbers, booleans, None, dates, lists, tuples and dicts"

Path = list[str | int]


def point_id(document_id: str) -> str:
    """The id that Qdrant gets for a document's: it takes only numbers and UUIDs."""
    return str(uuid.uuid5(_NAMESPACE, document_id))


def to_point(document: Document, *, dimension: int, staged: bool = False) -> Point:
    """The point that keeps a document.

    Raises:
        InputError: its metadata holds a value that cannot be kept.
        ConfigurationError: its embedding has another number of dimensions.
    """
    embedding = document.embedding
    if embedding is not None and len(embedding) != dimension:
        raise ConfigurationError(
            f"The embedding of document {document.id} has {len(embedding)} dimensions, the store {dimension}; "
            "set the embedder that the index was built with, or run `quaere rebuild`."
        )
    payload = to_payload(document)
    if staged:
        payload[STATE] = STAGED
    return Point(point_id(document.id), payload, embedding, _sparse(document.sparse_embedding))


def to_payload(document: Document) -> dict[str, Any]:
    """Everything of a document but its vectors, as JSON."""
    try:
        meta, types = _encode(document.meta)
        payload: dict[str, Any] = {"id": _text(document.id), "meta": meta, **access_fields(document.meta)}
        if document.content is not None:
            payload["content"] = _text(document.content)
    except InputError as error:
        raise InputError(f"Document {document.id!r} cannot be stored: {error}") from error
    if types:
        payload["types"] = types
    if flags := _flags(meta):
        payload[FLAGS] = flags
    if document.blob is not None:
        payload["blob"] = _encode_blob(document.blob)
    return payload


def to_document(payload: dict[str, Any], score: float | None = None) -> Document:
    """The document that a payload keeps; its vectors are never fetched.

    Raises:
        StoreError: the payload is not as it was written.
    """
    try:
        return _to_document(payload, score)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise StoreError(
            f"the index is damaged: a passage has lost a part of what was kept of it ({error!r}). Run `quaere rebuild` "
            "to make it anew, or `quaere restore` to take a backup."
        ) from error


def _to_document(payload: dict[str, Any], score: float | None) -> Document:
    meta = payload.get("meta", {})
    for path, kind in reversed(payload.get("types", ())):  # a tuple last, what it holds first
        _restore(meta, path, kind)
    blob = payload.get("blob")
    return Document(
        id=payload["id"],
        content=payload.get("content"),
        meta=meta,
        blob=None if blob is None else _decode_blob(blob),
        score=score,
    )


def to_sparse(embedding: SparseEmbedding) -> Sparse:
    """Haystack's sparse embedding as the engines take it."""
    return Sparse(tuple(embedding.indices), tuple(embedding.values))


def _sparse(embedding: SparseEmbedding | None) -> Sparse | None:
    return None if embedding is None or not embedding.indices else to_sparse(embedding)


def _encode(meta: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[Path, str]]]:
    types: list[tuple[Path, str]] = []

    def encode(value: Any, path: Path) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, date):
            types.append((path, "datetime" if isinstance(value, datetime) else "date"))
            return value.isoformat() if _keeps_zone(value) else rfc3339(value)
        if isinstance(value, int | float):
            _check_number(value, path)
            if isinstance(value, float) and not survives_json(value):
                types.append((path, f"float {value!r}"))
            return value
        if isinstance(value, list | tuple):
            if isinstance(value, tuple):
                types.append((path, "tuple"))
            return [encode(element, [*path, index]) for index, element in enumerate(value)]
        if isinstance(value, dict):
            return {_key(key): encode(element, [*path, key]) for key, element in value.items()}
        raise InputError(f"{_name(path)} has the type {type(value).__name__}; a field holds {_ALLOWED}.")

    return {_key(key): encode(value, [key]) for key, value in meta.items()}, types


def _flags(meta: dict[str, Any]) -> dict[str, Any]:
    flags: dict[str, Any] = {}
    for key, value in meta.items():
        if isinstance(value, dict):
            if inner := _flags(value):
                flags[key] = inner
        elif found := [
            flag(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, bool)
        ]:
            flags[key] = found
    return flags


def _keeps_zone(value: date) -> bool:
    # Qdrant reads offsets of hours and minutes; any rarer one is written in UTC, the same instant.
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return True
    offset = value.utcoffset()
    return offset is not None and offset.total_seconds() % 60 == 0


def _restore(meta: dict[str, Any], path: Path, kind: str) -> None:
    parent: Any = meta
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = _restored(parent[path[-1]], kind)


def _restored(value: Any, kind: str) -> Any:
    if kind == "tuple":
        return tuple(value)
    if kind == "datetime":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind == "date" else float(kind.removeprefix("float "))


def _check_number(value: float, path: Path) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{_name(path)} is {value!r}; a number has to be finite.")
    if isinstance(value, int) and value not in _INT64:
        raise InputError(f"{_name(path)} is {value}; an integer has to fit into 64 bits.")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"it holds half a character (a lone surrogate): {error}") from error
    return value


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise InputError(f"{key!r} is the name of a field and has the type {type(key).__name__}; it has to be str.")
    return _text(key)


def _name(path: Path) -> str:
    return "meta." + ".".join(str(part) for part in path)


def _encode_blob(blob: ByteStream) -> dict[str, Any]:
    return {
        "data": base64.b64encode(blob.data).decode("ascii"),
        "mime_type": blob.mime_type,
        "meta": _encode(blob.meta)[0],
    }


def _decode_blob(blob: dict[str, Any]) -> ByteStream:
    return ByteStream(base64.b64decode(blob["data"]), meta=blob["meta"], mime_type=blob["mime_type"])
