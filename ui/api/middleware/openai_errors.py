"""Errors as OpenAI's clients expect them: the problem documents of ``/v1``, whoever wrote them, in OpenAI's form."""

from collections.abc import Iterable
from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.problems import MEDIA_TYPE, Problem, problem_of

_PATHS = "/v1/"

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_CODES = {
    HTTPStatus.UNAUTHORIZED: "invalid_api_key",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
}


class OpenAIError(BaseModel):
    """What is wrong."""

    message: str = Field(description="What happened, and what to do.")
    type: str = Field(description="Whose fault it is, roughly.", examples=["invalid_request_error", "server_error"])
    param: str | None = Field(description="The field of the body that cannot be used, or null.")
    code: str | None = Field(description="The name of the status.", examples=["bad_request", "service_unavailable"])


class OpenAIErrorBody(BaseModel):
    """An error, as OpenAI's clients read it."""

    error: OpenAIError


def openai_error(problem: Problem) -> OpenAIErrorBody:
    """A problem document in OpenAI's form."""
    status = openai_status(problem.status)
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    code = _CODES.get(status, status.phrase.lower().replace(" ", "_"))
    fields = [wrong.field for wrong in problem.errors if wrong.field]
    error = OpenAIError(
        message=problem.detail, type=_TYPES.get(status, kind), param=fields[0] if fields else None, code=code
    )
    return OpenAIErrorBody(error=error)


def openai_status(status: int) -> HTTPStatus:
    """The status under which OpenAI reports the same: a body that cannot be used is a bad request there."""
    return HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else HTTPStatus(status)


class OpenAIErrorMiddleware:
    """ASGI middleware that rewrites the problem documents of ``/v1``; all else goes through as it comes.

    Stands outside whatever may refuse a request, so that a key that is not known reads like any other error. What fails
    before it is answered is answered here.

    Args:
        app: what comes next.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on."""
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            await self.app(scope, receive, send)
            return
        begun: Message | None = None
        body = b""

        async def rewritten(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                begun = message
            if begun is None or not _is_problem(begun):
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    await _response(begun["headers"], body)(scope, receive, send)

        try:
            await self.app(scope, receive, rewritten)
        except Exception as error:
            if begun is not None:
                raise
            problem = problem_of(error)
            await _response(problem.raw_headers, bytes(problem.body))(scope, receive, send)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)


def _response(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> JSONResponse:
    """The same error with the same headers."""
    problem = Problem.model_validate_json(body)
    response = JSONResponse(openai_error(problem).model_dump(), openai_status(problem.status))
    own = (b"content-type", b"content-length")
    response.raw_headers += [each for each in headers if each[0].lower() not in own]
    return response
