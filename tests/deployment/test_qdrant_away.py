"""A Qdrant server that goes away while a service runs, and comes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from tests.deployment.qdrant_stand_in import QdrantStandIn
from tests.ui.api.test_sources import ended, names, send_files
from ui.api.app import build_api

QUESTION = {"question": "How long is the warranty of the Aria pump?"}
MANUAL = b"The warranty of the Aria pump is 24 months.\n"


@dataclass(frozen=True)
class Served:
    qdrant: QdrantStandIn
    client: TestClient

    def answer(self) -> str:
        found = self.client.post("/api/v1/ask", json=QUESTION)
        assert found.status_code == 200, found.text
        answers = found.json()["answers"]
        return answers[0]["text"] if answers else ""

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Send a file, and give its job when that has ended."""
        return ended(self.client, send_files(self.client, (name, content)))

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/api/v1/sources").json()["sources"]
        return found

    def sources(self) -> list[str]:
        return sorted(names(self.client))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    qdrant = QdrantStandIn()
    with qdrant.serving() as url:
        settings = Settings.load(
            {
                "data": tmp_path / "data",
                "qdrant.engine": "server",
                "qdrant.url": url,
                "qdrant.retries": 0,
                "qdrant.timeout": 2,
            }
        )
        with QAService(settings).open(writable=True) as service, open_backend(service) as backend:
            yield Served(qdrant, TestClient(build_api(backend), raise_server_exceptions=False))


def test_questions_are_refused_while_it_is_away_and_answered_when_it_is_back(served: Served) -> None:
    assert served.upload("manual.md", MANUAL)["state"] == "done"
    assert served.answer() == "24 months"
    assert served.client.get("/health/ready").status_code == 200
    with served.qdrant.away():
        refused = served.client.post("/api/v1/ask", json=QUESTION)
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert "Qdrant" in refused.json()["detail"]
        health = served.client.get("/health/ready")
        assert health.status_code == 503
        assert health.json()["reasons"] == ["The store cannot be used; its log tells more."]
        assert served.client.get("/health/live").status_code == 200
        assert served.client.post("/api/v1/search", json=QUESTION).status_code == 503
    assert served.answer() == "24 months"
    assert served.client.get("/health/ready").status_code == 200


def test_an_upload_meanwhile_ends_with_the_reason_and_leaves_nothing_half_indexed(served: Served) -> None:
    assert served.upload("manual.md", MANUAL)["state"] == "done"
    with served.qdrant.away():
        job = served.upload("other.md", b"The Brio pump weighs 12 kilograms.\n")
        assert job["state"] == "failed"
        assert "Qdrant" in str(job)
    assert served.sources() == ["manual.md"]
    assert served.answer() == "24 months"
    assert served.upload("other.md", b"The Brio pump weighs 12 kilograms.\n")["state"] == "done"
    assert served.sources() == ["manual.md", "other.md"]


def test_a_replacement_meanwhile_keeps_the_old_text(served: Served) -> None:
    assert served.upload("manual.md", MANUAL)["state"] == "done"
    with served.qdrant.away():
        assert served.upload("manual.md", MANUAL.replace(b"24", b"36"))["state"] == "failed"
    assert served.answer() == "24 months"
    assert served.upload("manual.md", MANUAL.replace(b"24", b"36"))["state"] == "done"
    assert served.answer() == "36 months"


def test_the_file_of_a_replacement_that_failed_meanwhile_is_the_old_one_again(served: Served, tmp_path: Path) -> None:
    assert served.upload("manual.md", MANUAL)["state"] == "done"
    with served.qdrant.away():
        failed = served.upload("manual.md", MANUAL.replace(b"24", b"36"))
        assert failed["state"] == "failed"
        assert "Qdrant" in str(failed)
    # Once the index can be asked what it holds, the next job finds out.
    assert served.upload("other.md", b"The Brio pump weighs 12 kilograms.\n")["state"] == "done"
    uploads = tmp_path / "data" / "uploads"
    (source_id,) = [each["source_id"] for each in served.listed() if each["source"] == "manual.md"]
    assert [path.read_bytes() for path in (uploads / source_id).glob("document*")] == [MANUAL]
    assert not list((uploads / ".jobs").glob("*"))
