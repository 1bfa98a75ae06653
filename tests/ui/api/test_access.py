"""Keys, roles and groups over HTTP: who is let in, to what, and what of the index each may know."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from components.errors import StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.keys import KeyRing
from tests.ui.api.test_api import QUESTION, break_search, detail_of
from ui.api.app import build_api
from ui.api.middleware.access import GROUPS_HEADER

PRICE = "What does the Aria pump cost?"
DOCUMENTS = {
    "manual.md": "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n",
    "staff.md": "---\ngroups: [staff]\nmargin: 12\n---\nThe Aria pump costs 480 euros.\n",
    "board.md": "---\ngroups: [Vorstand München]\n---\nThe Aria pump costs 9999 roubles.\n",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("access")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    with QAService(Settings.load({"data": root / "data", "service.requests_per_minute": 20})) as opened:
        assert opened.index([str(root / name) for name in DOCUMENTS]).failures == ()
        yield opened


@pytest.fixture(scope="module")
def backend(service: QAService) -> Iterator[Backend]:
    with open_backend(service) as opened:
        yield opened


@pytest.fixture
def client(backend: Backend, keys: KeyRing) -> TestClient:
    return TestClient(build_api(replace(backend, keys=keys)), raise_server_exceptions=False)


def bearer(secret: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"} | more


def ask(client: TestClient, question: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return client.post("/api/v1/ask", json={"question": question, **body}, headers=headers)


def test_without_keys_everyone_asks_and_nothing_of_a_group_is_seen(client: TestClient) -> None:
    assert ask(client, QUESTION).status_code == 200
    assert "480 euros" not in ask(client, PRICE, explain=True).text


def test_with_keys_nobody_asks_without_one(client: TestClient, keys: KeyRing) -> None:
    _, secret = keys.make("bot", ["read"])
    refused = ask(client, QUESTION)
    assert "Bearer" in detail_of(refused, 401)
    assert refused.headers["www-authenticate"] == "Bearer"
    for wrong in ("Basic abc", "Bearer", "Bearer x", f"Bearer {secret}x", secret):
        detail_of(ask(client, QUESTION, {"Authorization": wrong}), 401)
    assert ask(client, QUESTION, {"Authorization": f"bearer  {secret}"}).status_code == 200
    for path in ("/api/v1/openapi.json", "/api/v1/nothing"):
        assert client.get(path).status_code == 401
    assert client.get("/health/live").status_code == 200


def test_while_there_are_no_keys_what_is_sent_for_one_means_nothing(client: TestClient) -> None:
    assert ask(client, QUESTION, bearer("sk-anything")).status_code == 200


def test_each_endpoint_needs_its_role(client: TestClient, keys: KeyRing) -> None:
    _, secret = keys.make("writer", ["write"])
    for path, body in (
        ("ask", {"question": "x"}),
        ("ask", {"question": "x", "stream": True}),
        ("ask/batch", {"questions": [{"question": "x"}]}),
        ("search", {"question": "x"}),
    ):
        assert "read" in detail_of(client.post(f"/api/v1/{path}", json=body, headers=bearer(secret)), 403)


@pytest.mark.parametrize("path", ["ask", "stream", "ask/batch", "search"])
def test_groups_are_those_of_the_key(client: TestClient, keys: KeyRing, path: str) -> None:
    _, public = keys.make("public", ["read"])
    _, staff = keys.make("staff", ["read"], ["staff"])
    body: dict[str, Any] = {"question": PRICE}
    if path == "ask/batch":
        body = {"questions": [body], "threshold": 0}
    elif path == "stream":
        body |= {"stream": True}
    url = f"/api/v1/{path.replace('stream', 'ask')}"
    assert "480 euros" not in client.post(url, json=body, headers=bearer(public)).text
    seen = client.post(url, json=body, headers=bearer(staff)).text
    assert "480 euros" in seen
    assert "9999 roubles" not in seen


def test_only_who_may_impersonate_names_groups(client: TestClient, keys: KeyRing) -> None:
    _, plain = keys.make("plain", ["read", "write", "admin"], ["staff"])
    _, bot = keys.make("bot", ["read", "impersonate"], ["staff"])
    named = {GROUPS_HEADER: "Vorstand%20M%C3%BCnchen"}
    assert "impersonate" in detail_of(ask(client, PRICE, bearer(plain, **named)), 403)
    assert "480 euros" in ask(client, PRICE, bearer(bot)).text
    seen = ask(client, PRICE, bearer(bot, **named), explain=True).text
    assert "9999 roubles" in seen
    assert "480 euros" not in seen  # its user's groups, not its own
    assert "480 euros" not in ask(client, PRICE, bearer(bot, **{GROUPS_HEADER: ""}), explain=True).text
    assert GROUPS_HEADER in detail_of(ask(client, PRICE, bearer(bot, **{GROUPS_HEADER: "%ff"})), 422)


def test_fields_of_foreign_documents_are_not_known(client: TestClient, keys: KeyRing) -> None:
    _, public = keys.make("public", ["read"])
    _, staff = keys.make("staff", ["read"], ["staff"])
    wanted = {"field": "meta.margin", "operator": "==", "value": 12}
    said = detail_of(ask(client, PRICE, bearer(public), filters=wanted), 422)
    assert "margin" not in said.replace("'margin'", "")
    assert ask(client, PRICE, bearer(staff), filters=wanted).status_code == 200


def test_a_key_that_asks_too_often_waits(client: TestClient, keys: KeyRing) -> None:
    _, busy = keys.make("busy", ["read"])
    _, calm = keys.make("calm", ["read"])
    answers = [client.get("/api/v1/openapi.json", headers=bearer(busy)) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "requests_per_minute" in detail_of(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert client.get("/api/v1/openapi.json", headers=bearer(calm)).status_code == 200


def test_a_page_of_another_site_sends_nothing_here(client: TestClient) -> None:
    for origin in (
        "https://evil.example",
        "null",
        "http://testserver.evil.example",
        "http://testserver:81",
        "http://[::1",
    ):
        detail_of(ask(client, QUESTION, {"Origin": origin}), 403)
    assert ask(client, QUESTION, {"Origin": "http://testserver"}).status_code == 200


def test_a_deleted_key_is_refused_at_once(client: TestClient, keys: KeyRing) -> None:
    _, other = keys.make("other", ["read"])
    _, secret = keys.make("bot", ["read"])
    assert ask(client, QUESTION, bearer(secret)).status_code == 200
    keys.delete("bot")
    detail_of(ask(client, QUESTION, bearer(secret)), 401)
    assert ask(client, QUESTION, bearer(other)).status_code == 200


def test_a_question_that_takes_too_long_is_given_up(backend: Backend) -> None:
    hurried = backend.service.settings.with_values({"service.question_seconds": 1e-6})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend.service, "settings", hurried)
        client = TestClient(build_api(backend))
    for body in ({"question": QUESTION}, {"question": QUESTION, "stream": True}):
        answer = client.post("/api/v1/ask", json=body)
        assert "longer than" in detail_of(answer, 503)
        assert answer.json()["type"] == "urn:quaere:problem:overdue"
        assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/ask", {"question": QUESTION}),
        ("/v1/chat/completions", {"model": "quaere", "messages": [{"role": "user", "content": QUESTION}]}),
    ],
)
@pytest.mark.parametrize(("role", "in_full"), [("read", False), ("write", True), ("admin", True)])
def test_where_a_service_s_parts_are_is_told_to_who_looks_after_it(
    client: TestClient, keys: KeyRing, service: QAService, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, path: str, body: dict[str, Any], role: str, in_full: bool,
) -> None:  # fmt: skip
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the Qdrant server at http://db:6333 cannot be reached")

    break_search(service, monkeypatch, fail)
    _, secret = keys.make(role, ["read"] if role == "read" else ["read", role])
    for stream in (False, True):
        told = client.post(path, json=body | {"stream": stream}, headers=bearer(secret)).text
        assert ("db:6333" in told) is in_full, told
        assert in_full or "The store cannot be used; its log tells more." in told
        assert "db:6333" in caplog.text
        caplog.clear()


def test_who_is_not_known_yet_is_told_no_place(
    client: TestClient, keys: KeyRing, service: QAService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the database at db:5432 cannot be reached")

    monkeypatch.setattr(keys, "exist", fail)
    told = ask(client, QUESTION)
    assert told.status_code == 503 and "db:5432" not in told.text
    monkeypatch.setattr(service, "check", fail)
    health = client.get("/health/ready")
    assert health.json() == {"ready": False, "reasons": ["The store cannot be used; its log tells more."]}
