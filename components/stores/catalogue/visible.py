"""What callers of some access groups may know of: lists, counts, names and fields, each by an indexed query.

A source is seen by whoever is in one of its groups and may see one of its passages: rows can have groups of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from components.stores.catalogue.database import CatalogueDatabase
from components.stores.catalogue.listing import LONGEST_KEY, key_of, last_part_of
from components.stores.catalogue.quality import findings_in
from components.stores.catalogue.records import SourceInfo
from components.stores.catalogue.tables import (
    AccessGroupRow,
    FieldRow,
    ListingRow,
    QualityRow,
    SourceGroupsRow,
    SourceRow,
    TagRow,
)
from components.stores.database.connection import chunks
from components.types import PUBLIC_GROUP, Finding

_NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class SourceQuery:
    """Which part of the list of sources is wanted."""

    name: str | None = None
    """The whole name."""
    contains: str = ""
    """Part of the name or the title, in any case."""
    tags: tuple[str, ...] = ()
    """All of which they have."""
    flawed: bool = False
    """Only those in which something did not read well."""
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A part of the list of sources."""

    total: int
    """How many there are in all."""
    sources: tuple[SourceInfo, ...]
    """By name."""
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """What did not read well, by source id; nothing of a source that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much there is."""

    sources: int
    passages: int
    languages: frozenset[str]
    """Of the sources."""


