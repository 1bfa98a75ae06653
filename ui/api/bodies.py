"""What a body may be: how long, how slow and of how many parts. What is more is refused, where it can be unread.

Knows no endpoint and no caller. A JSON text of some size is read in a thread: the event loop waits for no stranger.
"""

import asyncio
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

MOST_BYTES = 1_000_000
"""Of a body, unless its endpoint says otherwise."""

MOST_PARTS = 20_000
"""Of a JSON text: values and names, with or without something in them."""

_PATIENCE_SECONDS = 30.0
_SLOWEST = 50_000
"""Bytes a second, after the first seconds: about what a mobile network at its edge sends."""

_IN_A_THREAD = 100_000
"""Bytes of a JSON text above which a thread reads it; parsing less takes no longer than handing it over."""

_MOST_PARTS_OF = "quaere_most_parts"
_MOST_BYTES_OF = "quaere_most_bytes"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def body_of(most: int, parts: int = MOST_PARTS) -> Callable[[Endpoint], Endpoint]:
    """A decorator of an endpoint that takes a larger body than others.

    Args:
        most: bytes.
        parts: of a JSON text.
    """

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MOST_BYTES_OF, most)
        setattr(endpoint, _MOST_PARTS_OF, parts)
        return endpoint

    return mark


def limits_of(endpoint: Callable[..., Any]) -> tuple[int, int]:
    """How many bytes and parts the body of an endpoint may have."""
    return getattr(endpoint, _MOST_BYTES_OF, MOST_BYTES), getattr(endpoint, _MOST_PARTS_OF, MOST_PARTS)


def limited(scope: Scope, receive: Receive, most: int) -> Receive:
    """Receives a body that is neither too long nor too slow, and whatever comes after it.

    Args:
        scope: of the request.
        receive: the body has not been read.
        most: bytes.

    Raises (now or when called):
        HTTPException: it is too long, 413, where it says so before anything is read; or too slow, 408.
    """
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdecimal() and (len(declared) > len(str(most)) or int(declared) > most):
        _refuse_long(most)
    read, ended, started = 0, False, asyncio.get_running_loop().time()

    async def counted() -> Message:
        nonlocal read, ended
        if ended:
            return await receive()
        try:
            async with asyncio.timeout_at(started + _PATIENCE_SECONDS + read / _SLOWEST):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly; send it again.") from error
        read += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if read > most:
            _refuse_long(most)
        return message

    return counted


def _refuse_long(most: int) -> NoReturn:
    raise HTTPException(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {most:,} bytes; send less at a time."
    )


class BoundedRequest(Request):
    """A request whose body is read within limits.

    Args:
        request: the same, its body not read.
        most: bytes of the body.
        parts: of its JSON text.

    Raises:
        HTTPException: the body says that it is too long.
    """

    def __init__(self, request: Request, most: int, parts: int) -> None:
        super().__init__(request.scope, limited(request.scope, request.receive, most))
        self._parts = parts

    async def json(self) -> Any:
        """The body as JSON.

        Raises:
            HTTPException: it has too many parts.
            JSONDecodeError: it is no JSON.
        """
        if not hasattr(self, "_json"):
            body = await self.body()
            if len(body) > _IN_A_THREAD:
                self._json = await asyncio.to_thread(read_json, body, self._parts)
            else:
                self._json = read_json(body, self._parts)
        return self._json


def read_json(text: bytes, parts: int = MOST_PARTS) -> Any:
    """A JSON text as Python's values, whose number is known to be bearable before any is made.

    Raises:
        HTTPException: it has more parts.
        JSONDecodeError: it is no JSON.
    """
    if _parts_of(text, parts) > parts:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {parts:,} values; send less at a time."
        )
    return json.loads(text)


_OUTSIDE = re.compile(rb'["\[{,:]')
_INSIDE = re.compile(rb"(?:[^\"\\]{1,500}+|\\.){0,2000}+", re.DOTALL)
"""Some of a string; never more than a million bytes, as nothing else runs meanwhile."""
_STEP = 1_000_000


def _parts_of(text: bytes, most: int) -> int:
    """How many values and names a JSON text has at most; counting ends above ``most``."""
    found, at, end = 1, 0, len(text)
    while at < end and found <= most:
        step = min(end, at + _STEP)
        sign = _OUTSIDE.search(text, at, step)
        at = step if sign is None else sign.end()
        if sign is not None and sign.group() == b'"':
            at = _end_of_string(text, at)
        elif sign is not None:
            found += 1
    return found


def _end_of_string(text: bytes, at: int) -> int:
    """Where a string ends, or the text."""
    while (some := _INSIDE.match(text, at)) is not None and some.end() > at:
        at = some.end()
    return at + 1
