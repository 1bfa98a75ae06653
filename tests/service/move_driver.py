"""Kills a service at every step of a change of uploads, in children of this process, and tells what went wrong.

Usage: ``python -m tests.service.move_driver groups|tags|send|delete FOLDER``. Prints a JSON object: how many kills
there were, and a list of complaints. The libraries are imported once; nothing is opened before a fork.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from benchmarks.abuse.countdown import KILLED, ticking
from benchmarks.abuse.processes import in_child
from components.stores.catalogue.sources import Catalogue
from components.stores.documents import QuaereDocumentStore
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.job_files import JobFiles
from service.jobs import Jobs
from service.uploads import Uploads
from tests.pipelines.kill_driver import COUNTDOWN
from tests.ui.api.test_sources import ended, send_files
from ui.api.app import build_api

TEXT = "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n"
OLD = {"groups": ["staff"], "tags": ["old"], "url": "https://example.org/old"}
CHANGES: dict[str, dict[str, Any]] = {
    "groups": {"groups": ["public"], "tags": ["new"], "url": None},
    "tags": {"tags": ["new"], "url": None},
}
SENT = {"a.md": TEXT.replace("24", "36"), "b.md": "# Berta pump\n\nThe Berta pump is blue.\n"}
"""Sent together, where the first is there already."""

MODES = (*CHANGES, "send", "delete")
MOST_STEPS = 150
STEPS: dict[Any, tuple[str, ...]] = {
    Uploads: ("receive", "describe", "begin_removal", "remove", "forget_job"),
    JobFiles: ("stage", "install", "put_back"),
    Jobs: ("prepare", "begin", "_moves", "_settle", "_end"),
    os: ("rename", "replace"),
    Catalogue: ("begin", "ready", "finish"),
    QuaereDocumentStore: ("stage", "commit", "remove_source", "flush"),
}


def watch(tick: Callable[[], None]) -> None:
    """Call this after every step of a change."""
    for kind, names in STEPS.items():
        for name in names:
            setattr(kind, name, ticking(getattr(kind, name), tick))


def with_service(data: Path, work: Callable[[Backend, TestClient], None]) -> None:
    """Do something with the service of a data folder, as the holder of a key of the group "staff"."""
    secret = data.parent / f"{data.name}.key"
    with QAService(Settings(data=data)) as service, open_backend(service) as backend:
        if not backend.keys.exist():
            secret.write_text(backend.keys.make("staff", ["read", "write"], ["staff"])[1], "utf-8")
        client = TestClient(build_api(backend), headers={"Authorization": f"Bearer {secret.read_text('utf-8')}"})
        work(backend, client)


def prepare(_: Backend, client: TestClient) -> None:
    """One upload, indexed."""
    assert ended(client, send_files(client, ("a.md", TEXT), **OLD))["state"] == "done"


def state(backend: Backend, client: TestClient) -> dict[str, Any]:
    """What is there: in the index, on disk, and as metadata."""
    sources = client.get("/api/v1/sources").json()["sources"]
    passages = backend.service.similar("warranty of the pump", groups=["staff"], top=20)
    return {
        "sources": [(each["groups"], each["tags"], each["url"]) for each in sources],
        "texts": [backend.service.source(each["source_id"]).text for each in sources],
        "files": [file_text(backend, each["source_id"]) for each in sources],
        "meta": [client.get(f"/api/v1/sources/{each['source_id']}/meta").json()["meta"] for each in sources],
        "strays": strays(backend, {each["source_id"] for each in sources}),
        "passages": len(passages),
        "of_others": len({each.source_id for each in passages} - {each["source_id"] for each in sources}),
    }


def file_text(backend: Backend, source_id: str) -> str:
    path = backend.uploads.path_of(source_id)
    return "" if path is None else path.read_text("utf-8")


def strays(backend: Backend, source_ids: set[str]) -> list[str]:
    """Files of no source, sources without files, and what is left of jobs once they have put away their own."""
    folder = backend.uploads.folder
    until = time.monotonic() + 10
    while (left := list(folder.glob(".*/*"))) and time.monotonic() < until:
        time.sleep(0.01)
    kept = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    return sorted(str(path.relative_to(folder)) for path in left) + sorted(kept ^ source_ids)


def expected(*, changed: bool, mode: str) -> dict[str, Any]:
    texts, fields = [TEXT], OLD
    if changed and mode == "delete":
        texts = []
    elif changed and mode == "send":
        texts, fields = list(SENT.values()), {**OLD, "tags": ["new"]}
    elif changed:
        fields = {**OLD, **CHANGES[mode]}
    meta = {name: value for name, value in fields.items() if value is not None}
    listed = (fields["groups"], fields["tags"], fields["url"])
    return {
        "sources": [listed for _ in texts],
        "texts": [text.replace("# ", "").strip() for text in texts],
        "files": texts,
        "meta": [meta for _ in texts],
        "strays": [],
        "passages": len(texts),
        "of_others": 0,
    }


def change(mode: str) -> Callable[[Backend, TestClient], None]:
    def work(_: Backend, client: TestClient) -> None:
        (source,) = client.get("/api/v1/sources").json()["sources"]
        path = f"/api/v1/sources/{source['source_id']}"
        if mode == "delete":
            assert client.delete(path).json() == {"deleted": 1}
            return
        if mode == "send":
            response = send_files(client, *SENT.items(), **{**OLD, "tags": ["new"]})
        else:
            response = client.patch(path, json={"meta": CHANGES[mode]})
        assert ended(client, response)["state"] == "done"

    return work


def kill(data: Path, mode: str, step: int) -> int:
    """Change the upload and end at this step."""

    def work() -> None:
        watch(COUNTDOWN.tick)

        def changing(backend: Backend, client: TestClient) -> None:
            COUNTDOWN.left = step
            change(mode)(backend, client)
            COUNTDOWN.left = -1

        with_service(data, changing)

    return in_child(work)


def settled(mode: str, told: Path) -> Callable[[Backend, TestClient], None]:
    """What is there once the next service has gone on with what was left."""

    def work(backend: Backend, client: TestClient) -> None:
        until = time.monotonic() + 60
        while any(job["state"] in ("queued", "running") for job in client.get("/api/v1/jobs").json()["jobs"]):
            assert time.monotonic() < until
            time.sleep(0.02)
        found = json.loads(json.dumps(state(backend, client)))
        right = [json.loads(json.dumps(expected(changed=each, mode=mode))) for each in (False, True)]
        told.write_text(json.dumps({"found": found, "which": right.index(found) if found in right else None}), "utf-8")

    return work


def main(mode: str, folder: Path) -> dict[str, Any]:
    complaints, outcomes, told = [], [], folder / "told.json"
    first = folder / "first"
    if in_child(lambda: with_service(first, prepare)) != 0:
        return {"kills": 0, "complaints": ["nothing could be prepared"]}
    for step in range(1, MOST_STEPS):
        data = folder / "data"
        shutil.copytree(first, data)
        shutil.copy(folder / "first.key", folder / "data.key")
        status = kill(data, mode, step)
        if status not in (0, KILLED):
            complaints.append(f"step {step}: exit status {status}")
        if in_child(lambda data=data: with_service(data, settled(mode, told))) != 0:
            complaints.append(f"step {step}: the next service did not end its jobs")
        else:
            outcome = json.loads(told.read_text("utf-8"))
            outcomes.append(outcome["which"])
            if outcome["which"] is None:
                complaints.append(f"step {step}: {outcome['found']}")
        shutil.rmtree(data)
        if status == 0:
            break
    # What is written down as a job is done by the next service; before that, all is as it was.
    if not complaints and (outcomes != sorted(outcomes) or outcomes[-1] != 1):
        complaints.append(f"outcomes: {outcomes}")
    return {"kills": len(outcomes) - 1, "complaints": complaints}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], Path(sys.argv[2]))) + "\n")
