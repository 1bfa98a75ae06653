"""Bodies, paths and headers that no client should send: each is answered, none with a failure of the program."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import open_backend
from ui.api.app import build_api

DEEP = 10_000
ONLY = {"field": "meta.language", "operator": "==", "value": "en"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/ask"): {"question": "How heavy?", "id": "a", "filters": ONLY, "top": 1, "threshold": 0.5},
    ("POST", "/api/v1/ask/batch"): {
        "questions": [{"question": "How heavy?", "id": 1, "filters": ONLY}],
        "filters": ONLY,
    },
    ("POST", "/api/v1/search"): {"question": "How heavy?", "filters": ONLY, "top": 2},
    ("POST", "/api/v1/similar"): {"text": "How heavy?", "kind": "passages", "filters": ONLY},
    ("POST", "/api/v1/sources/documents"): {
        "documents": [{"name": "a.md", "text": "a", "url": "x", "meta": {"a": "b"}}]
    },
    ("PATCH", "/api/v1/sources/nothing"): {"meta": {"tags": ["a"], "own": "b"}},
    ("POST", "/api/v1/feedback"): {
        "question": "How heavy?",
        "verdict": "wrong",
        "answer": {"source_id": "a", "start": 0, "end": 1},
        "comment": "no",
    },
    ("POST", "/v1/chat/completions"): {"model": "quaere", "messages": [{"role": "user", "content": "How heavy?"}]},
}
VALUES: tuple[Any, ...] = (
    "\ud800",
    "a\ud800b",
    "\0",
    "x" * 10_000,
    "",
    "20240131",
    "2024-01-31",
    "0001-01-01T00:00:00+10:00",
    "9999-12-31T23:59:59-10:00",
    10**400,
    -(10**400),
    2**64,
    1e308,
    float("nan"),
    float("inf"),
    None,
    True,
    [],
    {},
    [[[]]],
    {"\ud800": "\ud800"},
    {"a": {"a": {"a": 1}}},
    ["a"] * 2000,
)
DATES = ("20240131", "2024-W05-3", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "0000-00-00", "\ud800")
OPERATORS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    root = tmp_path_factory.mktemp("hostile")
    manual = root / "manual.md"
    manual.write_text("# H8\n\nThe H8 weighs 12 kilograms.\n", "utf-8")
    with (
        QAService(Settings.load({"data": root / "data", "service.question_seconds": 300})) as service,
        open_backend(service) as backend,
    ):
        service.index([str(manual)])
        yield TestClient(build_api(backend), raise_server_exceptions=False)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a body."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*above, name)
        yield from places(part, (*above, name))


def replaced(body: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(body)
    part = changed
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    return changed


def send(client: TestClient, method: str, path: str, body: Any) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode("ascii")
    response = client.request(method, path, content=raw, headers={"content-type": "application/json"})
    assert response.status_code < 500, (method, path, raw[:200], response.text)
    response.text.encode()


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_any_value_at_any_place_is_answered(client: TestClient, method: str, path: str) -> None:
    body = BODIES[method, path]
    for place in places(body):
        for value in VALUES:
            send(client, method, path, replaced(body, place, value))


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_deep_and_broken_json_is_answered(client: TestClient, method: str, path: str) -> None:
    for raw in (
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"filters":' * DEEP + b"1" + b"}" * DEEP,
        b'{"meta":' * DEEP + b"1" + b"}" * DEEP,
        b"\xff\xfe{}",
        b'"\\ud800"',
        b"1" * 10_000,
        b"",
    ):
        send(client, method, path, raw)


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/api/v1/ask", "/api/v1/search"])
def test_any_comparison_is_answered(client: TestClient, path: str) -> None:
    for operator in OPERATORS:
        for value in (*VALUES, *DATES):
            for given in (value, [value]):
                for field in ("meta.updated_at", "language", "id", "content"):
                    only = {"field": field, "operator": operator, "value": given}
                    send(client, "POST", path, {"question": "How heavy?", "filters": only})


@pytest.mark.parametrize("depth", [19, 20, 21, 400, DEEP])
def test_nested_filters_have_a_limit(client: TestClient, depth: int) -> None:
    raw = b'{"operator":"NOT","conditions":[' * depth + json.dumps(ONLY).encode() + b"]}" * depth
    body = b'{"question": "language:en How heavy?", "filters": ' + raw + b"}"
    response = client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == (200 if depth < 20 else 422 if depth <= 400 else response.status_code)
    assert response.status_code < 500


@pytest.mark.parametrize("count", [999, 1000])
def test_long_filters_have_a_limit(client: TestClient, count: int) -> None:
    only = {"field": "meta.source", "operator": "in", "value": [f"s{number}" for number in range(count)]}
    response = client.post("/api/v1/ask", json={"question": "How heavy? lang:en", "filters": only})
    assert response.status_code == (200 if count < 1000 else 422)
    if count == 1000:
        assert "1,000 conditions and values" in response.json()["detail"]


@pytest.mark.parametrize("inline", ["source:a", "-source:a", "-tag:a", "page:1", "after:2024"])
def test_a_question_full_of_filters_beside_a_full_filter_is_answered(client: TestClient, inline: str) -> None:
    question = f"How heavy? {' '.join([inline] * (1980 // (len(inline) + 1)))}"
    only = {"field": "meta.source", "operator": "in", "value": [f"s{number}" for number in range(999)]}
    assert client.post("/api/v1/ask", json={"question": question, "filters": only}).status_code == 200


def test_odd_paths_queries_and_headers_are_answered(client: TestClient) -> None:
    odd = ("%ff", "%ed%a0%80", "%00", "a" * 10_000, "%2e%2e%2f", "..%5c", "%F0%9F%98%80", "'%20or%201=1")
    for name in odd:
        for path in (f"sources/{name}", f"sources/{name}/text", f"sources/{name}/meta", f"jobs/{name}"):
            for method in ("GET", "DELETE", "PATCH"):
                assert client.request(method, f"/api/v1/{path}").status_code < 500, (method, path)
        assert client.delete(f"/api/v1/feedback/{name}").status_code < 500
        assert client.get(f"/api/v1/sources/{name}/pages/{name}").status_code < 500
        assert client.get(f"/api/v1/sources?tag={name}&limit={name}&cursor={name}").status_code < 500
        assert client.get(f"/api/v1/sources/manual/text?start={name}&end=1").status_code < 500
    for number in (10**30, -1, "1e400", "NaN"):
        assert client.get(f"/api/v1/sources/x/text?start={number}&end={number}&around={number}").status_code < 500
        assert client.get(f"/api/v1/sources/x/pages/{number}?start={number}&width={number}").status_code < 500
        assert client.get(f"/api/v1/jobs?limit={number}").status_code < 500
    for name in ("x-request-id", "accept", "content-type", "cookie", "authorization", "accept-language"):
        for value in (b"\xff\xfe", b"\x00", b"a" * 10_000, b"multipart/form-data; boundary=\xff"):
            response = client.post("/api/v1/ask", content=b"{}", headers={name.encode(): value})
            assert response.status_code < 500, (name, value)
