"""The stages of one question as HTTP needs them: the reply alone, or a stream that holds its place until it ends."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from components.types import Reply
from pipelines.replies import Stage


async def reply_of(stages: AsyncGenerator[Stage]) -> Reply:
    """The reply alone; given up in the midst, the stages that have not begun never do."""
    async with aclosing(stages):
        async for stage in stages:
            if isinstance(stage, Reply):
                return stage
    raise RuntimeError("the stages ended without a reply")


async def begin(
    place: AbstractAsyncContextManager[None], stages: AsyncGenerator[Stage]
) -> tuple[AsyncExitStack, Stage]:
    """Take a place and wait for the first stage, so that what refuses a question is an error and not a stream.

    Returns:
        What is held while the stream runs, to be closed at its end; the first stage.

    Raises:
        Busy: as many are waiting already.
        QuaereError: the question cannot be asked.
    """
    async with AsyncExitStack() as resources:
        await resources.enter_async_context(place)
        await resources.enter_async_context(aclosing(stages))
        first = await anext(stages)
        return resources.pop_all(), first


class EventStream(StreamingResponse):
    """Server-sent events; what is held for them is let go of however they end, even before the first is sent.

    Args:
        resources: from :func:`begin`.
        events: as they are sent.
    """

    media_type = "text/event-stream"

    def __init__(self, resources: AsyncExitStack, events: AsyncIterator[str]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See Starlette's ``Response``."""
        async with self._resources:
            await super().__call__(scope, receive, send)
