"""Keys share the places: whoever asks one question waits for no batch of another, and a batch counts as it asks."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from pipelines.replies import Stage, UserQuestion
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.api.test_api import DOCUMENTS, QUESTION, detail_of
from ui.api.app import build_api
from ui.api.concurrency_limit import AT_ONCE, ConcurrencyLimit
from ui.api.problems import Busy

SINGLE = "How much does the Aria pump weigh?"
BATCH = {"questions": [{"question": QUESTION}] * 100}


class Noted(QAService):
    """Notes each question as it begins, which it does when it has a place."""

    begun: list[str]

    async def ask_stream(self, question: str | UserQuestion, **options: Any) -> AsyncGenerator[Stage]:
        self.begun.append(question.text if isinstance(question, UserQuestion) else question)
        async for stage in super().ask_stream(question, **options):
            yield stage


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    root = tmp_path_factory.mktemp("fairness")
    for name, text in DOCUMENTS.items():
        (root / name).write_text(text, "utf-8")
    with (
        Noted(Settings.load({"data": root / "data", "service.requests_per_minute": 400})) as service,
        open_backend(service) as opened,
    ):
        service.begun = []
        assert service.index([str(root / name) for name in DOCUMENTS]).failures == ()
        service.prepare()
        yield opened


@asynccontextmanager
async def client_of(api: Any, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx.ASGITransport(api)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers, timeout=None) as client:
        yield client


async def test_a_single_question_waits_for_no_more_than_what_is_in_work(backend: Backend) -> None:
    api, begun = build_api(backend), backend.service.begun  # type: ignore[attr-defined]
    _, greedy = backend.keys.make("greedy", ["read"])
    _, modest = backend.keys.make("modest", ["read"])
    async with client_of(api, greedy) as many, client_of(api, modest) as one:
        batches = [asyncio.create_task(many.post("/api/v1/ask/batch", json=BATCH)) for _ in range(3)]
        try:
            for _ in range(3):
                while not api.state.concurrency_limit.full or api.state.concurrency_limit.waiting < AT_ONCE:
                    await asyncio.sleep(0.001)
                before = len(begun)
                answer = await one.post("/api/v1/ask", json={"question": SINGLE})
                assert "12 kilograms" in answer.text
                # Between its arrival and its turn, at most those begin whose places were free already.
                assert SINGLE in begun[before : before + AT_ONCE + 1]
                assert not any(batch.done() for batch in batches)
        finally:
            for batch in batches:
                batch.cancel()
            await asyncio.wait(batches)
    assert api.state.concurrency_limit.working == api.state.concurrency_limit.waiting == 0


async def test_the_page_a_chat_and_a_command_wait_in_the_same_lines(backend: Backend) -> None:
    api = build_api(backend)
    concurrency_limit: ConcurrencyLimit = api.state.concurrency_limit
    _, secret = backend.keys.make("all ways", ["read"])
    chat = {"model": "quaere", "messages": [{"role": "user", "content": SINGLE}]}
    owned = {"questions": [{"text": SINGLE}, {"text": QUESTION}]}
    async with (
        client_of(api, secret) as client,
        client_of(api, backend.owner_token) as owner,
        asyncio.TaskGroup() as group,
    ):
        async with (
            concurrency_limit.turn("a"),
            concurrency_limit.turn("b"),
            concurrency_limit.turn("c"),
            concurrency_limit.turn("d"),
        ):
            asked = [
                group.create_task(client.post("/v1/chat/completions", json=chat)),
                group.create_task(client.post("/v1/chat/completions", json=chat | {"stream": True})),
                group.create_task(client.post("/api/v1/search", json={"question": SINGLE})),
                group.create_task(client.post("/api/v1/similar", json={"text": SINGLE})),
                group.create_task(owner.post("/api/v1/own/ask_batch", json=owned)),
            ]
            while concurrency_limit.waiting < 6:
                await asyncio.sleep(0.001)
            assert not any(task.done() for task in asked)
        for answer in await asyncio.gather(*asked):
            assert "12 kilograms" in answer.text


async def test_a_batch_counts_its_questions(backend: Backend) -> None:
    api = build_api(backend)
    _, secret = backend.keys.make("counted", ["read"])
    async with client_of(api, secret) as client:
        for left in (300, 200, 100):
            assert (await client.post("/api/v1/ask/batch", json=BATCH)).status_code == 200, left
        refused = await client.post("/api/v1/ask/batch", json={"questions": [*BATCH["questions"], *BATCH["questions"]]})
        assert refused.status_code == 422  # no batch is longer; the request counts
        refused = await client.post("/api/v1/ask/batch", json=BATCH)
        assert "this key has 99 left" in detail_of(refused, 429)
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        few = {"questions": BATCH["questions"][:90]}
        assert (await client.post("/api/v1/ask/batch", json=few)).status_code == 200


async def test_lines_take_turns_and_the_one_that_holds_fewest_is_next() -> None:
    concurrency_limit, order, gate = ConcurrencyLimit(2, 64), list[str](), asyncio.Event()

    async def work(key: str) -> None:
        async with concurrency_limit.turn(key):
            order.append(key)
            await gate.wait()
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work(key)) for key in "aaaaaabbc"]
    await asyncio.sleep(0)
    assert (order, concurrency_limit.waiting) == (["a", "a"], 7)
    tasks[6].cancel()  # one of b's two, while it waits
    await asyncio.sleep(0)
    assert concurrency_limit.waiting == 6
    gate.set()
    await asyncio.wait(tasks)
    assert order[2] == "b" and "c" in order[3:5]
    assert sorted(order) == list("aaaaaabc")
    assert (concurrency_limit.working, concurrency_limit.waiting) == (0, 0)


async def test_a_place_that_comes_as_its_waiter_leaves_is_handed_on() -> None:
    concurrency_limit = ConcurrencyLimit(1, 64)
    holder = concurrency_limit.turn("a")
    await holder.__aenter__()

    async def wait(key: str) -> str:
        async with concurrency_limit.turn(key):
            return key

    leaving, staying = asyncio.create_task(wait("b")), asyncio.create_task(wait("c"))
    await asyncio.sleep(0)
    await holder.__aexit__(None, None, None)  # gives the place to b, which has not run since
    leaving.cancel()
    assert await staying == "c"
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert concurrency_limit.working == 0


async def test_the_requests_of_one_key_fill_no_other_keys_room() -> None:
    concurrency_limit = ConcurrencyLimit(1, 1)
    async with concurrency_limit.presence("a"), concurrency_limit.presence("a"):
        with pytest.raises(Busy, match="2 requests"):
            async with concurrency_limit.presence("a"):
                pass
        async with concurrency_limit.place("b"):
            pass
    async with concurrency_limit.presence("a"):
        pass
