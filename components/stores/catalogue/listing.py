"""What is written so that sources can be looked up, inside a transaction of the catalogue's.

Sets of groups and of fields are kept once, under an id that is made of their members: most sources share a few.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from components.stores.catalogue.records import PassageGroup
from components.stores.catalogue.tables import (
    AccessGroupRow,
    FieldRow,
    ListingRow,
    SourceGroupsRow,
    SourceRow,
    TagRow,
)
from components.versions import digest

LONGEST_KEY = 300
"""Characters; PostgreSQL's indexes take 2,700 bytes."""

Entry = tuple[SourceRow, Sequence[PassageGroup]]
"""A source with its passages by who may see them."""

_ID = 32  # hexadecimal digits


def key_of(name: str) -> str:
    """A name as it is looked up: itself, unless it is longer than an index takes; then one that no other name has."""
    return name if len(name) <= LONGEST_KEY else f"{name[:LONGEST_KEY]} {digest(name)}"


def set_id_of(names: Iterable[str]) -> str:
    """The id of a set of names."""
    return digest(sorted(set(names)))[:_ID]


def last_part_of(name: str) -> str:
    """The last part of a path or name as it is looked up, whatever system it is of."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].casefold()[:LONGEST_KEY]


def is_mixed(groups: Sequence[str], passages: Sequence[PassageGroup]) -> bool:
    """Whether not all passages of a source are just for the groups that may see it, or there are none."""
    return [set_id_of(each.groups) for each in passages] != [set_id_of(groups)]


def enlist(session: Session, entries: Sequence[Entry]) -> None:
    """Write what these sources are looked up by, in the place of what was there."""
    sets = {
        set_id_of(groups): groups for row, shares in entries for groups in (row.groups, *(s.groups for s in shares))
    }
    fields = {set_id_of(share.fields): share.fields for _, shares in entries for share in shares}
    delist(session, [row.source_id for row, _ in entries], sets.keys(), fields.keys())
    _keep_sets(session, sets, fields)
    _insert(session, ListingRow, [_listing(row, shares) for row, shares in entries])
    _insert(
        session,
        SourceGroupsRow,
        [
            {
                "source_id": row.source_id,
                "set_id": set_id_of(share.groups),
                "fields_id": set_id_of(share.fields),
                "passages": share.passages,
            }
            for row, shares in entries
            for share in shares
        ],
    )
    tags = {(key_of(tag), row.source_id) for row, _ in entries for tag in row.tags or ()}
    _insert(session, TagRow, [{"tag_key": tag, "source_id": source_id} for tag, source_id in sorted(tags)])


def delist(session: Session, source_ids: Sequence[str], sets: Iterable[str] = (), fields: Iterable[str] = ()) -> None:
    """Forget what sources are looked up by, with the sets that no other source has.

    Args:
        session: writes.
        source_ids: of the sources.
        sets: ids of sets of groups that are about to be used.
        fields: ids of sets of fields that are.
    """
    session.flush()
    mine = select(SourceGroupsRow.set_id, SourceGroupsRow.fields_id).where(SourceGroupsRow.source_id.in_(source_ids))
    found = session.execute(mine).all()
    own = session.scalars(select(ListingRow.set_id).where(ListingRow.source_id.in_(source_ids)))
    left_sets = {*own, *(set_id for set_id, _ in found)} - set(sets)
    left_fields = {fields_id for _, fields_id in found} - set(fields)
    for table in (ListingRow, SourceGroupsRow, TagRow):
        session.execute(delete(table).where(table.source_id.in_(source_ids)))
    for set_id in sorted(left_sets):
        if not (_is_used(session, SourceGroupsRow.set_id, set_id) or _is_used(session, ListingRow.set_id, set_id)):
            session.execute(delete(AccessGroupRow).where(AccessGroupRow.set_id == set_id))
    for fields_id in sorted(left_fields):
        if not _is_used(session, SourceGroupsRow.fields_id, fields_id):
            session.execute(delete(FieldRow).where(FieldRow.fields_id == fields_id))


def clear(session: Session) -> None:
    """Forget what all sources are looked up by."""
    for table in (ListingRow, SourceGroupsRow, TagRow, AccessGroupRow, FieldRow):
        session.execute(delete(table))


def is_enlisted(session: Session, row: SourceRow, shares: Sequence[PassageGroup]) -> bool:
    """Whether a source is looked up by what it is; one that is not listed will be, when the index is opened."""
    listed = session.get(ListingRow, row.source_id)
    if listed is None:
        return True
    wanted = _listing(row, shares)
    groups = session.scalars(select(SourceGroupsRow).where(SourceGroupsRow.source_id == row.source_id))
    tags = session.scalars(select(TagRow.tag_key).where(TagRow.source_id == row.source_id))
    return (
        wanted == {name: getattr(listed, name) for name in wanted}
        and {(each.set_id, each.fields_id, each.passages) for each in groups}
        == {(set_id_of(share.groups), set_id_of(share.fields), share.passages) for share in shares}
        and set(tags) == {key_of(tag) for tag in row.tags or ()}
        and all(_has_groups(session, names) for names in (row.groups, *(share.groups for share in shares)))
        and all(_has_fields(session, share.fields) for share in shares)
    )


def _has_groups(session: Session, names: Sequence[str]) -> bool:
    members = session.scalars(select(AccessGroupRow.group_key).where(AccessGroupRow.set_id == set_id_of(names)))
    return set(members) == {key_of(name) for name in names}


def _has_fields(session: Session, names: Sequence[str]) -> bool:
    members = session.scalars(select(FieldRow.name).where(FieldRow.fields_id == set_id_of(names)))
    return set(members) == set(names)


def _listing(row: SourceRow, shares: Sequence[PassageGroup]) -> dict[str, Any]:
    return {
        "source_id": row.source_id,
        "name": row.source[:LONGEST_KEY],
        "last_part": last_part_of(row.source),
        "set_id": set_id_of(row.groups),
        "mixed": is_mixed(row.groups, shares),
        "language": row.language,
        "passages": row.passages,
        "folded_name": row.source.casefold(),
        "folded_title": "" if row.title is None else row.title.casefold(),
    }


def _keep_sets(session: Session, sets: Mapping[str, Sequence[str]], fields: Mapping[str, Sequence[str]]) -> None:
    known = set(session.scalars(select(AccessGroupRow.set_id).where(AccessGroupRow.set_id.in_(sets))))
    members = {(key_of(name), set_id) for set_id, names in sets.items() if set_id not in known for name in names}
    _insert(session, AccessGroupRow, [{"group_key": key, "set_id": set_id} for key, set_id in sorted(members)])
    known = set(session.scalars(select(FieldRow.fields_id).where(FieldRow.fields_id.in_(fields), FieldRow.number == 0)))
    _insert(
        session,
        FieldRow,
        [
            {"fields_id": fields_id, "number": number, "name": name}
            for fields_id, names in fields.items()
            if fields_id not in known
            for number, name in enumerate(names)
        ],
    )


def _insert(session: Session, table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _is_used(session: Session, column: Any, value: str) -> bool:
    return session.scalar(select(column).where(column == value).limit(1)) is not None
