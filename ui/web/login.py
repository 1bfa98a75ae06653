"""The page that asks for a key, and the session that a browser gets for it.

A browser cannot send ``Authorization`` with a link that is followed, so that it shows its key once and a cookie after.
"""

from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from components.errors import QuaereError
from service.keys import SESSION_SECONDS
from ui.api.authentication import Authenticator
from ui.api.bodies import limited
from ui.api.middleware.access import SESSION_COOKIE, refuse_foreign_pages
from ui.api.problems import Unauthorized, problem_of
from ui.web.languages import language_of
from ui.web.templates import render_page
from ui.wording import Words, languages

LOGIN_PATHS = ("/login", "/logout")

_LONGEST_KEY = 200
_LONGEST_FORM = 10_000
"""Bytes."""
_STYLES = ("colours", "login")


def to_login(scope: Scope, error: QuaereError) -> Response:
    """The answer to a browser without a session: the login, and from there to what it wanted."""
    if isinstance(error, Unauthorized) and scope["method"] == "GET" and _wants_a_page(scope):
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        return RedirectResponse(f"/login?next={quote(scope['path'] + query, safe='')}", HTTPStatus.SEE_OTHER)
    return problem_of(error)


def login_app(authenticator: Authenticator) -> Starlette:
    """The login and the logout.

    Args:
        authenticator: knows the keys that open a session.
    """
    keys = authenticator.keys

    async def show(request: Request) -> Response:
        return _page(request, request.query_params.get("next", "/"))

    async def enter(request: Request) -> Response:
        refuse_foreign_pages(request)
        bounded = Request(request.scope, limited(request.scope, request.receive, _LONGEST_FORM))
        async with bounded.form(max_files=0, max_fields=2, max_part_size=_LONGEST_FORM) as form:
            shown, wanted = str(form.get("key", "")).strip(), str(form.get("next", "/"))
        key = await authenticator.in_thread(keys.find, shown) if len(shown) <= _LONGEST_KEY else None
        if key is None:
            return _page(request, wanted, wrong=True)
        token = await authenticator.in_thread(keys.begin_session, key)
        response = RedirectResponse(_here(wanted), HTTPStatus.SEE_OTHER)
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    async def leave(request: Request) -> Response:
        refuse_foreign_pages(request)
        token = request.cookies.get(SESSION_COOKIE)
        if token is not None:
            await authenticator.in_thread(keys.end_session, token)
        response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        response.delete_cookie(SESSION_COOKIE)
        return response

    async def refused(request: Request, error: Exception) -> Response:
        return problem_of(error)

    return Starlette(
        exception_handlers={QuaereError: refused},
        routes=[
            Route("/login", show, methods=["GET"]),
            Route("/login", enter, methods=["POST"]),
            Route("/logout", leave, methods=["POST"]),
        ],
    )


def _page(request: Request, wanted: str, *, wrong: bool = False) -> Response:
    """The form, in the language of the page that was wanted."""
    target = _here(wanted)
    words = languages()[language_of(target, request.headers.get("accept-language", ""), languages())]
    status = HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK
    return HTMLResponse(render_login(words, target, wrong=wrong), status, headers={"Cache-Control": "no-store"})


def render_login(words: Words, target: str, *, wrong: bool) -> str:
    """The page.

    Args:
        words: the interface's language.
        target: path of the page that comes after.
        wrong: whether a key was shown that is not known.
    """
    return render_page("login", words, words.gettext("Log in"), _STYLES, target=target, wrong=wrong)


def _here(wanted: str) -> str:
    """A path of this server; anything else could lead a login to a foreign site."""
    parts = urlsplit(wanted)
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if plain and wanted.isprintable() else "/"


def _wants_a_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
