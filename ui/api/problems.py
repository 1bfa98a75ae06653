"""Errors as HTTP answers: every one is a problem document (RFC 9457), whatever raised it."""

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from pipelines.sources import UnknownSource

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[QuaereError], HTTPStatus], ...] = (
    (UnknownSource, HTTPStatus.NOT_FOUND),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ConfigurationError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_LATER = {"Retry-After": "5"}
_CLIENT_GONE = 499
"""Nobody reads it; logs and measurements tell it from a failure, under the number that nginx gave it."""

_UNEXPECTED = "The program failed at this request; its log tells more."


class Refusal(QuaereError):
    """A request that the API itself turns away."""

    status = HTTPStatus.BAD_REQUEST
    headers: Mapping[str, str] = {}


class Unauthorized(Refusal):
    """A key is needed, and none that is known was shown."""

    status = HTTPStatus.UNAUTHORIZED
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN


class Missing(Refusal):
    """What is asked for does not exist, or is not the caller's to know of."""

    status = HTTPStatus.NOT_FOUND


class TooMany(Refusal):
    """A caller asks more often than it may.

    Args:
        message: what the limit is.
        seconds: until it may ask again.
    """

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(max(1, math.ceil(seconds)))}


class Busy(Refusal):
    """More requests wait than the service takes on, or one took longer than it may."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = {"Retry-After": "1"}


class Wrong(BaseModel):
    """One field of a request that cannot be used."""

    field: str = Field(description="Where it stands in the body, parts joined by dots.", examples=["questions.0.top"])
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(default="about:blank", description="Nothing beyond the status: the title says it.")
    title: str = Field(description="The name of the status.", examples=["Unprocessable Entity"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What happened, and what to do.")
    errors: list[Wrong] = Field(default_factory=list, description="Of a body that cannot be used: field by field.")


USUAL = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What any endpoint may answer that takes something and looks something up."""


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the errors that an endpoint may answer with."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status.value: {"description": status.phrase, "content": content} for status in statuses}


def problem(
    status: int, detail: str, errors: Sequence[Wrong] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that says what is wrong."""
    found = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(found.model_dump(), status, headers, media_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Response:
    """The answer to an error of ours, or to an unexpected one, of which only the log tells."""
    if isinstance(error, Refusal):
        return problem(error.status, str(error), headers=error.headers)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), None)
    if status is None:
        _log.error("a request failed", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED)
    # A server behind this one may be back soon; so may a folder that another process holds.
    return problem(status, str(error), headers=_LATER if isinstance(error, StoreError) else None)


def answer_with_problems(server: FastAPI) -> None:
    """Make every error of the API a problem document, and describe these."""
    plain = server.openapi

    def openapi() -> dict[str, Any]:
        description = plain()
        # Not as the endpoints' own models, which FastAPI would describe as plain JSON.
        _, models = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
        description["components"]["schemas"] |= models["$defs"]
        return description

    # FastAPI's documented way to add to its description.
    server.openapi = openapi  # type: ignore[method-assign]

    @server.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        wrong = [Wrong(field=_place(each["loc"]), detail=each["msg"]) for each in error.errors()]
        named = "; ".join(f"{each.field}: {each.detail}" if each.field else each.detail for each in wrong)
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The request cannot be used: {named}.", wrong)

    @server.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), headers=error.headers)

    @server.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=_CLIENT_GONE)

    @server.exception_handler(QuaereError)
    @server.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return problem_of(error)


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the body, without the word "body"."""
    return ".".join(str(part) for part in location[1:])
