"""The catalogue: which sources the index holds, in which version, and their extracted text.

Records go in, records come out; it is the truth from which the whole index can be built again without the
files. It knows nothing about vectors: that the store agrees with it is the journal's work, see
:meth:`Catalogue.begin`.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import Text, delete, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy import text as text_clause
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.catalogue.database import WRITER, CatalogueDatabase
from components.stores.catalogue.journalled import (
    adopt,
    begin_removal,
    forget_source,
    forget_texts,
    grow,
    keep_override,
    keep_text,
    make_live,
    passage_groups,
    row_of,
    text_of,
)
from components.stores.catalogue.listing import Entry, clear, delist, enlist, is_enlisted
from components.stores.catalogue.quality import QualityRecords
from components.stores.catalogue.records import (
    Checksums,
    FileState,
    JournalEntry,
    PassageGroup,
    Phase,
    Rebuilt,
    SourceInfo,
    SourceRecord,
    SourceText,
)
from components.stores.catalogue.tables import (
    ChecksumRow,
    JournalRow,
    ListingRow,
    ManifestRow,
    OverrideRow,
    SourceRow,
    SourceWordsRow,
    TextRow,
)
from components.stores.catalogue.visible import VisibleSources
from components.stores.catalogue.vocabulary import VisibleWords, forget, learn
from components.stores.checksums import text_checksum
from components.stores.database.connection import chunks
from components.stores.database.shared_locks import SharedLocks

__all__ = [
    "CATALOGUE_FILE", "SCHEMA", "Catalogue", "FileState", "JournalEntry", "Rebuilt", "SourceInfo", "SourceRecord",
    "SourceText",
]  # fmt: skip

CATALOGUE_FILE = "catalogue.sqlite"
"""Name of the catalogue in the data folder."""

SCHEMA = 5
"""Version of the tables: the number of the last step in ``migrations``."""

_REBUILT = "rebuilt"


class DamagedText(StoreError):
    """The text of a source is not what was written.

    Args:
        name: of the catalogue.
        source_id: of the source.
    """

    def __init__(self, name: str, source_id: str) -> None:
        super().__init__(
            f"{name}: the text of the source {source_id} is damaged; restore a backup with `quaere restore FILE`, or "
            f"run `quaere sources delete {source_id}` and index its file again"
        )


class Catalogue:
    """Sources, texts, journal and manifest in one database; safe to use from several threads.

    Args:
        location: a folder's ``catalogue.sqlite``, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self._database = CatalogueDatabase(location)
        self._languages: tuple[int, tuple[str, ...]] | None = None  # of a generation

    def open(self) -> Self:
        """Connect, and bring the tables up to date; a second call is free.

        Raises:
            StoreError: the database is damaged, not writable or was written by a newer Quaere.
        """
        self._database.open()
        return self

    def close(self) -> None:
        """Let go of the database; a second call is free."""
        self._languages = None
        self._database.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def seen_by(self, groups: Sequence[str] | None) -> VisibleSources:
        """What a caller of these groups, and of the public one, may know of; None for all."""
        return VisibleSources(self._database, groups)

    @property
    def quality(self) -> QualityRecords:
        """How well sources were read, and which files were not."""
        return QualityRecords(self._database)

    def words_seen_by(self, groups: Sequence[str]) -> VisibleWords:
        """The words of the passages that a caller of these groups, and of the public one, may see."""
        return VisibleWords(self._database, groups)

    def sources(self) -> list[SourceInfo]:
        """All sources, by name."""
        with self._database.reading() as session:
            return [row.info() for row in session.scalars(select(SourceRow).order_by(SourceRow.source, SourceRow.path))]

    def source(self, source_id: str) -> SourceInfo | None:
        """The source with this id."""
        with self._database.reading() as session:
            row = session.get(SourceRow, source_id)
            return None if row is None else row.info()

    def source_ids(self) -> set[str]:
        """The ids of all sources."""
        with self._database.reading() as session:
            return set(session.scalars(select(SourceRow.source_id)))

    def state(self, source_id: str) -> FileState | None:
        """The last look of the file of one source."""
        with self._database.reading() as session:
            row = session.get(SourceRow, source_id)
            return None if row is None else FileState(*(getattr(row, name) for name in FileState.__slots__))

    def states(self) -> dict[str, tuple[str, FileState]]:
        """The live version and the last look of the file of every source, by id."""
        names = ("source_id", "version", *FileState.__slots__)
        with self._database.reading() as session:
            rows = session.execute(select(*(getattr(SourceRow, name) for name in names)))
            return {each[0]: (each[1], FileState(*each[2:])) for each in (tuple(row) for row in rows)}

    def overrides(self) -> dict[str, dict[str, Any]]:
        """The fields that hold above all others, by source id."""
        with self._database.reading() as session:
            return {row.source_id: row.fields for row in session.scalars(select(OverrideRow))}

    def override(self, source_id: str) -> dict[str, Any]:
        """Those of one source."""
        with self._database.reading() as session:
            found = session.get(OverrideRow, source_id)
            return {} if found is None else found.fields

    def set_override(self, source_id: str, fields: Mapping[str, Any]) -> None:
        """Keep the fields that hold above all others for a source that is not changed by them; none forget them."""
        with self._database.writing() as session:
            keep_override(session, source_id, fields)

    def caller_meta(self, source_id: str) -> dict[str, Any] | None:
        """The fields that were given for all files of the run that indexed a source; None where that is not known."""
        with self._database.reading() as session:
            return session.scalar(select(SourceRow.caller_meta).where(SourceRow.source_id == source_id))

    def sha256(self, source_id: str) -> str | None:
        """Of the file of a source when it was indexed, in hexadecimal; None where there is none."""
        with self._database.reading() as session:
            return session.scalar(select(SourceRow.sha256).where(SourceRow.source_id == source_id))

    def text(self, source_id: str, version: str | None = None) -> SourceText | None:
        """The text of a version, the live one by default; None where there is none.

        Raises:
            DamagedText: it is not what was written.
        """
        with self._database.reading() as session:
            if version is None:
                version = session.scalar(select(SourceRow.version).where(SourceRow.source_id == source_id))
            if version is None or (row := session.get(TextRow, (source_id, version))) is None:
                return None
            found, kept = text_of(row), session.get(ChecksumRow, (source_id, version))
        if kept is not None and kept.text != text_checksum(found):
            raise DamagedText(self._database.name, source_id)
        return found

    def checksums(self) -> dict[tuple[str, str], Checksums]:
        """What the parts of each version were when they were written, by source id and version."""
        names = ("source_id", "version", *Checksums.__slots__)
        with self._database.reading() as session:
            rows = session.execute(select(*(getattr(ChecksumRow, name) for name in names)))
            return {(each[0], each[1]): Checksums(*each[2:]) for each in (tuple(row) for row in rows)}

    def complaints(self) -> list[str]:
        """What SQLite finds wrong with the file, which it reads whole; nothing of a database on a server."""
        with self._database.reading() as session:
            if session.get_bind().dialect.name != "sqlite":
                return []
            return [each for each in session.scalars(text_clause("PRAGMA integrity_check(20)")) if each != "ok"]

    def count(self) -> tuple[int, int]:
        """Number of sources and of their passages."""
        with self._database.reading() as session:
            sources, passages = session.execute(select(func.count(), func.sum(SourceRow.passages))).one()
            return sources, passages or 0

    def languages(self) -> tuple[str, ...]:
        """The languages of all passages, sorted; every question asks for them."""
        # The generation comes first: what is looked up after it is at least as new, and looked up again when it grows.
        generation = self.generation()
        held = self._languages
        if held is None or held[0] != generation:
            with self._database.reading() as session:
                # Few are different, and PostgreSQL compares no JSON.
                lists = session.scalars(select(sql_cast(SourceRow.languages, Text)).distinct())
                found = {code for codes in lists for code in json.loads(codes)}
            held = self._languages = generation, tuple(sorted(found))
        return held[1]

    # The manifest

    def manifest(self) -> dict[str, Any]:
        """What is known about the index as a whole: generation, average length, models."""
        with self._database.reading() as session:
            return {row.key: row.value for row in session.scalars(select(ManifestRow))}

    def set_manifest(self, values: Mapping[str, Any]) -> None:
        """Write or replace entries."""
        with self._database.writing() as session:
            for key, value in values.items():
                session.merge(ManifestRow(key=key, value=value))

    def setdefault(self, key: str, value: Any) -> Any:
        """The entry of this name, written where there is none."""
        with self._database.writing() as session:
            found = session.get(ManifestRow, key)
            if found is None:
                session.add(ManifestRow(key=key, value=value))
            return value if found is None else found.value

    def generation(self) -> int:
        """Grows with every source that is added, replaced or removed."""
        with self._database.reading() as session:
            found = session.get(ManifestRow, "generation")
            return 0 if found is None else int(found.value)

    # Turns of the processes that share the catalogue

    def locks(self) -> SharedLocks | None:
        """Locks that processes share over this database; None where it is a file, which one process holds."""
        return self._database.locks()

    def begin_turn(self, holder: str) -> None:
        """Note that it is this process's turn to change the index; until :meth:`end_turn` another's is noticed."""
        token = uuid.uuid4().hex
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self.set_manifest({WRITER: {"token": token, "holder": holder, "since": since}})
        self._database.token = token

    def end_turn(self) -> None:
        """Changes of others are expected from now on."""
        self._database.token = None

    def holder(self) -> str:
        """Who changes the index now, or did so last, and since when, for messages."""
        note = self.manifest().get(WRITER)
        return "another process" if note is None else f"{note['holder']}, since {note['since']}"

    # Changes

    def begin(self, versions: Sequence[tuple[str, str]]) -> None:
        """Write down that these (source id, version) are about to be staged in the store.

        A source is replaced in three steps. ``begin`` stands before anything reaches the store, so that what was
        staged can be discarded; :meth:`ready` keeps text and record, after which the change will be finished,
        whatever happens; :meth:`finish` follows the store's commit.
        """
        with self._database.writing() as session:
            for source_id, version in versions:
                session.merge(JournalRow(source_id=source_id, version=version, phase="staging", row=None))

    def ready(self, records: Sequence[SourceRecord], passages: Mapping[str, str] | None = None) -> list[str]:
        """Keep these records, all of whose passages are staged, for :meth:`finish`.

        Args:
            records: what becomes of sources.
            passages: the checksum of the staged passages of each, by source id; damage of others goes unnoticed.

        Returns:
            The ids of the sources that they replace, whose removal is written down with them.
        """
        replaced: list[str] = []
        with self._database.writing() as session:
            for record in records:
                text = record.text
                keep_text(session, record, (passages or {}).get(text.source_id, ""))
                session.merge(
                    JournalRow(source_id=text.source_id, version=text.version, phase="committing", row=row_of(record))
                )
                if record.replaces and begin_removal(session, record.replaces):
                    replaced.append(record.replaces)
        return replaced

    def begin_removal(self, source_ids: Sequence[str]) -> None:
        """Write down that these sources are about to be removed from the store."""
        with self._database.writing() as session:
            for source_id in source_ids:
                begin_removal(session, source_id)

    def finish(self, source_ids: Sequence[str]) -> None:
        """Make the journalled commits and removals of these sources the truth; the generation grows by each."""
        with self._database.writing() as session:
            finished: dict[str, Entry | None] = {}
            for source_id in source_ids:
                entry = session.get(JournalRow, source_id)
                if entry is None or entry.phase == "staging":
                    continue
                finished[source_id] = None
                if entry.phase == "committing":
                    finished[source_id] = make_live(session, cast(dict[str, Any], entry.row))
                else:
                    forget_source(session, source_id)
                forget_texts(session, source_id, but=entry.version if entry.phase == "committing" else None)
                session.delete(entry)
            if finished:
                _enlist(session, finished)
                _learn(session, finished)
                grow(session, len(finished))

    def undo(self, source_ids: Sequence[str]) -> None:
        """Forget that these sources were being staged; what was live stays."""
        with self._database.writing() as session:
            for chunk in chunks(source_ids):
                staged = delete(JournalRow).where(JournalRow.source_id.in_(chunk), JournalRow.phase == "staging")
                session.execute(staged)

    def journal(self) -> list[JournalEntry]:
        """The changes that were begun and not finished, by source."""
        with self._database.reading() as session:
            # Whoever has lost its turn must not settle what another process has begun.
            self._database.check_turn(session)
            rows = session.scalars(select(JournalRow).order_by(JournalRow.source_id))
            return [JournalEntry(row.source_id, row.version, cast(Phase, row.phase)) for row in rows]

    def unlisted(self) -> set[str]:
        """The sources of which it is not known who may see which words, since an older Quaere indexed them."""
        listed = SourceRow.source_id.in_(select(ListingRow.source_id))
        learned = SourceRow.source_id.in_(select(SourceWordsRow.source_id))
        with self._database.reading() as session:
            return set(session.scalars(select(SourceRow.source_id).where(~(listed & learned))))

    def misfiled(self, passages: Mapping[str, Sequence[PassageGroup]]) -> list[str]:
        """Of these sources, by id with who may see their passages, the names of those looked up by something else."""
        found = []
        for chunk in chunks(sorted(passages)):
            with self._database.reading() as session:
                rows = session.scalars(select(SourceRow).where(SourceRow.source_id.in_(chunk))).all()
                found += [row.source for row in rows if not is_enlisted(session, row, passages[row.source_id])]
        return found

    def enlist(self, passages: Mapping[str, Sequence[PassageGroup]]) -> None:
        """Keep who may see the passages and words of sources, by source id; those that are gone are passed over."""
        for chunk in chunks(sorted(passages)):
            with self._database.writing() as session:
                rows = session.scalars(select(SourceRow).where(SourceRow.source_id.in_(chunk)))
                entries = [(row, passages[row.source_id]) for row in rows]
                enlist(session, entries)
                learn(session, {row.source_id: shares for row, shares in entries})

    def touch(self, states: Mapping[str, FileState]) -> None:
        """Remember how the unchanged files of these sources look now."""
        if not states:
            return
        with self._database.writing() as session:
            for source_id, state in states.items():
                row = session.get(SourceRow, source_id)
                if row is not None:
                    for name in FileState.__slots__:
                        setattr(row, name, getattr(state, name))

    def note_rebuilt(self, sources: Mapping[str, Rebuilt], manifest: Mapping[str, Any]) -> None:
        """Keep what a finished rebuild made, by source, and what it changes in the manifest, until it is adopted."""
        made = {source_id: asdict(each) for source_id, each in sources.items()}
        self.set_manifest({_REBUILT: {"sources": made, "manifest": dict(manifest)}})

    def forget_rebuilt(self) -> None:
        """Drop the note of a rebuild whose index is not in place."""
        with self._database.writing() as session:
            session.execute(delete(ManifestRow).where(ManifestRow.key == _REBUILT))

    def adopt_rebuilt(self) -> None:
        """Make what :meth:`note_rebuilt` kept the truth, now that its index is in place; without a note do nothing.

        Sources that are gone since are passed over; the generation grows by one.
        """
        # What changes nothing must not begin a change, after which the file has to be sealed again.
        if _REBUILT not in self.manifest():
            return
        with self._database.writing() as session:
            note = session.get(ManifestRow, _REBUILT)
            if note is None:
                return
            made = {source_id: _rebuilt(each) for source_id, each in note.value["sources"].items()}
            clear(session)
            # Their words stay: a rebuild changes no text.
            for chunk in chunks(list(made)):
                _enlist(session, {source_id: adopt(session, source_id, made[source_id]) for source_id in chunk})
            for key, value in note.value["manifest"].items():
                session.merge(ManifestRow(key=key, value=value))
            session.delete(note)
            grow(session, 1)


def _enlist(session: Session, changed: Mapping[str, Entry | None]) -> None:
    """Write what these sources are looked up by; of one that is gone, or of which it is not known, nothing stays."""
    delist(session, [source_id for source_id, entry in changed.items() if entry is None])
    enlist(session, [entry for entry in changed.values() if entry is not None])


def _learn(session: Session, changed: Mapping[str, Entry | None]) -> None:
    """Count the words of these sources; of one that is gone, or of which it is not known, nothing stays."""
    forget(session, [source_id for source_id, entry in changed.items() if entry is None])
    learn(session, {source_id: entry[1] for source_id, entry in changed.items() if entry is not None})


def _rebuilt(plain: Mapping[str, Any]) -> Rebuilt:
    passages = plain.get("passage_groups")
    return Rebuilt(**{**plain, "passage_groups": None if passages is None else passage_groups(passages)})
