"""The API over a small real index: replies, streams, batches, passages, health, errors, limits."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from components.errors import StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.cases import CASES
from ui.api.app import build_api
from ui.api.bodies import MOST_BYTES
from ui.api.problems import MEDIA_TYPE
from ui.api.schemas.replies import reply_schema
from ui.api.schemas.requests import MOST_QUESTIONS

QUESTION = "How long is the warranty of the Aria pump?"
DOCUMENTS = {
    "manual.md": "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n\nThe Aria pump weighs 12 kilograms.\n",
    "reset.txt": "Hold the red button of the Aria pump for ten seconds to reset it.",
    "staff.md": "---\ngroups: [staff]\n---\nThe Aria pump costs 480 euros.\n",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("api")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    with QAService(Settings(data=root / "data")) as opened:
        assert opened.index([str(root / name) for name in DOCUMENTS]).failures == ()
        yield opened


@pytest.fixture(scope="module")
def backend(service: QAService) -> Iterator[Backend]:
    with open_backend(service) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(backend: Backend) -> TestClient:
    return TestClient(build_api(backend), raise_server_exceptions=False)


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def break_search(service: QAService, monkeypatch: pytest.MonkeyPatch, instead: Any) -> None:
    for name in ("query_dense", "search"):
        monkeypatch.setattr(service._open_folder().store, name, instead, raising=False)


def detail_of(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert problem["status"] == status
    assert problem["type"] == "about:blank" or problem["type"].startswith("urn:quaere:problem:")
    assert problem["title"]
    return problem["detail"]


def without_seconds(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name not in ("seconds", "id")}


def test_a_reply_is_that_of_the_command_line(client: TestClient, service: QAService) -> None:
    response = client.post("/api/v1/ask", json={"question": QUESTION, "id": 17, "threshold": 0})
    assert response.status_code == 200
    reply = response.json()
    assert reply["id"] == 17
    assert reply["answers"][0]["text"] == "24 months"
    Draft202012Validator(reply_schema()).validate(reply)
    own = json.loads(json.dumps(service.ask(QUESTION, threshold=0.0).to_dict()))
    assert without_seconds(reply) == without_seconds(own)


def test_what_is_not_in_the_documents_has_no_answer(client: TestClient) -> None:
    reply = client.post("/api/v1/ask", json={"question": "Who wrote Hamlet?"}).json()
    assert reply["answers"] == []
    assert reply["no_answer_confidence"] > 0.5


def test_filters_top_and_inline_filters_hold(client: TestClient) -> None:
    only = {"field": "meta.file_name", "operator": "==", "value": "reset.txt"}
    asked = {"question": QUESTION, "filters": only, "threshold": 0, "top": 1}
    reply = client.post("/api/v1/ask", json=asked).json()
    assert {passage["source"].rpartition("/")[2] for passage in reply["passages"]} == {"reset.txt"}
    assert len(reply["answers"]) == 1
    inline = client.post("/api/v1/ask", json={"question": f"source:reset.txt {QUESTION}"}).json()
    assert len(inline["passages"]) == 1


def test_what_belongs_to_a_group_is_not_there(client: TestClient) -> None:
    for path in ("/api/v1/ask", "/api/v1/search"):
        assert "480 euros" not in client.post(path, json={"question": "What does the Aria pump cost?"}).text


def test_a_stream_tells_every_stage_in_order_and_ends_with_the_reply(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": QUESTION, "stream": True, "threshold": 0, "id": "s"})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = dict(events(response.text))
    assert list(told) == ["understood", "passages", "answer", "final"]
    Draft202012Validator(reply_schema()).validate(told["final"])
    assert told["understood"] == told["final"]["query"]
    assert told["passages"] == told["final"]["passages"]
    assert told["answer"] == told["final"]["answers"][0]
    assert told["final"]["id"] == "s"


def test_a_stream_that_cannot_begin_is_an_error_with_a_status(client: TestClient) -> None:
    assert "empty" in detail_of(client.post("/api/v1/ask", json={"question": "?", "stream": True}), 422)


def test_a_stream_that_fails_on_its_way_says_so(
    service: QAService, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise StoreError("the index is gone; restore a backup")

    client = TestClient(build_api(backend), raise_server_exceptions=False)
    break_search(service, monkeypatch, fail)
    told = events(client.post("/api/v1/ask", json={"question": QUESTION, "stream": True}).text)
    assert [name for name, _ in told] == ["understood", "error"]
    assert (told[-1][1]["status"], told[-1][1]["detail"]) == (503, "the index is gone; restore a backup")


def test_a_batch_answers_in_order_under_the_given_ids(client: TestClient) -> None:
    questions = [{"question": QUESTION, "id": "a"}, {"question": "How do I reset the Aria pump?", "id": 2}]
    replies = client.post("/api/v1/ask/batch", json={"questions": questions, "threshold": 0}).json()["replies"]
    assert [reply["id"] for reply in replies] == ["a", 2]
    assert replies[0]["answers"][0]["text"] == "24 months"
    assert "red button" in replies[1]["answers"][0]["sentence"]


def test_a_search_gives_passages_best_first(client: TestClient) -> None:
    found = client.post("/api/v1/search", json={"question": QUESTION, "top": 1}).json()["passages"]
    assert len(found) == 1
    assert "24 months" in found[0]["text"]


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": "x", "topp": 3}, "topp"),
        ("ask", {"question": "x", "top": 0}, "top"),
        ("ask", {"question": "x", "threshold": 1.5}, "threshold"),
        ("ask", {"question": "x" * 100_000}, "question"),
        ("ask", {"question": 3}, "question"),
        ("ask", {"question": " \t\u0007"}, "empty"),
        ("ask", {"question": QUESTION, "filters": {"field": "meta.colour", "operator": "==", "value": 1}}, "colour"),
        ("ask", {"question": QUESTION, "filters": {"operator": "XOR", "conditions": []}}, "XOR"),
        ("ask", {"question": QUESTION, "filters": {"field": "meta.page"}}, "operator"),
        (
            "ask",
            {"question": QUESTION, "filters": {"field": "meta.page", "operator": "==", "value": {"a": 1}}},
            "value",
        ),
        ("ask", [], "object"),
        ("ask/batch", {"questions": []}, "questions"),
        ("ask/batch", {"questions": [{"question": "x"}] * (MOST_QUESTIONS + 1)}, "questions"),
        ("search", {"question": "x", "top": 10_000}, "top"),
    ],
)
def test_what_cannot_be_used_is_named(client: TestClient, path: str, body: Any, named: str) -> None:
    assert named in detail_of(client.post(f"/api/v1/{path}", json=body), 422)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"question": "\\ud800"}',
        b'{"question": "x", "filters": {"field": "meta.page", "operator": "==", "value": NaN}}',
        b'{"question": "x", "filters": {"field": "meta.title", "operator": "==", "value": "\\ud800"}}',
        b'{"question": "x", "filters": ' + b'{"operator": "NOT", "conditions": [' * 400 + b"]}" * 400 + b"}",
        b"\xff\xfe",
    ],
)
def test_bytes_that_are_no_request_are_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422), response.text
    detail_of(response, response.status_code)


def test_only_json_is_taken_as_such(client: TestClient) -> None:
    # A form of a foreign page could send plain text without asking the browser first.
    body = json.dumps({"question": QUESTION})
    detail_of(client.post("/api/v1/ask", content=body, headers={"content-type": "text/plain"}), 422)


def test_a_body_that_is_too_long_is_not_read(client: TestClient) -> None:
    body = json.dumps({"question": "x", "id": "y" * MOST_BYTES})
    detail = detail_of(client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"}), 413)
    assert "1,000,000" in detail


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    detail_of(client.get("/api/v1/nothing"), 404)
    detail_of(client.get("/api/v1/ask"), 405)


def test_a_failure_of_the_program_tells_nothing_of_its_inside(
    service: QAService, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "ask_stream", fail)
    client = TestClient(build_api(backend), raise_server_exceptions=False)
    assert "secret" not in detail_of(client.post("/api/v1/ask", json={"question": "x"}), 500)


def test_health(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True, "reasons": []}
    with QAService(Settings(data=tmp_path / "none")) as empty, open_backend(empty) as backend:
        response = TestClient(build_api(backend)).get("/health/ready")
    assert response.status_code == 503
    assert "quaere index" in response.json()["reasons"][0]


def test_the_description_names_every_endpoint_and_every_error(client: TestClient) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert set(description["paths"]) == {path for path, _ in CASES}
    for path in ("/api/v1/ask", "/api/v1/ask/batch", "/api/v1/search"):
        answers = description["paths"][path]["post"]["responses"]
        assert {"200", "422", "503"} <= set(answers)
        assert list(answers["422"]["content"]) == [MEDIA_TYPE]
    for model in ("AskRequest", "Reply", "Answer", "Passage", "Problem"):
        for name, part in description["components"]["schemas"][model]["properties"].items():
            assert "description" in part or "$ref" in part, (model, name)
