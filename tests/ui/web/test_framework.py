"""What is there of the page framework, and whose its sessions are: over HTTP, without a browser."""

import asyncio
import re
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_api import DOCUMENTS, QUESTION, break_search
from tests.ui.serving import serving_backend
from ui.api.lasting import Lasting
from ui.api.principal import LOCAL, Principal
from ui.web.framework import named

JOIN, EVENTS = "gradio_api/queue/join", "gradio_api/queue/data"
ANSWER = 0
"""Number of the page's event that answers a question."""


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    root = tmp_path_factory.mktemp("framework")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    with QAService(Settings(data=root / "data")) as service, open_backend(service) as opened:
        assert service.index([str(root / name) for name in DOCUMENTS]).failures == ()
        service.prepare()
        yield opened


@pytest.fixture(scope="module")
def url(backend: Backend) -> Iterator[str]:
    backend.keys.make("first", ["read"])
    with serving_backend(backend) as address:
        yield address


def client_of(backend: Backend, url: str, name: str) -> httpx.Client:
    _, secret = backend.keys.make(name, ["read"])
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}, trust_env=False, timeout=60)


def event(session: str, **changes: Any) -> dict[str, Any]:
    return {"data": [QUESTION, "", "ticket"], "fn_index": ANSWER, "session_hash": session} | changes


def followed(client: httpx.Client, session: str) -> str:
    return client.get(EVENTS, params={"session_hash": session}).text


@pytest.mark.parametrize("page", ["", "zh/"])
def test_what_no_page_asks_for_is_not_there(backend: Backend, url: str, page: str) -> None:
    with client_of(backend, url, f"curious {page}") as client:
        shown = client.get(page, params={"lang": "en"})
        assert shown.status_code == 200
        script = re.search(r'(?:src|href)="\.?/?(assets/[^"]+\.js)"', shown.text)
        assert script is not None and client.get(page + script[1]).status_code == 200
        assert client.get(f"{page}theme.css").status_code == 200
        files = {"file": ("recording.webm", b"x" * 1000, "video/webm")}
        assert client.post(f"{page}gradio_api/process_recording", files=files).status_code == 404
        for method, path in (
            ("GET", "config"), ("GET", "gradio_api/startup-events"), ("GET", "gradio_api/heartbeat/x"),
            ("POST", "gradio_api/cancel"), ("POST", "gradio_api/reset"), ("POST", "gradio_api/component_server"),
            ("POST", "gradio_api/stream/x"), ("GET", "gradio_api/upload_progress"), ("GET", "monitoring"),
            ("GET", JOIN), ("POST", EVENTS), ("POST", ""), ("PUT", "theme.css"), ("OPTIONS", JOIN),
        ):  # fmt: skip
            assert client.request(method, page + path).status_code == 404, (method, path)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"fn_index": 9_999}, 404),
        ({"fn_index": 10**30}, 422),
        ({"fn_index": -1}, 422),
        ({"fn_index": None}, 422),
        ({"session_hash": ""}, 422),
        ({"session_hash": "../x"}, 422),
        ({"session_hash": "x" * 65}, 422),
        ({"session_hash": None}, 422),
        ({"data": [{}]}, 422),
        ({"data": ["x"] * 11}, 422),
        ({"trigger_id": "x"}, 422),
    ],
)
def test_what_no_page_sends_is_refused_and_is_no_failure(
    backend: Backend, url: str, changes: dict[str, Any], status: int
) -> None:
    with client_of(backend, url, f"absurd {changes}"[:100]) as client:
        assert client.post(JOIN, json=event("s", **changes)).status_code == status
        for body in (b"", b"[" * 100_000, b'{"session_hash": "\\ud800"}', b"\xff"):
            assert client.post(JOIN, content=body).status_code == 422
        for session in ("", "x" * 65, "\ud800".encode("utf-8", "surrogatepass")):
            assert client.get(EVENTS, params={"session_hash": session}).status_code == 422  # type: ignore[dict-item]


