"""A catalogue of version 0.1 is brought up to date when it is opened, as a whole or not at all."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import alembic.command  # noqa: F401  (once, not in each child)
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks.abuse.processes import in_child
from components.stores.catalogue.sources import CATALOGUE_FILE, SCHEMA, Catalogue
from components.stores.catalogue.tables import CatalogueTable
from components.stores.catalogue.visible import SourceQuery
from components.stores.engine.sparse_copy import copy_folder
from tests.pipelines.indexing_parts import Index, write

AS_0_1 = """
    CREATE TABLE sources (source_id VARCHAR NOT NULL, source TEXT NOT NULL, path TEXT NOT NULL,
        format VARCHAR NOT NULL, title TEXT, language VARCHAR NOT NULL, languages JSON NOT NULL, groups JSON NOT NULL,
        passages INTEGER NOT NULL, bytes BIGINT NOT NULL, mtime_ns BIGINT NOT NULL, checked_ns BIGINT NOT NULL,
        sha256 VARCHAR NOT NULL, given VARCHAR NOT NULL, version VARCHAR NOT NULL, indexed_at VARCHAR NOT NULL,
        updated_at VARCHAR, tags JSON, url TEXT, uploaded_at VARCHAR, pages INTEGER, caller_meta JSON,
        PRIMARY KEY (source_id));
    CREATE INDEX ix_sources_source ON sources (source);
    CREATE INDEX ix_sources_path ON sources (path);
    CREATE TABLE overrides (source_id VARCHAR NOT NULL, fields JSON NOT NULL, PRIMARY KEY (source_id));
    CREATE TABLE texts (source_id VARCHAR NOT NULL, version VARCHAR NOT NULL, text TEXT NOT NULL, blocks JSON NOT NULL,
        meta JSON NOT NULL, boxes BLOB, PRIMARY KEY (source_id, version));
    CREATE TABLE checksums (source_id VARCHAR NOT NULL, version VARCHAR NOT NULL, text VARCHAR NOT NULL,
        facts VARCHAR NOT NULL, passages VARCHAR NOT NULL, PRIMARY KEY (source_id, version));
    CREATE TABLE journal (source_id VARCHAR NOT NULL, version VARCHAR NOT NULL, phase VARCHAR NOT NULL, "row" JSON,
        PRIMARY KEY (source_id));
    CREATE TABLE manifest ("key" VARCHAR NOT NULL, value JSON NOT NULL, PRIMARY KEY ("key"));
"""
TABLES = ("sources", "overrides", "texts", "checksums", "journal", "manifest")
KILLED = 9
SEEN = {"staff": [("a.md", 1), ("b.csv", 1)], "board": [("b.csv", 2)], "nobody": [("b.csv", 1)]}


def as_0_1(data: Path) -> None:
    """Put a catalogue as version 0.1 made it, with the same rows, in the place of that of a data folder."""
    place, old = data / CATALOGUE_FILE, data / "old.sqlite"
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.executescript(AS_0_1)
        connection.execute("ATTACH ? AS new", (str(place),))
        for table in TABLES:
            connection.execute(f"INSERT INTO {table} SELECT * FROM new.{table}")
        connection.execute("UPDATE manifest SET value = '2' WHERE key = 'schema'")
    old.rename(place)
    (data / f"{CATALOGUE_FILE}.seal").unlink()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of version 0.1, with rows that have readers of their own."""
    root = tmp_path_factory.mktemp("old")
    write(root / "docs", "a.md", "---\ngroups: [staff]\ncolour: red\n---\nThe pump is red.")
    write(root / "docs", "b.csv", "fact,groups\nThe pump is old.,board\nThe pump is cheap.,public\n")
    with Index(root / "data") as index:
        index.indexer.index([str(root / "docs")])
    as_0_1(root / "data")
    return root / "data"


def seen(index: Index) -> dict[str, list[tuple[str, int]]]:
    """The names, and the passages of each that a caller may see."""
    return {
        group: [
            (Path(info.source).name, info.passages)
            for info in index.catalogue.seen_by([group]).page(SourceQuery()).sources
        ]
        for group in ("staff", "board", "nobody")
    }


def test_who_may_see_what_is_known_after_the_first_opening(folder: Path, tmp_path: Path) -> None:
    copy_folder(folder, tmp_path / "data")
    for _ in range(2):
        with Index(tmp_path / "data") as index:
            assert seen(index) == {
                "staff": [("a.md", 1), ("b.csv", 1)],
                "board": [("b.csv", 2)],
                "nobody": [("b.csv", 1)],
            }
            assert "colour" in index.catalogue.seen_by(["staff"]).fields()
            assert "colour" not in index.catalogue.seen_by(["board"]).fields()
            assert index.catalogue.manifest()["schema"] == SCHEMA


def kill_at(place: Path, statement: int) -> int:
    """Open a catalogue in a child that dies before this statement, and tell how the child ended."""

    def opening() -> None:
        left = statement

        @event.listens_for(Engine, "before_cursor_execute")
        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(KILLED)

        Catalogue(place).open().close()

    return in_child(opening)


def tables(place: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(place)) as connection:
        return connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.slow
def test_a_kill_at_any_statement_leaves_the_old_or_the_new(folder: Path, tmp_path: Path) -> None:
    old, ended, statement = tables(folder / CATALOGUE_FILE), KILLED, 0
    while ended == KILLED:
        statement += 1
        place = tmp_path / f"{statement}.sqlite"
        shutil.copyfile(folder / CATALOGUE_FILE, place)
        ended = kill_at(place, statement)
        if ended == KILLED:
            assert tables(place) == old, statement
            with Catalogue(place) as catalogue:
                assert (catalogue.count(), len(catalogue.unlisted())) == ((2, 3), 2)
    assert (ended, tables(place) == old) == (0, False)
    assert statement > 20


def test_the_steps_make_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    with Catalogue(tmp_path / CATALOGUE_FILE) as catalogue, catalogue._database.engine.connect() as connection:
        options = {"version_table": "catalogue_version"}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), CatalogueTable.metadata) == []
