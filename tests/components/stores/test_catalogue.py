import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from components.errors import StoreError
from components.stores.catalogue.sources import (
    CATALOGUE_FILE,
    SCHEMA,
    Catalogue,
    FileState,
    Rebuilt,
    SourceInfo,
    SourceRecord,
    SourceText,
)

ROOT = Path(__file__).resolve().parents[3]


def record(name: str = "a.md", version: str = "v1", text: str = "Some text.") -> SourceRecord:
    info = SourceInfo(
        source=f"docs/{name}",
        source_id=f"id-{name}",
        path=f"/docs/{name}",
        format="markdown",
        title="A title",
        language="en",
        groups=("public", "staff"),
        passages=3,
        bytes=10,
        version=version,
        indexed_at="2026-01-02T03:04:05+00:00",
        updated_at=None,
    )
    state = FileState(bytes=10, mtime_ns=2**61, checked_ns=2**61 + 5, sha256="00", given="11")
    content = SourceText(
        info.source_id, version, text, ({"start": 0, "end": 4, "kind": "text"},), {"source": info.source}, b"\x00box"
    )
    return SourceRecord(info, state, content, ("de", "en"))


def put(catalogue: Catalogue, *records: SourceRecord) -> None:
    ids = [each.info.source_id for each in records]
    catalogue.begin([(each.info.source_id, each.info.version) for each in records])
    catalogue.ready(records)
    catalogue.finish(ids)


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / CATALOGUE_FILE) as opened:
        yield opened


def test_what_goes_in_comes_out(catalogue):
    first = record()
    put(catalogue, first)
    assert catalogue.sources() == [first.info]
    assert catalogue.text("id-a.md") == first.text
    assert catalogue.states() == {"id-a.md": ("v1", first.state)}
    assert catalogue.languages() == ("de", "en")
    assert catalogue.count() == (1, 3)
    assert catalogue.generation() == 1
    assert catalogue.journal() == []


def test_an_empty_catalogue(catalogue):
    assert catalogue.sources() == []
    assert catalogue.count() == (0, 0)
    assert catalogue.generation() == 0
    assert catalogue.languages() == ()
    assert catalogue.text("nothing") is None


def test_a_new_version_replaces_row_and_text_only_when_finished(catalogue):
    put(catalogue, record())
    new = record(version="v2", text="Other text.")
    catalogue.begin([("id-a.md", "v2")])
    assert [entry.phase for entry in catalogue.journal()] == ["staging"]
    catalogue.ready([new])
    assert [entry.phase for entry in catalogue.journal()] == ["committing"]
    assert catalogue.sources()[0].version == "v1"
    assert catalogue.text("id-a.md").text == "Some text."
    assert catalogue.text("id-a.md", "v2").text == "Other text."
    catalogue.finish(["id-a.md"])
    assert catalogue.sources()[0].version == "v2"
    assert catalogue.text("id-a.md", "v1") is None
    assert catalogue.generation() == 2


def test_undo_and_finish_leave_each_others_phases_alone(catalogue):
    catalogue.begin([("id-a.md", "v1"), ("id-b.md", "v1")])
    catalogue.ready([record("b.md")])
    catalogue.finish(["id-a.md"])
    catalogue.undo(["id-b.md"])
    assert {entry.source_id: entry.phase for entry in catalogue.journal()} == {
        "id-a.md": "staging",
        "id-b.md": "committing",
    }
    catalogue.undo(["id-a.md"])
    catalogue.finish(["id-b.md"])
    assert catalogue.journal() == []
    assert [info.source_id for info in catalogue.sources()] == ["id-b.md"]


def test_removal(catalogue):
    put(catalogue, record(), record("b.md"))
    catalogue.begin_removal(["id-a.md", "unknown"])
    assert [(entry.source_id, entry.phase) for entry in catalogue.journal()] == [("id-a.md", "removing")]
    catalogue.finish(["id-a.md"])
    assert [info.source for info in catalogue.sources()] == ["docs/b.md"]
    assert catalogue.text("id-a.md", "v1") is None
    assert catalogue.generation() == 3


