"""One process per folder; the second is told who holds it."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from components.errors import StoreError
from components.stores.folder_lock import FolderLock

ROOT = Path(__file__).parents[3]

TAKE = """
    import sys
    import components
    from components.errors import StoreError
    import os
    from components.stores.folder_lock import FolderLock
    if "unprivileged" in sys.argv:
        # After the imports, since Python itself may be readable for root only.
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        with FolderLock(sys.argv[1], purpose="quaere serve"):
            print("held", flush=True)
            if "wait" in sys.argv:
                sys.stdin.read()
    except StoreError as error:
        sys.exit(f"StoreError: {error}")
"""


def child(folder, *arguments):
    return [sys.executable, "-c", textwrap.dedent(TAKE), str(folder), *arguments]


def test_the_holder_writes_down_who_it_is(tmp_path):
    with FolderLock(tmp_path / "data", purpose="quaere index docs"):
        holder = json.loads((tmp_path / "data" / "lock.json").read_text())
        assert holder["pid"] == os.getpid()
        assert holder["command"] == "quaere index docs"
        assert holder["since"].endswith("Z")
    assert not (tmp_path / "data" / "lock.json").exists()
    with FolderLock(tmp_path / "data", purpose="again"):
        pass


def test_a_second_process_is_told_who_holds_the_folder(tmp_path):
    with FolderLock(tmp_path, purpose="quaere index docs"):
        done = subprocess.run(child(tmp_path), cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 1
    assert f"process {os.getpid()} (quaere index docs)" in done.stderr
    assert "QUAERE_DATA" in done.stderr


def test_a_killed_holder_leaves_the_folder_free(tmp_path):
    holder = subprocess.Popen(
        child(tmp_path, "wait"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert holder.stdout is not None and holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StoreError, match=rf"process {holder.pid} \(quaere serve\)"), FolderLock(tmp_path, purpose="x"):
        pass
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with FolderLock(tmp_path, purpose="after"):
        assert json.loads((tmp_path / "lock.json").read_text())["command"] == "after"


def test_a_second_opener_in_the_same_process_is_refused_too(tmp_path):
    with (
        FolderLock(tmp_path, purpose="first"),
        pytest.raises(StoreError, match="first"),
        FolderLock(tmp_path, purpose="second"),
    ):
        pass


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_read_only_folder_is_an_error_that_says_so(tmp_path):
    for path in [tmp_path, *tmp_path.parents]:
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    done = subprocess.run(child(tmp_path, "unprivileged"), cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert "StoreError" in done.stderr and "cannot be written to" in done.stderr, done.stderr
