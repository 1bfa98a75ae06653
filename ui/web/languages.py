"""Which language of the interface a visitor gets: by the path, and at the root by what the browser asks for."""

from collections.abc import Collection, Iterable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.wording import ENGLISH

_CHOSEN = "lang"


DOCUMENTS = "documents"
"""Last part of the path of the page with the documents."""


def home(language: str, page: str = "") -> str:
    """The path of a page in a language, as a choice that no browser's preference overrules.

    Args:
        language: of the interface.
        page: :data:`DOCUMENTS`, or empty for the page that asks.
    """
    return f"/{page}?{_CHOSEN}={language}" if language == ENGLISH.language else f"/{language}/{page}"


_PAGES = ("/", f"/{DOCUMENTS}")


def preferred(header: str, offered: Collection[str]) -> str | None:
    """The offered language that an ``Accept-Language`` header likes best; None where it likes none of them.

    Of a language's varieties, ``zh-TW`` for one, only the first part counts.
    """
    wanted = sorted(_ranges(header), key=lambda range_: -range_[1])
    return next((language for language, quality in wanted if quality > 0 and language in offered), None)


def language_of(target: str, header: str, offered: Collection[str]) -> str:
    """The language of the page at a path; where that leaves it open, what the browser likes best.

    Args:
        target: path and query.
        header: the browser's ``Accept-Language``.
        offered: codes of the languages that there are.
    """
    path, _, query = target.partition("?")
    first = path.split("/")[1]
    chosen = first if first in offered else parse_qs(query).get(_CHOSEN, [""])[0]
    liked = chosen if chosen in offered else preferred(header, offered)
    return ENGLISH.language if liked is None else liked


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
    """ASGI middleware that leads from a page in English to that in the browser's language, question and all.

    Args:
        app: what comes next; at its root are the pages in English.
        offered: codes of the languages that there are.
    """

    def __init__(self, app: ASGIApp, offered: Collection[str]) -> None:
        self.app = app
        self.offered = offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or hand on."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in _PAGES:
            query = scope["query_string"].decode("latin-1")
            language = preferred(Headers(scope=scope).get("accept-language", ""), self.offered)
            if language not in (None, ENGLISH.language) and _CHOSEN not in parse_qs(query):
                target = f"/{language}{scope['path']}" + (f"?{query}" if query else "")
                headers = {"Vary": "Accept-Language", "Cache-Control": "no-store"}
                await RedirectResponse(target, headers=headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)
