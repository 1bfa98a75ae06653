import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from components.errors import InputError, StoreError
from components.stores.catalogue.sources import CATALOGUE_FILE, Catalogue
from components.stores.documents import QuaereDocumentStore
from components.stores.engine.sparse_copy import allocated_bytes
from pipelines.archives import MANIFEST
from pipelines.maintenance import backup, rebuild, restore
from tests.pipelines.indexing_parts import Index, make_pipelines, passages, prose, snapshot, write

ROOT = Path(__file__).resolve().parents[2]


def make_docs(folder: Path) -> Path:
    write(folder, "a.md", f"# Alpha\n\n{prose('alpha')}\n\n## Codes\n\nError E-1047 stops the alpha pump.\n")
    write(folder, "b.txt", prose("beta"))
    write(folder, "faq.jsonl", '{"question": "Who made it?", "answer": "Goethe did.", "url": "http://x/1"}\n')
    write(folder, "quaere.meta.toml", '["b.txt"]\nteam = "blue"\n')
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A small data folder and its backup, a.tar.gz; the files of its index are not the engine's."""
    folder = tmp_path_factory.mktemp("made")
    write(folder / "data" / "index", "manifest.json", "{}")
    (folder / "data" / "index" / "points").write_bytes(os.urandom(500_000) + bytes(4 << 20))
    with Catalogue(folder / "data" / CATALOGUE_FILE) as catalogue:
        catalogue.set_manifest({"models": "some"})
    backup(folder / "data", folder / "a.tar.gz")
    return folder


@pytest.fixture
def docs(tmp_path):
    return make_docs(tmp_path / "docs")


@pytest.fixture
def data(tmp_path, docs):
    with Index(tmp_path / "data") as index:
        index.indexer.index([str(docs)])
    return tmp_path / "data"


def content(data: Path) -> str:
    with Index(data) as index:
        return snapshot(index)


def test_a_rebuild_gives_the_same_index_without_the_files(data, docs):
    before = content(data)
    shutil.rmtree(docs)
    told = []
    with Index(data) as index:
        report = rebuild(index.indexer, on_progress=told.append)
        assert snapshot(index) == before
        assert (report.files, report.indexed, report.failures) == (3, 3, ())
        assert report.passages == index.store.count_documents()
        assert report.generation == 4
        assert told[-1].done_files == told[-1].total_files == 3
        assert told[-1].done_bytes == told[-1].total_bytes
    assert content(data) == before
    assert sorted(path.name for path in data.iterdir() if path.is_dir()) == ["index"]


def test_a_rebuild_with_another_splitting_equals_indexing_with_it(data, docs, tmp_path):
    with Index(data, splitting="20 words", passage_tokens=20) as index:
        rebuild(index.indexer)
        assert index.indexer.index([str(docs)]).unchanged == 3
    with Index(tmp_path / "fresh", splitting="20 words", passage_tokens=20) as fresh:
        fresh.indexer.index([str(docs)])
        assert snapshot(fresh) == content_with(data)


def content_with(data: Path) -> str:
    with Index(data, splitting="20 words", passage_tokens=20) as index:
        return snapshot(index)


def test_a_rebuild_needs_no_readable_index(data):
    before = content(data)
    shutil.rmtree(data / "index")
    (data / "index").mkdir()
    (data / "index" / "manifest.json").write_text("damaged")
    with Index(data) as index:
        with pytest.raises(StoreError):
            index.store.open()
        rebuild(index.indexer)
        assert snapshot(index) == before


def test_a_rebuild_of_another_fingerprint_replaces_the_refused_index(data):
    with Index(data) as index:
        index.store.fingerprint = {"embedder": "another"}
        rebuild(index.indexer)
        assert index.store.manifest["embedder"] == "another"
        assert index.store.count_documents() == index.catalogue.count()[1]


def test_a_rebuild_finishes_what_a_kill_left(data, docs):
    with Index(data) as index:
        gone = index.catalogue.seen_by(None).find(str(docs / "b.txt"))[0].source_id
        index.catalogue.begin([("unknown", "v")])
        index.catalogue.begin_removal([gone])
        rebuild(index.indexer)
        assert index.catalogue.journal() == []
        assert gone not in {each.meta["source_id"] for each in passages(index)}


def test_a_rebuild_on_a_server_replaces_its_collection(data):
    with Index(data) as index:
        expected = len(passages(index))
        index.store.close()
        server = QuaereDocumentStore(engine="server", url=":memory:", dimension=index.store.dimension)
        index.indexer.store = server
        assert rebuild(index.indexer).passages == expected == server.count_documents()
        index.indexer.recover()
        server.close()


def interrupt(progress) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_rebuild_on_a_server_is_refused_until_it_is_repeated(data):
    with Index(data) as index:
        index.store.close()
        server = QuaereDocumentStore(engine="server", url=":memory:", dimension=index.store.dimension)
        index.indexer.store = server
        with pytest.raises(KeyboardInterrupt):
            rebuild(index.indexer, on_progress=interrupt)
        with pytest.raises(StoreError, match="quaere rebuild"):
            index.indexer.recover()
        rebuild(index.indexer)
        index.indexer.recover()
        server.close()


