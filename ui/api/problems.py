"""Errors as HTTP answers: every one is a problem document (RFC 9457), whatever raised it."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from components.errors import ConfigurationError, ModelError, QuaereError, StoreError
from ui.api.principal import Principal, known_caller

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)

_TYPE = "urn:quaere:problem:{}"
_PLAIN = "about:blank"
_CLIENT_GONE = 499
"""Nobody reads it; logs and measurements tell it from a failure, under the number that nginx gave it."""

_UNEXPECTED = "The program failed at this request; its log tells more."

_FAULTS = (StoreError, ModelError, ConfigurationError)
"""Errors of the service, not of a request: they name addresses and folders."""


class Refusal(QuaereError):
    """A request that the API itself turns away."""

    status = HTTPStatus.BAD_REQUEST


class Unauthorized(Refusal):
    """A key is needed, and none that is known was shown."""

    status = HTTPStatus.UNAUTHORIZED


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

    code = "too-often"
    title = "Too many requests of one key"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.retry_after: int = max(1, math.ceil(seconds))


class Busy(Refusal):
    """More requests wait than the service takes on."""

    code = "busy"
    title = "Too many requests wait"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 1


class DeadlineExceeded(Refusal):
    """A request took longer than it may."""

    code = "overdue"
    title = "The time for this request is up"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 1


class FieldError(BaseModel):
    """One field of a request that cannot be used."""

    field: str = Field(description="Where it stands in the body, parts joined by dots.", examples=["questions.0.top"])
    detail: str = Field(description="What is wrong with it.")


def _codes(kind: type[QuaereError] = QuaereError) -> Iterator[str]:
    """Those of all errors, each once."""
    if "code" in vars(kind) and kind.code:
        yield kind.code
    for narrower in kind.__subclasses__():
        yield from _codes(narrower)


def _name_types(schema: dict[str, Any]) -> None:
    """Name the types that there are, once every module that has errors is loaded."""
    ends = ", ".join(f"`{code}`" for code in sorted(_codes()))
    schema["description"] = f"`{_TYPE.format('...')}`, ending in {ends}; `{_PLAIN}` says nothing beyond the status."


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = Field(default=_PLAIN, examples=[_TYPE.format("busy")], json_schema_extra=_name_types)
    title: str = Field(description="What the type means; without one, the status.", examples=["Too many requests wait"])
    status: int = Field(description="The HTTP status.", examples=[422])
    detail: str = Field(description="What happened, and what to do.")
    errors: list[FieldError] = Field(default_factory=list, description="Of a body that cannot be used: field by field.")


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
    status: int, detail: str, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that says what is wrong."""
    return _answer(Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)), headers)


def problem_of(error: Exception) -> Response:
    """The answer to an error of ours, or to an unexpected one, of which only the log tells."""
    if not isinstance(error, QuaereError) or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("a request failed", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED)
    note_fault(error)
    document = Problem(
        type=_TYPE.format(error.code) if error.code else _PLAIN,
        title=error.title or error.status.phrase,
        status=error.status,
        detail=public_detail(error, known_caller()),
    )
    return _answer(document, _headers(error))


def public_detail(error: Exception, caller: Principal | None) -> str:
    """What a caller may know of an error: where a service's parts are is for those who look after it."""
    if not isinstance(error, _FAULTS) or (caller is not None and caller.is_operator):
        return str(error)
    return f"{error.title}; its log tells more."


def note_fault(error: Exception) -> None:
    """Write a fault of the service into its log, as not everyone is public_detail of it."""
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
        wrong = [FieldError(field=_place(each["loc"]), detail=each["msg"]) for each in error.errors()]
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


def _headers(error: QuaereError) -> dict[str, str]:
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def _answer(problem: Problem, headers: Mapping[str, str] | None) -> Response:
    return JSONResponse(problem.model_dump(), problem.status, headers, media_type=MEDIA_TYPE)


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the body, without the word "body"."""
    return ".".join(str(part) for part in location[1:])
