"""Who may see which point, and when: groups, staging and validity as Qdrant conditions.

Pure: names of groups and a moment go in, a filter in Qdrant's REST JSON comes out.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from components.errors import InputError
from components.query.filters.moments import parse_date, rfc3339
from components.stores.filters import Condition
from components.types import PUBLIC_GROUP

GROUPS = "groups"
"""Payload field: the groups that may see the passage, at least one."""

STATE = "state"
"""Payload field: ``STAGED`` while the passage waits for its source to be replaced as a whole, else missing."""

STAGED = "staged"

VALID_FROM = "valid_from"
VALID_UNTIL = "valid_until"

IS_STAGED: Condition = {"key": STATE, "match": {"value": STAGED}}


def visible(groups: Iterable[str]) -> Condition:
    """Points that a caller of these groups may know of; everyone is a member of the public group."""
    return {
        "must": [{"key": GROUPS, "match": {"any": sorted({*access_groups(groups), PUBLIC_GROUP})}}],
        "must_not": [IS_STAGED],
    }


def valid_at(moment: datetime) -> Condition:
    """Points whose validity has begun and not ended; the last moment of both ends is valid."""
    now = rfc3339(moment)
    return {
        "must_not": [
            {"key": VALID_UNTIL, "range": {"lt": now}},
            {"key": VALID_FROM, "range": {"gt": now}},
        ]
    }


def joined(*conditions: Condition) -> Condition:
    """A filter that is met where all conditions are."""
    return {"must": list(conditions)}


def access_groups(groups: Any) -> list[str]:
    """The names of groups, checked.

    Raises:
        InputError: it is not a list of names; a string would be taken for its letters.
    """
    if isinstance(groups, str) or not isinstance(groups, Iterable):
        raise InputError(f"Groups are a list of names, such as ['sales'], not {groups!r}.")
    names = list(groups)
    if not all(isinstance(name, str) and name for name in names):
        raise InputError(f"The name of a group is a string that is not empty; given were {names!r}.")
    return names


def access_fields(meta: dict[str, Any]) -> dict[str, Any]:
    """The payload fields that decide who sees a passage of this metadata, and when.

    Raises:
        InputError: ``groups``, ``valid_from`` or ``valid_until`` are unusable; a typing error must not publish.
    """
    groups = meta.get("groups")
    if groups is not None and not (names := access_groups(groups)):
        raise InputError("'groups' is empty, so nobody could see the document; leave it out for everyone.")
    fields: dict[str, Any] = {GROUPS: [PUBLIC_GROUP] if groups is None else names}
    for name in (VALID_FROM, VALID_UNTIL):
        if (value := meta.get(name)) is not None:
            fields[name] = _moment(name, value)
    return fields


def _moment(name: str, value: Any) -> str:
    moment = parse_date(value) if isinstance(value, str) else value
    if not isinstance(moment, date):
        raise InputError(f"{name!r} is an ISO 8601 date such as '2026-01-31', not {value!r}.")
    return rfc3339(moment)
