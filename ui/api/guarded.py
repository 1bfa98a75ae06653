"""The kind of every route of the API: whoever may not use it is turned away before anything of the body is read."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ui.api.bodies import BoundedRequest, limits_of
from ui.api.middleware.access import Needs
from ui.api.principal import current_caller


class Guarded(APIRoute):
    """A route whose endpoint says, by its dependencies, who may use it, and by ``body_of``, what its body may be.

    FastAPI reads a body before it looks at dependencies, so that they alone would keep nobody from sending one.
    """

    @property
    def needs(self) -> tuple[Needs, ...]:
        """What the caller must have; nothing where anyone may use it."""
        return tuple(_needs(self.dependant))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See ``APIRoute``."""
        handle, needs, (most, parts) = super().get_route_handler(), self.needs, limits_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            for need in needs:
                need.check(current_caller())
            return await handle(BoundedRequest(request, most, parts))

        return guarded


def _needs(dependant: Dependant) -> Iterator[Needs]:
    for each in dependant.dependencies:
        if isinstance(each.call, Needs):
            yield each.call
        yield from _needs(each)
