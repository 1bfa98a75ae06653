"""Dates as people and programs write them, as moments in UTC. Pure."""

import re
from datetime import UTC, date, datetime

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ].*)?", re.ASCII)


def parse_date(text: str) -> datetime | None:
    """The moment that an ISO 8601 date with year, month and day names, such as 2025-01-31, or None for anything else.

    None, too, where that moment in UTC lies outside the years 1 to 9999.
    """
    if _ISO_DATE.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        in_utc(moment)
    except (ValueError, OverflowError):
        return None
    return moment


def in_utc(moment: datetime | date) -> datetime:
    """The moment in UTC; without a time zone it is taken as UTC, a date as its midnight.

    Raises:
        OverflowError: it lies outside the years 1 to 9999 there.
    """
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def rfc3339(moment: datetime | date) -> str:
    """The moment in UTC as Qdrant reads it.

    Raises:
        OverflowError: it lies outside the years 1 to 9999 there.
    """
    return in_utc(moment).isoformat().replace("+00:00", "Z")
