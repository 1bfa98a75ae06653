"""The page that asks: a question box, what the service is doing, the answers.

Knows of the service what :class:`AskingService` names; every text it shows is made by ``ui.render``.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

import gradio as gr

from components.errors import InputError, QuaereError
from components.types import Reply
from pipelines.service import Status
from ui.render import NOT_FOUND, render_notice, render_reply

_log = logging.getLogger(__name__)

_HEADER = """
<header class="qa-header">
  <h1>Quaere</h1>
  <p>Exact answers from your own documents, with the place where they stand.</p>
</header>
"""

_NOTHING_INDEXED = "Nothing is indexed yet. Stop this server, index a folder of documents, and start it again:"
_INDEX_COMMAND = "quaere index PATH"
_UNEXPECTED = "The question could not be answered because of an error in the program. The server's log tells more."

Update = tuple[str, str]
"""What an event shows: the status line and the reply, as HTML."""


class AskingService(Protocol):
    """What the page needs of a service; calls may come from several threads at once."""

    def ask(self, question: str) -> Reply:
        """Answer a question."""

    def status(self) -> Status:
        """What the index holds."""


def ask_page(service: AskingService, examples: Sequence[str] = ()) -> gr.HTML:
    """Add the page to the ``gr.Blocks`` that is being built.

    Args:
        service: answers the questions.
        examples: questions to offer; none shows no row for them.

    Returns:
        The status line, which :func:`welcome` fills when the page opens.
    """
    gr.HTML(_HEADER, apply_default_css=False, js_on_load=None)
    with gr.Row(elem_id="qa-form", equal_height=True):
        question = gr.Textbox(
            label="Your question",
            placeholder="Ask your documents a question",
            elem_id="qa-question",
            lines=1,
            max_lines=4,
            autofocus=True,
            container=False,
            scale=1,
            html_attributes=gr.InputHTMLAttributes(enterkeyhint="search", autocorrect="on"),
        )
        send = gr.Button("Ask", variant="primary", elem_id="qa-send", scale=0, min_width=96)
    offered = _example_buttons(examples)
    status = gr.HTML(_status(""), elem_id="qa-status", apply_default_css=False, js_on_load=None)
    reply = gr.HTML("", elem_id="qa-result", apply_default_css=False, js_on_load=None)

    gr.on(
        [question.submit, send.click],
        _answer_with(service),
        inputs=question,
        outputs=[status, reply],
        show_progress="hidden",
        # A question sent while another is being answered follows it; by default it would be dropped without a word.
        trigger_mode="always_last",
        api_visibility="private",
    )
    for text, button in offered:
        button.click(lambda text=text: text, outputs=question, show_progress="hidden", api_visibility="private").then(
            _answer_with(service),
            inputs=question,
            outputs=[status, reply],
            show_progress="hidden",
            api_visibility="private",
        )
    return status


def welcome(service: AskingService) -> Callable[[], str]:
    """The status line of a freshly opened page: how much is searched, or how to begin."""

    def describe() -> str:
        try:
            held = service.status()
        except QuaereError as error:
            return _status("") + render_notice(str(error), kind="problem")
        if held.passages == 0:
            return _status("") + render_notice(_NOTHING_INDEXED, code=_INDEX_COMMAND)
        return _status(f"Searches {_count(held.passages, 'passage')} of {_count(held.sources, 'document')}.")

    return describe


def _example_buttons(examples: Sequence[str]) -> list[tuple[str, gr.Button]]:
    if not examples:
        return []
    with gr.Row(elem_id="qa-examples"):
        return [(text, gr.Button(text, size="sm", variant="secondary", min_width=0)) for text in examples]


def _answer_with(service: AskingService) -> Callable[[str], AsyncIterator[Update]]:
    async def answer(question: str) -> AsyncIterator[Update]:
        yield _status("Searching …", busy=True), ""
        # The service blocks for as long as the models run; the page's event loop must not.
        yield await asyncio.to_thread(_ask, service, question)

    return answer


def _ask(service: AskingService, question: str) -> Update:
    try:
        if service.status().passages == 0:
            return _status(""), render_notice(_NOTHING_INDEXED, code=_INDEX_COMMAND)
        reply = service.ask(question)
    except InputError as error:
        return _status(""), render_notice(_sentence(str(error)))
    except QuaereError as error:
        return _status(""), render_notice(_sentence(str(error)), kind="problem")
    except Exception:
        _log.exception("a question from the page failed")
        return _status(""), render_notice(_UNEXPECTED, kind="problem")
    found = f"{_count(len(reply.answers), 'answer')} found." if reply.answers else NOT_FOUND
    return _status(found, spoken_only=True), render_reply(reply)


def _status(text: str, *, busy: bool = False, spoken_only: bool = False) -> str:
    """The line that screen readers speak when it changes; ``text`` is this program's own."""
    classes = "qa-status" + (" qa-busy" if busy else "") + (" qa-spoken" if spoken_only else "")
    return f'<p class="{classes}" role="status" aria-live="polite">{text}</p>'


def _sentence(message: str) -> str:
    """An error's message as a sentence of its own."""
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
