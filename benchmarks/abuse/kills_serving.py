"""What is killed while documents are uploaded, replaced and deleted over HTTP; see :mod:`benchmarks.abuse.kills`."""

import json
import time
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from benchmarks.abuse.kills_indexing import Scenario, halves, opened, prose, state
from pipelines.service import QAService
from service.backend import Backend, open_backend
from ui.api.app import build_api

_TOGETHER = ("a.md", "b.md", "c.md")
"""Sent in one request, which is kept as a whole or not at all."""

_SECONDS = 60.0


def _client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend))


def _send(client: TestClient, names: tuple[str, ...], version: str) -> Any:
    documents = [
        {"name": name, "text": f"Version {version}. {prose(name)}", "meta": {"tags": [version]}} for name in names
    ]
    response = client.post("/api/v1/sources/documents", json={"documents": documents})
    assert response.status_code == 202, response.text
    return response.json()


def _ended(client: TestClient, job_id: str) -> Any:
    until = time.monotonic() + _SECONDS
    while (job := client.get(f"/api/v1/jobs/{job_id}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.005)
    return job


def _prepare(data: Path) -> None:
    with opened(data) as service, open_backend(service) as backend:
        client = _client(backend)
        for names in (_TOGETHER, ("old.md",)):
            assert _ended(client, _send(client, names, "v0")["job_id"])["state"] == "done"


def _work(data: Path) -> None:
    """Replace three documents at once, send a new one, and delete one."""
    accepted = data / "accepted"
    accepted.unlink(missing_ok=True)
    with opened(data) as service, open_backend(service) as backend:
        client = _client(backend)
        job = _send(client, _TOGETHER, "v1")
        accepted.write_text(job["job_id"], "utf-8")
        assert _ended(client, job["job_id"])["state"] == "done"
        assert _ended(client, _send(client, ("new.md",), "v1")["job_id"])["state"] == "done"
        for info in service.sources():
            if info.source == "old.md":
                assert client.delete(f"/api/v1/sources/{info.source_id}").status_code == 200


def _look(data: Path) -> list[str]:
    """What the next service makes of it, once it has ended what was begun."""
    accepted = data / "accepted"
    job_id = accepted.read_text("utf-8") if accepted.exists() else ""
    with opened(data) as service, open_backend(service) as backend:
        client = _client(backend)
        for job in client.get("/api/v1/jobs").json()["jobs"]:
            _ended(client, job["job_id"])
        complaints = halves(service) + _strays(backend) + _mixed(service)
        if job_id:
            job = client.get(f"/api/v1/jobs/{job_id}").json()
            if job.get("state") != "done" or _versions(service) != {"v1"}:
                complaints.append(f"an upload that was accepted is not there: {job.get('state')}, {_versions(service)}")
        return complaints


def _mixed(service: QAService) -> list[str]:
    """Documents of one request of which some are old and some are new, or with the tags of another text."""
    complaints = []
    for info in service.sources():
        text = service.source(info.source_id).text
        if not all(text.startswith(f"Version {tag}.") for tag in info.tags):
            complaints.append(f"{info.source} has the tags {list(info.tags)} and the text {text[:20]!r}")
    if len(_versions(service)) != 1:
        complaints.append(f"one request is kept in part: {sorted(_versions(service))}")
    return complaints


def _versions(service: QAService) -> set[str]:
    together = [info for info in service.sources() if info.source in _TOGETHER]
    if len(together) != len(_TOGETHER):
        return {f"only {len(together)} documents"}
    return {service.source(info.source_id).text.partition(".")[0].removeprefix("Version ") for info in together}


def _strays(backend: Backend) -> list[str]:
    """Uploads on disk that are in no index, or the other way round."""
    held = {path.name for path in backend.uploads.folder.iterdir() if not path.name.startswith(".")}
    known = {info.source_id for info in backend.service.sources()}
    return [f"files of {len(held - known)} uploads that are in no index"] * bool(held - known) + [
        f"{len(known - held)} sources whose files are gone"
    ] * bool(known - held)


def _snapshot(data: Path) -> str:
    with opened(data) as service, open_backend(service) as backend:
        return json.dumps(state(service) | {"strays": _strays(backend)})


SERVING = Scenario(_prepare, _work, _look, _snapshot)
