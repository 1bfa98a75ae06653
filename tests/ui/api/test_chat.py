"""OpenAI's chat completions over a small real index, asked by OpenAI's own client."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openai.types.chat import ChatCompletionMessageParam
from starlette.types import ASGIApp

from components.errors import StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.keys import KeyRing
from tests.ui.api.test_api import break_search
from tests.ui.serving import served
from ui.api.authentication import Authenticator
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.middleware.access import AuthenticationMiddleware
from ui.api.middleware.openai_errors import OpenAIErrorMiddleware
from ui.api.problems import MEDIA_TYPE, answer_with_problems
from ui.api.routers.chat import MODEL, chat_router

QUESTION = "How long is the warranty of the Aria pump?"
PRICE = "What does the Aria pump cost?"
HOSTILE = "Which page explains the Bora fan?"
DOCUMENTS = {
    "manual.md": "# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n\nThe Aria pump weighs 12 kilograms.\n",
    "reset.txt": "Hold the red button of the Aria pump for ten seconds to reset it.",
    "staff.md": "---\ngroups: [staff]\n---\nThe Aria pump costs 480 euros.\n",
    "hostile.txt": "The Bora fan is explained by <img src=x onerror=f> [this page](http://evil.example/?a=1) **now**.",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("chat")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    with QAService(Settings.load({"data": root / "data", "service.question_seconds": 20})) as opened:
        assert opened.index([str(root / name) for name in DOCUMENTS]).failures == ()
        yield opened


def application(service: QAService, keys: KeyRing, concurrency_limit: ConcurrencyLimit | None = None) -> ASGIApp:
    api = FastAPI()
    answer_with_problems(api)
    api.include_router(
        chat_router(service, ConcurrencyLimit(4, 64) if concurrency_limit is None else concurrency_limit)
    )
    api.add_middleware(AuthenticationMiddleware, authenticator=Authenticator(keys, "the owner's"))
    api.add_middleware(OpenAIErrorMiddleware)
    return api


def openai_client(app: ASGIApp, key: str = "unused") -> openai.OpenAI:
    http: Any = TestClient(app, raise_server_exceptions=False)
    if key == "unused":  # a key that is not known is refused; the client cannot send none
        http.event_hooks = {"request": [lambda request: request.headers.pop("authorization", None)]}
    return openai.OpenAI(base_url="http://testserver/v1", api_key=key, http_client=http, max_retries=0)


@pytest.fixture
def client(service: QAService, keys: KeyRing) -> openai.OpenAI:
    return openai_client(application(service, keys))


def ask(client: openai.OpenAI, text: str, **more: Any) -> str:
    said = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}], **more)
    content = said.choices[0].message.content
    assert content is not None
    return content


def test_the_one_model_is_listed(client: openai.OpenAI) -> None:
    assert [(model.id, model.object) for model in client.models.list()] == [(MODEL, "model")]


def test_an_answer_has_its_place_and_its_confidence(client: openai.OpenAI) -> None:
    said = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
    (choice,) = said.choices
    assert (said.object, said.model, said.usage) == ("chat.completion", MODEL, None)
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    content = choice.message.content or ""
    assert content.startswith("24 months\n\n> The warranty of the Aria pump is 24 months.\n\n")
    assert "manual.md`" in content and "Aria pump · " in content and content.endswith("%")


def test_what_is_not_in_the_documents_is_said_to_be_missing(client: openai.OpenAI) -> None:
    assert ask(client, "Who wrote Hamlet?").startswith("I could not find this in the documents.")


def test_the_last_message_of_the_user_is_the_question(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Answer in rhymes."},
        {"role": "user", "content": "Who wrote Hamlet?"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"role": "user", "content": [{"type": "text", "text": part} for part in QUESTION.split(" of ")]},
    ]
    said = client.chat.completions.create(
        model=MODEL,
        messages=messages,
        temperature=0.2,
        max_tokens=1,
        n=1,
        response_format={"type": "text"},
        tools=[{"type": "function", "function": {"name": "f"}}],
        tool_choice="auto",
        stream_options=None,
        user="someone",
    )
    assert (said.choices[0].message.content or "").startswith("24 months")


def test_a_stream_is_the_same_text_in_pieces(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}], stream=True)
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == ask(client, QUESTION)
    assert len([piece for piece in pieces if piece]) > 2
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]


async def test_the_asynchronous_client_reads_it_too(service: QAService, keys: KeyRing) -> None:
    with served(application(service, keys)) as url:
        http = httpx.AsyncClient(trust_env=False, timeout=60)
        http.event_hooks = {"request": [_without_key], "response": []}
        async with openai.AsyncOpenAI(base_url=f"{url}v1", api_key="unused", http_client=http, max_retries=0) as client:  # type: ignore[arg-type]
            said = await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": QUESTION}], stream=True
            )
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in said])
    assert text.startswith("24 months")


async def _without_key(request: httpx.Request) -> None:
    del request.headers["authorization"]


def test_the_stages_keep_a_stream_awake_and_it_ends_as_clients_expect(service: QAService, keys: KeyRing) -> None:
    response = raw(application(service, keys), stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = response.text.split("\n\n")
    assert blocks[:2] == [": understood", ": passages found"]
    assert blocks[-2:] == ["data: [DONE]", ""]


def raw(app: ASGIApp, question: str = QUESTION, **more: Any) -> Any:
    body = {"model": MODEL, "messages": [{"role": "user", "content": question}], **more}
    return TestClient(app, raise_server_exceptions=False).post("/v1/chat/completions", json=body)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "user"),
        ({"messages": [{"role": "user"}]}, "user"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}, "image_url"),
        ({"messages": [{"role": "user", "content": []}]}, "empty"),
        ({"messages": [{"role": "user", "content": "?"}]}, "empty"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "5000"),
        ({"messages": "x"}, "messages"),
        ({"n": 2}, "n"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"logprobs": True}, "logprobs"),
        ({"modalities": ["audio"]}, "modalities"),
        ({"stream": "yes"}, "stream"),
        ({"model": 3}, "model"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_used_is_a_bad_request(
    service: QAService, keys: KeyRing, changes: dict[str, Any], named: str, stream: bool
) -> None:
    response = raw(application(service, keys), **({"stream": stream} | changes))
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert named in error["message"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "bad_request")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"model": "quaere", "messages": [{"role": "user", "content": "\\ud800"}]}']
)
def test_bytes_that_are_no_request_are_bad_requests(service: QAService, keys: KeyRing, body: bytes) -> None:
    client = TestClient(application(service, keys), raise_server_exceptions=False)
    response = client.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")


def test_errors_reach_the_client_as_its_own(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=r"gpt-9.*quaere"):
        client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": QUESTION}])
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, QUESTION, n=3)
    assert caught.value.param == "n"
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model=MODEL, input="x")


def test_a_full_service_says_when_to_come_again(service: QAService, keys: KeyRing) -> None:
    app = application(service, keys, ConcurrencyLimit(0, 0))
    for stream in (False, True):
        response = raw(app, stream=stream)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["error"]["code"] == "service_unavailable"
    with pytest.raises(openai.InternalServerError):
        ask(openai_client(app), QUESTION)


def test_a_stream_that_fails_on_its_way_says_so(
    service: QAService, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise StoreError("the index is gone; restore a backup")

    break_search(service, monkeypatch, fail)
    with pytest.raises(openai.APIError, match="the index is gone"):
        list(client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}], stream=True))


@pytest.mark.parametrize("stream", [False, True])
def test_a_failure_of_the_program_tells_nothing_of_its_inside(
    service: QAService, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(service, "ask_stream", fail)
    response = raw(application(service, keys), stream=stream)
    assert (response.status_code, response.json()["error"]["type"]) == (500, "server_error")
    assert "secret" not in response.text


def test_what_belongs_to_a_group_is_for_its_members(service: QAService, keys: KeyRing) -> None:
    app = application(service, keys)
    _, outsider = keys.make("outsider", ["read"])
    _, member = keys.make("member", ["read"], ["staff"])
    _, writer = keys.make("writer", ["write"])
    assert "480" in ask(openai_client(app, member), PRICE)
    said = ask(openai_client(app, outsider), PRICE)
    assert "480" not in said and "staff.md" not in said
    with pytest.raises(openai.AuthenticationError) as caught:
        ask(openai_client(app, "sk-wrong"), QUESTION)
    assert caught.value.code == "invalid_api_key"
    with pytest.raises(openai.PermissionDeniedError, match="needs read"):
        openai_client(app, writer).models.list()


@pytest.mark.parametrize("stream", [False, True])
def test_without_keys_nothing_of_a_group_is_seen(service: QAService, keys: KeyRing, stream: bool) -> None:
    answered = raw(application(service, keys), PRICE, stream=stream).text
    # A reply's number and time may hold any digits.
    text = re.sub(r'"id":"[^"]*"|"created":\d+', "", answered)
    assert "480" not in text and "staff.md" not in text


def test_words_of_a_document_stay_words(client: openai.OpenAI) -> None:
    said = ask(client, HOSTILE)
    assert "hostile.txt`" in said
    assert not {"<", "[", "]", "*"} & set(said)
    assert "(`http://evil.example/?a=1`)" in said


def test_a_client_that_leaves_in_mid_stream_frees_its_place(
    service: QAService, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, searching = threading.Event(), service._open_folder().store.search

    def wait(*given: Any, **options: Any) -> Any:
        assert gate.wait(30)
        return searching(*given, **options)

    limit = ConcurrencyLimit(1, 0)
    body = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with (
        served(application(service, keys, limit)) as url,
        httpx.Client(base_url=url, trust_env=False) as http,
    ):
        break_search(service, monkeypatch, wait)
        with http.stream("POST", "v1/chat/completions", json=body, timeout=30) as response:
            lines = response.iter_lines()  # dropped, it would close the connection
            assert next(lines) == ": understood"
            assert limit.working == 1
            assert http.post("v1/chat/completions", json=body).status_code == 503
        ends = time.monotonic() + 30
        while limit.working and time.monotonic() < ends:
            time.sleep(0.01)
        assert limit.working == 0  # although the search still waits: a thread cannot be broken off
        gate.set()
        monkeypatch.undo()
        assert "24 months" in http.post("v1/chat/completions", json=body, timeout=30).text


def test_the_description_names_the_endpoints_and_that_earlier_messages_are_ignored(
    service: QAService, keys: KeyRing
) -> None:
    api = FastAPI()
    answer_with_problems(api)
    api.include_router(chat_router(service, ConcurrencyLimit(1, 1)))
    description = api.openapi()
    assert set(description["paths"]) == {"/v1/models", "/v1/chat/completions"}
    endpoint = description["paths"]["/v1/chat/completions"]["post"]
    assert "before it are not read" in endpoint["description"]
    assert {"200", "4XX", "5XX"} == set(endpoint["responses"])
    assert "ignored" in json.dumps(description["components"]["schemas"]["ChatBody"])


def test_what_is_no_problem_of_v1_goes_through_as_it_is() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", MEDIA_TYPE.encode())]})
        await send({"type": "http.response.body", "body": b"{}"})

    assert TestClient(OpenAIErrorMiddleware(app)).get("/api/v1/nothing").content == b"{}"
    assert asyncio.run(_lifespan(OpenAIErrorMiddleware(app))) is None


async def _lifespan(app: ASGIApp) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "lifespan"}, None, send)  # type: ignore[arg-type]
    assert sent
