"""What a kill left of uploads is deleted at the next start, nothing else is, and what older versions left is known."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.database.tables import JobRow
from tests.ui.api.test_sources import MANUAL, ended, followed, kept_job, names, send_files
from ui.api.app import build_api

STRAY = str(uuid.UUID(int=7))


def with_service(data: Path, act: Callable[[Backend, TestClient], None]) -> None:
    with QAService(Settings(data=data)) as service, open_backend(service) as backend:
        act(backend, TestClient(build_api(backend)))


def send(name: str) -> Callable[[Backend, TestClient], None]:
    def act(_: Backend, client: TestClient) -> None:
        assert ended(client, send_files(client, (name, MANUAL), tags=["old"]))["state"] == "done"

    return act


def folders(data: Path) -> set[str]:
    """Of sources, jobs and marks."""
    return {str(path.relative_to(data / "uploads")) for path in (data / "uploads").glob("*") if path.name[0] != "."} | {
        str(path.relative_to(data / "uploads")) for path in (data / "uploads").glob(".*/*")
    }


def test_files_of_no_source_and_of_no_job_are_deleted(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", set()
    with_service(data, send("a.md"))
    (kept_id,) = folders(data)
    (data / "uploads" / STRAY).mkdir()
    (data / "uploads" / STRAY / "document.md").write_text(MANUAL, "utf-8")
    (data / "uploads" / ".jobs" / "ended" / "new").mkdir(parents=True)
    (data / "uploads" / "notes").mkdir()  # no name that an upload has

    def look(backend: Backend, client: TestClient) -> None:
        kept.update(folders(data))
        assert names(client) == ["a.md"]

    with_service(data, look)
    assert kept == {kept_id, "notes"}


def test_a_deletion_that_was_begun_is_finished_or_undone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_service(data, send("a.md"))
    (source_id,) = folders(data)

    def mark(backend: Backend, _: TestClient) -> None:
        backend.uploads.begin_removal([source_id])

    def delete_from_index(backend: Backend, _: TestClient) -> None:
        mark(backend, _)
        assert backend.service.delete_sources([source_id]) == 1

    with_service(data, mark)
    with_service(data, lambda _, client: None)
    assert folders(data) == {source_id}
    with_service(data, delete_from_index)
    assert folders(data) == {source_id, f".deleted/{source_id}"}
    with_service(data, lambda _, client: None)
    assert folders(data) == set()


def test_a_catalogue_that_was_lost_does_not_take_the_documents_with_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with_service(data, send("a.md"))
    before = folders(data)
    for path in data.glob("catalogue.sqlite*"):
        path.unlink()
    shutil.rmtree(data / "index")
    with_service(data, lambda _, client: None)
    assert folders(data) == before


def test_a_job_that_waits_keeps_its_files(tmp_path: Path) -> None:
    data, jobs = tmp_path / "data", []
    with_service(data, send("a.md"))
    with_service(data, lambda backend, _: jobs.append(kept_job(backend, {"b.md": MANUAL}).job_id))
    assert f".jobs/{jobs[0]}" in folders(data)

    def look(_: Backend, client: TestClient) -> None:
        assert followed(client, jobs[0])["state"] == "done"
        assert names(client) == ["a.md", "b.md"]

    with_service(data, look)


def test_a_job_and_metadata_of_an_older_version_are_understood(tmp_path: Path) -> None:
    data = tmp_path / "data"

    def leave(backend: Backend, _: TestClient) -> None:
        place = backend.uploads.place("old.md", ["public"])
        folder = Path(place.path).parent
        folder.mkdir(parents=True)
        (folder / "quaere.meta.toml").write_text('["*"]\ngroups = ["public"]\ntags = ["a", "b"]\n', "utf-8")
        (folder / "document.md").write_text(MANUAL, "utf-8")
        row = [place.name, place.source_id, place.path]
        with backend.jobs.database.writing() as session:
            old = {"job_id": "old", "state": "queued", "uploads": [row], "passages": 0, "failures": []}
            session.add(JobRow(**old, created_at="2026-01-01T00:00:00+00:00"))

    def look(_: Backend, client: TestClient) -> None:
        assert followed(client, "old")["state"] == "done"
        (source,) = client.get("/api/v1/sources").json()["sources"]
        assert (source["source"], source["tags"]) == ("old.md", ["a", "b"])
        path = f"/api/v1/sources/{source['source_id']}"
        assert ended(client, client.patch(path, json={"meta": {"tags": ["c"]}}))["state"] == "done"
        assert client.get(f"{path}/meta").json()["meta"] == {"groups": ["public"], "tags": ["c"]}

    with_service(data, leave)
    with_service(data, look)
