"""Who sent a request: found by the key or the session that it shows, in threads that do nothing else.

Whether a key is needed is decided when the server starts, and afterwards only ever from no to yes: rows that vanish
from a table let nobody in.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import ParamSpec, TypeVar
from urllib.parse import unquote

from starlette.requests import HTTPConnection

from components.errors import InputError
from components.stores.visibility import access_groups
from service.keys import Key, KeyRing
from ui.api.principal import LOCAL, OWNER, Principal
from ui.api.problems import Forbidden, Unauthorized

GROUPS_HEADER = "Quaere-Groups"
"""The groups of the user on whose behalf is asked: names joined by commas, percent-encoded where they are not ASCII."""

SESSION_COOKIE = "quaere_session"

_BEARER = "bearer "
_THREADS = 4
"""Enough: a look-up takes less than a millisecond, and the database has as many connections."""

P = ParamSpec("P")
T = TypeVar("T")


class Authenticator:
    """Finds callers; one for all of a server.

    Args:
        keys: the keys.
        owner_token: shown as a key, it lets in the owner.
        keys_needed: whether nobody is let in without a key, also while there are none. Otherwise whoever asks is the
            local caller, until there is a key for the first time.
    """

    def __init__(self, keys: KeyRing, owner_token: str, *, keys_needed: bool = False) -> None:
        self.keys = keys
        self.owner_token = owner_token
        self._keys_needed = keys_needed
        self._threads = ThreadPoolExecutor(_THREADS, "callers")

    async def caller(self, connection: HTTPConnection) -> Principal:
        """Whoever sent a request.

        Raises:
            Unauthorized: a key is needed, and none that is known is shown.
            Forbidden: the key may not speak for others, which is asked for.
            InputError: the groups cannot be read.
            StoreError: the keys cannot be read.
        """
        return await self.in_thread(self._caller, connection)

    async def in_thread(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Call something of the keys where no long work can keep it waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: call(*args, **options))

    def _caller(self, connection: HTTPConnection) -> Principal:
        shown = _shown(connection)
        if shown and secrets.compare_digest(shown, self.owner_token.encode("ascii")):
            return OWNER
        caller = self._keyholder(connection) if self._is_key_needed() else LOCAL
        named = connection.headers.get(GROUPS_HEADER)
        if named is None:
            return caller
        if "impersonate" not in caller.roles:
            raise Forbidden(f"Only a key with the role impersonate may send {GROUPS_HEADER}.")
        return replace(caller, groups=_groups(named))

    def _is_key_needed(self) -> bool:
        if not self._keys_needed and self.keys.exist():
            self._keys_needed = True  # for good
        return self._keys_needed

    def _keyholder(self, connection: HTTPConnection) -> Principal:
        """Whoever shows a key.

        Raises:
            Unauthorized: nobody does; while no key is needed, what is sent for one means nothing.
        """
        key: Key | None = None
        if (shown := _shown(connection)) is not None:
            key = self.keys.find(shown.decode("latin-1"))
        elif (token := connection.cookies.get(SESSION_COOKIE)) is not None:
            key = self.keys.of_session(token)
        if key is None:
            raise Unauthorized("A known key is needed as `Authorization: Bearer KEY`; `quaere keys make` makes one.")
        return Principal(key.name, key.key_id, frozenset(key.roles), key.groups)


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