class VisibleSources:
    """The sources that a caller may know of.

    Args:
        database: open, with every source enlisted.
        groups: the caller's, beside the public one; None for all there are.
    """

    def __init__(self, database: CatalogueDatabase, groups: Sequence[str] | None) -> None:
        self._database = database
        self._seen: Select[Any] | None = None
        if groups is not None:
            keys = sorted({key_of(name) for name in (PUBLIC_GROUP, *groups)})
            self._seen = select(AccessGroupRow.set_id).where(AccessGroupRow.group_key.in_(keys))

    def page(self, query: SourceQuery) -> SourcePage:
        """A part of the list, by name."""
        wanted = self._matching(query)
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(ListingRow).where(self._visible, *wanted))
            page = select(ListingRow.source_id).where(self._visible_in_order, *wanted)
            ordered = page.order_by(ListingRow.name, ListingRow.source_id)
            ids = list(session.scalars(ordered.limit(query.limit).offset(query.offset)))
            infos = {info.source_id: info for info in self._infos(session, ids)}
            findings = self._findings(session, ids)
        return SourcePage(total or 0, tuple(infos[each] for each in ids if each in infos), findings)

    def findings(self, source_id: str) -> tuple[Finding, ...] | None:
        """What did not read well of a source that is theirs; None where nobody has looked."""
        with self._database.reading() as session:
            return self._findings(session, self._of(session, [source_id])).get(source_id)

    def find(self, name: str) -> list[SourceInfo]:
        """Those with this id, name or absolute path; several files may share a name."""
        same = or_(SourceRow.source_id == name, SourceRow.source == name, SourceRow.path == name)
        with self._database.reading() as session:
            ids = self._of(session, session.scalars(select(SourceRow.source_id).where(same)).all())
            return sorted(self._infos(session, ids), key=lambda info: info.path)

    def source(self, source_id: str) -> SourceInfo | None:
        """The one with this id."""
        with self._database.reading() as session:
            return next(iter(self._infos(session, self._of(session, [source_id]))), None)

    def among(self, source_ids: Collection[str]) -> set[str]:
        """Of these ids those that are theirs."""
        with self._database.reading() as session:
            return {found for chunk in chunks(sorted(source_ids)) for found in self._of(session, chunk)}

    def holdings(self) -> Holdings:
        """How much they hold."""
        query = (
            select(ListingRow.language, func.count(), func.sum(self._passages))
            .where(self._visible)
            .group_by(ListingRow.language)
        )
        with self._database.reading() as session:
            rows = session.execute(query).all()
        return Holdings(
            sum(row[1] for row in rows), sum(int(row[2] or 0) for row in rows), frozenset(row[0] for row in rows)
        )

    def fields(self) -> frozenset[str]:
        """The metadata fields of the passages that they may see."""
        used = exists().where(SourceGroupsRow.fields_id == FieldRow.fields_id, self._among_seen(SourceGroupsRow.set_id))
        with self._database.reading() as session:
            return frozenset(session.scalars(select(FieldRow.name).where(used).distinct()))

    def names_near(self, name: str) -> list[str]:
        """Names that stand beside this one in the order of whole names, or in that of their last parts."""
        with self._database.reading() as session:
            ids = {
                *self._neighbours(session, ListingRow.name, name[:LONGEST_KEY]),
                *self._neighbours(session, ListingRow.last_part, last_part_of(name)),
            }
            named = select(SourceRow.source).where(SourceRow.source_id.in_(ids)).distinct()
            return sorted(session.scalars(named))

    # Conditions on ``listing``

    @property
    def _visible(self) -> ColumnElement[bool]:
        return self._visible_by(ListingRow.set_id)

    @property
    def _visible_in_order(self) -> ColumnElement[bool]:
        """The same, written so that SQLite walks along the index of names, which has all that is asked, in order."""
        return self._visible_by(ListingRow.set_id.concat(literal_column("''")))

    def _visible_by(self, set_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
        if self._seen is None:
            return true()
        one = exists().where(
            SourceGroupsRow.source_id == ListingRow.source_id, self._among_seen(SourceGroupsRow.set_id)
        )
        return and_(set_id.in_(self._seen), or_(~ListingRow.mixed, one))

    def _among_seen(self, set_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
        return true() if self._seen is None else set_id.in_(self._seen)

    @property
    def _passages(self) -> ColumnElement[int]:
        """Of a listed source, those that they may see."""
        if self._seen is None:
            return ListingRow.passages.expression
        some = (
            select(func.sum(SourceGroupsRow.passages))
            .where(SourceGroupsRow.source_id == ListingRow.source_id, SourceGroupsRow.set_id.in_(self._seen))
            .scalar_subquery()
        )
        return case((ListingRow.mixed, some), else_=ListingRow.passages)

    def _matching(self, query: SourceQuery) -> list[ColumnElement[bool]]:
        wanted: list[ColumnElement[bool]] = []
        if query.name is not None:
            named = select(SourceRow.source_id).where(SourceRow.source == query.name)
            wanted.append(ListingRow.source_id.in_(named))
        for tag in query.tags:
            tagged = select(TagRow.source_id).where(TagRow.tag_key == key_of(tag))
            wanted.append(ListingRow.source_id.in_(tagged))
        if query.flawed:
            wanted.append(ListingRow.source_id.in_(select(QualityRow.source_id).where(QualityRow.found > 0)))
        part = query.contains.casefold()
        if part:
            columns = (ListingRow.folded_name, ListingRow.folded_title)
            wanted.append(or_(*(column.contains(part, autoescape=True) for column in columns)))
        return wanted

    # Rows

    def _of(self, session: Session, source_ids: Sequence[str]) -> list[str]:
        """Of these ids those that are theirs."""
        if self._seen is None:
            return list(session.scalars(select(SourceRow.source_id).where(SourceRow.source_id.in_(source_ids))))
        theirs = select(ListingRow.source_id).where(ListingRow.source_id.in_(source_ids), self._visible)
        return list(session.scalars(theirs))

    def _infos(self, session: Session, source_ids: Sequence[str]) -> list[SourceInfo]:
        """Sources with the number of the passages that they may see of each."""
        rows = session.scalars(select(SourceRow).where(SourceRow.source_id.in_(source_ids)))
        infos = [row.info() for row in rows]
        if self._seen is None:
            return infos
        counted = select(ListingRow.source_id, self._passages).where(ListingRow.source_id.in_(source_ids))
        counts = {source_id: passages for source_id, passages in session.execute(counted)}
        return [replace(info, passages=counts[info.source_id]) for info in infos]

    @staticmethod
    def _findings(session: Session, source_ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        rows = session.scalars(select(QualityRow).where(QualityRow.source_id.in_(source_ids)))
        return {row.source_id: findings_in(row) for row in rows}

    def _neighbours(self, session: Session, column: InstrumentedAttribute[str], value: str) -> list[str]:
        found: list[str] = []
        for side, order in ((column >= value, column.asc()), (column < value, column.desc())):
            ids = select(ListingRow.source_id).where(side, self._visible_in_order).order_by(order).limit(_NEIGHBOURS)
            found += session.scalars(ids)
        return found
