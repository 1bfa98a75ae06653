"""Keys: random secrets with roles and groups, kept as hashes, and the sessions that browsers get for them.

Knows the service's database and nothing of HTTP.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlalchemy import delete, or_, select

from components.errors import InputError
from components.stores.database.shared_locks import lock_for_transaction
from components.stores.visibility import access_groups
from service.database.connection import ServiceDatabase
from service.database.tables import KeyRow, SessionRow

Role = Literal["read", "write", "admin", "impersonate"]

ROLES: tuple[Role, ...] = ("read", "write", "admin", "impersonate")
"""``read`` asks and gives feedback; ``write`` changes sources; ``admin`` reads measurements; ``impersonate`` names the
groups of its own users."""

SESSION_SECONDS = 12 * 3600
"""How long a browser stays logged in."""

_PREFIX = "quaere"
_SECRET_BYTES = 32
_LONGEST_NAME = 100


class LastKey(InputError):
    """A key is the only one, and is needed."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret."""

    key_id: str
    name: str
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    created_at: str
    """UTC, ISO 8601."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


class KeyRing:
    """The keys of a service; safe to use from several threads and processes.

    A secret has 256 random bits, so that its plain SHA-256 cannot be searched through as that of a password could;
    a slow hash would only slow every request down.

    Args:
        database: open.
    """

    def __init__(self, database: ServiceDatabase) -> None:
        self.database = database

    def make(self, name: str, roles: Sequence[str], groups: Sequence[str] = ()) -> tuple[Key, str]:
        """A new key and its secret, which is shown this once.

        Args:
            name: for people; no other key has it.
            roles: of :data:`ROLES`, at least one.
            groups: whose documents it may see, beside what is for everyone.

        Raises:
            InputError: the name is taken, or a role or group cannot be used.
        """
        key = Key(secrets.token_hex(6), _name(name), _roles(roles), tuple(access_groups(groups)), _now())
        secret = f"{_PREFIX}_{key.key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        with self.database.writing() as session:
            if session.scalar(select(KeyRow).where(KeyRow.name == key.name)) is not None:
                raise InputError(f"there is a key called {key.name!r} already; delete it or choose another name")
            values = asdict(key) | {"roles": list(key.roles), "groups": list(key.groups)}
            session.add(KeyRow(**values, sha256=_hashed(secret)))
        return key, secret

    def keys(self) -> list[Key]:
        """All keys, by name."""
        with self.database.reading() as session:
            return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.name))]

    def exist(self) -> bool:
        """Whether there is any key."""
        with self.database.reading() as session:
            return session.scalar(select(KeyRow.key_id).limit(1)) is not None

    def delete(self, name: str, *, even_last: bool = True) -> Key:
        """Delete a key by name or id, and end its sessions.

        Args:
            name: of the key.
            even_last: whether it may be the only one that there is.

        Raises:
            LastKey: it is, and may not be.
            InputError: there is none.
        """
        with self.database.writing() as session:
            # Of two that delete at a time, the second sees what the first has left.
            lock_for_transaction(session.connection(), "keys")
            row = session.scalar(select(KeyRow).where(or_(KeyRow.name == name, KeyRow.key_id == name)))
            if row is None:
                raise InputError(f"no key is called {name!r}; `quaere keys list` shows all")
            session.execute(delete(SessionRow).where(SessionRow.key_id == row.key_id))
            session.delete(row)
            session.flush()
            if not even_last and session.scalar(select(KeyRow.key_id).limit(1)) is None:
                raise LastKey(f"{row.name!r} is the last key")
            return _key(row)

    def find(self, secret: str) -> Key | None:
        """The key with this secret."""
        prefix, _, rest = secret.partition("_")
        key_id, _, _ = rest.partition("_")
        if prefix != _PREFIX or not secret.isascii():
            return None
        with self.database.reading() as session:
            row = session.get(KeyRow, key_id)
            return _key(row) if row is not None and secrets.compare_digest(row.sha256, _hashed(secret)) else None

    # Sessions

    def begin_session(self, key: Key) -> str:
        """The value of a new session's cookie; sessions that have ended are forgotten."""
        token = secrets.token_urlsafe(_SECRET_BYTES)
        now = int(time.time())
        with self.database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            expires = now + SESSION_SECONDS
            session.add(SessionRow(sha256=_hashed(token), key_id=key.key_id, expires_at=expires))
        return token

    def of_session(self, token: str) -> Key | None:
        """The key of a session that has not ended."""
        with self.database.reading() as session:
            row = session.get(SessionRow, _hashed(token))
            if row is None or row.expires_at <= time.time():
                return None
            key = session.get(KeyRow, row.key_id)
            return None if key is None else _key(key)

    def end_session(self, token: str) -> None:
        """Forget a session; an unknown one does nothing."""
        with self.database.writing() as session:
            session.execute(delete(SessionRow).where(SessionRow.sha256 == _hashed(token)))


def _key(row: KeyRow) -> Key:
    return Key(row.key_id, row.name, cast(tuple[Role, ...], tuple(row.roles)), tuple(row.groups), row.created_at)


def _name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(f"the name of a key has 1 to {_LONGEST_NAME} visible characters, not {name[:_LONGEST_NAME]!r}")
    return name.strip()


def _roles(roles: Sequence[str]) -> tuple[Role, ...]:
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise InputError(
            f"the roles of a key are one or more of {', '.join(ROLES)}, not {', '.join(unknown) or 'none'}"
        )
    return tuple(role for role in ROLES if role in roles)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
