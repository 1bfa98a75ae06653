"""Who visits a page: the one place that knows how the pages learn of it."""

from starlette.requests import HTTPConnection

from ui.api.principal import CALLER, LOCAL, Principal
from ui.web.asking import Groups


def visitor(connection: HTTPConnection) -> Principal:
    """Whoever sent a request."""
    found: Principal = connection.scope.get("state", {}).get(CALLER, LOCAL)
    return found


def groups_of(caller: Principal) -> Groups:
    """The access groups of a visitor; None for one who may not read."""
    return caller.groups if "read" in caller.roles else None
