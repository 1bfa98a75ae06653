"""What is posted to the page framework's queue: what a page sends goes through, anything else is refused."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.web.queue_bodies import QueueBodies, is_usable

SENT = {"data": ["How heavy?", None], "event_data": None, "fn_index": 3, "trigger_id": 9, "session_hash": "a1b2c3d4e5f"}
JOIN = "/gradio_api/queue/join"


def client() -> TestClient:
    async def echo(request: Request) -> JSONResponse:
        return JSONResponse(await request.json())

    app = Starlette(routes=[Route(path, echo, methods=["POST"]) for path in (JOIN, f"/zh{JOIN}", "/else")])
    return TestClient(QueueBodies(app, (3, 4), most_bytes=10_000))


@pytest.mark.parametrize("path", [JOIN, f"/zh{JOIN}"])
def test_what_a_page_sends_arrives_whole(path: str) -> None:
    assert client().post(path, json=SENT).json() == SENT


@pytest.mark.parametrize(
    "change",
    [
        {"fn_index": 99},
        {"fn_index": -1},
        {"fn_index": 10**400},
        {"fn_index": True},
        {"fn_index": "3"},
        {"trigger_id": 2**64},
        {"trigger_id": 1.5},
        {"session_hash": "\ud800"},
        {"session_hash": "x" * 65},
        {"session_hash": ["a"]},
        {"event_id": "../x"},
        {"data": None},
        {"data": "x"},
        {"data": ["x"] * 101},
        {"data": ["\ud800"]},
        {"event_data": {"\ud800": 1}},
        {"batched": float("nan")},
        {"event_data": [float("inf")]},
    ],
)
def test_what_no_page_sends_is_refused(change: dict[str, Any]) -> None:
    body = json.dumps(SENT | change).encode("ascii")
    assert client().post(JOIN, content=body).status_code == 422


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"data":' * 100_000])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    assert not is_usable(body, (3,))


def test_a_long_body_is_not_read_and_other_paths_are_left_alone() -> None:
    long = json.dumps(SENT | {"data": ["x" * 20_000]})
    assert client().post(JOIN, content=long).status_code == 413
    assert client().post("/else", content=b'{"fn_index": 99}').status_code == 200
    assert client().post("/gradio_api/component_server", json=SENT).status_code == 404
