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
from components.query.filters.inline import UnreadableFilter
from components.query.filters.syntax import UnknownField
from components.query.understanding import EmptyQuestion, QuestionTooLong
from pipelines.sources import UnknownSource
from service.jobs import TooManyWaiting
from ui.api.principal import Caller, known_caller

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[QuaereError], HTTPStatus], ...] = (
    (UnknownSource, HTTPStatus.NOT_FOUND),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooManyWaiting, HTTPStatus.TOO_MANY_REQUESTS),
    (ConfigurationError, HTTPStatus.SERVICE_UNAVAILABLE),
    (ModelError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)
_TYPE = "urn:quaere:problem:{}"
_PLAIN = "about:blank"
_LATER = {"Retry-After": "5"}
_CLIENT_GONE = 499
"""Nobody reads it; logs and measurements tell it from a failure, under the number that nginx gave it."""

_UNEXPECTED = "The program failed at this request; its log tells more."

_FAULTS = (StoreError, ModelError, ConfigurationError)
"""Errors of the service, not of a request: they name addresses and folders."""


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
        self.seconds = max(1, math.ceil(seconds))
        self.headers = {"Retry-After": str(self.seconds)}


class Busy(Refusal):
    """More requests wait than the service takes on."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = {"Retry-After": "1"}


class Overdue(Refusal):
    """A request took longer than it may."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    headers: Mapping[str, str] = {"Retry-After": "1"}


_KINDS: tuple[tuple[type[QuaereError], str, str], ...] = (
    (TooMany, "too-often", "Too many requests of one key"),
    (TooManyWaiting, "uploads-waiting", "Too many uploads of one key wait"),
    (Busy, "busy", "Too many requests wait"),
    (Overdue, "overdue", "The time for this request is up"),
    (QuestionTooLong, "question-too-long", "The question is too long"),
    (EmptyQuestion, "question-empty", "The question has no words"),
    (UnknownField, "unknown-field", "The filter names an unknown field"),
    (UnreadableFilter, "unreadable-filter", "A filter in the question cannot be read"),
    (StoreError, "store", "The store cannot be used"),
    (ModelError, "model", "A model cannot be used"),
    (ConfigurationError, "configuration", "The settings disagree"),
)
"""Errors that a program may want to tell from others of the same status: the end of their type, and its title."""


class Wrong(BaseModel):
    """One field of a request that cannot be used."""

    field: str = Field(description="Where it stands in the body, parts joined by dots.", examples=["questions.0.top"])
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(
        default=_PLAIN,
        description=f"`{_TYPE.format('...')}`, ending in {', '.join(f'`{end}`' for _, end, _ in _KINDS)}; "
        f"`{_PLAIN}` says nothing beyond the status.",
        examples=[_TYPE.format("busy")],
    )
    title: str = Field(description="What the type means; without one, the status.", examples=["Too many requests wait"])
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
    return _answer(Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)), headers)


def problem_of(error: Exception) -> Response:
    """The answer to an error of ours, or to an unexpected one, of which only the log tells."""
    if isinstance(error, Refusal):
        return _of_kind(error, error.status, error.headers)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), None)
    if status is None:
        _log.error("a request failed", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED)
    note_fault(error)
    # A server behind this one may be back soon; so may a folder that another process holds.
    return _of_kind(error, status, _LATER if isinstance(error, StoreError | TooManyWaiting) else None)


def told(error: Exception, caller: Caller | None) -> str:
    """What a caller may know of an error: where a service's parts are is for those who look after it."""
    if not isinstance(error, _FAULTS) or (caller is not None and caller.looks_after_it):
        return str(error)
    return f"{_kind(error)[1]}; its log tells more."


def note_fault(error: Exception) -> None:
    """Write a fault of the service into its log, as not everyone is told of it."""
    if isinstance(error, _FAULTS):
        _log.warning("%s", error)


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


def _of_kind(error: Exception, status: HTTPStatus, headers: Mapping[str, str] | None) -> Response:
    """The answer to an error of ours, with its type where it has one."""
    end, title = _kind(error)
    kind = _TYPE.format(end) if end else _PLAIN
    detail = told(error, known_caller())
    return _answer(Problem(type=kind, title=title or status.phrase, status=status, detail=detail), headers)


def _kind(error: Exception) -> tuple[str, str]:
    """The end of an error's type, and its title; empty where it has none."""
    return next(((end, title) for kind, end, title in _KINDS if isinstance(error, kind)), ("", ""))


def _answer(problem: Problem, headers: Mapping[str, str] | None) -> Response:
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type=MEDIA_TYPE)


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the body, without the word "body"."""
    return ".".join(str(part) for part in location[1:])
