"""Turns filters in Qdrant's REST JSON into the classes of the embedded engine; pure."""

from typing import Any

import qdrant_edge as qdrant

from components.stores.engine.protocol import Filter


def to_filter(condition: Filter) -> qdrant.Filter:
    """The filter, or a filter of one condition."""
    if not condition.keys() <= {"must", "should", "must_not"}:
        return qdrant.Filter(must=[_condition(condition)])
    parts = {clause: [_condition(part) for part in members] for clause, members in condition.items()}
    return qdrant.Filter(parts.get("must"), parts.get("should"), parts.get("must_not"))


def _condition(condition: Filter) -> Any:
    if "key" in condition:
        return _field(condition)
    if "is_empty" in condition:
        return qdrant.IsEmptyCondition(condition["is_empty"]["key"])
    if "has_id" in condition:
        return qdrant.HasIdCondition(set(condition["has_id"]))
    return to_filter(condition)


def _field(condition: Filter) -> qdrant.FieldCondition:
    key = condition["key"]
    if "match" in condition:
        match = condition["match"]
        return qdrant.FieldCondition(
            key, match=qdrant.MatchAny(match["any"]) if "any" in match else qdrant.MatchValue(match["value"])
        )
    bounds = condition["range"]
    moments = any(isinstance(bound, str) for bound in bounds.values())
    return qdrant.FieldCondition(key, range=qdrant.RangeDateTime(**bounds) if moments else qdrant.RangeFloat(**bounds))
