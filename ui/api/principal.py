"""Whoever sent a request, and what of the service is theirs to know."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from service.keys import ROLES, Role

CALLER = "caller"
"""Entry of the scope's state."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever sent the request."""

    name: str
    """For logs and messages."""
    key_id: str | None
    """None for the local caller, where there are no keys."""
    roles: frozenset[Role]
    groups: tuple[str, ...] = ()
    """Beside the public one."""

    @property
    def is_operator(self) -> bool:
        """Whether the service is theirs to mend, so that they may know where its parts are."""
        return not self.roles.isdisjoint(("write", "admin"))


OWNER = Principal("owner", None, frozenset(ROLES))
"""Whoever can read the data folder, and so could do all without the service."""

LOCAL = Principal("local", None, frozenset({"read", "write", "admin"}))
"""Whoever asks from this machine while there are no keys; what is in a group is not theirs to see."""

_caller: ContextVar[Principal] = ContextVar("caller")


def current_caller() -> Principal:
    """The caller of the request being answered.

    Raises:
        LookupError: :class:`~ui.api.middleware.access.AuthenticationMiddleware` does not stand before the endpoint.
    """
    return _caller.get()


def known_caller() -> Principal | None:
    """The caller of the request being answered; None where that is not known, or not yet."""
    return _caller.get(None)


@contextmanager
def calling(caller: Principal) -> Iterator[None]:
    """Answer a request of this caller."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)
