"""Buttons that look at a source and judge an answer -> HTML; the scripts ``viewer.js`` and ``judging.js`` obey them.

Pure. A button says by its ``data-`` attributes what it is about; without the source's id there is none.
"""

from components.types import Answer
from ui.web.escaping import escape
from ui.web.texts import Texts

_ICONS = {
    "open": "M9.5 2.5h4v4M13.2 2.8 8 8M11.5 9v4.5h-9v-9H7",
    "thumb": "M5 14V7.2L8 1.8c1.3 0 2 .9 1.7 2.2L9.2 6.3h3.3c.9 0 1.5.8 1.3 1.7l-1 4.7c-.2.8-.8 1.3-1.6 1.3z"
    "M5 7.2H2.3V14H5",
}


def icon(name: str) -> str:
    """A drawing that nobody is told of."""
    return f'<svg class="qa-icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{_ICONS[name]}"/></svg>'


def place(source_id: str, start: int, end: int) -> str:
    """The attributes that name some words of a source."""
    return f'data-source="{escape(source_id)}" data-start="{start}" data-end="{end}"'


def open_button(source_id: str, source: str, start: int, end: int, texts: Texts, shown: str | None = None) -> str:
    """Opens a source at some words; empty where its id is not known.

    Args:
        source_id: as the catalogue knows it.
        source: its name.
        start: of the words, in code points of the source's text.
        end: exclusive.
        texts: the interface's language.
        shown: HTML to stand in the button; None for an icon and a word.
    """
    if not source_id:
        return ""
    if shown is not None:
        return f'<button type="button" class="qa-link" data-open {place(source_id, start, end)}>{shown}</button>'
    named = escape(texts.viewer.open_named.format(source=source))
    return (
        f'<button type="button" class="qa-quiet qa-open" data-open {place(source_id, start, end)} aria-label="{named}">'
        f"{icon('open')}{texts.viewer.open}</button>"
    )


def judge_answer(answer: Answer, texts: Texts) -> str:
    """Thumbs for an answer, and room for what was said; empty where the source's id is not known."""
    if not answer.source_id:
        return ""
    said = texts.judging
    thumbs = "".join(
        f'<button type="button" class="qa-thumb" data-judge="{verdict}" aria-pressed="false" aria-label="{label}" '
        f'title="{label}">{icon("thumb")}</button>'
        for verdict, label in (("right", said.right), ("wrong", said.wrong))
    )
    return (
        f'<div class="qa-judging" {place(answer.source_id, answer.start, answer.end)}>'
        f'<span class="qa-verdict" tabindex="-1"></span>{thumbs}'
        f'<button type="button" class="qa-quiet" data-judge="correct" hidden>{said.correct}</button>'
        f"{_take_back(texts)}</div>"
    )


def judge_absence(texts: Texts) -> str:
    """Whether it is right that the documents do not hold the answer."""
    said = texts.judging
    return (
        '<div class="qa-judging"><span class="qa-verdict" tabindex="-1"></span>'
        f'<button type="button" class="qa-quiet" data-judge="not-there" aria-pressed="false">{said.not_there}</button>'
        f'<button type="button" class="qa-quiet" data-judge="there">{said.there}</button>{_take_back(texts)}</div>'
    )


def _take_back(texts: Texts) -> str:
    """Takes back a correction; a verdict is taken back by its own button."""
    return f'<button type="button" class="qa-quiet" data-judge="take-back" hidden>{texts.judging.take_back}</button>'
