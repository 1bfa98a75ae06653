"""Stopping a question, without a browser."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx
import pytest
from starlette.applications import Starlette

from ui.api.principal import LOCAL
from ui.web.asking import Shown
from ui.web.framework import named
from ui.web.stopping import Stop, Stops, stop_route

STEPS = [Shown("one", busy=True), Shown("two", busy=True)]
REPLY = Shown("reply")


class Steps:
    """Two steps, a time that is as long as is wanted, and the reply."""

    def __init__(self) -> None:
        self.free, self.closed = asyncio.Event(), False

    async def __call__(self) -> AsyncGenerator[Shown]:
        try:
            for step in STEPS:
                yield step
            await self.free.wait()
            yield REPLY
        finally:
            self.closed = True


def last_word(typed: str) -> Shown:
    return Shown("stopped", box=typed)


async def test_a_stopped_question_shows_what_it_came_to_and_its_last_word() -> None:
    stops, steps, shown = Stops(), Steps(), []
    async for each in stops.until_stopped("t", steps(), last_word):
        shown.append(each)
        if each.status == "two":
            assert not stops.stop(Stop(ticket="u", typed="something"))
            assert stops.stop(Stop(ticket="t", typed="next"))
    assert shown == [*STEPS, Shown("stopped", box="next")]
    assert steps.closed
    assert not stops.stop(Stop(ticket="t"))


async def test_what_was_on_its_way_when_the_question_was_stopped_comes_before_the_last_word() -> None:
    stops, steps = Stops(), Steps()
    async with aclosing(stops.until_stopped("t", steps(), last_word)) as changes:
        first = await anext(changes)
        await asyncio.sleep(0)
        stops.stop(Stop(ticket="t"))
        assert [first, *[each async for each in changes]] == [*STEPS, Shown("stopped", box="")]


async def test_a_reply_that_is_there_stays() -> None:
    stops, steps, shown = Stops(), Steps(), []
    steps.free.set()
    async for each in stops.until_stopped("t", steps(), last_word):
        shown.append(each)
        stops.stop(Stop(ticket="t"))
    assert shown == [*STEPS, REPLY]


async def test_a_question_is_stopped_before_its_first_step() -> None:
    stops, steps = Stops(), Steps()
    asyncio.get_running_loop().call_soon(stops.stop, Stop(ticket="t"))
    shown = [each async for each in stops.until_stopped("t", steps(), last_word)]
    assert shown[-1] == Shown("stopped", box="")


async def test_a_question_without_a_ticket_is_answered_and_cannot_be_stopped() -> None:
    stops, steps = Stops(), Steps()
    steps.free.set()
    async for _ in stops.until_stopped("", steps(), last_word):
        assert not stops.stop(Stop(ticket=""))


async def test_a_visitor_who_leaves_closes_the_steps() -> None:
    stops, steps = Stops(), Steps()
    async with aclosing(stops.until_stopped("t", steps(), last_word)) as changes:
        await anext(changes)
    assert steps.closed
    assert not stops.stop(Stop(ticket="t"))


async def test_what_fails_is_raised() -> None:
    async def failing() -> AsyncGenerator[Shown]:
        yield STEPS[0]
        raise ValueError("no store")

    with pytest.raises(ValueError, match="no store"):
        async for _ in Stops().until_stopped("t", failing(), last_word):
            pass


@pytest.mark.parametrize(
    ("body", "status"),
    [('{"ticket": "t", "typed": ""}', 204), ('{"ticket": "u"}', 404), ("{}", 422), ('{"ticket": 1}', 422), ("", 422)],
)
async def test_the_route(body: str, status: int) -> None:
    stops, steps = Stops(), Steps()
    app = Starlette(routes=[stop_route(stops)])
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
        aclosing(stops.until_stopped(named("t", LOCAL), steps(), last_word)) as changes,
    ):
        await anext(changes)
        assert (await client.post("/stop", content=body)).status_code == status
        steps.free.set()
        shown = [each async for each in changes]
    assert shown[-1] == (Shown("stopped", box="") if status == 204 else REPLY)
