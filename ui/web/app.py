"""The page as an application over an open service, once for each language of the interface."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import fastapi
import gradio as gr

from ui.web.ask_page import ask_page
from ui.web.asking import Asker, AskingService
from ui.web.languages import PreferredLanguage
from ui.web.texts import ENGLISH, LANGUAGES

__all__ = ["AskingService", "build_app", "build_page"]

_FOLDER = Path(__file__).parent
_STYLES = ("style.css", "conversation.css", "replies.css")
_AT_ONCE = 4
_WAITING = 64


def build_app(asker: Asker, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page in one language.

    Args:
        asker: answers the questions.
        examples: questions to offer under the box.
    """
    with gr.Blocks(title="Quaere", analytics_enabled=False, fill_width=False) as blocks:
        ask_page(blocks, asker, examples, _WAITING)
    blocks.queue(max_size=_WAITING, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def build_page(service: AskingService, *, examples: Sequence[str] = ()) -> fastapi.FastAPI:
    """The page as an ASGI application that shows no descriptions of its endpoints.

    Args:
        service: answers the questions.
        examples: questions to offer under the box.
    """
    hidden = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    server = fastapi.FastAPI(title="Quaere", docs_url=None, redoc_url=None, openapi_url=None)
    places = asyncio.Semaphore(_AT_ONCE)
    # English last: its path is the root, which would swallow the others'.
    for texts in reversed(list(LANGUAGES.values())):
        at_root = texts == ENGLISH
        gr.mount_gradio_app(
            server,
            build_app(Asker(service, texts, places), examples=examples),
            path="/" if at_root else f"/{texts.language}",
            theme=_theme(),
            css="\n".join((_FOLDER / name).read_text("utf-8") for name in _STYLES),
            js=(_FOLDER / "page.js").read_text("utf-8"),
            # Browsers look for it at the root, whichever page they show.
            favicon_path=str(_FOLDER / "favicon.svg") if at_root else None,
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            app_kwargs=hidden,
        )
    server.add_middleware(PreferredLanguage, offered=tuple(LANGUAGES))
    return server


def _theme() -> gr.themes.Base:
    """A plain base; names of system fonts, so that no font is fetched from anywhere."""
    return gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
