"""What stands before every page: who may reach it by which name, and what a browser may do with it.

Nothing on the page may fetch from, send to or run anything of another host, even if an escape were missed. A host
name that is not this machine's is refused, as a foreign site could make its own name point here and read along.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The page framework compiles its templates in the browser and starts from inline scripts.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    # Nothing to foreign sites. To this one it is needed: without it, a form's Origin, which tells one's own page from
    # a foreign one, would be sent as "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_OF_OTHER_SITES = "access-control-"
"""Headers that let pages of other sites read along; the page framework has some of its own."""


class PageSecurityMiddleware:
    """ASGI middleware that refuses foreign host names and has every response say what a browser may do with it.

    Args:
        app: what comes next.
        hosts: the allowed names, without port; None for all.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None) -> None:
        self.app = app
        self.hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 to a foreign host name; hand everything else on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if self.hosts is not None and host_name(Headers(scope=scope).get("host", "")) not in self.hosts:
            refusal = PlainTextResponse("This server does not answer under that host name.", status_code=421)
            await refusal(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith(_OF_OTHER_SITES)]:
                    del headers[name]
                headers.update(_HEADERS)
            await send(message)

        await self.app(scope, receive, send_protected)


def host_name(header: str) -> str:
    """The name in a Host header, lower case, without port and without the brackets of an IPv6 address."""
    if header.startswith("["):
        name, _, rest = header[1:].partition("]")
        # Behind the bracket stands a port or nothing: "[::1].example.org" is a name of its own.
        return (name if not rest or rest.startswith(":") else header).lower()
    return header.partition(":")[0].lower()
