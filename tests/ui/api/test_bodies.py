"""Bodies: refused unread where they are not the caller's to send or too long, bounded in time and in parts."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

import ui.api.bodies
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.serving import serving_backend
from ui.api.app import build_api
from ui.api.bodies import MOST_BYTES, MOST_PARTS, limits_of, read_json
from ui.api.guarded import Guarded

LONG = 200_000_000


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    settings = Settings.load({"data": tmp_path_factory.mktemp("bodies") / "data", "service.max_upload_mb": 5})
    with QAService(settings) as service, open_backend(service) as opened:
        yield opened


@pytest.fixture(scope="module")
def secrets(backend: Backend) -> dict[str, str]:
    made = {role: backend.keys.make(role, [role])[1] for role in ("read", "write")}
    return made | {"owner": backend.owner_token}


@pytest.fixture(scope="module")
def url(backend: Backend, secrets: dict[str, str]) -> Iterator[str]:
    with serving_backend(backend) as address:
        yield address


def announced(url: str, path: str, secret: str, size: int = LONG, kind: str = "application/json") -> tuple[int, str]:
    """The answer to a request whose body is announced, and of which not one byte is sent."""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)) as connection:
        connection.putrequest("POST", path)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": kind, "Content-Length": str(size)}
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            return response.status, response.read().decode()


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/api/v1/own/index", "read", 404),
        ("/api/v1/own/index", "write", 404),
        ("/api/v1/sources/files", "read", 403),
        ("/api/v1/sources/documents", "read", 403),
        ("/api/v1/ask", "write", 403),
        ("/v1/chat/completions", "write", 403),
        ("/api/v1/ask", "read", 413),
        ("/v1/chat/completions", "read", 413),
        ("/api/v1/sources/files", "write", 413),
        ("/api/v1/sources/documents", "write", 413),
        ("/gradio_api/queue/join", "read", 413),
        ("/stop", "read", 413),
        ("/login", "nobody", 413),
    ],
)
def test_a_body_is_refused_before_it_is_sent(
    url: str, secrets: dict[str, str], path: str, role: str, status: int
) -> None:
    kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    assert announced(url, path, secrets.get(role, ""), kind=kind)[0] == status


def test_a_slow_body_is_given_up(url: str, secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.api.bodies, "_PATIENCE_SECONDS", 0.1)
    for path in ("/api/v1/ask", "/api/v1/own/status", "/gradio_api/queue/join"):
        role = "owner" if "own" in path else "read"
        status, told = announced(url, path, secrets[role], 100)
        assert (status, "too slowly" in told) == (408, True), told


def test_a_body_without_a_length_is_cut_off_where_it_is_too_long(url: str, secrets: dict[str, str]) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 1000 + 2):
            yield b" " * 1000

    headers = {"Authorization": f"Bearer {secrets['read']}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)) as connection:
        connection.request("POST", "/api/v1/ask", pieces(), headers, encode_chunked=True)
        with connection.getresponse() as response:
            assert response.status == 413


def test_every_endpoint_says_who_may_use_it_and_only_writers_send_much(backend: Backend) -> None:
    included = [getattr(each, "original_router", None) for each in build_api(backend).routes]
    routes = [route for router in included if router is not None for route in router.routes]
    assert len(routes) > 20
    for route in routes:
        assert isinstance(route, Guarded), route
        assert route.needs or route.path.startswith("/health/"), route.path
        if limits_of(route.endpoint) != (MOST_BYTES, MOST_PARTS):
            assert {role for need in route.needs for role in need.roles} <= {"write"}, route.path


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def parts(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + parts(each) for each in value.values())
    return 1 + sum(map(parts, value)) if isinstance(value, list) else 1


@given(values, st.booleans())
def test_what_a_text_holds_is_counted_before_it_is_made(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    bound = ui.api.bodies._parts_of(text, 10_000)
    # An opening bracket and a comma before each: at most one more for each that is empty.
    assert parts(value) <= bound <= 2 * parts(value)


def test_long_strings_are_one_part_and_cut_anywhere() -> None:
    for text in ("x" * 3_000_000, '\\",[{:' * 500_000, "\U0001f600" * 300_000):
        value = {"text": text, "more": [1]}
        assert read_json(json.dumps(value).encode(), 10) == value
    with pytest.raises(json.JSONDecodeError):
        read_json(b'{"text": "never ends \\', 10)


def test_many_small_values_are_refused_before_they_take_memory() -> None:
    started = time.monotonic()
    with pytest.raises(HTTPException) as refused:
        read_json(b"[" + b"[]," * 20_000_000 + b"[]]")
    assert refused.value.status_code == 413
    assert time.monotonic() - started < 5
