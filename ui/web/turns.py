"""A question and how far its reply is -> escaped HTML, and what a screen reader is told of it.

Pure: no files, no page framework, no clock.
"""

from collections.abc import Sequence
from enum import IntEnum

from components.types import Passage
from ui.web.escaping import escape
from ui.web.filters import Filters
from ui.web.languages import DOCUMENTS, home
from ui.web.texts import Texts

_MOST_NAMED = 4


class Stage(IntEnum):
    """What is being done for a question."""

    WAITING = -1
    UNDERSTANDING = 0
    SEARCHING = 1
    READING = 2


def render_turn(question: str, filters: Filters, body: str, texts: Texts) -> str:
    """One question, what it was narrowed to, and ``body``, which is HTML."""
    return (
        f'<section class="qa-turn"><h2 class="qa-asked" dir="auto">{escape(question)}</h2>'
        f"{_narrowed(filters, texts)}{body}</section>"
    )


def render_progress(stage: Stage, texts: Texts, passages: Sequence[Passage] = ()) -> str:
    """The three steps, and once there are passages, the documents that are being read.

    Args:
        stage: the step that is being taken.
        texts: the interface's language.
        passages: what was found, best first.
    """
    if stage is Stage.WAITING:
        return f'<div class="qa-progress"><p class="qa-step qa-now">{texts.waiting} …</p></div>'
    doing = (texts.understanding, texts.searching, texts.reading)
    done = (texts.understood, texts.found.of(len(passages)), texts.read)
    steps = "".join(_step(number, stage, doing[number], done[number]) for number in range(len(doing)))
    named = "".join(f"<li><bdi>{escape(name)}</bdi></li>" for name in _sources(passages)[:_MOST_NAMED])
    read = f'<ul class="qa-reading">{named}</ul>' if named else ""
    return f'<div class="qa-progress"><ol aria-label="{texts.progress}">{steps}</ol>{read}</div>'


def spoken(stage: Stage, texts: Texts, passages: Sequence[Passage] = ()) -> str:
    """The step in a sentence."""
    if stage is Stage.READING:
        return f"{texts.found.of(len(passages))}. {texts.reading} …"
    names = {Stage.WAITING: texts.waiting, Stage.UNDERSTANDING: texts.understanding}
    return f"{names.get(stage, texts.searching)} …"


def render_status(text: str, texts: Texts, *, visible: bool = False) -> str:
    """The line that screen readers speak when it changes; ``text`` is this program's own."""
    classes = "qa-status" + ("" if visible else " qa-spoken")
    return f'<p class="{classes}" role="status" aria-live="polite" data-busy="{texts.answering}">{text}</p>'


def render_hero(texts: Texts, note: str = "") -> str:
    """What an empty page says; ``note`` is HTML."""
    return f'<div class="qa-hero"><p class="qa-tagline">{texts.tagline}</p><p>{texts.lead}</p>{note}</div>'


def render_header(texts: Texts, others: Sequence[Texts], page: str = "", *, may_leave: bool = False) -> str:
    """The page's name, the pages, the same page in the other languages, and what its scripts say.

    Args:
        texts: the interface's language.
        others: the other languages.
        page: which one this is, as :func:`~ui.web.languages.home` names it.
        may_leave: whether the visitor is logged in.
    """
    here = ' class="qa-here" aria-current="page"'
    pages = "".join(
        f'<a href="{home(texts.language, each)}"{here if each == page else ""}>{name}</a>'
        for each, name in (("", texts.ask_page), (DOCUMENTS, texts.documents_page))
    )
    links = "".join(
        f'<a href="{home(other.language, page)}" lang="{other.language}" hreflang="{other.language}">{other.name}</a>'
        for other in others
    )
    leave = f'<form method="post" action="/logout"><button>{texts.login.leave}</button></form>' if may_leave else ""
    return (
        f'<header class="qa-header" data-language="{texts.language}" data-words="{escape(texts.for_scripts())}">'
        f'<h1>Quaere</h1><nav class="qa-pages" aria-label="{texts.pages}">{pages}</nav>'
        f'<nav class="qa-languages" aria-label="{texts.interface_language}">{links}</nav>{leave}</header>'
    )


def render_history(texts: Texts, most: int) -> str:
    """Where the browser keeps earlier questions: at most so many, then it says that older ones are gone."""
    return f'<div class="qa-history" data-most="{most}"><p class="qa-muted qa-dropped" hidden>{texts.dropped}</p></div>'


def render_suggestions(questions: Sequence[str], texts: Texts) -> str:
    """Questions to ask by a click."""
    buttons = "".join(
        f'<li><button type="button" class="qa-suggestion" data-ask="{escape(question)}" dir="auto">'
        f"{escape(question)}</button></li>"
        for question in questions
    )
    return f'<div class="qa-suggestions"><p>{texts.suggestions}</p><ul>{buttons}</ul></div>' if buttons else ""


def _step(number: int, stage: int, doing: str, done: str) -> str:
    if number < stage:
        return f'<li class="qa-step qa-done">{done}</li>'
    if number == stage:
        return f'<li class="qa-step qa-now" aria-current="step">{doing} …</li>'
    return f'<li class="qa-step">{doing}</li>'


def _sources(passages: Sequence[Passage]) -> list[str]:
    return list(dict.fromkeys(passage.source for passage in passages))


def _narrowed(filters: Filters, texts: Texts) -> str:
    phrases = filters.in_words(texts)
    if not phrases:
        return ""
    shown = "".join(f"<li><bdi>{escape(phrase)}</bdi></li>" for phrase in phrases)
    return f'<div class="qa-narrowed"><p>{texts.filtered_by}</p><ul>{shown}</ul></div>'
