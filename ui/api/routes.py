"""What a request may be called in logs and measurements: names of ours only, never what the client wrote."""

from starlette.types import Scope

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Scope) -> str | None:
    """The template of the path, such as ``/api/v1/sources/{name}``, once it has been routed; None where none fits."""
    return getattr(scope.get("route"), "path", None) or None


def method_of(scope: Scope) -> str:
    """The method, or "other" for one that no endpoint has."""
    return scope["method"] if scope["method"] in _METHODS else "other"