def test_the_languages_follow_every_change(catalogue, tmp_path):
    french = replace(record("b.md"), languages=("fr",))
    put(catalogue, record())
    assert catalogue.languages() == ("de", "en")
    put(catalogue, french)
    assert catalogue.languages() == catalogue.languages() == ("de", "en", "fr")
    catalogue.begin_removal(["id-a.md"])
    assert catalogue.languages() == ("de", "en", "fr")
    catalogue.finish(["id-a.md"])
    assert catalogue.languages() == ("fr",)
    # What another process changes is seen, too.
    with Catalogue(tmp_path / CATALOGUE_FILE) as other:
        put(other, replace(french, info=replace(french.info, version="v2"), languages=("es", "fr")))
    assert catalogue.languages() == ("es", "fr")


def test_sources_are_found_by_id_name_and_path(catalogue):
    put(catalogue, record(), record("b.md"))
    for name in ("id-b.md", "docs/b.md", "/docs/b.md"):
        assert [info.source_id for info in catalogue.seen_by(None).find(name)] == ["id-b.md"]
    assert catalogue.seen_by(None).find("b") == []


def test_the_manifest_keeps_any_json(catalogue):
    catalogue.set_manifest({"models": {"embedder": "x"}, "average_length": 80.5})
    catalogue.set_manifest({"average_length": 0})
    assert catalogue.manifest() == {"schema": SCHEMA, "models": {"embedder": "x"}, "average_length": 0}


def test_touch_changes_the_look_only(catalogue):
    first = record()
    put(catalogue, first)
    new = replace(first.state, mtime_ns=7, checked_ns=9)
    catalogue.touch({"id-a.md": new, "unknown": new})
    assert catalogue.states() == {"id-a.md": ("v1", new)}
    assert catalogue.sources() == [first.info]
    assert catalogue.generation() == 1


def test_a_rebuild_is_noted_and_adopted_once(catalogue):
    put(catalogue, record())
    catalogue.adopt_rebuilt()
    catalogue.note_rebuilt({"id-a.md": Rebuilt("v8", 1, ())}, {"average_length": 1.0})
    catalogue.forget_rebuilt()
    catalogue.adopt_rebuilt()
    assert (catalogue.generation(), catalogue.sources()) == (1, [record().info])
    catalogue.note_rebuilt(
        {"id-a.md": Rebuilt("v9", 12, ("fr",)), "gone": Rebuilt("v9", 1, ())}, {"average_length": 80.0}
    )
    assert catalogue.sources() == [record().info]
    catalogue.adopt_rebuilt()
    catalogue.adopt_rebuilt()
    info = catalogue.sources()[0]
    assert (info.version, info.passages, catalogue.languages()) == ("v9", 12, ("fr",))
    assert catalogue.text("id-a.md").text == "Some text."
    assert catalogue.manifest() == {"schema": SCHEMA, "generation": 2, "average_length": 80.0}


def test_it_is_there_after_opening_again(tmp_path):
    place = tmp_path / CATALOGUE_FILE
    with Catalogue(place) as catalogue:
        put(catalogue, record())
    with Catalogue(place) as catalogue:
        assert [info.source for info in catalogue.sources()] == ["docs/a.md"]


def test_threads_may_share_it(catalogue):
    failures = []

    def work(number):
        try:
            for round_ in range(5):
                put(catalogue, record(f"{number}.md", f"v{round_}"))
                catalogue.sources()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert catalogue.count()[0] == 4
    assert catalogue.generation() == 20


def test_a_url_names_a_database_too(tmp_path):
    with Catalogue(f"sqlite:///{tmp_path / 'by-url.sqlite'}") as catalogue:
        put(catalogue, record())
    assert (tmp_path / "by-url.sqlite").exists()


def as_format(number: int, place: Path) -> None:
    """What an older Quaere left: the same tables without what has come since, and no count of steps."""
    later = [
        "listing",
        "source_groups",
        "access_groups",
        "fields",
        "source_tags",
        "source_words",
        "words",
        "acronyms",
        "quality",
        "unread",
        "catalogue_version",
    ]
    with closing(sqlite3.connect(place)) as connection, connection:
        for table in later:
            connection.execute(f"DROP TABLE {table}")
        for column in ("tags", "url", "uploaded_at", "pages", "caller_meta") if number == 1 else ():
            connection.execute(f"ALTER TABLE sources DROP COLUMN {column}")
        connection.execute(f"UPDATE manifest SET value = '{number}' WHERE key = 'schema'")


