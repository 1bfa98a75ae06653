"""A data folder and all that is in it are for their owner alone, whatever the umask says and however they came."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from components.private_files import private_by_default, tighten
from components.stores.folder_lock import HOLDER_FILE, LOCK_FILE
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from tests.ui.api.test_sources import MANUAL, ended, send_files
from ui.api.app import build_api

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_to_others(folder: Path) -> dict[str, str]:
    found = [folder, *folder.rglob("*")]
    return {str(path): oct(rights(path)) for path in found if rights(path) & 0o077 and not path.is_symlink()}


def filled(data: Path, docs: Path) -> None:
    with QAService(Settings(data=data)) as service, open_backend(service) as backend:
        service.index([str(docs)])
        client = TestClient(build_api(backend))
        assert ended(client, send_files(client, ("sent.md", MANUAL)))["state"] == "done"
        client.patch(f"/api/v1/sources/{client.get('/api/v1/sources').json()['sources'][0]['source_id']}", json={})
        backend.service.announce(token=backend.owner_token)
        for name in (LOCK_FILE, HOLDER_FILE, "catalogue.sqlite", "service.sqlite", "service.sqlite.made"):
            assert rights(data / name) == 0o600, name
        assert {rights(path) for path in (data, *(data / "uploads").rglob("*")) if path.is_dir()} == {0o700}
        assert {rights(path) for path in (data / "uploads").rglob("*") if path.is_file()} == {0o600}


def test_what_is_made_and_what_was_open_is_private(tmp_path: Path) -> None:
    data, docs = tmp_path / "data", tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text(MANUAL, "utf-8")
    filled(data, docs)
    assert open_to_others(data) == {}
    for path in (data, *data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    mine = data / "mine.txt"
    mine.write_text("not Quaere's", "utf-8")
    mine.chmod(0o644)
    with QAService(Settings(data=data)) as service:
        service.open()
        assert open_to_others(data) == {str(mine): "0o644"}
        mine.unlink()
        archive = tmp_path / "backup.tar.gz"
        service.backup(archive)
    assert rights(archive) == 0o600
    QAService.restore(Settings(data=tmp_path / "restored"), archive)
    assert open_to_others(tmp_path / "restored") == {}
    assert {rights(path) for path in (tmp_path / "restored").rglob("*.sqlite")} == {0o600}


def test_links_are_not_followed_and_rights_are_only_taken(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x", "utf-8")
    (tmp_path / "outside").chmod(0o644)
    (tmp_path / "link").symlink_to("outside")
    (tmp_path / "readonly").write_text("x", "utf-8")
    (tmp_path / "readonly").chmod(0o444)
    tighten(tmp_path / "link", tmp_path / "readonly", tmp_path / "missing")
    assert (rights(tmp_path / "outside"), rights(tmp_path / "readonly")) == (0o644, 0o400)


def test_a_process_can_make_all_its_files_private(tmp_path: Path) -> None:
    with private_by_default():
        (tmp_path / "inside").write_text("x", "utf-8")
    (tmp_path / "after").write_text("x", "utf-8")
    assert (rights(tmp_path / "inside"), rights(tmp_path / "after")) == (0o600, 0o666)
