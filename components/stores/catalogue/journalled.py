"""The rows that a change of the catalogue writes, inside a transaction of the catalogue's."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from components.stores.catalogue.listing import Entry
from components.stores.catalogue.quality import keep_findings, plain_findings
from components.stores.catalogue.records import (
    FileState,
    PassageGroup,
    Rebuilt,
    SourceInfo,
    SourceRecord,
    SourceText,
)
from components.stores.catalogue.tables import (
    ChecksumRow,
    JournalRow,
    ManifestRow,
    OverrideRow,
    QualityRow,
    SourceRow,
    TextRow,
)
from components.stores.checksums import facts_checksum, text_checksum

_OVERRIDE = "override"
_PASSAGE_GROUPS = "passage_groups"
_FINDINGS = "findings"
"""Entries of a journalled row that belong to tables of their own."""


def begin_removal(session: Session, source_id: str) -> bool:
    """Write down that a source is about to be removed; False where there is none."""
    row = session.get(SourceRow, source_id)
    if row is not None:
        session.merge(JournalRow(source_id=source_id, version=row.version, phase="removing", row=None))
    return row is not None


def keep_text(session: Session, record: SourceRecord, passages: str) -> None:
    """Write a text, and what text, facts and passages (their checksum is given) are, to tell damage from it later."""
    text = record.text
    key = {"source_id": text.source_id, "version": text.version}
    values = {"text": text.text, "blocks": list(text.blocks), "meta": text.meta, "boxes": text.boxes}
    session.merge(TextRow(**key, **values))
    facts = facts_checksum(record.info)
    session.merge(ChecksumRow(**key, text=text_checksum(text), facts=facts, passages=passages))


def text_of(row: TextRow) -> SourceText:
    """A row as it is read."""
    return SourceText(row.source_id, row.version, row.text, tuple(row.blocks), row.meta, row.boxes)


def forget_source(session: Session, source_id: str) -> None:
    """Drop the row of a source and what was found of it."""
    for table in (SourceRow, QualityRow):
        session.execute(delete(table).where(table.source_id == source_id))


def forget_texts(session: Session, source_id: str, *, but: str | None = None) -> None:
    """Drop the texts and checksums of a source, all or but those of one version."""
    for table in (TextRow, ChecksumRow):
        statement = delete(table).where(table.source_id == source_id)
        session.execute(statement if but is None else statement.where(table.version != but))


def adopt(session: Session, source_id: str, made: Rebuilt) -> Entry | None:
    """Make what a rebuild made of a source the truth, and give what to enlist; None for one that is gone since."""
    row = session.get(SourceRow, source_id)
    if row is None:
        return None
    for table in (TextRow, ChecksumRow):
        same = (table.source_id == source_id, table.version == row.version)
        session.execute(update(table).where(*same).values(version=made.version))
    row.version, row.passages, row.languages = made.version, made.passages, list(made.languages)
    session.flush()
    text = session.get(TextRow, (source_id, made.version))
    if text is not None and made.checksum:
        kept = session.get(ChecksumRow, (source_id, made.version))
        # The first checksum of a text counts for all times: a rebuild makes nothing of one that is damaged since.
        whole = text_checksum(text_of(text)) if kept is None else kept.text
        key = {"source_id": source_id, "version": made.version}
        facts = facts_checksum(row.info())
        session.merge(ChecksumRow(**key, text=whole, facts=facts, passages=made.checksum))
    return None if made.passage_groups is None else (row, made.passage_groups)


def make_live(session: Session, journalled: Mapping[str, Any]) -> Entry | None:
    """Make a row that :func:`row_of` gave the truth about its source, and give what to enlist, where that is known."""
    row = dict(journalled)
    fields, passages, findings = (row.pop(name, None) for name in (_OVERRIDE, _PASSAGE_GROUPS, _FINDINGS))
    live = session.merge(SourceRow(**row))
    if fields is not None:
        keep_override(session, row["source_id"], fields)
    if findings is not None:
        keep_findings(session, row["source_id"], findings)
    return None if passages is None else (live, passage_groups(passages))


def passage_groups(plain: Iterable[Mapping[str, Any]]) -> tuple[PassageGroup, ...]:
    """Passages by who may see them, from JSON."""
    return tuple(
        PassageGroup(
            tuple(each["groups"]),
            tuple(each["fields"]),
            each["passages"],
            tuple(each.get("words", ())),
            tuple((short, long) for short, long in each.get("acronyms", ())),
        )
        for each in plain
    )


def keep_override(session: Session, source_id: str, fields: Mapping[str, Any]) -> None:
    """Keep fields that hold above all others; none forget them."""
    session.execute(delete(OverrideRow).where(OverrideRow.source_id == source_id))
    if fields:
        session.add(OverrideRow(source_id=source_id, fields=dict(fields)))


def grow(session: Session, steps: int) -> None:
    """Count changes of sources."""
    found = session.get(ManifestRow, "generation")
    session.merge(ManifestRow(key="generation", value=steps + (0 if found is None else int(found.value))))


def row_of(record: SourceRecord) -> dict[str, Any]:
    """What the journal keeps of a record until it is live, as JSON."""
    info = {name: getattr(record.info, name) for name in SourceInfo.__slots__}
    state = {name: getattr(record.state, name) for name in FileState.__slots__}
    lists = {"groups": record.info.groups, "tags": record.info.tags, "languages": record.languages}
    row = info | state | {name: list(values) for name, values in lists.items()} | {"caller_meta": record.caller_meta}
    if record.passage_groups is not None:
        row[_PASSAGE_GROUPS] = [asdict(each) for each in record.passage_groups]
    if record.findings is not None:
        row[_FINDINGS] = plain_findings(record.findings)
    return row if record.override is None else row | {_OVERRIDE: record.override}
