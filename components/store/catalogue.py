"""The catalogue: which sources the index holds, in which version, and their extracted text.

Records go in, records come out; it is the truth from which the whole index can be built again without the
files. It knows nothing about vectors: that the store agrees with it is the journal's work, see
:meth:`Catalogue.begin`.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self, cast

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from components.errors import StoreError
from components.store.records import FileState, JournalEntry, Phase, Rebuilt, SourceInfo, SourceRecord, SourceText
from components.store.tables import Journal, Manifest, Source, Table, TextRow, connect, explain

__all__ = [
    "CATALOGUE_FILE", "SCHEMA", "Catalogue", "FileState", "JournalEntry", "Rebuilt", "SourceInfo", "SourceRecord",
    "SourceText",
]  # fmt: skip

CATALOGUE_FILE = "catalogue.sqlite"
"""Name of the catalogue in the data folder."""

SCHEMA = 1
"""Version of the tables; a catalogue with a higher number was written by a newer Quaere."""

_REBUILT = "rebuilt"
_IDS_PER_STATEMENT = 500  # databases limit the number of bound values in one statement


class Catalogue:
    """Sources, texts, journal and manifest in one database; safe to use from several threads.

    Args:
        location: a folder's ``catalogue.sqlite``, made at the first opening, or a SQLAlchemy URL.
    """

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self._engine: Engine | None = None

    def open(self) -> Self:
        """Connect, and make the tables where there are none.

        Raises:
            StoreError: the database is damaged, not writable or was written by a newer Quaere.
        """
        if self._engine is not None:
            return self
        self._engine = connect(self.location)
        try:
            with self._reading():
                Table.metadata.create_all(self._engine)
            with self._writing() as session:
                found = session.get(Manifest, "schema")
                if found is None:
                    session.add(Manifest(key="schema", value=SCHEMA))
            if found is not None and found.value > SCHEMA:
                raise StoreError(
                    f"{self._name}: the catalogue has format {found.value}, this version of Quaere reads up to "
                    f"{SCHEMA}; use the newer Quaere that wrote it, or another data folder"
                )
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Let go of the database; a second call is free."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def sources(self) -> list[SourceInfo]:
        """All sources, by name."""
        with self._reading() as session:
            return [row.info() for row in session.scalars(select(Source).order_by(Source.source, Source.path))]

    def find(self, name: str) -> list[SourceInfo]:
        """The sources with this id, name or absolute path; several files may share a name."""
        same = or_(Source.source_id == name, Source.source == name, Source.path == name)
        with self._reading() as session:
            return [row.info() for row in session.scalars(select(Source).where(same).order_by(Source.path))]

    def states(self) -> dict[str, tuple[str, FileState]]:
        """The live version and the last look of the file of every source, by id."""
        names = ("source_id", "version", *FileState.__slots__)
        with self._reading() as session:
            rows = session.execute(select(*(getattr(Source, name) for name in names)))
            return {each[0]: (each[1], FileState(*each[2:])) for each in (tuple(row) for row in rows)}

    def text(self, source_id: str, version: str | None = None) -> SourceText | None:
        """The text of a version, the live one by default; None where there is none."""
        with self._reading() as session:
            if version is None:
                row = session.get(Source, source_id)
                version = None if row is None else row.version
            found = None if version is None else session.get(TextRow, (source_id, version))
            if found is None:
                return None
            return SourceText(found.source_id, found.version, found.text, tuple(found.blocks), found.meta, found.boxes)

    def count(self) -> tuple[int, int]:
        """Number of sources and of their passages."""
        with self._reading() as session:
            sources, passages = session.execute(select(func.count(), func.sum(Source.passages))).one()
            return sources, passages or 0

    def languages(self) -> tuple[str, ...]:
        """The languages of all passages, sorted."""
        with self._reading() as session:
            return tuple(sorted({code for codes in session.scalars(select(Source.languages)) for code in codes}))

    # The manifest

    def manifest(self) -> dict[str, Any]:
        """What is known about the index as a whole: generation, average length, models."""
        with self._reading() as session:
            return {row.key: row.value for row in session.scalars(select(Manifest))}

    def set_manifest(self, values: Mapping[str, Any]) -> None:
        """Write or replace entries."""
        with self._writing() as session:
            for key, value in values.items():
                session.merge(Manifest(key=key, value=value))

    def generation(self) -> int:
        """Grows with every source that is added, replaced or removed."""
        with self._reading() as session:
            found = session.get(Manifest, "generation")
            return 0 if found is None else int(found.value)

    # Changes

    def begin(self, versions: Sequence[tuple[str, str]]) -> None:
        """Write down that these (source id, version) are about to be staged in the store.

        A source is replaced in three steps. ``begin`` stands before anything reaches the store, so that what was
        staged can be discarded; :meth:`ready` keeps text and record, after which the change will be finished,
        whatever happens; :meth:`finish` follows the store's commit.
        """
        with self._writing() as session:
            for source_id, version in versions:
                session.merge(Journal(source_id=source_id, version=version, phase="staging", row=None))

    def ready(self, records: Sequence[SourceRecord]) -> None:
        """Keep these records, all of whose passages are staged, for :meth:`finish`."""
        with self._writing() as session:
            for record in records:
                text = record.text
                session.merge(
                    TextRow(
                        source_id=text.source_id,
                        version=text.version,
                        text=text.text,
                        blocks=list(text.blocks),
                        meta=text.meta,
                        boxes=text.boxes,
                    )
                )
                session.merge(
                    Journal(source_id=text.source_id, version=text.version, phase="committing", row=_row(record))
                )

    def begin_removal(self, source_ids: Sequence[str]) -> None:
        """Write down that these sources are about to be removed from the store."""
        with self._writing() as session:
            for source_id in source_ids:
                row = session.get(Source, source_id)
                if row is not None:
                    entry = Journal(source_id=source_id, version=row.version, phase="removing", row=None)
                    session.merge(entry)

    def finish(self, source_ids: Sequence[str]) -> None:
        """Make the journalled commits and removals of these sources the truth; the generation grows by each."""
        with self._writing() as session:
            finished = 0
            for source_id in source_ids:
                entry = session.get(Journal, source_id)
                if entry is None or entry.phase == "staging":
                    continue
                superseded = delete(TextRow).where(TextRow.source_id == source_id)
                if entry.phase == "committing":
                    superseded = superseded.where(TextRow.version != entry.version)
                    session.merge(Source(**cast(dict[str, Any], entry.row)))
                else:
                    session.execute(delete(Source).where(Source.source_id == source_id))
                session.execute(superseded)
                session.delete(entry)
                finished += 1
            if finished:
                _grow(session, finished)

    def undo(self, source_ids: Sequence[str]) -> None:
        """Forget that these sources were being staged; what was live stays."""
        with self._writing() as session:
            for chunk in _chunks(source_ids):
                staged = delete(Journal).where(Journal.source_id.in_(chunk), Journal.phase == "staging")
                session.execute(staged)

    def journal(self) -> list[JournalEntry]:
        """The changes that were begun and not finished, by source."""
        with self._reading() as session:
            rows = session.scalars(select(Journal).order_by(Journal.source_id))
            return [JournalEntry(row.source_id, row.version, cast(Phase, row.phase)) for row in rows]

    def touch(self, states: Mapping[str, FileState]) -> None:
        """Remember how the unchanged files of these sources look now."""
        with self._writing() as session:
            for source_id, state in states.items():
                row = session.get(Source, source_id)
                if row is not None:
                    for name in FileState.__slots__:
                        setattr(row, name, getattr(state, name))

    def note_rebuilt(self, sources: Mapping[str, Rebuilt], manifest: Mapping[str, Any]) -> None:
        """Keep what a finished rebuild made, by source, and what it changes in the manifest, until it is adopted."""
        made = {source_id: [each.version, each.passages, each.languages] for source_id, each in sources.items()}
        self.set_manifest({_REBUILT: {"sources": made, "manifest": dict(manifest)}})

    def forget_rebuilt(self) -> None:
        """Drop the note of a rebuild whose index is not in place."""
        with self._writing() as session:
            session.execute(delete(Manifest).where(Manifest.key == _REBUILT))

    def adopt_rebuilt(self) -> None:
        """Make what :meth:`note_rebuilt` kept the truth, now that its index is in place; without a note do nothing.

        Sources that are gone since are passed over; the generation grows by one.
        """
        with self._writing() as session:
            note = session.get(Manifest, _REBUILT)
            if note is None:
                return
            for source_id, (version, passages, languages) in note.value["sources"].items():
                row = session.get(Source, source_id)
                if row is not None:
                    same = (TextRow.source_id == source_id, TextRow.version == row.version)
                    session.execute(update(TextRow).where(*same).values(version=version))
                    row.version, row.passages, row.languages = version, passages, languages
            for key, value in note.value["manifest"].items():
                session.merge(Manifest(key=key, value=value))
            session.delete(note)
            _grow(session, 1)

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy of the database to a new file, whoever reads or writes meanwhile.

        Raises:
            StoreError: the disk is full, or the database is not a file.
        """
        if not isinstance(self.location, Path):
            raise StoreError(f"{self._name}: only a catalogue in a file can be copied; use the server's own backup")
        with self._reading() as session:
            source = session.connection().connection.driver_connection
            try:
                with closing(sqlite3.connect(target)) as copy:
                    cast(sqlite3.Connection, source).backup(copy)
            except sqlite3.Error as error:
                raise StoreError(
                    f"{target}: the copy could not be written ({error}); free space and try again"
                ) from error

    # Connections

    @property
    def _name(self) -> str:
        location = self.location
        return str(location) if isinstance(location, Path) else make_url(location).render_as_string()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        if self._engine is None:
            raise StoreError(f"{self._name}: the catalogue is closed; open it first")
        try:
            with Session(self._engine, expire_on_commit=False) as session:
                yield session
        except SQLAlchemyError as error:
            raise StoreError(explain(self._name, error)) from error

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._reading() as session, session.begin():
            yield session


def _grow(session: Session, steps: int) -> None:
    found = session.get(Manifest, "generation")
    session.merge(Manifest(key="generation", value=steps + (0 if found is None else int(found.value))))


def _row(record: SourceRecord) -> dict[str, Any]:
    info = {name: getattr(record.info, name) for name in SourceInfo.__slots__}
    state = {name: getattr(record.state, name) for name in FileState.__slots__}
    return info | state | {"groups": list(record.info.groups), "languages": list(record.languages)}


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _IDS_PER_STATEMENT):
        yield values[start : start + _IDS_PER_STATEMENT]
