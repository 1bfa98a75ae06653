"""Who asks: every request gets its caller before anything else sees it, and each endpoint names the role it needs.

A key comes as ``Authorization: Bearer`` (RFC 6750) or as the session that the login page made of it. Where there are no
keys, whoever reaches the loopback address is the local caller. Groups are the key's own, unless it may speak for
others.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from urllib.parse import unquote, urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from components.errors import InputError, QuaereError
from components.store.visibility import access_groups
from ui.api.callers import CALLER, LOCAL, OWNER, Caller, calling, current_caller
from ui.api.problems import Forbidden, Missing, Unauthorized, problem_of
from ui.keys import ROLES, Key, KeyRing, Role

GROUPS_HEADER = "Quaere-Groups"
"""The groups of the user on whose behalf is asked: names joined by commas, percent-encoded where they are not ASCII."""

SESSION_COOKIE = "quaere_session"

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BEARER = "bearer "
_POLICY_VIOLATION = 1008


async def owner() -> Caller:
    """A dependency of an endpoint: the owner.

    Raises:
        Missing: it is someone else, for whom there is no such endpoint.
    """
    found = current_caller()
    if found != OWNER:
        raise Missing("Not Found")
    return found


def allowed(role: Role) -> Callable[[], Awaitable[Caller]]:
    """A dependency of an endpoint: the caller, who has this role.

    Raises (when called):
        Forbidden: the caller has not.
    """

    async def caller() -> Caller:
        found = current_caller()
        if role not in found.roles:
            roles = ", ".join(each for each in ROLES if each in found.roles)
            raise Forbidden(f'The key "{found.name}" has the role {roles}; this request needs {role}.')
        return found

    return caller


Reader = Annotated[Caller, Depends(allowed("read"))]
Writer = Annotated[Caller, Depends(allowed("write"))]
Admin = Annotated[Caller, Depends(allowed("admin"))]
"""The caller of an endpoint that needs the role."""


class Access:
    """ASGI middleware that finds out the caller, and turns away who has no key where there are keys.

    Args:
        app: what comes next.
        keys: the keys; where there are none, everyone is the local caller.
        owner_token: shown as a key, it lets in the owner.
        open_paths: beginnings of paths that need no key.
        refuse: makes the answer to whoever is turned away.
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: KeyRing,
        owner_token: str,
        open_paths: tuple[str, ...] = (),
        refuse: Callable[[Scope, QuaereError], Response] | None = None,
    ) -> None:
        self.app = app
        self.keys = keys
        self.owner_token = owner_token
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
            caller = await asyncio.to_thread(self._caller, connection)
        except QuaereError as error:
            await self.refuse(scope, error)(scope, receive, send)
            return
        # For those who get the request in another task, as the page's queue does.
        scope.setdefault("state", {})[CALLER] = caller
        with calling(caller):
            await self.app(scope, receive, send)

    def _caller(self, connection: HTTPConnection) -> Caller:
        shown = _shown(connection)
        if shown and secrets.compare_digest(shown, self.owner_token.encode("ascii")):
            return OWNER
        caller = self._keyholder(connection) if self.keys.exist() else LOCAL
        named = connection.headers.get(GROUPS_HEADER)
        if named is None:
            return caller
        if "impersonate" not in caller.roles:
            raise Forbidden(f"Only a key with the role impersonate may send {GROUPS_HEADER}.")
        return replace(caller, groups=_groups(named))

    def _keyholder(self, connection: HTTPConnection) -> Caller:
        """Whoever shows a key.

        Raises:
            Unauthorized: nobody does; while there are no keys at all, what is sent for one means nothing.
        """
        key: Key | None = None
        if (shown := _shown(connection)) is not None:
            key = self.keys.find(shown.decode("latin-1"))
        elif (token := connection.cookies.get(SESSION_COOKIE)) is not None:
            key = self.keys.of_session(token)
        if key is None:
            raise Unauthorized("A known key is needed as `Authorization: Bearer KEY`; `quaere keys make` makes one.")
        return Caller(key.name, key.key_id, frozenset(key.roles), key.groups)


def _shown(connection: HTTPConnection) -> bytes | None:
    """What is sent for a key; empty where it is sent in another way, None where nothing is."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    return header[len(_BEARER) :].strip().encode("latin-1") if header.lower().startswith(_BEARER) else b""


def _groups(header: str) -> tuple[str, ...]:
    try:
        return tuple(
            access_groups([unquote(name.strip(), errors="strict") for name in header.split(",") if name.strip()])
        )
    except (UnicodeDecodeError, InputError) as error:
        raise InputError(f"{GROUPS_HEADER}: {error}") from error


def refuse_foreign_pages(connection: HTTPConnection) -> None:
    """A browser tells which site a page came from; a form of another one must not upload here (CSRF).

    Raises:
        Forbidden: it is another one.
    """
    origin, headers = connection.headers.get("origin"), connection.headers
    changing = connection.scope["method"] in _CHANGING
    if origin is not None and changing and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise Forbidden(f"A page of {origin} may not send requests here.")
