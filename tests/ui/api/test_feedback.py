"""Feedback over HTTP: kept with the words it is about, given out as SQuAD 2.0, to nobody whom it does not concern."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from evaluation.data.squad import read_questions
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_access import bearer
from tests.ui.api.test_api import detail_of
from ui.api.app import build_api
from ui.api.middleware.access import GROUPS_HEADER

MANUAL = "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n\nThe Aria pump weighs 12 kilograms.\n"
QUESTION = "How long is the warranty of the Aria pump?"


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    (tmp_path / "manual.md").write_text(MANUAL, "utf-8")
    (tmp_path / "staff.md").write_text("---\ngroups: [staff]\n---\nThe Aria pump costs 480 euros.\n", "utf-8")
    with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as opened:
        service.index([str(tmp_path / "manual.md"), str(tmp_path / "staff.md")])
        yield opened


@pytest.fixture
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def asked(client: TestClient, question: str = QUESTION, headers: Any = None) -> dict[str, Any]:
    body = {"question": question, "threshold": 0, "top": 1}
    answer = client.post("/api/v1/ask", json=body, headers=headers).json()["answers"][0]
    return {name: answer[name] for name in ("source_id", "start", "end")}


def say(client: TestClient, verdict: str, headers: Any = None, question: str = QUESTION, **more: Any) -> Any:
    body = {"question": question, "verdict": verdict, **more}
    return client.post("/api/v1/feedback", json=body, headers=headers)


def test_every_verdict_becomes_an_example_or_is_kept_beside(client: TestClient, tmp_path: Path) -> None:
    answer = asked(client)
    weight = answer | {"start": MANUAL.index("12") - 2, "end": MANUAL.index("12") - 2 + len("12 kilograms")}
    said = [
        say(client, "right", answer=answer, comment="thanks"),
        say(client, "corrected", answer=answer, correction=weight, question="How heavy is it?"),
        say(client, "corrected", answer=answer, correction_text="12 kilograms", question="Its weight?"),
        say(client, "not-in-documents", answer=answer, question="Who made it?"),
        say(client, "wrong", answer=answer, question="How loud is it?"),
        say(client, "corrected", correction_text="blue", question="Which colour?"),
        say(client, "not-in-documents", question="Why?"),
    ]
    assert [each.status_code for each in said] == [201] * 7
    found = client.get("/api/v1/feedback/export").json()
    (article,) = found["data"]
    assert article["title"].endswith("manual.md")
    (paragraph,) = article["paragraphs"]
    for example in paragraph["qas"]:
        for right in example["answers"]:
            start = right["answer_start"]
            assert paragraph["context"][start : start + len(right["text"])] == right["text"]
    assert [(each["question"], [right["text"] for right in each["answers"]]) for each in paragraph["qas"]] == [
        (QUESTION, ["24 months"]),
        ("How heavy is it?", ["12 kilograms"]),
        ("Its weight?", ["12 kilograms"]),
        ("Who made it?", []),
    ]
    assert [each["is_impossible"] for each in paragraph["qas"]] == [False, False, False, True]
    assert paragraph["qas"][0]["comment"] == "thanks"
    assert [each["question"] for each in found["others"]] == ["How loud is it?", "Which colour?", "Why?"]
    file = tmp_path / "feedback.json"
    file.write_text(json.dumps(found), "utf-8")
    assert len(read_questions(file).questions) == 4  # the evaluation takes it
    assert {each.json()["feedback_id"] for each in said} == {each["id"] for each in paragraph["qas"] + found["others"]}


@pytest.mark.parametrize(
    ("verdict", "more", "status"),
    [
        ("right", {}, 422),
        ("wrong", {}, 422),
        ("corrected", {}, 422),
        ("not-in-documents", {"correction_text": "x"}, 422),
        ("right", {"answer": {"source_id": "unknown", "start": 0, "end": 1}}, 404),
        ("great", {}, 422),
        ("not-in-documents", {"comment": "x" * 5001}, 422),
    ],
)
def test_what_says_nothing_is_refused(client: TestClient, verdict: str, more: dict[str, Any], status: int) -> None:
    detail_of(say(client, verdict, **more), status)
    assert client.get("/api/v1/feedback/export").json()["others"] == []


def test_places_that_are_none_are_refused(client: TestClient) -> None:
    answer = asked(client)
    for start, end in ((5, 3), (0, 10_000), (0, 0)):
        detail_of(say(client, "right", answer=answer | {"start": start, "end": end}), 422)


def test_feedback_is_known_to_its_groups_only(client: TestClient, backend: Backend) -> None:
    keys = {
        name: bearer(backend.keys.make(name, ["read", "admin"], groups)[1])
        for name, groups in (("staff", ["staff"]), ("board", ["board"]), ("public", []))
    }
    price = asked(client, "What does the Aria pump cost?", keys["staff"])
    assert say(client, "right", keys["staff"], "What does it cost?", answer=price).status_code == 201
    detail_of(say(client, "right", keys["board"], "Secret?", answer=price), 404)
    assert say(client, "not-in-documents", keys["staff"], "Staff only?").status_code == 201
    assert say(client, "not-in-documents", keys["public"], "Anyone?").status_code == 201
    seen = {name: client.get("/api/v1/feedback/export", headers=key).text for name, key in keys.items()}
    assert "480 euros" in seen["staff"]
    assert "Staff only?" in seen["staff"]
    for name in ("board", "public"):
        assert "cost" not in seen[name]
        assert "Staff only?" not in seen[name]
        assert "Anyone?" in seen[name]
    _, reader = backend.keys.make("reader", ["read"], ["staff"])
    detail_of(client.get("/api/v1/feedback/export", headers=bearer(reader)), 403)


def test_what_was_said_is_taken_back_once_and_leaves_nothing(client: TestClient) -> None:
    answer = asked(client)
    kept, other = (say(client, verdict, answer=answer).json()["feedback_id"] for verdict in ("right", "wrong"))
    taken = client.delete(f"/api/v1/feedback/{kept}")
    assert (taken.status_code, taken.json()) == (200, {"feedback_id": kept})
    found = client.get("/api/v1/feedback/export").json()
    assert (found["data"], [each["id"] for each in found["others"]]) == ([], [other])
    detail_of(client.delete(f"/api/v1/feedback/{kept}"), 404)
    detail_of(client.delete("/api/v1/feedback/unknown"), 404)


def test_only_who_said_it_takes_it_back(client: TestClient, backend: Backend) -> None:
    one, other = (bearer(backend.keys.make(name, ["read", "admin"], ["staff"])[1]) for name in ("one", "other"))
    bot = backend.keys.make("bot", ["read", "impersonate"])[1]
    staff, board = (bearer(bot, **{GROUPS_HEADER: group}) for group in ("staff", "board"))
    kept = say(client, "not-in-documents", one).json()["feedback_id"]
    for_staff = say(client, "not-in-documents", staff).json()["feedback_id"]
    detail_of(client.delete(f"/api/v1/feedback/{kept}", headers=other), 404)
    detail_of(client.delete(f"/api/v1/feedback/{for_staff}", headers=board), 404)
    exported = client.get("/api/v1/feedback/export", headers=other).json()
    assert {each["id"] for each in exported["others"]} == {kept, for_staff}
    assert client.delete(f"/api/v1/feedback/{kept}", headers=one).status_code == 200
    assert client.delete(f"/api/v1/feedback/{for_staff}", headers=staff).status_code == 200
    assert client.get("/api/v1/feedback/export", headers=other).json()["others"] == []


def test_what_was_said_about_a_deleted_source_is_not_given_out(client: TestClient) -> None:
    answer = asked(client)
    say(client, "right", answer=answer)
    client.delete(f"/api/v1/sources/{answer['source_id']}")
    found = client.get("/api/v1/feedback/export").json()
    assert found == {"version": found["version"], "data": [], "others": []}


def test_feedback_outlives_a_restart(tmp_path: Path) -> None:
    for verdict in ("first", "second"):
        with QAService(Settings(data=tmp_path / "data")) as service, open_backend(service) as backend:
            client = TestClient(build_api(replace(backend)))
            assert say(client, "not-in-documents", question=verdict).status_code == 201
            questions = [each["question"] for each in client.get("/api/v1/feedback/export").json()["others"]]
    assert sorted(questions) == ["first", "second"]