def test_an_interrupted_rebuild_leaves_the_old_index_and_manifest(data):
    before = content(data)
    with Index(data) as index, pytest.raises(KeyboardInterrupt):
        rebuild(index.indexer, manifest={"average_length": 1.0}, on_progress=interrupt)
    assert content(data) == before
    with Index(data) as index:
        assert "average_length" not in index.catalogue.manifest()
        rebuild(index.indexer, manifest={"average_length": 1.0})
        assert index.catalogue.manifest()["average_length"] == 1.0
    assert sorted(path.name for path in data.iterdir() if path.is_dir()) == ["index"]


def test_a_rebuild_of_nothing(tmp_path):
    with Index(tmp_path / "data") as index:
        assert rebuild(index.indexer).passages == 0
        assert index.store.count_documents() == 0


def test_a_backup_restored_elsewhere_is_the_same_index(data, tmp_path):
    before = content(data)
    write(data, "synonyms.toml", "pump = ['compressor']")
    (data / "lock").touch()
    backup(data, tmp_path / "saved" / "index.tar.gz")
    restore(tmp_path / "saved" / "index.tar.gz", tmp_path / "new" / "data")
    assert content(tmp_path / "new" / "data") == before
    assert (tmp_path / "new" / "data" / "synonyms.toml").read_text() == "pump = ['compressor']"
    assert not (tmp_path / "new" / "data" / "lock").exists()
    assert not (tmp_path / "new" / "data" / MANIFEST).exists()
    assert [path.name for path in (tmp_path / "saved").iterdir()] == ["index.tar.gz"]
    assert content(data) == before


def test_a_backup_holds_what_stands_in_the_write_ahead_log(data, tmp_path):
    with Index(data) as index:
        index.catalogue.set_manifest({"late": 1})
        index.store.close()
        backup(data, tmp_path / "a.tar.gz")
    restore(tmp_path / "a.tar.gz", tmp_path / "new")
    with Index(tmp_path / "new") as index:
        assert index.catalogue.manifest()["late"] == 1


def test_a_backup_overwrites_nothing_and_needs_an_index(made, tmp_path):
    target = write(tmp_path, "there.tar.gz", "mine")
    with pytest.raises(InputError, match="exists already"):
        backup(made / "data", target)
    assert target.read_text() == "mine"
    with pytest.raises(StoreError, match="holds no index"):
        backup(tmp_path, tmp_path / "x.tar.gz")


def test_restore_refuses_a_folder_that_holds_something(made, tmp_path):
    with pytest.raises(InputError, match="not empty"):
        restore(made / "a.tar.gz", made / "data")
    with pytest.raises(InputError, match="no such file"):
        restore(tmp_path / "missing.tar.gz", tmp_path / "new")
    (tmp_path / "empty").mkdir()
    restore(made / "a.tar.gz", tmp_path / "empty")
    held = [folder / "index" / "points" for folder in (made / "data", tmp_path / "empty")]
    assert held[0].read_bytes() == held[1].read_bytes()
    assert allocated_bytes(tmp_path / "empty") < 2 << 20


def repack(archive: Path, change) -> None:
    """Write the archive anew with members changed by ``change(name, bytes)``; None leaves one out."""
    members = []
    with tarfile.open(archive) as packed:
        for member in packed:
            members.append((member, change(member.name, packed.extractfile(member).read())))
    with tarfile.open(archive, "w:gz") as packed:
        for member, held in members:
            if held is not None:
                member.size = len(held)
                packed.addfile(member, io.BytesIO(held))


DAMAGES = {
    "changed": lambda name, held: held[:-1] + b"!" if name == CATALOGUE_FILE else held,
    "missing file": lambda name, held: None if name == CATALOGUE_FILE else held,
    "no manifest": lambda name, held: None if name == MANIFEST else held,
    "newer": lambda name, held: json.dumps({"format": 9, "sha256": {}}).encode() if name == MANIFEST else held,
}


