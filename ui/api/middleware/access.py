"""Who asks: every request gets its caller before anything else sees it, and each endpoint names the role it needs.

A key comes as ``Authorization: Bearer`` (RFC 6750) or as the session that the login page made of it. Where there are no
keys, whoever reaches the loopback address is the local caller. Groups are the key's own, unless it may speak for
others.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from components.errors import QuaereError
from service.keys import ROLES, Role
from ui.api.authentication import GROUPS_HEADER, SESSION_COOKIE, Authenticator
from ui.api.lasting import Lasting
from ui.api.principal import CALLER, OWNER, Principal, calling, current_caller
from ui.api.problems import Forbidden, Missing, Refusal, problem_of

__all__ = ["GROUPS_HEADER", "SESSION_COOKIE", "Admin", "AuthenticationMiddleware", "Needs", "Reader", "Writer", "owner"]

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_POLICY_VIOLATION = 1008


class Needs:
    """A dependency of an endpoint: the caller, who has one of some roles. The route asks it before the body is read.

    Args:
        roles: one of them is needed; none for the owner, for everyone but whom there is no such endpoint.
    """

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    async def __call__(self) -> Principal:
        """The caller, once more asked."""
        found = current_caller()
        self.check(found)
        return found

    def check(self, caller: Principal) -> None:
        """Turn away who has not what is needed.

        Raises:
            Forbidden: the caller has none of the roles.
            Missing: the caller is not the owner.
        """
        if not self.roles:
            if caller != OWNER:
                raise Missing("Not Found")
        elif caller.roles.isdisjoint(self.roles):
            roles = ", ".join(each for each in ROLES if each in caller.roles)
            needed = " or ".join(self.roles)
            raise Forbidden(f'The key "{caller.name}" has the role {roles}; this request needs {needed}.')


owner = Needs()

Reader = Annotated[Principal, Depends(Needs("read"))]
Writer = Annotated[Principal, Depends(Needs("write"))]
Admin = Annotated[Principal, Depends(Needs("admin"))]
"""The caller of an endpoint that needs the role."""


class AuthenticationMiddleware:
    """ASGI middleware that finds out the caller, and turns away who has no key where one is needed.

    Args:
        app: what comes next.
        authenticator: finds callers.
        open_paths: beginnings of paths that need no key.
        refuse: makes the answer to whoever is turned away.
    """

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        open_paths: tuple[str, ...] = (),
        refuse: Callable[[Scope, QuaereError], Response] | None = None,
    ) -> None:
        self.app = app
        self.authenticator = authenticator
        self.open_paths = open_paths
        self.refuse = refuse if refuse is not None else lambda _, error: problem_of(error)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or hand on."""
        if scope["type"] == "websocket":  # nothing here uses one
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if scope["type"] != "http" or scope["path"].startswith(self.open_paths):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            refuse_foreign_pages(connection)
            caller = await self.authenticator.caller(connection)
        except QuaereError as error:
            await self.refuse(scope, error)(scope, receive, send)
            return
        # For those who get the request in another task, as the page's queue does.
        scope.setdefault("state", {})[CALLER] = caller

        async def still() -> bool:
            try:
                return await self.authenticator.caller(connection) == caller
            except Refusal:
                return False

        lasting = Lasting(receive, send, still)
        with calling(caller):
            await self.app(scope, lasting.receive, lasting.send)


def refuse_foreign_pages(connection: HTTPConnection) -> None:
    """A browser tells which site a page came from; a form of another one must not upload here (CSRF).

    Raises:
        Forbidden: it is another one.
    """
    origin, headers = connection.headers.get("origin"), connection.headers
    changing = connection.scope["method"] in _CHANGING
    if origin is not None and changing and _host_of(origin) != headers.get("host", "").lower():
        raise Forbidden(f"A page of {origin} may not send requests here.")


def _host_of(origin: str) -> str | None:
    """The host that an origin names; None where it is no address, so that it is nobody's own."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
