"""Streams that last longer than the right to read them: they end when their caller is no longer let in."""

from collections.abc import Awaitable, Callable

from anyio import CancelScope
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Send

_STREAMS = "text/event-stream"


class Lasting:
    """Receives and sends for an application. Of a stream of events, none is sent without asking again.

    Once its caller is no longer let in, the stream ends, and to the application the client has gone: what works for it
    stops.

    Args:
        receive: from the client.
        send: to the client.
        still: whether the caller is still let in.
    """

    def __init__(self, receive: Receive, send: Send, still: Callable[[], Awaitable[bool]]) -> None:
        self._receive, self._send, self._still = receive, send, still
        self._is_stream = False
        self._has_ended = False
        self._waiting: set[CancelScope] = set()

    async def receive(self) -> Message:
        """What the client sends, or that it has gone."""
        # No task of its own: an application may ask for what is there already, and not wait.
        with CancelScope() as waiting:
            self._waiting.add(waiting)
            try:
                if not self._has_ended:
                    return await self._receive()
            finally:
                self._waiting.discard(waiting)
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Hand on, or end."""
        if self._has_ended:
            return
        if message["type"] == "http.response.start":
            self._is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(_STREAMS)
        elif self._is_stream and message.get("body") and not await self._still():
            self._end()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    def _end(self) -> None:
        self._has_ended = True
        for each in self._waiting:
            each.cancel()
