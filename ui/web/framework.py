"""What of the page framework's endpoints the page uses, in each language; all else of them is not there.

Whose session it is stands in its name from here on, so that no key can join, follow or use that of another.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.bodies import MOST_BYTES, limited
from ui.api.middleware.rates import RateLimiter
from ui.api.principal import Principal
from ui.api.problems import TooMany, problem, problem_of
from ui.web.visitors import visitor

_READ = frozenset({"GET", "HEAD"})
_FILES = ("/assets/", "/static/")
_SHOWN = frozenset({"", "/", "/theme.css", "/favicon.ico"})
_EVENTS = "/gradio_api/queue/data"
_JOIN = "/gradio_api/queue/join"

_MOST_SESSIONS = 10_000
"""Of those that have sent an event: more are forgotten, the oldest first."""

_SessionHash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Joining(BaseModel):
    """What a page sends into the framework's queue: an event, and what its function is given."""

    data: list[str | None] = Field(max_length=10)
    fn_index: int = Field(ge=0, le=10_000)
    session_hash: _SessionHash
    trigger_id: int | None = Field(default=None, ge=0, le=10_000)


class Following(BaseModel):
    """Whose events a page wants to be told of."""

    session_hash: _SessionHash


class OnlyWhatThePageUses:
    """ASGI middleware before the framework.

    Args:
        app: the framework's applications, one for each language.
        prefixes: of their paths; empty for the root.
        functions: numbers of the events that a page may send.
        own: other paths of ours, by their methods; their bodies are limited here too.
        rates: counts what is sent, beside the questions; None for no limit.
    """

    def __init__(
        self,
        app: ASGIApp,
        prefixes: Collection[str],
        functions: Collection[int],
        own: Collection[tuple[str, str]],
        rates: RateLimiter | None = None,
    ) -> None:
        self.app = app
        self.prefixes = tuple(prefixes)
        self.functions = frozenset(functions)
        self.own = frozenset(own)
        self.rates = rates
        self._joined: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what a page sends; 404 to all else, 413, 422 or 429 to what no page sends so."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal: Response | None = None
        try:
            scope, receive = await self._admitted(scope, receive)
        except ValidationError:
            refusal = problem(422, "No page sends this; load the page again.")
        except TooMany as error:
            refusal = problem_of(error)
        except HTTPException as error:
            refusal = problem(error.status_code, str(error.detail))
        await (self.app if refusal is None else refusal)(scope, receive, send)

    async def _admitted(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """The request as the framework gets it."""
        method, path = scope["method"], scope["path"]
        rest = self._within_language(path)
        if method in _READ and (rest in _SHOWN or rest.startswith(_FILES) or (path, "GET") in self.own):
            return scope, receive
        caller = visitor(HTTPConnection(scope))
        if method == "GET" and rest == _EVENTS:
            return self._following(scope, caller), receive
        is_join = method == "POST" and rest == _JOIN
        if not is_join and (path, method) not in self.own:
            raise HTTPException(404, "Not found")
        if self.rates is not None:
            self.rates.count(caller.key_id)
        body = await Request(scope, limited(scope, receive, MOST_BYTES)).body()
        return _with_body(scope, receive, self._joining(body, caller) if is_join else body)

    def _within_language(self, path: str) -> str:
        prefix = next((each for each in self.prefixes if each and (path == each or path.startswith(f"{each}/"))), "")
        return path.removeprefix(prefix)

    def _joining(self, body: bytes, caller: Principal) -> bytes:
        joining = Joining.model_validate_json(body, strict=True)
        if joining.fn_index not in self.functions:
            raise HTTPException(404, "Not found")
        session = named(joining.session_hash, caller)
        self._joined[session] = None
        self._joined.move_to_end(session)
        if len(self._joined) > _MOST_SESSIONS:
            self._joined.popitem(last=False)
        return joining.model_copy(update={"session_hash": session}).model_dump_json().encode()

    def _following(self, scope: Scope, caller: Principal) -> Scope:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        following = Following.model_validate({name: values[-1] for name, values in query.items()})
        session = named(following.session_hash, caller)
        if session not in self._joined:  # the framework would fail in the midst of its answer
            raise HTTPException(404, "Not found")
        return {**scope, "query_string": urlencode({"session_hash": session}).encode("ascii")}


def named(name: str, caller: Principal) -> str:
    """The name of something of a caller, which no other caller can make the same."""
    return f"{caller.key_id or ''}:{name}"


def _with_body(scope: Scope, receive: Receive, body: bytes) -> tuple[Scope, Receive]:
    """The request with a body that is there."""
    scope = {**scope, "headers": list(scope["headers"])}
    MutableHeaders(scope=scope)["content-length"] = str(len(body))
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return scope, receive_again
