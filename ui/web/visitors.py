"""Who visits a page: the one place that knows how the pages learn of it."""

from starlette.requests import HTTPConnection

from ui.api.principal import CALLER, LOCAL, Caller
from ui.web.asking import Groups


def visitor(connection: HTTPConnection) -> Caller:
    """Whoever sent a request."""
    found: Caller = connection.scope.get("state", {}).get(CALLER, LOCAL)
    return found


def groups_of(caller: Caller) -> Groups:
    """The access groups of a visitor; None for one who may not read."""
    return caller.groups if "read" in caller.roles else None
