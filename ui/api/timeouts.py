"""How long a request is worked on: until it is done, its time is up, or its client has gone."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from ui.api.problems import DeadlineExceeded

T = TypeVar("T")


async def while_wanted(request: Request, work: Coroutine[Any, Any, T], seconds: float) -> T:
    """Do the work, and give it up as soon as nobody waits for it.

    Args:
        request: its body has been read.
        work: is cancelled when it is given up.
        seconds: at most.

    Raises:
        DeadlineExceeded: the time is up.
        ClientDisconnect: the client has gone.
    """
    working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(request))
    tasks = (working, leaving)
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        if leaving.done():
            raise ClientDisconnect
        raise _overdue(seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def within(stages: AsyncGenerator[T], seconds: float) -> AsyncGenerator[T]:
    """The same results, as long as all of them come within the time.

    Raises:
        DeadlineExceeded: the time is up.
    """
    ends = asyncio.get_running_loop().time() + seconds
    async with aclosing(stages):
        while True:
            try:
                async with asyncio.timeout_at(ends):
                    stage = await anext(stages)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise _overdue(seconds) from error
            yield stage


def _overdue(seconds: float) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"This took longer than {seconds:g} seconds and was given up; try again when less is going on."
    )


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
