"""A change of uploads is done or not done, whenever it is cancelled and wherever it is killed."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from components.errors import StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.database.tables import JobRow
from service.jobs import STOPPING, Job
from tests.service.move_driver import CHANGES, MODES, OLD, STEPS, TEXT, expected, prepare, state, strays
from tests.ui.api.test_sources import ended, names, send_files
from ui.api.app import build_api

ROOT = Path(__file__).resolve().parents[2]
MOST_STEPS = 150


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    secret = backend.keys.make("staff", ["read", "write"], ["staff"])[1]
    return TestClient(build_api(backend), headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)


class Ticking:
    """Does something after the n-th step of a change."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = -1
        self.act: Callable[[], None] = lambda: None
        for kind, steps in STEPS.items():
            for name in steps:
                patch.setattr(kind, name, self._watched(getattr(kind, name)))

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            result = method(*given, **named)
            self.left -= 1
            if self.left == 0:
                self.act()
            return result

        return call


def patch_source(client: TestClient, meta: dict[str, Any]) -> Any:
    (source,) = client.get("/api/v1/sources").json()["sources"]
    return client.patch(f"/api/v1/sources/{source['source_id']}", json={"meta": meta})


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("mode", CHANGES)
def test_cancelled_at_any_step_it_is_done_or_not(
    client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    prepare(backend, client)
    (before,) = backend.jobs.jobs(backend.keys.keys()[0].key_id, 1)
    ticking = Ticking(monkeypatch)

    def cancel() -> None:
        latest: Job = backend.jobs.jobs(before.key_id, 1)[0]
        if latest.job_id not in told:
            backend.jobs.cancel(latest.job_id, before.key_id)

    ticking.act = cancel
    outcomes = []
    for step in range(1, MOST_STEPS):
        told = {job.job_id for job in backend.jobs.jobs(before.key_id, 1000)}
        ticking.left = step
        job = ended(client, patch_source(client, CHANGES[mode]))
        is_over = ticking.left > 0
        ticking.left = -1
        changed = job["state"] == "done"
        assert job["state"] == ("done" if changed else "cancelled")
        until = time.monotonic() + 5  # what came after the cancellation is cleared away a moment later
        while (found := as_json(state(backend, client)))["strays"] and time.monotonic() < until:
            pass
        assert found == as_json(expected(changed=changed, mode=mode)), step
        outcomes.append(changed)
        if changed:
            assert ended(client, patch_source(client, OLD))["state"] == "done"
            assert as_json(state(backend, client)) == as_json(expected(changed=False, mode=mode))
        if is_over:
            break
    assert set(outcomes) == {False, True}


@pytest.mark.parametrize("mode", CHANGES)
def test_a_store_that_fails_at_any_step_leaves_all_as_it_was(
    client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    prepare(backend, client)
    store = type(backend.service._open_folder().store)
    stage = store.stage

    def fail(*_: Any) -> None:
        raise StoreError("the disk is full; free some space")

    monkeypatch.setattr(store, "stage", fail)
    job = ended(client, patch_source(client, CHANGES[mode]))
    assert (job["state"], "disk is full" in job["failures"][0]["reason"]) == ("failed", True)
    assert as_json(state(backend, client)) == as_json(expected(changed=False, mode=mode))
    monkeypatch.setattr(store, "stage", stage)
    assert ended(client, patch_source(client, CHANGES[mode]))["state"] == "done"
    assert as_json(state(backend, client)) == as_json(expected(changed=True, mode=mode))


def test_changes_add_up_while_an_earlier_one_waits(client: TestClient, backend: Backend) -> None:
    prepare(backend, client)
    (source,) = client.get("/api/v1/sources").json()["sources"]
    path = f"/api/v1/sources/{source['source_id']}"
    jobs = [client.patch(path, json={"meta": meta}) for meta in ({"tags": ["one"]}, {"url": None}, {"author": "A"})]
    assert [ended(client, job)["state"] for job in jobs] == ["done"] * 3
    assert client.get(f"{path}/meta").json()["meta"] == {"tags": ["one"], "author": "A", "groups": ["staff"]}
    (listed,) = client.get("/api/v1/sources").json()["sources"]
    assert (listed["tags"], listed["url"]) == (["one"], None)


def test_a_cancelled_upload_leaves_no_file_unless_another_job_waits_for_it(
    client: TestClient, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    index = backend.service.index

    def held(*given: Any, **named: Any) -> Any:
        assert go_on.wait(30)
        return index(*given, **named)

    monkeypatch.setattr(backend.service, "index", held)
    running = send_files(client, ("first.md", TEXT))
    lone, twice, again = (send_files(client, (name, TEXT)) for name in ("lone.md", "twice.md", "twice.md"))
    for response in (lone, twice):
        assert client.delete(f"/api/v1/jobs/{response.json()['job_id']}").json()["state"] == "cancelled"
    go_on.set()
    assert [ended(client, each)["state"] for each in (running, again)] == ["done", "done"]
    assert strays(backend, {each.json()["uploads"][0]["source_id"] for each in (running, again)}) == []
    assert sorted(names(client)) == ["first.md", "twice.md"]


def test_a_job_that_was_to_be_cancelled_when_the_service_was_killed_is_cancelled_by_the_next(tmp_path: Path) -> None:
    def work(service: QAService, act: Callable[[Backend, TestClient], None]) -> None:
        with service, open_backend(service) as backend:
            act(backend, TestClient(build_api(backend)))

    def leave(backend: Backend, client: TestClient) -> None:
        assert ended(client, send_files(client, ("a.md", TEXT), tags=["old"]))["state"] == "done"
        (upload,) = backend.jobs.jobs(None, 1)[0].uploads
        job = backend.jobs.prepare([replace(upload, changes='{"tags": ["new"]}')], None)
        with backend.jobs.database.writing() as session:
            session.get_one(JobRow, job.job_id).state = STOPPING
        assert backend.jobs.job(job.job_id, None).state == "running"

    def look(backend: Backend, client: TestClient) -> None:
        until = time.monotonic() + 30
        while (job := client.get("/api/v1/jobs").json()["jobs"][0])["state"] in ("queued", "running"):
            assert time.monotonic() < until
        assert job["state"] == "cancelled"
        assert client.get("/api/v1/sources").json()["sources"][0]["tags"] == ["old"]

    for act in (leave, look):
        work(QAService(Settings(data=tmp_path / "data")), act)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", MODES)
def test_killed_at_any_step_the_next_service_finishes_it_or_finds_all_as_it_was(mode: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.service.move_driver", mode, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=880)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["complaints"] == [], done.stderr
    assert found["kills"] > (4 if mode == "delete" else 10)
