"""The page as an application over an open service."""

from collections.abc import Sequence
from pathlib import Path

import fastapi
import gradio as gr

from ui.web.ask_page import AskingService, ask_page, welcome

_FOLDER = Path(__file__).parent
_AT_ONCE = 4
_WAITING = 64


def build_app(service: AskingService, *, examples: Sequence[str] = ()) -> gr.Blocks:
    """The page over an open service.

    Args:
        service: answers the questions.
        examples: questions to offer under the box.
    """
    with gr.Blocks(title="Quaere", analytics_enabled=False, fill_width=False) as blocks:
        status = ask_page(service, examples)
        blocks.load(welcome(service), outputs=status, show_progress="hidden", api_visibility="private")
    blocks.queue(max_size=_WAITING, default_concurrency_limit=_AT_ONCE, api_open=False)
    return blocks


def build_page(service: AskingService, *, examples: Sequence[str] = ()) -> fastapi.FastAPI:
    """The page as an ASGI application that shows no descriptions of its endpoints."""
    hidden = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    server = fastapi.FastAPI(title="Quaere", docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        server,
        build_app(service, examples=examples),
        path="/",
        theme=_theme(),
        css=(_FOLDER / "style.css").read_text("utf-8"),
        favicon_path=str(_FOLDER / "favicon.svg"),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        app_kwargs=hidden,
    )
    return server


def _theme() -> gr.themes.Base:
    """A plain base; names of system fonts, so that no font is fetched from anywhere."""
    return gr.themes.Base(font=["sans-serif"], font_mono=["monospace"])