def test_a_session_is_of_the_key_that_began_it(backend: Backend, url: str) -> None:
    with client_of(backend, url, "mine") as mine, client_of(backend, url, "theirs") as theirs:
        assert mine.post(JOIN, json=event("shared")).status_code == 200
        assert theirs.get(EVENTS, params={"session_hash": "shared"}).status_code == 404
        assert theirs.post(JOIN, json=event("shared", data=[" ", "", "other"])).status_code == 200
        assert "24 months" not in followed(theirs, "shared")
        assert "24 months" in followed(mine, "shared")


def test_a_question_is_stopped_by_its_own_key_only(backend: Backend, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, begun = threading.Event(), threading.Event()
    searching = backend.service._open_folder().store.search

    def wait(*given: Any, **options: Any) -> Any:
        begun.set()
        assert gate.wait(60)
        return searching(*given, **options)

    with client_of(backend, url, "asks") as asks, client_of(backend, url, "stops") as stops:
        break_search(backend.service, monkeypatch, wait)
        try:
            asks.post(JOIN, json=event("stopping")).raise_for_status()
            assert begun.wait(60)
            assert stops.post("stop", json={"ticket": "ticket"}).status_code == 404
            assert asks.post("stop", json={"ticket": "ticket"}).status_code == 204
        finally:
            gate.set()
        assert "Stopped before there was an answer." in followed(asks, "stopping")


@pytest.mark.parametrize("way", ["page", "api"])
def test_who_is_no_longer_let_in_gets_no_answer_any_more(
    backend: Backend, url: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    gate, begun = threading.Event(), threading.Event()
    searching = backend.service._open_folder().store.search

    def wait(*given: Any, **options: Any) -> Any:
        begun.set()
        assert gate.wait(60)
        return searching(*given, **options)

    with client_of(backend, url, f"leaving {way}") as client:
        break_search(backend.service, monkeypatch, wait)
        if way == "page":
            client.post(JOIN, json=event("left")).raise_for_status()
            stream = client.stream("GET", EVENTS, params={"session_hash": "left"})
        else:
            stream = client.stream("POST", "api/v1/ask", json={"question": QUESTION, "stream": True})
        with stream as response:
            lines = response.iter_lines()
            first = next(lines)
            assert first
            assert begun.wait(60)
            backend.keys.delete(f"leaving {way}")
            gate.set()
            rest = "\n".join(lines)
    assert "24 months" not in rest and "process_completed" not in rest and "final" not in rest


def test_no_page_of_another_site_may_read_along(backend: Backend, url: str) -> None:
    with client_of(backend, url, "origin") as client:
        for path in ("", "theme.css", "api/v1/openapi.json"):
            answer = client.get(path, params={"lang": "en"}, headers={"Origin": "http://localhost:9999"})
            assert answer.status_code == 200
            assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_an_application_whose_stream_has_ended_is_told_that_the_client_has_gone() -> None:
    sent: list[Any] = []
    let_in = True

    async def never() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    async def still() -> bool:
        return let_in

    lasting = Lasting(never, send, still)
    waiting = asyncio.create_task(lasting.receive())
    await lasting.send({"type": "http.response.start", "headers": [(b"content-type", b"text/event-stream")]})
    await lasting.send({"type": "http.response.body", "body": b"one", "more_body": True})
    let_in = False
    for body in (b"two", b"three"):
        await lasting.send({"type": "http.response.body", "body": body, "more_body": True})
    assert (await waiting)["type"] == (await lasting.receive())["type"] == "http.disconnect"
    assert [each.get("body") for each in sent] == [None, b"one", b""]


def test_names_of_two_keys_are_never_the_same() -> None:
    first, second = (Principal("n", key, frozenset()) for key in ("a", "ab"))
    assert len({named(name, caller) for name in ("x", "b:x") for caller in (first, second, LOCAL)}) == 6
