"""The page that asks, as components of the page framework and what happens between them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any

import gradio as gr

from ui.web.asking import Asker, Shown
from ui.web.framework import named
from ui.web.stopping import Stops
from ui.web.suggesting import Suggesting
from ui.web.templates import render
from ui.web.turns import render_filters, render_header, render_hero
from ui.web.visitors import groups_of, visitor
from ui.wording import Words

_MOST_TURNS = 30
"""Questions that the browser keeps on the page; the server keeps none."""

# The browser's part: where a question is sent, the one before joins the conversation (see page.js).
_ASK_JS = "(question, filters, ticket) => window.quaere.asked(question)"
_STOP_JS = "(typed) => window.quaere.stop(typed)"
_OPENED_JS = "() => window.quaere.opened()"


def ask_page(blocks: gr.Blocks, asker: Asker, suggesting: Suggesting, stops: Stops) -> None:
    """Add the page to the blocks, inside whose context this is called.

    Args:
        blocks: the page to be.
        asker: answers the questions, in the page's language.
        suggesting: offers questions; without any there is no row for them.
        stops: the questions that can be stopped.
    """
    words = asker.words
    head = _html(render_header(words), "qa-head")
    hero = _html(render_hero(words), "qa-welcome")
    _html(render("history", words, most=_MOST_TURNS), "qa-earlier")
    turn = _html("", "qa-live")
    with gr.Column(elem_id="qa-composer"):
        status = _html(_status(words), "qa-state")
        question = gr.Textbox(
            label=words.gettext("Your question"),
            placeholder=words.gettext("Ask your documents a question"),
            elem_id="qa-question",
            lines=1,
            max_lines=5,
            autofocus=True,
            container=False,
            html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocorrect="on"),
        )
        with gr.Row(elem_id="qa-tools"):
            panel = _html(render_filters(words), "qa-narrow")
            send = gr.Button(words.gettext("Ask"), variant="primary", elem_id="qa-send", scale=0, min_width=0)
            stop = gr.Button(words.gettext("Stop"), elem_id="qa-stop", visible=False, scale=0, min_width=0)
    offered = _html("", "qa-offered")
    filters, ticket = gr.Textbox(visible=False), gr.Textbox(visible=False)

    async def answer(question: str, filters: str, ticket: str, request: gr.Request) -> AsyncIterator[list[Any]]:
        caller = visitor(request.request)
        steps = asker.answer(question, filters, groups_of(caller), caller.key_id, in_full=caller.is_operator)
        stopped = partial(asker.stopped, question, filters)
        name = named(ticket, caller) if ticket else ""
        async with aclosing(stops.until_stopped(name, steps, stopped)) as changes:
            async for shown in changes:
                yield _updates(shown, words)

    def welcome(request: gr.Request) -> list[Any]:
        caller = visitor(request.request)
        groups = groups_of(caller)
        header = gr.skip() if caller.key_id is None else render_header(words, may_leave=True)
        questions = () if groups is None else suggesting.questions(groups)
        opening = asker.hero(groups, is_operator=caller.is_operator)
        return [header, opening, asker.filters(groups), render("suggestions", words, questions=questions)]

    changed = [question, turn, status, send, stop]
    quietly = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on(
        [question.submit, send.click],
        answer,
        inputs=[question, filters, ticket],
        outputs=changed,
        js=_ASK_JS,
        # One question at a time: what is sent meanwhile stays in the box, and the browser says why.
        trigger_mode="once",
        concurrency_limit=None,  # the asker has its own
        **quietly,
    )
    # The browser tells the server by itself; what is shown then comes from the question that ends.
    stop.click(None, inputs=[question], js=_STOP_JS, **quietly)
    opened = blocks.load(welcome, outputs=[head, hero, panel, offered], **quietly)
    opened.then(None, js=_OPENED_JS, **quietly)


def _status(words: Words, text: str = "", *, visible: bool = False) -> str:
    return render("status", words, text=text, visible=visible)


def _html(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def _updates(shown: Shown, words: Words) -> list[Any]:
    """The values of question box, turn, status, send and stop."""
    kept = gr.skip()
    return [
        kept if shown.box is None else shown.box,
        kept if shown.turn is None else shown.turn,
        _status(words, shown.status, visible=shown.hint),
        gr.update(visible=not shown.busy),
        gr.update(visible=shown.busy),
    ]
