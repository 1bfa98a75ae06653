"""Which language of the interface a visitor gets: by the path, and at the root by what the browser asks for."""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.web.texts import ENGLISH

_CHOSEN = "lang"


def home(language: str) -> str:
    """The path of the page in a language, as a choice that no browser's preference overrules."""
    return f"/?{_CHOSEN}={language}" if language == ENGLISH.language else f"/{language}/"


def preferred(header: str, offered: Collection[str]) -> str | None:
    """The offered language that an ``Accept-Language`` header likes best; None where it likes none of them.

    Of a language's varieties, ``zh-TW`` for one, only the first part counts.
    """
    wanted = sorted(_ranges(header), key=lambda range_: -range_[1])
    return next((language for language, quality in wanted if quality > 0 and language in offered), None)


def _ranges(header: str) -> Iterable[tuple[str, float]]:
    for part in header.split(","):
        name, _, parameter = part.strip().partition(";")
        number = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            quality = float(number)
        except ValueError:
            continue
        yield name.strip().partition("-")[0].lower(), quality


class PreferredLanguage:
    """ASGI middleware that leads from the root to the page in the browser's language, question and all.

    Args:
        app: what comes next; at its root is the page in English.
        offered: codes of the languages that there are.
    """

    def __init__(self, app: ASGIApp, offered: Collection[str]) -> None:
        self.app = app
        self.offered = offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or hand on."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/":
            query = scope["query_string"].decode("latin-1")
            language = preferred(Headers(scope=scope).get("accept-language", ""), self.offered)
            if language not in (None, ENGLISH.language) and _CHOSEN not in parse_qs(query):
                target = f"/{language}/?{query}" if query else f"/{language}/"
                headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
                await RedirectResponse(target, headers=headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)
