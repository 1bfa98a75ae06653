"""The server's log: a JSON object a line, with the request's id, and no question unless wanted."""

import asyncio
import io
import json
import logging
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from service.keys import KeyRing
from tests.ui.serving import served
from ui.api.authentication import Authenticator
from ui.api.middleware.access import AuthenticationMiddleware
from ui.api.middleware.logs import ACCESS, HEADER, AccessLogMiddleware, log_as_json, note_question, request_id
from ui.api.problems import answer_with_problems

QUESTION = "How long is the warranty\nof the Aria pump?"

_log = logging.getLogger("tests.work")


class Written(io.StringIO):
    """What was logged."""

    def lines(self) -> list[dict[str, Any]]:
        """Each line as the object that it is."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def accesses(self) -> list[dict[str, Any]]:
        """Those of requests."""
        return [line for line in self.lines() if line["logger"] == ACCESS]


@pytest.fixture
def written() -> Iterator[Written]:
    root, access = logging.getLogger(), logging.getLogger(ACCESS)
    handlers, levels = root.handlers[:], (root.level, access.level)
    stream = Written()
    log_as_json(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    access.setLevel(levels[1])


class Application:
    """An API whose endpoints log, fail, stream and wait."""

    def __init__(self, keys: KeyRing, *, log_questions: bool = False) -> None:
        self.go_on = threading.Event()
        api = FastAPI()
        answer_with_problems(api)
        api.get("/works/{name}")(self.work)
        api.get("/thread")(self.work_in_a_thread)
        api.get("/fails")(self.fail)
        api.get("/stream")(self.stream)
        api.post("/ask")(self.ask)
        api.add_middleware(AuthenticationMiddleware, authenticator=Authenticator(keys, "the owner's"))
        self.app = AccessLogMiddleware(api, log_questions=log_questions)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    async def work(self, name: str) -> dict[str, str | None]:
        _log.warning("working on %s", name)
        await asyncio.sleep(0.02)
        _log.warning("worked on %s", name)
        return {"id": request_id()}

    def work_in_a_thread(self) -> None:
        _log.warning("in a thread")

    async def fail(self) -> None:
        raise RuntimeError("no such\nluck")

    async def ask(self, question: str) -> None:
        note_question(question)
        _log.warning("asked: %s", question)
        try:
            raise KeyError(question)
        except KeyError as error:
            several = ExceptionGroup("several", [ValueError(f"not {question}"), error])
            raise RuntimeError(f"cannot answer {question[:30]!r}...") from several

    async def stream(self) -> StreamingResponse:
        return StreamingResponse(self.pieces())

    async def pieces(self) -> AsyncIterator[bytes]:
        yield b"first\n"
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
        _log.warning("streaming")
        yield b"last\n"


@pytest.fixture
def logged(keys: KeyRing, written: Written) -> Application:
    return Application(keys)


def test_a_request_is_one_line_with_all_that_is_known(logged: Application, written: Written) -> None:
    response = logged.client.get("/works/x?secret=1", headers={HEADER: "abc-1._Z"})
    assert (response.json()["id"], response.headers[HEADER]) == ("abc-1._Z", "abc-1._Z")
    (line,) = written.accesses()
    assert line.pop("seconds") >= 0.02
    at = line.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", at)
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "logger": ACCESS,
        "message": "request",
        "request_id": "abc-1._Z",
        "method": "GET",
        "route": "/works/{name}",
        "status": 200,
        "bytes": len(response.content),
        "caller": "local",
        "key_id": None,
        "client_gone": False,
    }
    assert "secret" not in written.getvalue()


@pytest.mark.parametrize("given", ["", "x" * 65, 'a"b', "a b", "a\tb", "../x{}", "\xe9"])
def test_an_id_that_cannot_be_used_is_replaced(logged: Application, written: Written, given: str) -> None:
    response = logged.client.get("/works/x", headers={HEADER: given.encode("latin-1")})  # type: ignore[dict-item]
    assert re.fullmatch("[0-9a-f]{32}", response.headers[HEADER])
    assert {line["request_id"] for line in written.lines()} == {response.headers[HEADER]}


def test_every_record_of_a_request_has_its_id(logged: Application, written: Written) -> None:
    for path in ("/works/x", "/thread"):
        logged.client.get(path, headers={HEADER: path[1:3]})
    _log.warning("outside")
    by_id = [(line["request_id"], line["message"]) for line in written.lines()]
    assert by_id == [
        ("wo", "working on x"),
        ("wo", "worked on x"),
        ("wo", "request"),
        ("th", "in a thread"),
        ("th", "request"),
        (None, "outside"),
    ]


async def test_requests_at_the_same_time_keep_their_own_ids(logged: Application, written: Written) -> None:
    transport = httpx.ASGITransport(logged.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        names = [f"n{number}" for number in range(20)]
        await asyncio.gather(*(http.get(f"/works/{name}", headers={HEADER: name}) for name in names))
    lines = [line for line in written.lines() if line["logger"] == _log.name]
    assert len(lines) == 40
    assert all(line["message"].endswith(f" on {line['request_id']}") for line in lines)
    assert {line["request_id"] for line in written.accesses()} == set(names)


def test_what_fits_no_endpoint_is_named_by_nothing_of_the_clients(logged: Application, written: Written) -> None:
    logged.client.request("ODD", '/x%22%0A{"level": "forged"}')
    (line,) = written.accesses()
    assert (line["method"], line["route"], line["status"]) == ("other", None, 404)
    assert "forged" not in written.getvalue()


def test_no_record_can_forge_another(logged: Application, written: Written) -> None:
    logged.client.get('/works/a%0A{"level":"forged"}%1B[2J%E2%80%A8b')
    assert len(written.lines()) == 3
    assert written.getvalue().isascii()
    assert not set(map(chr, range(32))) & set(written.getvalue()) - {"\n"}
    assert written.lines()[0]["message"] == 'working on a\n{"level":"forged"}\x1b[2J\u2028b'


def test_a_failure_is_logged_with_its_traceback_and_answered_with_its_id(logged: Application, written: Written) -> None:
    response = logged.client.get("/fails", headers={HEADER: "f1"})
    assert (response.status_code, response.headers[HEADER]) == (500, "f1")
    (line,) = written.accesses()
    assert (line["level"], line["status"], line["request_id"]) == ("error", 500, "f1")
    assert "in fail\n" in line["exception"]
    assert line["exception"].endswith("RuntimeError: no such\nluck")


def test_an_error_that_was_answered_ends_here(keys: KeyRing, written: Written) -> None:
    logged = Application(keys)
    assert TestClient(logged.app, raise_server_exceptions=True).get("/fails").status_code == 500
    assert len(written.accesses()) == 1


def test_an_error_that_was_not_answered_goes_on_to_the_server(written: Written) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("not answered")

    with pytest.raises(RuntimeError, match="not answered"):
        TestClient(AccessLogMiddleware(app)).get("/")
    (line,) = written.accesses()
    assert (line["level"], line["status"]) == ("error", None)


def test_no_question_is_logged_and_tracebacks_stay_readable(logged: Application, written: Written) -> None:
    logged.client.post("/ask", params={"question": QUESTION})
    assert "warranty" not in written.getvalue()
    asked, failed, request = written.lines()
    assert asked["message"] == "[left out: it quotes the question]"
    for line in (failed, request):
        assert "in ask\n" in line["exception"]
        for kind in ("RuntimeError", "ValueError", "KeyError"):
            assert f"{kind}: [left out" in line["exception"]
    assert "questions" not in request


def test_a_question_cannot_empty_the_log(logged: Application, written: Written) -> None:
    logged.client.post("/ask", params={"question": "e"})
    assert "in ask\n" in written.accesses()[0]["exception"]


def test_questions_are_logged_where_that_is_wanted(keys: KeyRing, written: Written) -> None:
    Application(keys, log_questions=True).client.post("/ask", params={"question": QUESTION})
    (line,) = written.accesses()
    assert line["questions"] == [QUESTION]
    assert "cannot answer" in line["exception"]


def test_a_question_outside_of_a_request_is_nobodys() -> None:
    note_question(QUESTION)
    assert request_id() is None


def test_the_caller_is_named_and_never_a_secret(logged: Application, written: Written, keys: KeyRing) -> None:
    key, secret = keys.make("bot", ["read"])
    logged.client.get("/works/x", headers={"Authorization": f"Bearer {secret}"})
    logged.client.get("/works/x", headers={"Authorization": "Bearer guessed"})
    known, unknown = written.accesses()
    assert (known["caller"], known["key_id"], known["status"]) == ("bot", key.key_id, 200)
    assert (unknown["caller"], unknown["key_id"], unknown["status"]) == (None, None, 401)
    assert secret not in written.getvalue() and "guessed" not in written.getvalue()


def test_a_stream_is_not_held_up_and_a_client_that_leaves_is_told_apart(logged: Application, written: Written) -> None:
    with served(logged.app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        with http.stream("GET", "stream", headers={HEADER: "left"}) as response:
            lines = response.iter_lines()
            assert next(lines) == "first"  # while the rest is not there yet
            assert written.accesses() == []
        wait_for_lines(written, 1)
        logged.go_on.set()
        assert http.get("stream", headers={HEADER: "stayed"}).text == "first\nlast\n"
        wait_for_lines(written, 2)
    left, stayed = written.accesses()
    assert (left["request_id"], left["client_gone"], left["bytes"], left["status"]) == ("left", True, 6, 200)
    assert (stayed["request_id"], stayed["client_gone"], stayed["bytes"]) == ("stayed", False, 11)
    assert [line["request_id"] for line in written.lines() if line["message"] == "streaming"] == ["stayed"]


def wait_for_lines(written: Written, number: int) -> None:
    ends = time.monotonic() + 20
    while len(written.accesses()) < number:
        assert time.monotonic() < ends
        time.sleep(0.01)
