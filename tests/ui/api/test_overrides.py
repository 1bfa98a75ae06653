"""Metadata of files of the server's own, set over HTTP: above what their files and folders say, and for good."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_access import bearer
from tests.ui.api.test_api import detail_of
from tests.ui.api.test_sources import MANUAL, ended
from ui.api.app import build_api

OWN = f"---\ntags: [own]\nurl: https://example.org/own\n---\n{MANUAL}"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "own.md").write_text(OWN, "utf-8")
    return folder


@pytest.fixture
def backend(tmp_path: Path, docs: Path) -> Iterator[Backend]:
    with QAService(Settings(data=tmp_path / ".quaere")) as service, open_backend(service) as opened:
        service.index([str(docs)])
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def listed(client: TestClient, headers: Any = None) -> list[tuple[list[str], str | None, list[str]]]:
    found = client.get("/api/v1/sources", headers=headers).json()["sources"]
    return [(each["tags"], each["url"], each["groups"]) for each in found]


def path_of(client: TestClient, headers: Any = None) -> str:
    (source,) = client.get("/api/v1/sources", headers=headers).json()["sources"]
    return f"/api/v1/sources/{source['source_id']}"


def change(client: TestClient, headers: Any = None, **meta: Any) -> dict[str, Any]:
    return ended(client, client.patch(path_of(client, headers), json={"meta": meta}, headers=headers), headers)


def test_what_is_set_holds_above_the_file_until_it_is_taken_back(
    client: TestClient, backend: Backend, docs: Path
) -> None:
    path, index = path_of(client), backend.service.index
    described = client.get(f"{path}/meta").json()
    assert described == {
        "meta": {"tags": ["own"], "url": "https://example.org/own", "groups": ["public"]},
        "uploaded": False,
        "overrides": [],
    }
    job = change(client, tags=["set", "here"], url="https://example.org/set")
    assert (job["state"], job["failures"], job["passages"]) == ("done", [], 1)
    here = (["set", "here"], "https://example.org/set", ["public"])
    assert listed(client) == [here]
    assert client.get(f"{path}/meta").json()["overrides"] == ["tags", "url"]
    assert (docs / "own.md").read_text("utf-8") == OWN
    assert [each.name for each in docs.iterdir()] == ["own.md"]
    # Indexed again it is unchanged; with other words it is not, and the fields stay.
    assert (index([str(docs)]).unchanged, listed(client)) == (1, [here])
    (docs / "own.md").write_text(OWN.replace("24", "36"), "utf-8")
    assert (index([str(docs)]).indexed, listed(client)) == (1, [here])
    backend.service.rebuild()
    tagged = {"field": "meta.tags", "operator": "==", "value": "here"}
    (found,) = client.post(
        "/api/v1/ask", json={"question": "How long is the warranty?", "threshold": 0, "top": 1, "filters": tagged}
    ).json()["answers"]
    assert (found["text"], found["url"]) == ("36 months", "https://example.org/set")
    # Deleted and found again, it is not suddenly as it was before.
    client.delete(path)
    assert (index([str(docs)]).indexed, listed(client)) == (1, [here])
    assert change(client, tags=None)["state"] == "done"
    assert listed(client) == [(["own"], "https://example.org/set", ["public"])]
    assert change(client, tags=[], url=None)["state"] == "done"
    assert listed(client) == [([], "https://example.org/own", ["public"])]
    assert client.get(f"{path}/meta").json()["overrides"] == ["tags"]


def test_an_override_that_changes_nothing_by_now_is_kept_and_taken_back_all_the_same(
    client: TestClient, backend: Backend, docs: Path
) -> None:
    folder = docs / "quaere.meta.toml"
    folder.write_text('["*"]\ntags = ["same"]\n', "utf-8")
    backend.service.index([str(docs)])
    assert change(client, tags=["same"])["state"] == "done"
    folder.unlink()
    backend.service.index([str(docs)])
    assert listed(client)[0][0] == ["same"]
    folder.write_text('["*"]\ntags = ["same"]\n', "utf-8")
    assert change(client, tags=None)["state"] == "done"
    assert client.get(f"{path_of(client)}/meta").json()["overrides"] == []
    folder.unlink()
    backend.service.index([str(docs)])
    assert listed(client)[0][0] == ["own"]


def test_without_a_change_the_file_is_indexed_again(client: TestClient, docs: Path) -> None:
    assert change(client)["passages"] == 0
    (docs / "own.md").write_text(OWN.replace("24", "48"), "utf-8")
    assert change(client)["passages"] == 1
    answers = client.post("/api/v1/ask", json={"question": "How long is the warranty?", "threshold": 0}).json()
    assert answers["answers"][0]["text"] == "48 months"


def test_what_was_given_when_it_was_indexed_still_holds(backend: Backend, docs: Path) -> None:
    backend.service.index([str(docs)], meta={"groups": ["staff"], "author": "A. Writer"})
    staff, others, reader = (
        bearer(backend.keys.make(name, roles, groups)[1])
        for name, roles, groups in (
            ("staff", ["read", "write"], ["staff"]),
            ("others", ["read", "write"], []),
            ("reader", ["read"], ["staff"]),
        )
    )
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    path = path_of(client, staff)
    assert change(client, staff, tags=["new"])["state"] == "done"
    # Neither the groups nor the author are forgotten, though no file holds them.
    assert listed(client, staff) == [(["new"], "https://example.org/own", ["staff"])]
    assert listed(client, others) == []
    detail_of(client.patch(path, json={"meta": {}}, headers=others), 404)
    detail_of(client.patch(path, json={"meta": {}}, headers=reader), 403)
    assert "not a member" in detail_of(client.patch(path, json={"meta": {"groups": ["board"]}}, headers=staff), 422)
    assert change(client, staff, groups=["public"])["state"] == "done"
    assert listed(client, others) == [(["new"], "https://example.org/own", ["public"])]
    # A later command does not hide it again: what was set here holds.
    backend.service.index([str(docs)], meta={"groups": ["staff"]})
    assert len(listed(client, others)) == 1
    assert change(client, staff, groups=None)["state"] == "done"
    assert listed(client, others) == []


def test_a_file_that_is_gone_and_fields_that_cannot_be_used_are_refused(client: TestClient, docs: Path) -> None:
    path = path_of(client)
    for meta in ({"tags": 7}, {"source_id": "x"}, {"valid_until": "never"}, {"groups": []}):
        detail_of(client.patch(path, json={"meta": meta}), 422)
    (docs / "own.md").rename(docs / "away.md")
    assert "not there any more" in detail_of(client.patch(path, json={"meta": {"tags": ["x"]}}), 422)
    assert listed(client) == [(["own"], "https://example.org/own", ["public"])]


@pytest.mark.parametrize("given", [{}, {"groups": ["staff"]}])
def test_where_an_older_version_did_not_keep_what_was_given_it_is_asked_for(
    tmp_path: Path, docs: Path, given: dict[str, Any]
) -> None:
    settings = Settings(data=tmp_path / "old")
    with QAService(settings).open(writable=True) as service:
        service.index([str(docs)], meta=given)
    with closing(sqlite3.connect(settings.data / "catalogue.sqlite")) as connection, connection:
        connection.execute("UPDATE sources SET caller_meta = NULL")
    with QAService(settings) as service, open_backend(service) as backend:
        staff = bearer(backend.keys.make("staff", ["read", "write"], ["staff"])[1])
        client = TestClient(build_api(backend), raise_server_exceptions=False)
        if given:  # without them, everyone could read it
            response = client.patch(path_of(client, staff), json={"meta": {"tags": ["x"]}}, headers=staff)
            assert "run `quaere index` on it once" in detail_of(response, 422)
        else:
            assert change(client, staff, tags=["x"])["state"] == "done"