@pytest.mark.parametrize("damage", [*DAMAGES, "cut off", "no archive", "flipped", "outside"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(made, tmp_path, damage):
    archive = tmp_path / "backups" / "a.tar.gz"
    archive.parent.mkdir()
    shutil.copy(made / "a.tar.gz", archive)
    if damage in DAMAGES:
        repack(archive, DAMAGES[damage])
    elif damage == "outside":
        with tarfile.open(archive, "w:gz") as packed:
            member = tarfile.TarInfo("../escaped")
            packed.addfile(member, io.BytesIO())
    else:
        whole = archive.read_bytes()
        half = len(whole) // 2
        flipped = whole[:half] + bytes([whole[half] ^ 0xFF]) + whole[half + 1 :]
        archive.write_bytes({"cut off": whole[:half], "no archive": b"text", "flipped": flipped}[damage])
    new = tmp_path / "place" / "new"
    with pytest.raises(StoreError, match=r"a\.tar\.gz"):
        restore(archive, new)
    assert list((tmp_path / "place").iterdir()) == []
    assert not (tmp_path / "escaped").exists()


CHILD = """
import resource, sys
from pathlib import Path
from components.errors import StoreError
from pipelines.archives import backup, restore
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    {"backup": backup, "restore": restore}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_a_full_disk_leaves_no_half_of_anything(made, tmp_path, action):
    data = made / "data"
    (tmp_path / "place").mkdir()
    given = {"backup": (data, tmp_path / "place" / "b"), "restore": (made / "a.tar.gz", tmp_path / "place" / "b")}
    command = [sys.executable, "-c", CHILD, action, *map(str, given[action])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=100)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "place") in done.stdout
    assert os.listdir(tmp_path / "place") == []
    assert not [path for path in data.iterdir() if path.name.endswith(".tmp")]


def test_a_rebuild_splits_apart_and_names_the_text_that_cannot_be_split(data, docs):
    with Index(data) as index:
        index.indexer.index([str(write(docs, "long.txt", "\n\n".join(prose(f"w{n}") for n in range(50))))])
        expected = snapshot(index)
        index.indexer.pipelines = make_pipelines(data.parent / "tokenizer", sandbox=True)
        assert rebuild(index.indexer).failures == ()
        assert snapshot(index) == expected
        splitter = index.indexer.pipelines.indexing.get_component("splitter")
        splitter.max_passages = 20
        (failure,) = rebuild(index.indexer).failures
        assert Path(failure.path).name == "long.txt" and "more than 20 passages" in failure.reason
        assert "stay as they were" in failure.reason
        assert snapshot(index) == expected


def fail_at(index: Index, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the splitter of an index fail at texts with this word."""
    splitter = index.indexer.pipelines.indexing.get_component("splitter")
    split = splitter.run

    def run(documents):
        for each in documents:
            if any(word in each.content[block.start : block.end] for block in each.meta["blocks"]):
                raise RecursionError("too deep")
        return split(documents=documents)

    monkeypatch.setattr(splitter, "run", run)


def held(index: Index, name: str) -> list[tuple[str, str]]:
    return [(each.id, each.content) for each in passages(index) if each.meta["source"].endswith(name)]


@pytest.mark.parametrize("splitting", ["40/8 words", "20 words"])
def test_a_text_that_fails_halfway_keeps_all_its_passages(tmp_path, monkeypatch, splitting):
    monkeypatch.setattr("pipelines.batches.PART_PASSAGES", 2)
    docs = tmp_path / "docs"
    write(docs, "large.txt", "\n\n".join(prose(word, 20) for word in ("alpha", "beta", "gamma", "delta")))
    write(docs, "small.txt", prose("small"))
    with Index(tmp_path / "data") as index:
        index.indexer.index([str(docs)])
        before = held(index, "large.txt")
    with Index(tmp_path / "data", splitting=splitting) as index:
        fail_at(index, "delta", monkeypatch)
        report = rebuild(index.indexer)
        assert [failure.path.endswith("large.txt") for failure in report.failures] == [True]
        assert "too deep" in report.failures[0].reason and "stay as they were" in report.failures[0].reason
        assert held(index, "large.txt") == before
        assert held(index, "small.txt")
        assert index.catalogue.count() == (2, index.store.count_passages())
        monkeypatch.undo()
        # Split in another way, the file is still to be indexed; otherwise all is as it was.
        assert index.indexer.index([str(docs)]).indexed == (0 if splitting == "40/8 words" else 1)


def test_without_an_index_to_keep_them_from_no_half_stays_either(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.batches.PART_PASSAGES", 2)
    docs = tmp_path / "docs"
    write(docs, "large.txt", "\n\n".join(prose(word, 20) for word in ("alpha", "beta", "gamma", "delta")))
    with Index(tmp_path / "data") as index:
        index.indexer.index([str(docs)])
        index.store.close()
        shutil.rmtree(tmp_path / "data" / "index")
        fail_at(index, "delta", monkeypatch)
        report = rebuild(index.indexer)
        assert "no passages until it is indexed again" in report.failures[0].reason
        assert index.store.count_passages() == 0
        monkeypatch.undo()
        assert index.indexer.index([str(docs)]).indexed == 1


def test_a_rebuild_makes_nothing_of_a_damaged_text(data, docs):
    with Index(data) as index:
        before = held(index, "b.txt")
    with closing(sqlite3.connect(data / CATALOGUE_FILE)) as database, database:
        database.execute("UPDATE texts SET text = replace(text, 'never', 'often') WHERE text LIKE '%beta%'")
    with Index(data) as index:
        report = rebuild(index.indexer)
        assert [failure.path for failure in report.failures] == [str(docs / "b.txt")]
        assert "quaere restore" in report.failures[0].reason
        assert held(index, "b.txt") == before
