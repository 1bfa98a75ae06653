"""Sources and jobs over HTTP, on real files: sent, indexed, asked, replaced, looked at, deleted, and never half."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.job_files import JobFiles
from service.jobs import Job
from service.keys import KeyRing
from service.uploads import FOLDER, Upload, sealed
from tests.ui.api.test_access import bearer
from tests.ui.api.test_api import detail_of
from ui.api.app import build_api

MANUAL = "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n\nThe Aria pump weighs 12 kilograms.\n"
QUESTION = "How long is the warranty of the Aria pump?"
SAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    settings = Settings.load({"data": tmp_path / ".quaere", "index.max_file_mb": 1, "service.max_upload_mb": 3})
    with QAService(settings, sandbox=True) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def send_files(client: TestClient, *files: tuple[str, bytes | str], headers: Any = None, **meta: Any) -> Any:
    parts = [
        ("files", (name, content if isinstance(content, bytes) else content.encode("utf-8"))) for name, content in files
    ]
    return client.post("/api/v1/sources/files", files=parts, data={"meta": json.dumps(meta)}, headers=headers)


def ended(client: TestClient, response: Any, headers: Any = None) -> dict[str, Any]:
    """The job of a response, once it has ended."""
    assert response.status_code == 202, response.text
    job_id = response.json()["job_id"]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job = client.get(f"/api/v1/jobs/{job_id}", headers=headers).json()
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def names(client: TestClient, headers: Any = None) -> list[str]:
    return [each["source"] for each in client.get("/api/v1/sources", headers=headers).json()["sources"]]


def answer(client: TestClient, question: str, headers: Any = None) -> dict[str, Any] | None:
    body = {"question": question, "threshold": 0, "top": 1}
    answers = client.post("/api/v1/ask", json=body, headers=headers).json()["answers"]
    return answers[0] if answers else None


def test_a_file_is_asked_after_its_job(client: TestClient) -> None:
    job = ended(client, send_files(client, ("Aria [manual].md", MANUAL), url="https://example.org/aria"))
    assert (job["state"], job["done"], job["failures"]) == ("done", 1, [])
    assert job["passages"] == 1
    assert 0 < job["seconds"] < 60
    found = answer(client, QUESTION)
    assert found is not None
    assert (found["text"], found["source"], found["url"]) == (
        "24 months",
        "Aria [manual].md",
        "https://example.org/aria",
    )
    (source,) = client.get("/api/v1/sources").json()["sources"]
    assert source["source_id"] == job["uploads"][0]["source_id"]
    assert (source["title"], source["format"], source["groups"]) == ("Aria pump", "markdown", ["public"])
    assert client.get(f"/api/v1/sources/{source['source_id']}").json() == source


def test_a_name_sent_again_is_replaced_as_a_whole(client: TestClient) -> None:
    first = ended(client, send_files(client, ("a.md", MANUAL)))
    second = ended(client, send_files(client, ("a.md", MANUAL.replace("24", "36"))))
    assert first["uploads"] == second["uploads"]
    assert names(client) == ["a.md"]
    found = answer(client, QUESTION)
    assert found is not None
    assert found["text"] == "36 months"


def test_a_name_need_not_be_one_that_the_file_system_can_write(client: TestClient, backend: Backend) -> None:
    job = ended(client, send_files(client, ("Приказ №1 “насос”.md", MANUAL)))
    assert (job["state"], job["failures"]) == ("done", [])
    assert names(client) == ["Приказ №1 “насос”.md"]
    assert all(path.name.isascii() for path in backend.uploads.folder.rglob("*"))
    body = {"question": 'source:"Приказ №1 “насос”.md" How long is the warranty?', "threshold": 0}
    assert "24 months" in client.post("/api/v1/ask", json=body).json()["answers"][0]["text"]


def test_texts_have_names_addresses_and_metadata(client: TestClient) -> None:
    documents = [
        {"name": "Returns", "text": "Goods can be returned within 14 days.", "url": "https://example.org/returns"},
        {"name": "pump.html", "text": "<h1>Pump</h1><p>The pump weighs 12 kg.</p>", "meta": {"tags": ["pumps"]}},
    ]
    job = ended(client, client.post("/api/v1/sources/documents", json={"documents": documents}))
    assert job["state"] == "done", job
    found = answer(client, "How long can goods be returned?")
    assert found is not None
    expected = ("within 14 days", "Returns", "https://example.org/returns")
    assert (found["text"], found["source"], found["url"]) == expected
    tagged = {"field": "meta.tags", "operator": "in", "value": ["pumps"]}
    body = {"question": "How heavy is it?", "filters": tagged}
    passages = client.post("/api/v1/search", json=body).json()["passages"]
    assert [passage["source"] for passage in passages] == ["pump.html"]


def test_a_place_is_read_with_what_stands_around_it(client: TestClient) -> None:
    ended(client, send_files(client, ("a.md", MANUAL)))
    found = answer(client, QUESTION)
    assert found is not None
    (source,) = client.get("/api/v1/sources").json()["sources"]
    place = {"start": found["start"], "end": found["end"], "around": 13}
    excerpt = client.get(f"/api/v1/sources/{source['source_id']}/text", params=place).json()
    assert (excerpt["before"], excerpt["text"], excerpt["after"]) == ("Aria pump is ", "24 months", ".\n\nThe Aria p")
    assert excerpt["heading"] == "Aria pump"
    beyond = {"start": 10_000, "end": 10_001}
    assert "no place" in detail_of(client.get(f"/api/v1/sources/{source['source_id']}/text", params=beyond), 422)


def test_a_page_is_drawn_with_the_answer_marked(client: TestClient, tmp_path: Path) -> None:
    pdf = next(SAMPLES.rglob("*.pdf"))
    ended(client, send_files(client, (pdf.name, pdf.read_bytes())))
    found = answer(client, "What is the lowest flow temperature for cooling?")
    assert found is not None
    assert found["page"]
    (source,) = client.get("/api/v1/sources").json()["sources"]
    url = f"/api/v1/sources/{source['source_id']}/pages/{found['page']}"
    plain = client.get(url, params={"width": 400})
    marked = client.get(url, params={"width": 400, "start": found["start"], "end": found["end"]})
    assert marked.headers["content-type"] == "image/png"
    pictures = []
    for number, response in enumerate((plain, marked)):
        file = tmp_path / f"{number}.png"
        file.write_bytes(response.content)
        pictures.append(Image.open(file).convert("RGB"))
    assert pictures[0].size == pictures[1].size
    assert pictures[0].width == 400
    before, after = (np.asarray(picture, np.int16) for picture in pictures)
    differing = after[(before != after).any(axis=2)]
    assert 20 < len(differing) < 5000
    assert (differing[:, 0] > differing[:, 2] + 40).all()  # yellow
    assert "pages" in detail_of(client.get(f"/api/v1/sources/{source['source_id']}/pages/999"), 422)
    # What is on disk is not what was indexed any more.
    next((tmp_path / ".quaere" / FOLDER).rglob("*.pdf")).write_bytes(pdf.read_bytes() + b"\n")
    assert "changed" in detail_of(client.get(url), 422)


def test_words_behind_the_page_s_end_stand_on_the_next_page(client: TestClient) -> None:
    pdf = next(SAMPLES.rglob("*.pdf"))
    ended(client, send_files(client, (pdf.name, pdf.read_bytes())))
    found = client.post("/api/v1/search", json={"question": "On which servers are measurements stored?"}).json()
    passage = next(each for each in found["passages"] if "stored on servers in the European" in each["text"])
    (source,) = client.get("/api/v1/sources").json()["sources"]
    url = f"/api/v1/sources/{source['source_id']}"
    for words, page in (("stored on servers", passage["page"]), ("13 months", passage["page"] + 1)):
        start = passage["start"] + passage["text"].index(words)
        place = {"start": start, "end": start + len(words)}
        excerpt = client.get(f"{url}/text", params=place | {"around": 5}).json()
        assert (excerpt["text"], excerpt["page"]) == (words, page)
        pictures = [
            client.get(f"{url}/pages/{number}", params=place | {"width": 300}).content
            == client.get(f"{url}/pages/{number}", params={"width": 300}).content
            for number in (passage["page"], passage["page"] + 1)
        ]
        assert pictures == [page != passage["page"], page == passage["page"]]  # marked on its own page alone


def test_a_source_that_is_no_pdf_has_no_pages(client: TestClient) -> None:
    job = ended(client, send_files(client, ("a.md", MANUAL)))
    url = f"/api/v1/sources/{job['uploads'][0]['source_id']}/pages/1"
    assert "no PDF" in detail_of(client.get(url), 422)


def test_a_deleted_source_is_gone_with_its_file(client: TestClient, backend: Backend) -> None:
    job = ended(client, send_files(client, ("a.md", MANUAL), ("b.md", "The Berta pump is red.")))
    first = job["uploads"][0]["source_id"]
    assert client.delete(f"/api/v1/sources/{first}").json() == {"deleted": 1}
    assert names(client) == ["b.md"]
    (kept,) = backend.uploads.folder.rglob("*.md")
    assert kept.read_text("utf-8") == "The Berta pump is red."
    for request in ("get", "delete"):
        detail_of(getattr(client, request)(f"/api/v1/sources/{first}"), 404)
    detail_of(client.get(f"/api/v1/sources/{first}/text"), 404)


def test_files_of_the_server_stay_when_their_source_is_deleted(
    client: TestClient, backend: Backend, tmp_path: Path
) -> None:
    file = tmp_path / "own.md"
    file.write_text(MANUAL, "utf-8")
    backend.service.index([str(file)])
    (source,) = client.get("/api/v1/sources").json()["sources"]
    assert client.delete(f"/api/v1/sources/{source['source_id']}").status_code == 200
    assert file.read_text("utf-8") == MANUAL
    assert names(client) == []


def test_one_bad_file_among_good_ones_is_named_and_leaves_nothing(client: TestClient, backend: Backend) -> None:
    program = b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8
    job = ended(client, send_files(client, ("good.md", MANUAL), ("bad.pdf", program), ("empty.txt", "")))
    assert job["state"] == "done"
    assert {each["name"]: each["reason"] for each in job["failures"]}.keys() == {"bad.pdf", "empty.txt"}
    assert "seems to be" in next(each["reason"] for each in job["failures"] if each["name"] == "bad.pdf")
    assert names(client) == ["good.md"]
    assert sorted(path.name for path in backend.uploads.folder.rglob("*.*") if path.is_file()) == [
        "document.md",
        "quaere.meta.toml",
    ]
    alone = ended(client, send_files(client, ("bad.pdf", program)))
    assert alone["state"] == "failed"


def test_a_damaged_new_version_leaves_the_former_one(client: TestClient) -> None:
    pdf = next(SAMPLES.rglob("*.pdf"))
    ended(client, send_files(client, ("manual.pdf", pdf.read_bytes())))
    job = ended(client, send_files(client, ("manual.pdf", b"%PDF-1.7 broken")))
    assert job["state"] == "failed"
    assert names(client) == ["manual.pdf"]
    assert answer(client, "What is the lowest flow temperature for cooling?") is not None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.md", "path"),
        ("/etc/passwd.txt", "path"),
        ("a\\b.md", "path"),
        ("..", "path"),
        (".hidden.md", "path"),
        ("quaere.meta.toml", "settings"),
        ("a\x00b.md", "visible"),
        ("x" * 300 + ".md", "200 bytes"),
        (" ", "visible"),
        ("program.exe", "not supported"),
        ("noending", "not supported"),
    ],
)
def test_names_that_are_none(client: TestClient, backend: Backend, name: str, said: str) -> None:
    if name == "noending":
        response = send_files(client, (name, MANUAL))
    else:
        response = client.post("/api/v1/sources/documents", json={"documents": [{"name": name, "text": MANUAL}]})
        if name == "program.exe":
            assert ended(client, response)["state"] == "done"  # a text may be called so
            return
    assert said in detail_of(response, 422)
    assert not backend.uploads.folder.exists()


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ("no json", "JSON"),
        ("[]", "object"),
        ('{"groups": []}', "groups"),
        ('{"groups": ["staff"]}', "not a member"),
        ('{"source": "x"}', "source"),
        ('{"valid_until": "soon"}', "valid_until"),
    ],
)
def test_metadata_that_cannot_be_used(client: TestClient, backend: Backend, meta: str, said: str) -> None:
    files = [("files", ("a.md", MANUAL.encode("utf-8")))]
    assert said in detail_of(client.post("/api/v1/sources/files", files=files, data={"meta": meta}), 422)
    assert not backend.uploads.folder.exists()


def test_what_is_too_large_is_refused_and_leaves_nothing(client: TestClient, backend: Backend) -> None:
    assert "large.txt" in detail_of(send_files(client, ("large.txt", b"a" * 1_000_001)), 422)
    parts = [(f"{number}.txt", b"a" * 900_000) for number in range(4)]
    detail_of(send_files(client, *parts), 413)
    detail_of(send_files(client, ("a.md", MANUAL), ("a.md", MANUAL)), 422)
    assert [path for path in backend.uploads.folder.rglob("*") if path.is_file()] == []
    assert client.get("/api/v1/jobs").json() == {"jobs": []}


def test_groups_are_the_senders_and_nobody_else_knows(backend: Backend) -> None:
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    _, staff = backend.keys.make("staff", ["read", "write"], ["staff"])
    _, board = backend.keys.make("board", ["read", "write"], ["board"])
    _, reader = backend.keys.make("reader", ["read"], ["staff"])
    job = ended(client, send_files(client, ("plan.md", MANUAL), headers=bearer(staff)), bearer(staff))
    other = MANUAL.replace("24", "99")
    ended(client, send_files(client, ("plan.md", other), headers=bearer(board)), bearer(board))
    own, foreign = job["uploads"][0]["source_id"], bearer(board)
    for secret, wanted in ((staff, "24 months"), (reader, "24 months"), (board, "99 months")):
        found = answer(client, QUESTION, bearer(secret))
        assert found is not None
        assert found["text"] == wanted
        listing = client.get("/api/v1/sources", headers=bearer(secret)).json()
        assert listing["total"] == len(listing["sources"]) == 1
    for path in (own, f"{own}/text", f"{own}/pages/1"):
        detail_of(client.get(f"/api/v1/sources/{path}", headers=foreign), 404)
    detail_of(client.delete(f"/api/v1/sources/{own}", headers=foreign), 404)
    detail_of(client.get(f"/api/v1/jobs/{job['job_id']}", headers=foreign), 404)
    detail_of(client.delete(f"/api/v1/jobs/{job['job_id']}", headers=foreign), 404)
    assert own not in client.get("/api/v1/jobs", headers=foreign).text
    detail_of(client.delete(f"/api/v1/sources/{own}", headers=bearer(reader)), 403)
    detail_of(send_files(client, ("x.md", MANUAL), headers=bearer(reader)), 403)
    shared = send_files(client, ("all.md", "The Berta pump is red."), headers=bearer(staff), groups=["public", "staff"])
    ended(client, shared, bearer(staff))
    (seen,) = client.get("/api/v1/sources?contains=all", headers=foreign).json()["sources"]
    assert seen["groups"] == ["public"]


def test_the_same_file_twice_at_once_is_there_once(client: TestClient) -> None:
    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(lambda _: send_files(client, ("a.md", MANUAL)), range(4)))
    assert {ended(client, response)["state"] for response in responses} == {"done"}
    assert names(client) == ["a.md"]
    found = answer(client, QUESTION)
    assert found is not None
    assert len(found["support"]) == 1


def test_a_cancelled_job_ends_and_what_was_indexed_stays(client: TestClient, backend: Backend) -> None:
    begun, go_on = threading.Event(), threading.Event()
    index = backend.service.index

    def slowly(*args: Any, **options: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return index(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend.service, "index", slowly)
        running = send_files(client, ("a.md", MANUAL)).json()["job_id"]
        assert begun.wait(30)
        queued = send_files(client, ("b.md", MANUAL)).json()["job_id"]
        assert client.get(f"/api/v1/jobs/{running}").json()["state"] == "running"
        assert client.delete(f"/api/v1/jobs/{queued}").json()["state"] == "cancelled"
        client.delete(f"/api/v1/jobs/{running}")
        go_on.set()
        until = time.monotonic() + 30
        while (state := client.get(f"/api/v1/jobs/{running}").json()["state"]) == "running":
            assert time.monotonic() < until
    assert state == "cancelled"
    assert client.delete(f"/api/v1/jobs/{running}").json()["state"] == "cancelled"
    assert ended(client, send_files(client, ("c.md", MANUAL)))["state"] == "done"
    assert names(client) == ["c.md"]


def kept_job(backend: Backend, contents: Mapping[str, str], arrived: int | None = None) -> Job:
    """Written down, with as many of its files as have arrived, and not begun: as after a kill."""
    fields = {"groups": ["public"]}
    received = [backend.uploads.receive(io.BytesIO(text.encode("utf-8")), 1_000_000) for text in contents.values()]
    places = [
        sealed(backend.uploads.place(name, ["public"]), file, fields)
        for name, file in zip(contents, received, strict=True)
    ]
    job = backend.jobs.prepare(places, None)
    files = JobFiles(backend.uploads, job.job_id)
    for file, place in list(zip(received, places, strict=True))[:arrived]:
        files.stage(file, place, fields)
    return job


def followed(client: TestClient, job_id: str) -> dict[str, Any]:
    until = time.monotonic() + 60
    while (now := client.get(f"/api/v1/jobs/{job_id}").json())["state"] in ("queued", "running"):
        assert time.monotonic() < until
        time.sleep(0.01)
    return now


def test_jobs_that_a_stop_left_are_finished_by_the_next_start(tmp_path: Path) -> None:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        job = kept_job(backend, {"a.md": MANUAL, "b.md": "The Berta pump is red."})
        half = backend.uploads.receive(io.BytesIO(b"half"), 1_000_000).path
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        client = TestClient(build_api(backend))
        now = followed(client, job.job_id)
        assert (now["state"], now["failures"]) == ("done", [])
        assert names(client) == ["a.md", "b.md"]
        assert not half.exists()


@pytest.mark.parametrize("arrived", [0, 1, 2])
def test_of_a_job_that_did_not_arrive_as_a_whole_nothing_is_kept(tmp_path: Path, arrived: int) -> None:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        client = TestClient(build_api(backend))
        assert ended(client, send_files(client, ("b.md", "The Berta pump is red."), tags=["old"]))["state"] == "done"
        contents = {"a.md": MANUAL, "b.md": "The Berta pump is blue.", "c.md": "The Carla pump is green."}
        job = kept_job(backend, contents, arrived)
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        client = TestClient(build_api(backend))
        now = followed(client, job.job_id)
        assert now["state"] == "failed"
        lost = [each["name"] for each in now["failures"] if each["reason"].startswith("did not arrive as a whole")]
        assert lost == list(contents)[arrived:]
        assert {each["name"] for each in now["failures"]} == set(contents)
        (source,) = client.get("/api/v1/sources").json()["sources"]
        assert (source["source"], source["tags"]) == ("b.md", ["old"])
        (file,) = (path for path in backend.uploads.folder.rglob("*") if path.suffix == ".md")
        assert file.read_text("utf-8") == "The Berta pump is red."


def test_metadata_of_an_upload_are_changed_and_indexed_again(client: TestClient) -> None:
    job = ended(client, send_files(client, ("a.md", MANUAL), tags=["pumps"], url="https://example.org/old"))
    path = f"/api/v1/sources/{job['uploads'][0]['source_id']}"
    assert client.get(f"{path}/meta").json()["meta"] == {
        "tags": ["pumps"],
        "url": "https://example.org/old",
        "groups": ["public"],
    }
    changes = {"meta": {"url": None, "tags": ["pumps", "2026"], "valid_until": "2999-01-01"}}
    changed = ended(client, client.patch(path, json=changes))
    assert (changed["state"], changed["uploads"]) == ("done", job["uploads"])
    assert client.get(f"{path}/meta").json()["meta"] == {
        "tags": ["pumps", "2026"],
        "valid_until": "2999-01-01T23:59:59+00:00",
        "groups": ["public"],
    }
    body = {"question": QUESTION, "threshold": 0, "filters": {"field": "meta.tags", "operator": "==", "value": "2026"}}
    (found,) = client.post("/api/v1/ask", json={**body, "top": 1}).json()["answers"]
    assert (found["text"], found["url"]) == ("24 months", None)
    assert names(client) == ["a.md"]


def test_other_groups_make_another_source_and_the_first_one_goes(backend: Backend, keys: KeyRing) -> None:
    client = TestClient(build_api(replace(backend, keys=keys)), raise_server_exceptions=False)
    writer = {"Authorization": f"Bearer {keys.make('w', ['read', 'write'], ['board', 'staff'])[1]}"}
    other = {"Authorization": f"Bearer {keys.make('o', ['read', 'write'], ['sales'])[1]}"}
    first = ended(client, send_files(client, ("a.md", MANUAL), headers=writer, groups=["public"]), writer)
    before = first["uploads"][0]["source_id"]
    assert names(client, other) == ["a.md"]
    moved = client.patch(f"/api/v1/sources/{before}", json={"meta": {"groups": ["board"]}}, headers=writer)
    after = ended(client, moved, writer)["uploads"][0]["source_id"]
    assert after != before
    assert (names(client, writer), names(client, other)) == (["a.md"], [])
    assert answer(client, QUESTION, other) is None
    found = answer(client, QUESTION, writer)
    assert found is not None and found["text"] == "24 months"
    assert [path.name for path in backend.uploads.folder.iterdir() if not path.name.startswith(".")] == [after]
    foreign = client.patch(f"/api/v1/sources/{after}", json={"meta": {"groups": ["sales"]}}, headers=writer)
    assert foreign.status_code == 422 and "not a member" in foreign.json()["detail"]
    assert client.patch(f"/api/v1/sources/{after}", json={}, headers=other).status_code == 404
    assert client.get(f"/api/v1/sources/{after}/meta", headers=other).status_code == 404
    ended(client, send_files(client, ("a.md", MANUAL), headers=writer, groups=["staff"]), writer)
    taken = client.patch(f"/api/v1/sources/{after}", json={"meta": {"groups": ["staff"]}}, headers=writer)
    assert taken.status_code == 422 and "have a document of this name already" in taken.json()["detail"]


def test_metadata_that_cannot_be_used_are_refused(client: TestClient) -> None:
    wrong = ended(client, send_files(client, ("a.md", MANUAL)))["uploads"][0]["source_id"]
    for meta in ({"tags": 7}, {"source_id": "x"}, {"valid_until": "never"}):
        assert client.patch(f"/api/v1/sources/{wrong}", json={"meta": meta}).status_code == 422
    found = client.get(f"/api/v1/sources/{wrong}/meta").json()
    assert found == {"meta": {"groups": ["public"]}, "uploaded": True, "overrides": []}


_SERVE = """
import sys, time
from pathlib import Path
from pipelines.service import QAService
from pipelines.settings import Settings
from tests.ui.api.test_sources import kept_job
from service.backend import open_backend
with QAService(Settings(data=Path(sys.argv[1]))) as service, open_backend(service) as backend:
    text = Path(sys.argv[2]).read_text("utf-8")
    job = kept_job(backend, {f"{n}.md": text for n in range(40)})
    backend.jobs.begin(job)
    print(job.job_id, flush=True)
    time.sleep(60)
