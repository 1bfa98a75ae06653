"""What the list of sources tells of each: tags, address, time of upload, pages; and how it is narrowed by them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_sources import MANUAL, SAMPLES, ended, send_files
from ui.api.app import build_api


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / ".quaere"), sandbox=True) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def test_the_list_tells_tags_address_and_time_of_upload(client: TestClient, backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text(
        "---\ntags: [pumps, own]\nurl: https://example.org/own\n---\nIt is blue.\n", "utf-8"
    )
    (tmp_path / "manual.pdf").write_bytes((SAMPLES / "knowledge_base" / "user-manual.pdf").read_bytes())
    backend.service.index([str(tmp_path / "own.md"), str(tmp_path / "manual.pdf")])
    before = datetime.now(UTC).replace(microsecond=0)
    meta = {"tags": ["pumps", "Q1"], "url": "https://example.org/sent"}
    assert ended(client, send_files(client, ("sent.md", MANUAL), **meta))["state"] == "done"
    found = {each["source"].rpartition("/")[2]: each for each in client.get("/api/v1/sources").json()["sources"]}
    facts = {name: (each["tags"], each["url"], each["pages"]) for name, each in found.items()}
    assert facts == {
        "own.md": (["pumps", "own"], "https://example.org/own", None),
        "manual.pdf": (found["manual.pdf"]["tags"], None, 12),
        "sent.md": (["pumps", "Q1"], "https://example.org/sent", None),
    }
    assert found["own.md"]["uploaded_at"] is None
    sent = datetime.fromisoformat(found["sent.md"]["uploaded_at"])
    assert before <= sent <= datetime.now(UTC)

    def tagged(*tags: str, contains: str = "") -> list[str]:
        listed = client.get("/api/v1/sources", params={"tag": list(tags), "contains": contains}).json()
        assert listed["total"] == len(listed["sources"])
        return sorted(each["source"].rpartition("/")[2] for each in listed["sources"])

    assert tagged("pumps") == ["own.md", "sent.md"]
    assert tagged("pumps", "Q1") == ["sent.md"]
    assert tagged("pumps", contains="own") == ["own.md"]
    assert tagged("PUMPS") == tagged("nothing") == []


def test_the_list_tells_what_did_not_read_well(client: TestClient, backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("# Pump\n\n" + "It is \ufffd\ue001. " * 60, "utf-8")
    (tmp_path / "good.md").write_text("# Pump\n\nIt is blue.\n", "utf-8")
    backend.service.index([str(tmp_path / "bad.md"), str(tmp_path / "good.md")])
    listed = client.get("/api/v1/sources", params={"flawed": True}).json()
    (bad,) = listed["sources"]
    assert listed["total"] == 1
    finding = bad["findings"][0]
    assert (finding["kind"], finding["fault"]) == ("garbled", True)
    assert finding["text"].endswith("of the text is garbage")
    assert "text recognition" in finding["advice"]
    assert client.get(f"/api/v1/sources/{bad['source_id']}").json()["findings"] == bad["findings"]
    every = {
        each["source"].rpartition("/")[2]: each["findings"] for each in client.get("/api/v1/sources").json()["sources"]
    }
    assert every == {"bad.md": bad["findings"], "good.md": []}
