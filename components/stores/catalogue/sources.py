"""The catalogue: which sources the index holds, in which version, and their extracted text.

Records go in, records come out; it is the truth from which the whole index can be built again without the
files. It knows nothing about vectors: that the store agrees with it is the journal's work, see
:meth:`Catalogue.begin`.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import Connection, delete, func, inspect, or_, select
from sqlalchemy import text as text_clause
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.stores.catalogue.journalled import (
    adopt,
    begin_removal,
    forget_texts,
    grow,
    keep_override,
    keep_text,
    make_live,
    row_of,
    text_of,
)
from components.stores.catalogue.records import (
    Checksums,
    FileState,
    JournalEntry,
    Phase,
    Rebuilt,
    SourceInfo,
    SourceRecord,
    SourceText,
)
from components.stores.catalogue.sessions import WRITER, Sessions
from components.stores.catalogue.shared_locks import SharedLocks, lock_for_transaction
from components.stores.catalogue.tables import ChecksumRow, Journal, Manifest, Override, Source, Table, TextRow
from components.stores.catalogue.upgrades import upgrade
from components.stores.checksums import text_checksum

__all__ = [
    "CATALOGUE_FILE", "SCHEMA", "Catalogue", "FileState", "JournalEntry", "Rebuilt", "SourceInfo", "SourceRecord",
    "SourceText",
]  # fmt: skip

CATALOGUE_FILE = "catalogue.sqlite"
"""Name of the catalogue in the data folder."""

SCHEMA = 2
"""Version of the tables; a catalogue with a higher number was written by a newer Quaere."""

_FORMAT = "schema"
_REBUILT = "rebuilt"
_IDS_PER_STATEMENT = 500  # databases limit the number of bound values in one statement


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
        self._sessions = Sessions(location)
        self._languages: tuple[int, tuple[str, ...]] | None = None  # of a generation

    def open(self) -> Self:
        """Connect, and make the tables where there are none.

        Raises:
            StoreError: the database is damaged, not writable or was written by a newer Quaere.
        """
        if self._sessions.is_open:
            return self
        self._languages = None
        self._sessions.open()
        try:
            with self._sessions.reported(), self._sessions.engine.begin() as connection:
                # Two processes that start at once would both find no tables, and both make them.
                lock_for_transaction(connection, "making tables", patience="60s")
                if not Table.metadata.tables.keys() <= set(inspect(connection).get_table_names()):
                    self._sessions.will_write()
                Table.metadata.create_all(connection)
                self._bring_up_to_date(connection)
        except BaseException:
            self.close()
            raise
        return self

    def _bring_up_to_date(self, connection: Connection) -> None:
        with Session(connection) as session:
            noted = session.get(Manifest, _FORMAT)
            found = SCHEMA if noted is None else int(noted.value)
            if found > SCHEMA:
                raise StoreError(
                    f"{self._sessions.name}: the catalogue has format {found}, this version of Quaere reads up to "
                    f"{SCHEMA}; use the newer Quaere that wrote it, or another data folder"
                )
            if noted is None or found < SCHEMA:
                self._sessions.will_write()
            upgrade(connection, found)
            session.merge(Manifest(key=_FORMAT, value=SCHEMA))
            session.flush()

    def close(self) -> None:
        """Let go of the database; a second call is free."""
        self._sessions.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def sources(self) -> list[SourceInfo]:
        """All sources, by name."""
        with self._sessions.reading() as session:
            return [row.info() for row in session.scalars(select(Source).order_by(Source.source, Source.path))]

    def source(self, source_id: str) -> SourceInfo | None:
        """The source with this id."""
        with self._sessions.reading() as session:
            row = session.get(Source, source_id)
            return None if row is None else row.info()

    def source_ids(self) -> set[str]:
        """The ids of all sources."""
        with self._sessions.reading() as session:
            return set(session.scalars(select(Source.source_id)))

    def state(self, source_id: str) -> FileState | None:
        """The last look of the file of one source."""
        with self._sessions.reading() as session:
            row = session.get(Source, source_id)
            return None if row is None else FileState(*(getattr(row, name) for name in FileState.__slots__))

    def find(self, name: str) -> list[SourceInfo]:
        """The sources with this id, name or absolute path; several files may share a name."""
        same = or_(Source.source_id == name, Source.source == name, Source.path == name)
        with self._sessions.reading() as session:
            return [row.info() for row in session.scalars(select(Source).where(same).order_by(Source.path))]

    def states(self) -> dict[str, tuple[str, FileState]]:
        """The live version and the last look of the file of every source, by id."""
        names = ("source_id", "version", *FileState.__slots__)
        with self._sessions.reading() as session:
            rows = session.execute(select(*(getattr(Source, name) for name in names)))
            return {each[0]: (each[1], FileState(*each[2:])) for each in (tuple(row) for row in rows)}

    def overrides(self) -> dict[str, dict[str, Any]]:
        """The fields that hold above all others, by source id."""
        with self._sessions.reading() as session:
            return {row.source_id: row.fields for row in session.scalars(select(Override))}

    def set_override(self, source_id: str, fields: Mapping[str, Any]) -> None:
        """Keep the fields that hold above all others for a source that is not changed by them; none forget them."""
        with self._sessions.writing() as session:
            keep_override(session, source_id, fields)

    def caller_meta(self, source_id: str) -> dict[str, Any] | None:
        """The fields that were given for all files of the run that indexed a source; None where that is not known."""
        with self._sessions.reading() as session:
            return session.scalar(select(Source.caller_meta).where(Source.source_id == source_id))

    def sha256(self, source_id: str) -> str | None:
        """Of the file of a source when it was indexed, in hexadecimal; None where there is none."""
        with self._sessions.reading() as session:
            return session.scalar(select(Source.sha256).where(Source.source_id == source_id))

    def text(self, source_id: str, version: str | None = None) -> SourceText | None:
        """The text of a version, the live one by default; None where there is none.

        Raises:
            DamagedText: it is not what was written.
        """
        with self._sessions.reading() as session:
            if version is None:
                version = session.scalar(select(Source.version).where(Source.source_id == source_id))
            if version is None or (row := session.get(TextRow, (source_id, version))) is None:
                return None
            found, kept = text_of(row), session.get(ChecksumRow, (source_id, version))
        if kept is not None and kept.text != text_checksum(found):
            raise DamagedText(self._sessions.name, source_id)
        return found

    def checksums(self) -> dict[tuple[str, str], Checksums]:
        """What the parts of each version were when they were written, by source id and version."""
        names = ("source_id", "version", *Checksums.__slots__)
        with self._sessions.reading() as session:
            rows = session.execute(select(*(getattr(ChecksumRow, name) for name in names)))
            return {(each[0], each[1]): Checksums(*each[2:]) for each in (tuple(row) for row in rows)}

    def complaints(self) -> list[str]:
        """What SQLite finds wrong with the file, which it reads whole; nothing of a database on a server."""
        with self._sessions.reading() as session:
            if session.get_bind().dialect.name != "sqlite":
                return []
            return [each for each in session.scalars(text_clause("PRAGMA integrity_check(20)")) if each != "ok"]

    def count(self) -> tuple[int, int]:
        """Number of sources and of their passages."""
        with self._sessions.reading() as session:
            sources, passages = session.execute(select(func.count(), func.sum(Source.passages))).one()
            return sources, passages or 0

    def languages(self) -> tuple[str, ...]:
        """The languages of all passages, sorted; every question asks for them."""
        # The generation comes first: what is looked up after it is at least as new, and looked up again when it grows.
        generation = self.generation()
        held = self._languages
        if held is None or held[0] != generation:
            with self._sessions.reading() as session:
                found = {code for codes in session.scalars(select(Source.languages)) for code in codes}
            held = self._languages = generation, tuple(sorted(found))
        return held[1]

    # The manifest

    def manifest(self) -> dict[str, Any]:
        """What is known about the index as a whole: generation, average length, models."""
        with self._sessions.reading() as session:
            return {row.key: row.value for row in session.scalars(select(Manifest))}

    def set_manifest(self, values: Mapping[str, Any]) -> None:
        """Write or replace entries."""
        with self._sessions.writing() as session:
            for key, value in values.items():
                session.merge(Manifest(key=key, value=value))

    def setdefault(self, key: str, value: Any) -> Any:
        """The entry of this name, written where there is none."""
        with self._sessions.writing() as session:
            found = session.get(Manifest, key)
            if found is None:
                session.add(Manifest(key=key, value=value))
            return value if found is None else found.value

    def generation(self) -> int:
        """Grows with every source that is added, replaced or removed."""
        with self._sessions.reading() as session:
            found = session.get(Manifest, "generation")
            return 0 if found is None else int(found.value)

    # Turns of the processes that share the catalogue

    def locks(self) -> SharedLocks | None:
        """Locks that processes share over this database; None where it is a file, which one process holds."""
        return self._sessions.locks()

    def begin_turn(self, holder: str) -> None:
        """Note that it is this process's turn to change the index; until :meth:`end_turn` another's is noticed."""
        token = uuid.uuid4().hex
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self.set_manifest({WRITER: {"token": token, "holder": holder, "since": since}})
        self._sessions.token = token

    def end_turn(self) -> None:
        """Changes of others are expected from now on."""
        self._sessions.token = None

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
        with self._sessions.writing() as session:
            for source_id, version in versions:
                session.merge(Journal(source_id=source_id, version=version, phase="staging", row=None))

    def ready(self, records: Sequence[SourceRecord], passages: Mapping[str, str] | None = None) -> list[str]:
        """Keep these records, all of whose passages are staged, for :meth:`finish`.

        Args:
            records: what becomes of sources.
            passages: the checksum of the staged passages of each, by source id; damage of others goes unnoticed.

        Returns:
            The ids of the sources that they replace, whose removal is written down with them.
        """
        replaced: list[str] = []
        with self._sessions.writing() as session:
            for record in records:
                text = record.text
                keep_text(session, record, (passages or {}).get(text.source_id, ""))
                session.merge(
                    Journal(source_id=text.source_id, version=text.version, phase="committing", row=row_of(record))
                )
                if record.replaces and begin_removal(session, record.replaces):
                    replaced.append(record.replaces)
        return replaced

    def begin_removal(self, source_ids: Sequence[str]) -> None:
        """Write down that these sources are about to be removed from the store."""
        with self._sessions.writing() as session:
            for source_id in source_ids:
                begin_removal(session, source_id)

    def finish(self, source_ids: Sequence[str]) -> None:
        """Make the journalled commits and removals of these sources the truth; the generation grows by each."""
        with self._sessions.writing() as session:
            finished = 0
            for source_id in source_ids:
                entry = session.get(Journal, source_id)
                if entry is None or entry.phase == "staging":
                    continue
                if entry.phase == "committing":
                    make_live(session, cast(dict[str, Any], entry.row))
                else:
                    session.execute(delete(Source).where(Source.source_id == source_id))
                forget_texts(session, source_id, but=entry.version if entry.phase == "committing" else None)
                session.delete(entry)
                finished += 1
            if finished:
                grow(session, finished)

    def undo(self, source_ids: Sequence[str]) -> None:
        """Forget that these sources were being staged; what was live stays."""
        with self._sessions.writing() as session:
            for chunk in _chunks(source_ids):
                staged = delete(Journal).where(Journal.source_id.in_(chunk), Journal.phase == "staging")
                session.execute(staged)

    def journal(self) -> list[JournalEntry]:
        """The changes that were begun and not finished, by source."""
        with self._sessions.reading() as session:
            # Whoever has lost its turn must not settle what another process has begun.
            self._sessions.check_turn(session)
            rows = session.scalars(select(Journal).order_by(Journal.source_id))
            return [JournalEntry(row.source_id, row.version, cast(Phase, row.phase)) for row in rows]

    def touch(self, states: Mapping[str, FileState]) -> None:
        """Remember how the unchanged files of these sources look now."""
        if not states:
            return
        with self._sessions.writing() as session:
            for source_id, state in states.items():
                row = session.get(Source, source_id)
                if row is not None:
                    for name in FileState.__slots__:
                        setattr(row, name, getattr(state, name))

    def note_rebuilt(self, sources: Mapping[str, Rebuilt], manifest: Mapping[str, Any]) -> None:
        """Keep what a finished rebuild made, by source, and what it changes in the manifest, until it is adopted."""
        made = {source_id: asdict(each) for source_id, each in sources.items()}
        self.set_manifest({_REBUILT: {"sources": made, "manifest": dict(manifest)}})

    def forget_rebuilt(self) -> None:
        """Drop the note of a rebuild whose index is not in place."""
        with self._sessions.writing() as session:
            session.execute(delete(Manifest).where(Manifest.key == _REBUILT))

    def adopt_rebuilt(self) -> None:
        """Make what :meth:`note_rebuilt` kept the truth, now that its index is in place; without a note do nothing.

        Sources that are gone since are passed over; the generation grows by one.
        """
        # What changes nothing must not begin a change, after which the file has to be sealed again.
        if _REBUILT not in self.manifest():
            return
        with self._sessions.writing() as session:
            note = session.get(Manifest, _REBUILT)
            if note is None:
                return
            for source_id, made in note.value["sources"].items():
                adopt(session, source_id, Rebuilt(**made))
            for key, value in note.value["manifest"].items():
                session.merge(Manifest(key=key, value=value))
            session.delete(note)
            grow(session, 1)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _IDS_PER_STATEMENT):
        yield values[start : start + _IDS_PER_STATEMENT]