"""


def test_a_killed_service_goes_on_with_its_job(tmp_path: Path) -> None:
    manual = tmp_path / "manual.md"
    manual.write_text(MANUAL * 30, "utf-8")
    command = [sys.executable, "-c", _SERVE, str(tmp_path / "data"), str(manual)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=SAMPLES.parent) as process:
        assert process.stdout is not None
        job_id = process.stdout.readline().strip()
        time.sleep(0.7)
        os.kill(process.pid, signal.SIGKILL)
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
        client = TestClient(build_api(backend))
        until = time.monotonic() + 120
        while (job := client.get(f"/api/v1/jobs/{job_id}").json())["state"] in ("queued", "running"):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert (job["state"], job["failures"]) == ("done", [])
        assert len(names(client)) == 40


def test_an_upload_keeps_its_identity_when_the_data_folder_moves(tmp_path: Path) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    with QAService(Settings(data=first)) as service, open_backend(service) as backend:
        ended(TestClient(build_api(backend)), send_files(TestClient(build_api(backend)), ("a.md", MANUAL)))
    first.rename(second)
    with QAService(Settings(data=second)) as service, open_backend(service) as backend:
        client = TestClient(build_api(backend))
        assert ended(client, send_files(client, ("a.md", MANUAL.replace("24", "36"))))["state"] == "done"
        assert names(client) == ["a.md"]


def test_uploads_of_others_are_never_removed_by_a_made_up_id(backend: Backend, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text(MANUAL, "utf-8")
    for made_up in ("../outside", str(outside), "..", "", ".", "x"):
        backend.uploads.remove([made_up])
        assert backend.uploads.path_of(made_up) is None
    assert (outside / "a.md").is_file()
    assert replace(Upload("a", "b", "c"), name="d").identity.source == "d"


def test_passages_and_questions_like_a_text_or_a_passage(client: TestClient, backend: Backend) -> None:
    rows = [
        ("How do I pay?", "By card."),
        ("Which colours are there?", "Red and blue."),
        ("What is the price?", "9 euros."),
    ]
    faq = "\n".join(json.dumps({"question": question, "answer": given}) for question, given in rows)
    sent = send_files(client, ("a.md", MANUAL), ("b.md", "The Berta pump weighs nine kilograms."), ("faq.jsonl", faq))
    ended(client, sent)
    _, staff = backend.keys.make("staff", ["read", "write"], ["staff"])
    ended(
        client,
        send_files(
            client,
            (
                "c.md",
                "Pumps weigh much.",
            ),
            headers=bearer(staff),
        ),
        bearer(staff),
    )
    _, public = backend.keys.make("public", ["read"])

    def similar(secret: str = public, **body: Any) -> list[str]:
        found = client.post("/api/v1/similar", json=body, headers=bearer(secret)).json()["passages"]
        assert [each["scores"]["dense"] for each in found] == sorted(
            (each["scores"]["dense"] for each in found), reverse=True
        )
        return [each["text"].split("\n")[0] for each in found]

    assert similar(text="What ways of payment do you accept?", kind="questions")[0] == "How do I pay?"
    assert len(similar(text="payment", kind="questions", top=2)) == 2
    assert similar(text="How heavy is the Berta pump?")[0] == "The Berta pump weighs nine kilograms."
    assert "Pumps weigh much." in similar(staff, text="Pumps weigh much.")
    assert "Pumps weigh much." not in similar(text="Pumps weigh much.", top=30)
    berta = sent.json()["uploads"][1]["source_id"]
    alike = similar(source_id=berta, start=3)
    assert alike[0] == "Aria pump"
    assert "The Berta pump weighs nine kilograms." not in alike
    for body, status in (
        ({}, 422),
        ({"text": "x", "source_id": berta, "start": 0}, 422),
        ({"source_id": berta}, 422),
        ({"source_id": berta, "start": 10_000}, 404),
        ({"source_id": "unknown", "start": 0}, 404),
        ({"text": "x", "kind": "answers"}, 422),
    ):
        detail_of(client.post("/api/v1/similar", json=body, headers=bearer(public)), status)


def test_rows_for_others_are_not_read_through_their_source(
    client: TestClient, backend: Backend, tmp_path: Path
) -> None:
    rows = [
        {"question": "What does it cost?", "answer": "480 euros for all."},
        {"question": "What is the margin?", "answer": "12 percent, says staff.", "groups": ["staff"]},
        {"question": "Which colours?", "answer": "Red and blue."},
    ]
    mixed, closed = tmp_path / "mixed.jsonl", tmp_path / "closed.jsonl"
    mixed.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    closed.write_text(json.dumps(rows[1]), "utf-8")
    assert backend.service.index([str(mixed), str(closed)]).failures == ()
    (source,) = client.get("/api/v1/sources").json()["sources"]
    assert (Path(source["source"]).name, source["passages"]) == ("mixed.jsonl", 2)
    whole = backend.service.source(str(mixed)).text
    url, at = f"/api/v1/sources/{source['source_id']}", whole.index("12 percent")
    before = client.get(f"{url}/text", params={"start": 0, "end": 4, "around": 5000}).json()
    assert before["before"] + before["text"] + before["after"] == whole[: whole.index("What is the margin?")]
    after = client.get(f"{url}/text", params={"start": whole.index("Red"), "around": 5000}).json()
    assert after["before"] + after["after"] == whole[whole.index("staff.") + len("staff.") :]
    for start, end in ((at, at + 2), (0, len(whole)), (at, at)):
        detail_of(client.get(f"{url}/text", params={"start": start, "end": end}), 422)
    assert str(len(whole)) not in detail_of(client.get(f"{url}/text", params={"start": 9999}), 422)
    detail_of(client.post("/api/v1/similar", json={"source_id": source["source_id"], "start": at}), 404)
    marked = {"source_id": source["source_id"], "start": at, "end": at + 2}
    said = {"question": "Margin?", "verdict": "right", "answer": marked}
    detail_of(client.post("/api/v1/feedback", json=said), 422)
    staff = bearer(backend.keys.make("staff", ["read"], ["staff"])[1])
    assert client.get("/api/v1/sources", headers=staff).json()["total"] == 2
    assert client.get(f"{url}/text", params={"start": at, "end": at + 10}, headers=staff).json()["text"] == "12 percent"