def test_an_older_format_is_brought_up_to_date_with_what_the_texts_tell(tmp_path):
    place = tmp_path / CATALOGUE_FILE
    tagged = record("tagged.md")
    tagged = replace(tagged, text=replace(tagged.text, meta={"tags": ["a", "b"], "url": "https://example.org"}))
    with Catalogue(place) as catalogue:
        put(catalogue, tagged, record("plain.md"))
        text = catalogue.text("id-tagged.md")
    as_format(1, place)
    for _ in range(2):
        with Catalogue(place) as catalogue:
            plain, found = catalogue.sources()
            assert catalogue.manifest()["schema"] == SCHEMA
            assert catalogue.text("id-tagged.md") == text
    assert (plain.tags, plain.url, plain.uploaded_at, plain.pages) == ((), None, None, None)
    assert found == replace(tagged.info, tags=("a", "b"), url="https://example.org")


def test_what_is_listed_of_a_source_comes_back(tmp_path):
    given = record()
    info = replace(given.info, tags=("x",), url="https://a", uploaded_at="2026-01-02T03:04:05+00:00", pages=7)
    with Catalogue(tmp_path / CATALOGUE_FILE) as catalogue:
        put(catalogue, replace(given, info=info))
        assert catalogue.sources() == [info]


def test_a_newer_format_is_refused_with_both_numbers(tmp_path):
    place = tmp_path / CATALOGUE_FILE
    with Catalogue(place) as catalogue:
        # What versions that did not count steps refuse.
        assert catalogue.manifest()["schema"] == SCHEMA
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE catalogue_version SET version_num = '0009'")
    with pytest.raises(StoreError, match=f"version 0009.*up to {SCHEMA:04}.*newer Quaere"):
        Catalogue(place).open()


@pytest.mark.parametrize("damage", ["not a database", "cut off", "page overwritten"])
def test_a_damaged_file_says_what_to_do(tmp_path, damage):
    place = tmp_path / CATALOGUE_FILE
    with Catalogue(place) as catalogue:
        put(catalogue, *(record(f"{n}.md", text="words " * 2000) for n in range(20)))
    whole = place.read_bytes()
    if damage == "not a database":
        place.write_bytes(b"something else entirely " * 100)
    elif damage == "cut off":
        place.write_bytes(whole[: len(whole) // 3])
    else:
        place.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreError, match=r"damaged.*quaere restore"), Catalogue(place) as catalogue:
        catalogue.sources()


def test_a_closed_catalogue_and_a_missing_folder_say_so(tmp_path):
    with pytest.raises(StoreError, match="open it first"):
        Catalogue(tmp_path / CATALOGUE_FILE).sources()
    with pytest.raises(StoreError, match="no folder"):
        Catalogue(tmp_path / "missing" / CATALOGUE_FILE).open()


def test_a_lock_that_is_not_released_is_an_error_not_a_hang(tmp_path, monkeypatch):
    monkeypatch.setattr("components.stores.database.engines._BUSY_SECONDS", 0.1)
    place = tmp_path / CATALOGUE_FILE
    with Catalogue(place) as catalogue, closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process"):
            catalogue.set_manifest({"a": 1})
        other.execute("ROLLBACK")
        catalogue.set_manifest({"a": 1})


CHILD = """
import os, resource, sqlite3, sys  # sqlite3 now: nobody may not be let into the interpreter's own folder
from pathlib import Path
from components.errors import StoreError
from components.stores.catalogue.sources import Catalogue
place, limit = Path(sys.argv[1]), sys.argv[2]
try:
    if limit == "nobody":
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        Catalogue(place).open()
    else:
        with Catalogue(place) as catalogue:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
            catalogue.set_manifest({"big": "x" * 2_000_000})
except StoreError as error:
    print(error)
"""


def child(place: Path, limit: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(place), limit], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("exists", [True, False])
def test_a_read_only_folder_is_named(exists):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / CATALOGUE_FILE
        if exists:
            with Catalogue(place) as catalogue:
                put(catalogue, record())
            place.chmod(0o444)
        Path(folder).chmod(0o555)
        said = child(place, "nobody")
        Path(folder).chmod(0o755)
    assert str(place) in said
    assert "write permission" in said


def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path):
    place = tmp_path / CATALOGUE_FILE
    with Catalogue(place) as catalogue:
        put(catalogue, record())
    said = child(place, "full")
    assert str(place) in said
    assert "free space" in said
    with Catalogue(place) as catalogue:
        assert catalogue.count() == (1, 3)
        assert "big" not in catalogue.manifest()
