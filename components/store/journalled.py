"""The rows that a change of the catalogue writes, inside a transaction of the catalogue's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from components.store.records import FileState, SourceInfo, SourceRecord
from components.store.tables import Journal, Manifest, Override, Source

_OVERRIDE = "override"
"""Entry of a journalled row that belongs to a table of its own."""


def begin_removal(session: Session, source_id: str) -> bool:
    """Write down that a source is about to be removed; False where there is none."""
    row = session.get(Source, source_id)
    if row is not None:
        session.merge(Journal(source_id=source_id, version=row.version, phase="removing", row=None))
    return row is not None


def make_live(session: Session, journalled: Mapping[str, Any]) -> None:
    """Make a row that :func:`row_of` gave the truth about its source."""
    row = dict(journalled)
    fields = row.pop(_OVERRIDE, None)
    session.merge(Source(**row))
    if fields is not None:
        keep_override(session, row["source_id"], fields)


def keep_override(session: Session, source_id: str, fields: Mapping[str, Any]) -> None:
    """Keep fields that hold above all others; none forget them."""
    session.execute(delete(Override).where(Override.source_id == source_id))
    if fields:
        session.add(Override(source_id=source_id, fields=dict(fields)))


def grow(session: Session, steps: int) -> None:
    """Count changes of sources."""
    found = session.get(Manifest, "generation")
    session.merge(Manifest(key="generation", value=steps + (0 if found is None else int(found.value))))


def row_of(record: SourceRecord) -> dict[str, Any]:
    """What the journal keeps of a record until it is live, as JSON."""
    info = {name: getattr(record.info, name) for name in SourceInfo.__slots__}
    state = {name: getattr(record.state, name) for name in FileState.__slots__}
    lists = {"groups": record.info.groups, "tags": record.info.tags, "languages": record.languages}
    row = info | state | {name: list(values) for name, values in lists.items()} | {"caller_meta": record.caller_meta}
    return row if record.override is None else row | {_OVERRIDE: record.override}
