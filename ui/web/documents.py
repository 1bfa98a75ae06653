"""The page with the documents, served in one language; what it shows and changes goes through the API."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from components.converters.formats import SUFFIXES
from ui.web import scripts
from ui.web.documents_page import render_documents
from ui.web.languages import DOCUMENTS
from ui.web.shell import render_shell
from ui.web.texts import ENGLISH, Texts
from ui.web.visitors import groups_of, visitor

_STYLES = ("colours", "style", "replies", "judging", "panel", "documents")


def documents_route(texts: Texts, megabytes: float) -> Route:
    """The page.

    Args:
        texts: the interface's language.
        megabytes: that a file has at most.
    """
    style, script = scripts.style(_STYLES), scripts.script(scripts.DOCUMENTS)

    async def show(request: Request) -> Response:
        caller = visitor(request)
        body = render_documents(
            texts,
            groups_of(caller),
            may_write="write" in caller.roles,
            may_leave=caller.key_id is not None,
            endings=SUFFIXES,
            megabytes=megabytes,
        )
        page = render_shell(texts, f"{texts.documents_page} · Quaere", body, style, script)
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    return Route(f"/{DOCUMENTS}" if texts == ENGLISH else f"/{texts.language}/{DOCUMENTS}", show, methods=["GET"])
