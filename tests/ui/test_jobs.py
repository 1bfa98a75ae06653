"""The worker of jobs outlives what goes wrong, keys take turns, and those who look after a service see all jobs."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.fair_queue import FairQueue
from service.jobs import Jobs
from tests.ui.api.test_access import bearer
from tests.ui.api.test_api import detail_of
from tests.ui.api.test_sources import MANUAL, ended, names, send_files
from ui.api.app import build_api


@pytest.fixture
def backend(tmp_path: Any) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def until(met: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def first_job_held(backend: Backend) -> Iterator[None]:
    """The first job waits before it is indexed, until the block ends."""
    go_on, index = threading.Event(), backend.service.index

    def held(*given: Any, **named: Any) -> Any:
        assert go_on.wait(60)
        return index(*given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend.service, "index", held)
        try:
            yield
        finally:
            go_on.set()


def rename_jobs(backend: Backend, before: str, after: str) -> None:
    with closing(sqlite3.connect(str(backend.jobs.database.location), timeout=30)) as connection, connection:
        connection.execute(f"ALTER TABLE {before} RENAME TO {after}")


def ready(client: TestClient) -> tuple[int, str]:
    response = client.get("/health/ready")
    return response.status_code, " ".join(response.json()["reasons"])


def test_the_worker_outlives_a_database_that_is_away_and_no_job_is_lost(client: TestClient, backend: Backend) -> None:
    assert ended(client, send_files(client, ("first.md", MANUAL)))["state"] == "done"
    assert ready(client) == (200, "")
    with first_job_held(backend):
        running = send_files(client, ("a.md", MANUAL))
        until(lambda: client.get(f"/api/v1/jobs/{running.json()['job_id']}").json()["state"] == "running")
        queued = send_files(client, ("b.md", "The Berta pump is red."))
        rename_jobs(backend, "jobs", "away")
    # The end of one and the beginning of the other cannot be written down, over and over.
    until(lambda: ready(client)[0] == 503)
    said = ready(client)[1]
    assert "fails again and again" in said and "sqlite" not in said
    rename_jobs(backend, "away", "jobs")
    assert [ended(client, each)["state"] for each in (running, queued)] == ["done", "done"]
    until(lambda: ready(client) == (200, ""))
    assert ended(client, send_files(client, ("c.md", "The Carla pump is green.")))["state"] == "done"
    assert names(client) == ["a.md", "b.md", "c.md", "first.md"]


def test_a_job_that_fails_the_program_again_and_again_has_failed_and_the_others_go_on(
    client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs._FIRST_PAUSE", 0.001)
    is_indexed = backend.service.is_indexed

    def fails(source_id: str, path: str) -> bool:
        if source_id == bad:
            told.append(backend.jobs.trouble)
            raise RuntimeError("cannot be")
        return is_indexed(source_id, path)

    told: list[str | None] = []
    bad = backend.uploads.place("bad.md", ["public"]).source_id
    monkeypatch.setattr(backend.service, "is_indexed", fails)
    jobs = [send_files(client, (name, MANUAL)) for name in ("bad.md", "good.md")]
    states = [ended(client, job) for job in jobs]
    assert [each["state"] for each in states] == ["failed", "done"]
    assert "the server's log" in states[0]["failures"][0]["reason"]
    assert [each is None for each in told] == [True, True, False, False, False]
    until(lambda: backend.jobs.trouble is None)


def test_a_worker_that_does_not_run_is_told(backend: Backend) -> None:
    idle = Jobs(backend.jobs.database, backend.service, backend.uploads)
    assert "their worker has ended" in str(idle.trouble)
    assert backend.jobs.trouble is None


def test_owners_take_turns_and_each_keeps_its_order() -> None:
    waiting: FairQueue[str] = FairQueue()
    for owner, item in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("c", "c2")):
        waiting.put(owner, item)
    taken = [waiting.get() for _ in range(2)]
    waiting.put_back("b", "b1")
    assert taken == [("a", "a1"), ("b", "b1")]
    waiting.wake()
    assert [item for _, item in iter(waiting.get, None)] == ["b1", "c1", "a2", "c2", "a3"]


def test_a_key_with_many_jobs_keeps_another_waiting_for_one_job_only(client: TestClient, backend: Backend) -> None:
    much, little = (backend.keys.make(name, ["read", "write"])[1] for name in ("much", "little"))
    with first_job_held(backend):
        sent = [send_files(client, (f"{n}.md", f"Number {n}."), headers=bearer(much)) for n in range(4)]
        lone = send_files(client, ("lone.md", MANUAL), headers=bearer(little))
    jobs = [ended(client, each, bearer(much)) for each in sent] + [ended(client, lone, bearer(little))]
    order = sorted(jobs, key=lambda job: str(job["finished_at"]))
    assert [job["uploads"][0]["name"] for job in order] == ["0.md", "lone.md", "1.md", "2.md", "3.md"]


def test_a_key_has_only_so_much_waiting(client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.job_records.MOST_WAITING_JOBS", 2)
    one, other = (bearer(backend.keys.make(name, ["read", "write"])[1]) for name in ("one", "other"))
    with first_job_held(backend):
        sent = [send_files(client, (f"{n}.md", f"Number {n}."), headers=one) for n in range(2)]
        refused = send_files(client, ("2.md", "Number 2."), headers=one)
        assert "cancel some" in detail_of(refused, 429)
        assert refused.json()["type"].endswith("uploads-waiting") and refused.headers["Retry-After"] == "5"
        monkeypatch.setattr("service.job_records.MOST_WAITING_UPLOADS", 2)
        too_many = [(f"{n}.md", f"Number {n}.") for n in range(3)]
        detail_of(send_files(client, *too_many, headers=other), 429)
        lone = send_files(client, ("lone.md", MANUAL), headers=other)
    assert [ended(client, each, one)["state"] for each in sent] == ["done", "done"]
    assert ended(client, lone, other)["state"] == "done"
    assert ended(client, send_files(client, ("2.md", "Number 2."), headers=one), one)["state"] == "done"


def test_admins_see_and_cancel_the_jobs_of_all(client: TestClient, backend: Backend) -> None:
    writer, admin, reader = (
        bearer(backend.keys.make(name, roles, ["staff"] if name == "writer" else [])[1])
        for name, roles in (("writer", ["read", "write"]), ("admin", ["admin"]), ("reader", ["read"]))
    )
    with first_job_held(backend):
        running = send_files(client, ("a.md", MANUAL), headers=writer).json()
        queued = send_files(client, ("b.md", MANUAL), headers=writer).json()
        seen = client.get("/api/v1/jobs", headers=admin).json()["jobs"]
        assert [each["job_id"] for each in seen] == [queued["job_id"], running["job_id"]]
        assert {each["key_id"] for each in seen} == {running["key_id"]} != {None}
        for each in (running, queued):
            assert client.get(f"/api/v1/jobs/{each['job_id']}", headers=admin).status_code == 200
            assert client.delete(f"/api/v1/jobs/{each['job_id']}", headers=admin).status_code == 200
            detail_of(client.delete(f"/api/v1/jobs/{each['job_id']}", headers=reader), 403)
        detail_of(client.get("/api/v1/jobs", headers=reader), 403)

    def states() -> set[str]:
        return {each["state"] for each in client.get("/api/v1/jobs", headers=writer).json()["jobs"]}

    until(lambda: "running" not in states())
    assert states() == {"cancelled"}
    assert names(client, writer) == []


def test_an_admin_reads_the_names_of_jobs_only_in_all_groups_of_their_sender(
    client: TestClient, backend: Backend
) -> None:
    writer, inside, outside = (
        bearer(backend.keys.make(name, roles, groups)[1])
        for name, roles, groups in (
            ("writer", ["read", "write"], ["staff"]), ("inside", ["admin"], ["staff"]), ("outside", ["admin"], []),
        )
    )  # fmt: skip
    sent = ended(client, send_files(client, ("secret.md", MANUAL), ("empty.md", ""), headers=writer), writer)
    path = f"/api/v1/jobs/{sent['job_id']}"
    assert client.get(path, headers=inside).json() == client.get(path, headers=writer).json() == sent
    seen = client.get(path, headers=outside)
    assert (seen.json()["state"], seen.json()["passages"]) == ("done", sent["passages"])
    assert "secret" not in seen.text and "empty" not in seen.text
    assert all(each["source_id"] not in seen.text for each in sent["uploads"])
