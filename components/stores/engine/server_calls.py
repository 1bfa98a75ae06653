"""Requests to a Qdrant server, sent again where that may help, and their failures in plain words."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ParamSpec, TypeVar

import httpx
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from components.errors import StoreError

_FIRST_PAUSE = 0.2  # seconds; doubled after every attempt
_WORTH_RETRYING = {408, 429, 500, 502, 503, 504}

T = TypeVar("T")
Parameters = ParamSpec("Parameters")


class ServerCalls:
    """Sends requests to one server.

    Args:
        url: of the server, for messages.
        timeout: whole seconds that one request may take, for messages.
        retries: how often a request is sent again when the server could not be reached or was overloaded.
        turn: held during every request.
    """

    def __init__(self, url: str, timeout: int, retries: int, turn: AbstractContextManager[Any]) -> None:
        self._url = url
        self._timeout = timeout
        self._retries = retries
        self._turn = turn

    def send(self, request: Callable[Parameters, T], *args: Parameters.args, **kwargs: Parameters.kwargs) -> T:
        """Give what the request gives.

        Raises:
            StoreError: the server cannot be reached, refuses the request or gives what no Qdrant server does.
        """
        for attempt in range(self._retries + 1):
            try:
                with self._turn:
                    return request(*args, **kwargs)
            except (ResponseHandlingException, UnexpectedResponse, ResourceExhaustedResponse) as error:
                if attempt == self._retries or not _worth_retrying(error):
                    raise StoreError(self._explained(error, attempt + 1)) from error
            except (ValueError, AssertionError) as error:
                # What the client raises when an answer is not that of a Qdrant server.
                raise StoreError(self._explained(error, 1)) from error
            # Clients that failed together should not come back together.
            time.sleep(_FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))
        raise AssertionError("the last attempt returns or raises")

    def _explained(self, error: Exception, attempts: int) -> str:
        after = "" if attempts == 1 else f" after {attempts} attempts"
        if isinstance(error, UnexpectedResponse):
            if error.status_code in (401, 403):
                return (
                    f"The Qdrant server at {self._url} refused the API key (HTTP {error.status_code}); "
                    "set QUAERE_QDRANT__API_KEY to the server's key."
                )
            return (
                f"The Qdrant server at {self._url} answered HTTP {error.status_code}{after}: "
                f"{error.content[:300].decode(errors='replace')}. {_advice(error.status_code)}"
            )
        if isinstance(error, ResponseHandlingException) and isinstance(error.source, httpx.TimeoutException):
            return (
                f"The Qdrant server at {self._url} did not answer within {self._timeout:g} seconds{after}; "
                "check that it runs, or set QUAERE_QDRANT__TIMEOUT higher."
            )
        reason = error.source if isinstance(error, ResponseHandlingException) else error
        return (
            f"The Qdrant server at {self._url} could not be used{after} ({reason}); "
            "check that it runs and that QUAERE_QDRANT__URL is its address."
        )


def _worth_retrying(error: Exception) -> bool:
    if isinstance(error, UnexpectedResponse):
        return error.status_code in _WORTH_RETRYING
    if isinstance(error, ResponseHandlingException):
        return isinstance(error.source, httpx.TransportError)
    return True


def _advice(status: int | None) -> str:
    if status in _WORTH_RETRYING:
        return "It is overloaded or starting; wait a little, or set QUAERE_QDRANT__RETRIES higher."
    return "Check that QUAERE_QDRANT__URL is the address of a Qdrant server of release 1.16 or later."
