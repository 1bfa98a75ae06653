"""The server's log: one JSON object a line, each with the id of the request during which it was written.

Only ASCII is written, so that no line break or control character of a request begins a line or moves a cursor. What a
question says is left out unless that is wanted.
"""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from types import TracebackType
from typing import Any, TextIO

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.principal import CALLER, Principal

HEADER = "X-Request-ID"
"""The id of a request: the client's own, or one that is made; the response has it too."""

ACCESS = "quaere.access"
"""The logger that writes a line for each request."""

_log = logging.getLogger(ACCESS)

_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_WITHHELD = "[left out: it quotes the question]"
_QUOTED = 20
"""Characters of a question by which a quotation of it is known."""

_FAILED = 500
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@dataclass(slots=True)
class _Request:
    """What is known of the request being answered."""

    request_id: str
    log_questions: bool
    questions: list[str] = field(default_factory=list)

    def says_too_much(self, text: str) -> bool:
        """Whether a text quotes a question that is not to be logged."""
        if self.log_questions:
            return False
        beginnings = [question.strip()[:_QUOTED] for question in self.questions]
        return any(part and (part in text or repr(part)[1:-1] in text) for part in beginnings)


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


def request_id() -> str | None:
    """The id of the request being answered; None outside of one."""
    request = _request.get()
    return None if request is None else request.request_id


def note_question(text: str) -> None:
    """Say what is asked in the request being answered: its line tells it if that is wanted, and no line does if not."""
    request = _request.get()
    if request is not None:
        request.questions.append(text)


def route_of(scope: Scope) -> str | None:
    """The template of the path, such as ``/api/v1/sources/{name}``, once it has been routed; None where none fits.

    Logs and measurements name requests by ours only, never by what the client wrote.
    """
    return getattr(scope.get("route"), "path", None) or None


def method_of(scope: Scope) -> str:
    """The method, or "other" for one that no endpoint has."""
    return scope["method"] if scope["method"] in _METHODS else "other"


class JsonFormatter(logging.Formatter):
    """A record as one JSON object in ASCII; ``extra={"fields": {...}}`` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        message = record.getMessage()
        request = _request.get()
        entry: dict[str, Any] = {
            "time": _rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _WITHHELD if request is not None and request.says_too_much(message) else message,
            "request_id": None if request is None else request.request_id,
        }
        entry |= getattr(record, "fields", {})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            entry["stack"] = record.stack_info
        return json.dumps(entry, ensure_ascii=True, default=str)

    def formatException(self, ei: _ExceptionInfo) -> str:
        """The traceback, without what quotes a question."""
        text = super().formatException(ei)
        request = _request.get()
        if request is not None and ei[1] is not None:
            for said in _messages(ei[1]):
                if request.says_too_much(said):
                    # In a group of errors each line is indented.
                    lines = r"\n[ |]*".join(map(re.escape, said.split("\n")))
                    text = re.sub(lines, _WITHHELD, text)
        return text


def log_as_json(stream: TextIO, level: int = logging.WARNING) -> logging.Handler:
    """Let every logger of the process write JSON lines, and nothing else; a line for each request comes besides.

    Args:
        stream: usually stderr.
        level: of the other loggers.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _log.setLevel(logging.INFO)
    return handler


class AccessLogMiddleware:
    """ASGI middleware, outside of all others, that gives each request its id and writes its line.

    An error that comes through after the response has ended has been answered: it goes into the line instead of on.

    Args:
        app: what comes next.
        log_questions: whether the line tells what was asked.
    """

    def __init__(self, app: ASGIApp, *, log_questions: bool = False) -> None:
        self.app = app
        self.log_questions = log_questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and write."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = _Request(_id(scope), self.log_questions)
        exchange = _Exchange(scope, receive, send, request)
        token = _request.set(request)
        error: Exception | None = None
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except Exception as raised:
            error = raised
            if not (exchange.ended or exchange.client_gone):
                raise
        finally:
            exchange.write(error)
            _request.reset(token)


class _Exchange:
    """A request and its response as they pass by."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request: _Request) -> None:
        self._scope, self._receive, self._send, self._request = scope, receive, send, request
        self._started = perf_counter()
        self._status: int | None = None
        self._bytes = 0
        self.ended = False
        self.client_gone = False

    async def receive(self) -> Message:
        """Hand on what the client sends."""
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self.ended:
            self.client_gone = True
        return message

    async def send(self, message: Message) -> None:
        """Hand on what the client gets."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self._request.request_id
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
        try:
            await self._send(message)
        except OSError:
            self.client_gone = True
            raise

    def write(self, error: Exception | None) -> None:
        """Write the line."""
        failed = error is not None and not self.client_gone
        caller: Principal | None = self._scope.get("state", {}).get(CALLER)
        fields: dict[str, Any] = {
            "method": method_of(self._scope),
            "route": route_of(self._scope),
            "status": self._status,
            "seconds": round(perf_counter() - self._started, 4),
            "bytes": self._bytes,
            "caller": None if caller is None else caller.name,
            "key_id": None if caller is None else caller.key_id,
            "client_gone": self.client_gone,
        }
        if self._request.log_questions and self._request.questions:
            fields["questions"] = self._request.questions
        level = logging.ERROR if failed else _level(self._status)
        _log.log(level, "request", extra={"fields": fields}, exc_info=error if failed else None)


def _level(status: int | None) -> int:
    return logging.WARNING if status is not None and status >= _FAILED else logging.INFO


def _id(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _messages(error: BaseException) -> Iterator[str]:
    """What an error says, and those that led to it or are in it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield str(each)
        yield from getattr(each, "__notes__", ())
        waiting += [other for other in (each.__cause__, each.__context__) if other is not None]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
