"""What the catalogue keeps of how well sources were read, and of files that were not read at all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from components.stores.catalogue.database import CatalogueDatabase
from components.stores.catalogue.tables import QualityRow, SourceRow, UnreadRow
from components.stores.database.connection import chunks
from components.types import Finding


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that was given to be indexed, and is not in the index."""

    path: str
    """Absolute."""
    reason: str
    """One clause in plain words."""
    is_note: bool
    """True where nothing is wrong with it: it holds no text."""
    noticed_at: str
    """UTC, ISO 8601."""


class QualityRecords:
    """Findings by source, and unread files.

    Args:
        database: open.
    """

    def __init__(self, database: CatalogueDatabase) -> None:
        self._database = database

    def unchecked(self) -> list[str]:
        """The ids of the sources that nobody has looked at, since an older Quaere indexed them."""
        looked_at = select(QualityRow.source_id)
        with self._database.reading() as session:
            return sorted(session.scalars(select(SourceRow.source_id).where(SourceRow.source_id.not_in(looked_at))))

    def keep(self, findings: Mapping[str, Sequence[Finding]]) -> None:
        """Keep what was found of sources, by id; those that are gone since are passed over."""
        for chunk in chunks(sorted(findings)):
            with self._database.writing() as session:
                there = session.scalars(select(SourceRow.source_id).where(SourceRow.source_id.in_(chunk))).all()
                for source_id in there:
                    keep_findings(session, source_id, plain_findings(findings[source_id]))

    def found(self) -> dict[str, tuple[Finding, ...]]:
        """The findings of all sources that have any, by source id."""
        with self._database.reading() as session:
            rows = session.scalars(select(QualityRow).where(QualityRow.found > 0))
            return {row.source_id: findings_in(row) for row in rows}

    def unread(self) -> list[UnreadFile]:
        """The files that could not be read, by path."""
        with self._database.reading() as session:
            rows = session.scalars(select(UnreadRow).order_by(UnreadRow.path))
            return [UnreadFile(row.path, row.reason, row.is_note, row.noticed_at) for row in rows]

    def note_unread(self, unread: Mapping[str, UnreadFile], settled: Collection[str]) -> None:
        """Keep which files could not be read, and forget others.

        Args:
            unread: by an id of each file.
            settled: ids of files that were read since, or are gone.
        """
        if not unread and not settled:
            return
        with self._database.writing() as session:
            for chunk in chunks(sorted(settled)):
                session.execute(delete(UnreadRow).where(UnreadRow.file_id.in_(chunk)))
            for file_id, file in unread.items():
                session.merge(UnreadRow(file_id=file_id, **asdict(file)))

    def unread_ids(self) -> dict[str, str]:
        """The paths of the files that could not be read, by id."""
        with self._database.reading() as session:
            rows = session.execute(select(UnreadRow.file_id, UnreadRow.path)).all()
            return {file_id: path for file_id, path in rows}


def keep_findings(session: Session, source_id: str, findings: Sequence[Mapping[str, Any]]) -> None:
    """Write what was found of a source."""
    session.merge(QualityRow(source_id=source_id, found=len(findings), findings=[dict(each) for each in findings]))


def plain_findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON."""
    return [asdict(finding) for finding in findings]


def findings_in(row: QualityRow) -> tuple[Finding, ...]:
    """The findings of a row."""
    return tuple(Finding(**each) for each in row.findings)
