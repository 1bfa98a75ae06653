"""What the pages post to the framework's queue, checked before the framework takes it.

The framework trusts its own scripts: a number of a function that there is not, or half a character, is a failure of the
program to it. Here it is a request that cannot be used. Knows the names and kinds of the parts, not what they ask for.
"""

import json
import re
from collections.abc import Collection
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.loading.metadata import is_whole

_CHECKED = re.compile(r"(?:/[a-z]{2})?/gradio_api/(?:queue/join|cancel|reset)/?", re.ASCII)
_UNUSED = re.compile(r"(?:/[a-z]{2})?/gradio_api/component_server/?", re.ASCII)
"""Calls of components of which the pages have none."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_MOST_BYTES = 1_000_000
_MOST_DATA = 100
"""Values that one event of a page sends."""


class QueueBodies:
    """ASGI middleware that answers 422 to bodies that no page sends.

    Args:
        app: what comes next.
        functions: the numbers of the functions of all pages.
        most_bytes: of a body.
    """

    def __init__(self, app: ASGIApp, functions: Collection[int], most_bytes: int = _MOST_BYTES) -> None:
        self.app = app
        self.functions = frozenset(functions)
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body where it is one for the queue, and hand it on if it can be used."""
        if scope["type"] == "http" and _UNUSED.fullmatch(scope["path"]) is not None:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] != "POST" or _CHECKED.fullmatch(scope["path"]) is None:
            await self.app(scope, receive, send)
            return
        body = await _read(receive, self.most_bytes)
        if body is None:
            await PlainTextResponse("The request has too many bytes.", status_code=413)(scope, receive, send)
        elif not is_usable(body, self.functions):
            await PlainTextResponse("The request cannot be used.", status_code=422)(scope, receive, send)
        else:
            await self.app(scope, _again(body, receive), send)


def is_usable(body: bytes, functions: Collection[int]) -> bool:
    """Whether a page could have sent this.

    Args:
        body: of a request to the queue.
        functions: the numbers of the functions that there are.
    """
    try:
        given = json.loads(body)
        # NaN, and a number so large that it is read as infinite, are no JSON to the framework's own answers.
        json.dumps(given, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    if not isinstance(given, dict) or not is_whole(given):
        return False
    ids = (given.get("session_hash"), given.get("event_id"))
    if not all(value is None or (isinstance(value, str) and _ID.fullmatch(value)) for value in ids):
        return False
    data = given.get("data", [])
    return (
        _is_number(given.get("fn_index"), functions)
        and _is_number(given.get("trigger_id"), None)
        and isinstance(data, list)
        and len(data) <= _MOST_DATA
    )


def _is_number(value: Any, known: Collection[int] | None) -> bool:
    if value is None:
        return True
    return type(value) is int and (value in known if known is not None else 0 <= value < 1 << 31)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body; None where it is longer, or the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, and then what comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given
