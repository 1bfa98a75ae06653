"""The embedded engine: opening, settings that differ, damage, full and read-only disks, optimising, kills."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from haystack import Document
from haystack.dataclasses import SparseEmbedding
from haystack.utils import Secret

from components.errors import ConfigurationError, StoreError
from components.stores.documents import QuaereDocumentStore
from components.stores.engine.sparse_copy import allocated_bytes, copy_folder

ROOT = Path(__file__).parents[3]


def open_store(folder, **settings):
    return QuaereDocumentStore(str(folder), dimension=settings.pop("dimension", 2), **settings)


def document(id="a", **meta):
    return Document(id=id, content=id, embedding=[1.0, 0.0], sparse_embedding=SparseEmbedding([1], [1.0]), meta=meta)


@pytest.fixture
def folder(tmp_path):
    """A closed store of one document."""
    store = open_store(tmp_path / "store", fingerprint={"embedder": "one"})
    store.write_documents([document()])
    store.close()
    return tmp_path / "store"


def test_nothing_is_touched_before_the_first_call(tmp_path):
    store = open_store(tmp_path / "store")
    assert not (tmp_path / "store").exists()
    store.open()
    store.open()
    assert (tmp_path / "store").exists()
    store.close()
    store.close()


def test_documents_outlive_the_process_and_a_closed_store_opens_again(folder):
    store = open_store(folder, fingerprint={"embedder": "one"})
    assert store.count_documents() == 1
    assert store.manifest == {"format": "1", "dimension": "2", "embedder": "one"}
    store.flush()
    store.close()
    assert store.count_documents() == 1
    store.close()


def test_serialisation():
    store = QuaereDocumentStore(
        "folder",
        "server",
        url="http://localhost:1",
        api_key=Secret.from_env_var("QUAERE_QDRANT__API_KEY", strict=False),
        timeout=1.5,
        retries=0,
        collection="other",
        dimension=3,
        fingerprint={"a": "b"},
        groups=["sales"],
    )
    data = json.loads(json.dumps(store.to_dict()))
    again = QuaereDocumentStore.from_dict(data)
    assert again.to_dict() == store.to_dict()
    assert again.api_key == store.api_key
    assert (again.timeout, again.retries, again.groups) == (1.5, 0, ["sales"])


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ({"fingerprint": {"embedder": "two"}}, ["embedder", "'one'", "'two'"]),
        ({"fingerprint": {"embedder": "one", "analyser": "x"}}, ["analyser", "None", "'x'"]),
        ({"dimension": 3}, ["dimension", "'2'", "'3'"]),
    ],
)
def test_an_index_of_other_settings_is_refused_with_both_values(folder, settings, values):
    store = open_store(folder, **settings)
    with pytest.raises(ConfigurationError) as refused:
        store.count_documents()
    for value in [*values, "quaere rebuild"]:
        assert value in str(refused.value)
    # The folder is not left locked.
    store = open_store(folder)
    assert store.count_documents() == 1
    with pytest.raises(StoreError, match="another process"):
        open_store(folder, **settings).recreate()
    assert store.count_documents() == 1
    store.close()


def test_recreating_takes_the_new_settings(folder):
    store = open_store(folder, fingerprint={"embedder": "two"}, dimension=3)
    store.recreate()
    assert store.count_documents() == 0
    assert store.manifest["embedder"] == "two"
    store.close()
    with pytest.raises(ConfigurationError):
        open_store(folder).open()


def _damage_points(folder):
    for path in folder.joinpath("points").rglob("*.json"):
        path.write_text("{")


def _damage_manifest(folder):
    folder.joinpath("manifest.json").write_text("[1")


def _lose_manifest(folder):
    folder.joinpath("manifest.json").unlink()


def _lose_points(folder):
    shutil.rmtree(folder / "points")


@pytest.mark.parametrize("damage", [_damage_points, _damage_manifest, _lose_manifest, _lose_points])
def test_a_damaged_index_says_so_and_what_to_do(folder, damage):
    damage(folder)
    store = open_store(folder)
    with pytest.raises(StoreError, match=r"quaere rebuild.*quaere restore") as refused:
        store.count_documents()
    assert str(folder) in str(refused.value)
    store.recreate()
    assert store.count_documents() == 0
    store.close()


def test_the_folder_is_open_in_one_process_only(folder):
    store = open_store(folder)
    store.open()
    with pytest.raises(StoreError, match="open in another process"):
        open_store(folder).open()
    store.close()


def run_child(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        **options,
    )


WRITE = """
    import sys
    import os
    import components
    import components.stores.engine.edge
    from haystack import Document
    from components.errors import StoreError
    from components.stores.documents import QuaereDocumentStore
    if "unprivileged" in sys.argv:
        # After the imports, since Python itself may be readable for root only.
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = QuaereDocumentStore(sys.argv[1], dimension=2)
        store.write_documents([Document(content="x" * 1000) for _ in range(1)])
        store.close()
    except StoreError as error:
        sys.exit(f"StoreError: {error}")
