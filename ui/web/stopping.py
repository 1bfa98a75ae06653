"""Stopping a question: it ends as it began, as one sequence of steps, so that no late step covers the last word.

The page framework can cancel an event by itself. What the stopped page then shows would come as the reply to another
event, on a connection that the end of the first one closes: on a busy machine it came too late or not at all.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.web.asking import Shown
from ui.web.framework import named
from ui.web.visitors import visitor


class Stop(BaseModel):
    """What a page sends when its visitor stops the question."""

    ticket: str
    """Names the question; random, so that nobody else knows it."""
    typed: str = ""
    """What the question box holds by now."""


@dataclass(slots=True, eq=False)
class _Running:
    task: asyncio.Task[None]
    typed: str | None = None
    """None as long as nobody has stopped the question."""


class Stops:
    """The questions that are being answered and may be stopped. Belongs to one event loop."""

    def __init__(self) -> None:
        self._running: dict[str, _Running] = {}

    def stop(self, asked: Stop) -> bool:
        """Stop a question; whether it was still being answered."""
        running = self._running.get(asked.ticket)
        if running is None or not running.task.cancel():
            return False
        running.typed = asked.typed
        return True

    async def until_stopped(
        self, ticket: str, steps: AsyncGenerator[Shown], stopped: Callable[[str], Shown]
    ) -> AsyncGenerator[Shown]:
        """The steps of a question; when it is stopped, those that it has come to, and the last word.

        A stop that comes when the reply is there changes nothing.

        Args:
            ticket: names the question; without one it cannot be stopped.
            steps: are closed when the question is stopped, and when nobody takes the steps any more.
            stopped: gives the last word, of what the question box holds.
        """
        ready: asyncio.Queue[Shown | None] = asyncio.Queue()

        async def work() -> None:
            async with aclosing(steps):
                async for shown in steps:
                    ready.put_nowait(shown)

        running = _Running(asyncio.create_task(work()))
        running.task.add_done_callback(lambda _: ready.put_nowait(None))
        if ticket:
            self._running[ticket] = running
        busy = True
        try:
            while (shown := await ready.get()) is not None:
                busy = shown.busy
                yield shown
            if running.typed is None or not running.task.cancelled():
                await running.task
            elif busy:
                yield stopped(running.typed)
        finally:
            running.task.cancel()
            await asyncio.wait([running.task])
            if self._running.get(ticket) is running:
                del self._running[ticket]


def stop_route(stops: Stops) -> Route:
    """Takes a :class:`Stop` as JSON; 204 when there was a question to stop, 404 when there was none, 422 else."""

    async def stop(request: Request) -> Response:
        try:
            asked = Stop.model_validate_json(await request.body())
            # Whoever has found out the ticket of another key's question stops nothing.
            asked = asked.model_copy(update={"ticket": named(asked.ticket, visitor(request))})
        except ValidationError:
            return PlainTextResponse("A JSON object with the ticket of a question is needed.", status_code=422)
        if not stops.stop(asked):
            return PlainTextResponse("No such question is being answered.", status_code=404)
        return Response(status_code=204)

    return Route("/stop", stop, methods=["POST"])
