"""What is measured, as Prometheus reads it: requests, questions, stages, the queue and the index."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import StreamingResponse

from components.errors import StoreError
from pipelines.service import QAService
from pipelines.settings import Settings
from service.keys import KeyRing
from tests.ui.serving import served
from ui.api.authentication import Authenticator
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.middleware.access import AuthenticationMiddleware
from ui.api.problems import answer_with_problems
from ui.api.routers.chat import chat_router
from ui.api.routers.metrics import PATH, UNMATCHED, Metrics, MetricsMiddleware, metrics_router, note_reply

QUESTION = "How long is the warranty of the Aria pump?"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    root = tmp_path_factory.mktemp("metrics")
    (root / "manual.md").write_text("# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n", "utf-8")
    with QAService(Settings(data=root / "data")) as opened:
        assert opened.index([str(root / "manual.md")]).failures == ()
        yield opened


class Application:
    """An API with endpoints that fail, stream and wait, and what is measured of it."""

    def __init__(self, service: QAService, keys: KeyRing) -> None:
        self.concurrency_limit = ConcurrencyLimit(2, 2)
        self.metrics = Metrics(service, self.concurrency_limit)
        self.go_on = threading.Event()
        api = FastAPI()
        answer_with_problems(api)
        api.include_router(chat_router(service, self.concurrency_limit))
        api.include_router(metrics_router(self.metrics))
        api.add_middleware(AuthenticationMiddleware, authenticator=Authenticator(keys, "the owner's"))
        api.get("/fails/{name}")(self.fail)
        api.get("/stream")(self.stream)
        self.app = MetricsMiddleware(api, self.metrics)
        self.client = TestClient(self.app, raise_server_exceptions=False)

    async def fail(self, name: str) -> None:
        raise RuntimeError(name)

    async def stream(self) -> StreamingResponse:
        return StreamingResponse(self.pieces())

    async def pieces(self) -> AsyncIterator[bytes]:
        yield b"first\n"
        while not self.go_on.is_set():
            await asyncio.sleep(0.01)
        yield b"last\n"

    def samples(self) -> dict[tuple[str, ...], float]:
        """By name and the values of the labels in the order of their names, as the endpoint gives them."""
        response = self.client.get(PATH)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    def ask(self, question: str, **more: Any) -> Any:
        return self.client.post(
            CHAT, json={"model": "quaere", "messages": [{"role": "user", "content": question}], **more}
        )


@pytest.fixture
def measured(service: QAService, keys: KeyRing) -> Application:
    return Application(service, keys)


def test_requests_are_counted_by_template_method_and_status(measured: Application) -> None:
    for name in ("a", "b", "c"):
        assert measured.client.get(f"/fails/{name}").status_code == 500
    assert measured.client.get(CHAT).status_code == 405
    assert measured.client.post(CHAT, json={}).status_code == 422
    found = measured.samples()
    assert found["quaere_requests_total", "GET", "/fails/{name}", "500"] == 3
    assert found["quaere_requests_total", "GET", CHAT, "405"] == 1
    assert found["quaere_requests_total", "POST", CHAT, "422"] == 1
    assert found["quaere_request_seconds_count", "/fails/{name}"] == 3
    assert measured.samples()["quaere_requests_total", "GET", PATH, "200"] == 1  # not yet itself


def test_a_scan_is_one_series(measured: Application) -> None:
    before = len(measured.samples())
    for number in range(50):
        measured.client.get(f"/wp-admin/{number}")
        measured.client.request(f"METHOD{number}", f"/x{number}")
    found = measured.samples()
    assert found["quaere_requests_total", "GET", UNMATCHED, "404"] == 50
    assert found["quaere_requests_total", "other", UNMATCHED, "404"] == 50
    assert not [name for name in found if "wp-admin" in "".join(name) or "METHOD" in "".join(name)]
    assert len(found) < before + 60  # of which most are the buckets of two routes


def test_questions_and_their_stages_are_counted(measured: Application) -> None:
    found = measured.samples()
    assert (found["quaere_questions_total", "answered"], found["quaere_questions_total", "withheld"]) == (0, 0)
    measured.ask(QUESTION)
    measured.ask(QUESTION, stream=True)
    measured.ask("Who wrote Hamlet?")
    found = measured.samples()
    assert (found["quaere_questions_total", "answered"], found["quaere_questions_total", "withheld"]) == (2, 1)
    assert found["quaere_question_seconds_count",] == 3
    for stage in ("understanding", "retriever", "ranker", "reader"):
        assert found["quaere_stage_seconds_count", stage] == 3
        assert found["quaere_stage_seconds_sum", stage] < found["quaere_question_seconds_sum",]
    assert ("quaere_stage_seconds_count", "total") not in found


def test_no_words_of_users_or_documents_are_in_it(measured: Application) -> None:
    measured.ask(QUESTION)
    text = measured.client.get(PATH).text
    assert "warranty" not in text and "manual" not in text


def test_two_applications_do_not_mix(service: QAService, keys: KeyRing) -> None:
    one, other = Application(service, keys), Application(service, keys)
    one.ask(QUESTION)
    assert one.samples()["quaere_questions_total", "answered"] == 1
    assert other.samples()["quaere_questions_total", "answered"] == 0


def test_a_reply_outside_of_a_request_is_not_counted(service: QAService) -> None:
    note_reply(service.ask(QUESTION))


def test_the_index_and_the_process_are_read_when_asked_for(
    service: QAService, measured: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = measured.samples()
    status = service.status()
    assert found["quaere_index_passages",] == status.passages == 1
    assert found["quaere_index_sources",] == 1
    assert found["quaere_index_generation",] == status.generation
    assert found["process_resident_memory_bytes",] > 10_000_000
    assert found["process_cpu_seconds_total",] > 0

    def fail() -> None:
        raise StoreError("the index is gone")

    monkeypatch.setattr(service, "status", fail)
    assert ("quaere_index_passages",) not in measured.samples()


def test_the_queue_is_read_when_asked_for(measured: Application) -> None:
    async def run() -> list[tuple[float, float]]:
        gate, found = asyncio.Event(), []

        async def work() -> None:
            async with measured.concurrency_limit.place(None):
                await gate.wait()

        tasks = [asyncio.create_task(work()) for _ in range(3)]
        for _ in range(2):
            await asyncio.sleep(0.01)
            text = measured.metrics.text().decode("utf-8")
            families = text_string_to_metric_families(text)
            values = {each.name: each.samples[0].value for each in families if each.type == "gauge"}
            found.append((values["quaere_questions_working"], values["quaere_questions_waiting"]))
            gate.set()
        await asyncio.gather(*tasks)
        return found

    assert asyncio.run(run()) == [(2, 1), (0, 0)]


def test_a_stream_is_not_held_up_and_counts_when_its_client_leaves(measured: Application) -> None:
    with served(measured.app) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        with http.stream("GET", "stream") as response:
            lines = response.iter_lines()
            assert next(lines) == "first"  # while the rest is not there yet
            assert ("quaere_requests_total", "GET", "/stream", "200") not in measured.samples()
        ends = time.monotonic() + 20
        while ("quaere_requests_total", "GET", "/stream", "200") not in measured.samples():
            assert time.monotonic() < ends
            time.sleep(0.01)
        measured.go_on.set()
        assert http.get("stream").text == "first\nlast\n"


def test_only_an_administrator_reads_it(measured: Application, keys: KeyRing) -> None:
    _, reader = keys.make("reader", ["read"])
    _, admin = keys.make("admin", ["admin"])
    assert measured.client.get(PATH).status_code == 401
    assert measured.client.get(PATH, headers={"Authorization": f"Bearer {reader}"}).status_code == 403
    assert measured.client.get(PATH, headers={"Authorization": f"Bearer {admin}"}).status_code == 200