"""


def test_a_limited_disk_is_an_error_that_says_so(tmp_path):
    limit = 1 << 20

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = run_child(WRITE, tmp_path / "store", preexec_fn=limited)
    assert "StoreError" in done.stderr and "full or limited" in done.stderr, done.stderr


def test_a_full_disk_is_an_error_that_says_so(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        # Without the right to mount, the disk that we have is taken for too small.
        needed = shutil.disk_usage(tmp_path).free + 1
        store = open_store(tmp_path / "store")
        store.open()
        with pytest.raises(StoreError, match="free some space"):
            store._opened.get()._check_space(needed)
        return
    try:
        done = run_child(WRITE, small / "store")
        assert "StoreError" in done.stderr and "free some space" in done.stderr, done.stderr
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_read_only_folder_is_an_error_that_says_so(folder):
    # The way there has to be open to the other user, the folder itself not.
    for path in [folder, *folder.parents]:
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    done = run_child(WRITE, folder, "unprivileged")
    assert "StoreError" in done.stderr and "cannot be written to" in done.stderr, done.stderr
    assert "QUAERE_DATA" in done.stderr


def test_holes_stay_holes_in_a_copy(folder, tmp_path):
    copy = tmp_path / "copy"
    copy_folder(folder, copy)
    whole = sum(path.stat().st_size for path in copy.rglob("*") if path.is_file())
    assert whole > 32 << 20
    assert allocated_bytes(copy) < 16 << 20
    for path in folder.rglob("*"):
        if path.is_file():
            assert copy.joinpath(path.relative_to(folder)).read_bytes() == path.read_bytes()
    assert open_store(copy).count_documents() == 1


def test_optimising_below_the_threshold_does_nothing(folder):
    store = open_store(folder)
    assert not store.optimise()
    assert not store.optimise(threshold=2)
    assert store.optimise(threshold=1)
    store.close()


@pytest.mark.slow
def test_optimising_swaps_the_folder_and_searches_go_on(folder):
    store = open_store(folder)
    store.write_documents([document(f"d{i}", n=i) for i in range(300)])
    stop = threading.Event()
    problems = []

    def search():
        while not stop.is_set():
            found = store.search([1.0, 0.0], SparseEmbedding([1], [1.0]), limit=5)
            if len(found.dense) != 5 or len(found.lexical) != 5:
                problems.append(found)

    thread = threading.Thread(target=search)
    thread.start()
    try:
        assert store.optimise(threshold=10)
    finally:
        stop.set()
        thread.join(30)
    assert problems == []
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "points"]
    store.write_documents([document("after")])
    store.close()
    store = open_store(folder)
    assert store.count_documents() == 302
    store.close()


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (["points", "points.copy"], "points"),
        (["points", "points.optimised"], "points"),
        (["points.old", "points.optimised"], "points.optimised"),
        (["points", "points.old"], "points"),
        (["points.old", "points.copy"], "points.old"),
        (["points", "points.new"], "points"),
    ],
)
def test_what_a_kill_leaves_of_a_swap_is_tidied(folder, present, expected):
    original = folder / "points"
    moved = folder.parent / "moved"
    original.rename(moved)
    for name in present:
        if name == expected:
            copy_folder(moved, folder / name)
        else:
            (folder / name).mkdir()
            (folder / name / "torn").touch()
    store = open_store(folder)
    assert store.count_documents() == 1
    store.close()
    kept = {path.name for path in folder.iterdir()} - {"points.new"}
    assert kept == {"manifest.json", "points", "seal.json"}


def test_a_failed_optimisation_leaves_the_index_as_it_was(folder, monkeypatch):
    store = open_store(folder)
    store.open()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StoreError, match="unharmed"):
        store.optimise(threshold=1)
    assert store.count_documents() == 1
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "points", "seal.json"]
    store.close()


KILLED = """
    import sys
    import components
    from haystack import Document
    from components.stores.documents import QuaereDocumentStore
    store = QuaereDocumentStore(sys.argv[1], dimension=2)
    version = 0
    while True:
        version += 1
        made = [
            Document(id=f"{version} {i}", embedding=[1.0, 0.0], meta={"source_id": "s", "version": str(version)})
            for i in range(200)
        ]
        print(version, "staging", flush=True)
        store.stage(made)
        print(version, "committing", flush=True)
        store.commit("s", str(version))
"""


@pytest.mark.parametrize("milliseconds", [5, 40, 90])
def test_a_killed_replacement_is_undone_or_finished(tmp_path, milliseconds):
    folder = tmp_path / "store"
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(folder)], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert child.stdout is not None
    for _ in range(6):
        child.stdout.readline()
    threading.Event().wait(milliseconds / 1000)
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().splitlines()
    child.wait()
    child.stdout.close()
    version, phase = (rest[-1] if rest else "3 committing").split()
    store = open_store(folder)
    if phase == "staging":
        store.discard("s", version)
        version = str(int(version) - 1)
    store.commit("s", version)
    assert {each.meta["version"] for each in store.passages("s")} == {version}
    assert store.count_passages() == 200
    store.close()


def test_calls_wait_while_the_index_is_held_closed(folder):
    store = open_store(folder)
    store.open()
    counted = []
    with store.closed():
        thread = threading.Thread(target=lambda: counted.append(store.count_documents()))
        thread.start()
        folder.rename(folder.with_name("moved"))
        thread.join(0.1)
        assert counted == []
        folder.with_name("moved").rename(folder)
    thread.join(30)
    assert counted == [1]
    store.close()
