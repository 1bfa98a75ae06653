"""The page with the documents, served in one language; what it shows and changes goes through the API."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from components.converters.formats import SUFFIXES
from ui.findings import finding_texts
from ui.web.languages import DOCUMENTS
from ui.web.templates import LIBRARY, render_page
from ui.web.visitors import groups_of, visitor
from ui.wording import ENGLISH, Words

_STYLES = ("colours", "style", "replies", "judging", "panel", "documents")


def documents_route(words: Words, megabytes: float) -> Route:
    """The page.

    Args:
        words: the interface's language.
        megabytes: that a file has at most.
    """

    async def show(request: Request) -> Response:
        caller = visitor(request)
        page = render_documents(
            words,
            groups_of(caller),
            may_write="write" in caller.roles,
            may_leave=caller.key_id is not None,
            endings=SUFFIXES,
            megabytes=megabytes,
        )
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})

    return Route(f"/{DOCUMENTS}" if words is ENGLISH else f"/{words.language}/{DOCUMENTS}", show, methods=["GET"])


def render_documents(
    words: Words,
    groups: Sequence[str] | None,
    *,
    may_write: bool,
    may_leave: bool,
    endings: Sequence[str],
    megabytes: float,
) -> str:
    """The page as HTML.

    Args:
        words: the interface's language.
        groups: the visitor's, beside the public one; None for one who may not read.
        may_write: whether what changes something is shown.
        may_leave: whether the visitor is logged in.
        endings: of the formats that can be added.
        megabytes: that a file has at most.
    """
    return render_page(
        "documents",
        words,
        words.gettext("Documents"),
        _STYLES,
        LIBRARY,
        page=DOCUMENTS,
        groups=groups,
        may_write=may_write,
        may_leave=may_leave,
        endings=",".join(endings),
        megabytes=f"{megabytes:g}",
        findings=finding_texts(words),
        text="",
        visible=False,
    )
