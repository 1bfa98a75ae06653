"""What a file that was sent says of its readers holds for its sender's own groups only; others are refused, by row."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_access import bearer
from tests.ui.api.test_sources import ended, names, send_files
from ui.api.app import build_api

FACT = "The margin of the Aria pump is 12 percent."


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as opened:
        yield opened


def workbook(group: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["fact", "groups"])
    book.active.append(["The pump is red.", "public"])
    book.active.append([FACT, group])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def contents(group: str) -> dict[str, bytes | str]:
    rows = [{"text": "The pump is red."}, {"text": FACT, "groups": [group]}]
    faq = [{"question": "What is the margin?", "answer": FACT, "groups": [group]}]
    return {
        "rows.jsonl": "\n".join(map(json.dumps, rows)),
        "rows.json": json.dumps(rows),
        "faq.json": json.dumps(faq),
        "rows.csv": f"fact,groups\nThe pump is red.,public\n{FACT},{group}\n",
        "rows.xlsx": workbook(group),
        "front.md": f"---\ngroups: [{group}]\n---\n{FACT}\n",
        "beside.json": json.dumps({"groups": [group], "records": rows[:1]}),
    }


@pytest.mark.parametrize("name", contents(""))
def test_a_file_names_its_senders_groups_only(backend: Backend, name: str) -> None:
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    sender = bearer(backend.keys.make("sender", ["read", "write"], ["a", "c"])[1])
    refused = ended(client, send_files(client, (name, contents("board")[name]), headers=sender), sender)
    assert refused["state"] == "failed"
    (failure,) = refused["failures"]
    assert "groups of which its sender is no member (board)" in failure["reason"]
    row = {"rows.xlsx": "row 3", "faq.json": "row 1", "front.md": "", "beside.json": ""}.get(name, "row 2")
    assert row in failure["reason"]
    assert names(client, sender) == []
    for group in ("a", "public"):
        kept = ended(client, send_files(client, (name, contents(group)[name]), headers=sender), sender)
        assert (kept["state"], kept["failures"]) == ("done", [])
    assert names(client, sender) == [name]


def test_a_former_version_stays_and_a_command_of_the_owner_is_free(backend: Backend, tmp_path: Path) -> None:
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    sender = bearer(backend.keys.make("sender", ["read", "write"], ["a"])[1])
    ended(client, send_files(client, ("rows.csv", contents("a")["rows.csv"]), headers=sender), sender)
    again = ended(client, send_files(client, ("rows.csv", contents("board")["rows.csv"]), headers=sender), sender)
    assert again["state"] == "failed"
    assert names(client, sender) == ["rows.csv"]
    # Its fields change without its content being sent, by somebody who is not in all of its groups.
    (source,) = client.get("/api/v1/sources", headers=sender).json()["sources"]
    path = f"/api/v1/sources/{source['source_id']}"
    assert ended(client, client.patch(path, json={"meta": {"tags": ["x"]}}, headers=sender), sender)["state"] == "done"
    own = tmp_path / "own.csv"
    own.write_text(str(contents("board")["rows.csv"]), "utf-8")
    assert backend.service.index([str(own)]).failures == ()
