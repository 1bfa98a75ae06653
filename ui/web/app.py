"""The page as an application over an open service, once for each language of the interface."""

from collections.abc import Sequence

import fastapi
import gradio as gr
from markupsafe import Markup

from ui.api.concurrency_limit import AT_ONCE, ConcurrencyLimit
from ui.api.middleware.rates import RateLimiter
from ui.web.ask_page import ask_page
from ui.web.asking import Admit, Asker, AskingService, OnReply
from ui.web.documents import documents_route
from ui.web.framework import OnlyWhatThePageUses
from ui.web.languages import PreferredLanguage
from ui.web.stopping import Stops, stop_route
from ui.web.suggesting import Chosen, FromDocuments, Suggesting
from ui.web.templates import ASKING, STATIC, render, script, style
from ui.wording import ENGLISH, languages

_STYLES = ("colours", "style", "framework", "conversation", "replies", "judging")
_BESIDE_THE_FRAME = ("panel",)
_SESSIONS = 256
"""Visitors of whom the framework keeps what it last sent them, about 40 KiB each; the pages need none of it."""


def build_app(asker: Asker, suggesting: Suggesting, stops: Stops) -> gr.Blocks:
    """The page that asks, in one language.

    Args:
        asker: answers the questions.
        suggesting: offers questions under the box.
        stops: the questions that can be stopped.
    """
    with gr.Blocks(title="Quaere", analytics_enabled=False, fill_width=False) as blocks:
        ask_page(blocks, asker, suggesting, stops)
    # Who finds no place is turned away by the page itself, in its language.
    blocks.queue(max_size=None, default_concurrency_limit=AT_ONCE, api_open=False)
    blocks.state_session_capacity = _SESSIONS
    return blocks


def build_page(
    service: AskingService,
    *,
    examples: Sequence[str] = (),
    on_reply: OnReply | None = None,
    admit: Admit | None = None,
    places: ConcurrencyLimit | None = None,
    rates: RateLimiter | None = None,
) -> fastapi.FastAPI:
    """The pages as an ASGI application that shows no descriptions of its endpoints.

    Args:
        service: answers the questions.
        examples: questions to offer under the box; without any, some of the FAQs in the index are.
        on_reply: called with every reply.
        admit: called with the visitor's key before every question.
        places: of the questions, shared with whoever else asks; None for some of its own.
        rates: of what a page sends, questions or not; None for no limit.
    """
    hidden = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    server = fastapi.FastAPI(title="Quaere", docs_url=None, redoc_url=None, openapi_url=None)
    places, stops = ConcurrencyLimit() if places is None else places, Stops()
    own, functions = {("/stop", "POST")}, set[int]()
    server.router.routes.append(stop_route(stops))
    for words in languages().values():
        documents = documents_route(words, service.settings.index.max_file_mb)
        server.router.routes.append(documents)
        own.add((documents.path, "GET"))
    # English last: its path is the root, which would swallow the others'.
    for words in reversed(list(languages().values())):
        at_root = words is ENGLISH
        asker = Asker(service, words, places, on_reply, admit)
        app = build_app(asker, Chosen(examples) if examples else FromDocuments(service, words), stops)
        functions |= app.fns.keys()
        gr.mount_gradio_app(
            server,
            app,
            path="/" if at_root else f"/{words.language}",
            theme=_theme(),
            css=style(_STYLES),
            # The framework takes the media rules of `css` as meant for what is inside its frame; dialogs are not.
            head=str(render("head", words, style=Markup(style(_BESIDE_THE_FRAME)))),
            js=script(ASKING, words),
            # Browsers look for it at the root, whichever page they show.
            favicon_path=str(STATIC / "favicon.svg") if at_root else None,
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            app_kwargs=hidden,
        )
    prefixes = [f"/{language}" for language in languages() if language != ENGLISH.language]
    server.add_middleware(PreferredLanguage, offered=tuple(languages()))
    server.add_middleware(OnlyWhatThePageUses, prefixes=prefixes, functions=functions, own=own, rates=rates)
    return server


def _theme() -> gr.themes.Base:
    """A plain base; names of system fonts, so that no font is fetched from anywhere."""
    return gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
