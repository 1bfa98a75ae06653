"""The parts of a page -> HTML: its header and what an empty page says, a question, how far it is, and its reply.

Pure: no page framework, no clock. The templates escape whatever comes from a document or from a visitor.
"""

from collections.abc import Collection, Sequence
from enum import IntEnum

from markupsafe import Markup

from components.types import Passage, Reply
from ui.web.filters import Filters
from ui.web.templates import render
from ui.wording import Words

_MOST_NAMED = 4
MOST_LISTED = 1000
"""Sources to choose from."""
_NEAREST = 3

NOTHING = Markup()


class Stage(IntEnum):
    """What is being done for a question."""

    WAITING = -1
    UNDERSTANDING = 0
    SEARCHING = 1
    READING = 2


def render_header(words: Words, page: str = "", *, may_leave: bool = False) -> Markup:
    """The page's name, the pages, and the same page in the other languages.

    Args:
        words: the interface's language.
        page: which one this is, as :func:`~ui.web.languages.home` names it.
        may_leave: whether the visitor is logged in.
    """
    return render("header", words, page=page, may_leave=may_leave)


def render_hero(words: Words, *, passages: int = 0, documents: int = 0, note: Markup = NOTHING) -> Markup:
    """What an empty page says.

    Args:
        words: the interface's language.
        passages: that are searched.
        documents: that they are of; where there are none, nothing is said of either.
        note: what else is said.
    """
    return render("hero", words, passages=passages, documents=documents, note=note)


def render_filters(
    words: Words, sources: Sequence[str] = (), languages: Collection[str] = (), *, left_out: int = 0
) -> Markup:
    """The fold-out with all filter controls.

    Args:
        words: the interface's language.
        sources: names that the visitor may see.
        languages: codes of the documents' languages.
        left_out: how many more sources there are.
    """
    named = sorted((words.language_name(code), code) for code in languages)
    return render("filters", words, sources=list(dict.fromkeys(sources)), left_out=left_out, languages=named)


def render_turn(question: str, filters: Filters, body: Markup, words: Words) -> Markup:
    """One question, what it was narrowed to, and ``body``."""
    return render("turn", words, question=question, narrowed=filters.in_words(words), body=body)


def render_progress(stage: Stage, words: Words, passages: Sequence[Passage] = ()) -> Markup:
    """The three steps, and once there are passages, the documents that are being read.

    Args:
        stage: the step that is being taken.
        words: the interface's language.
        passages: what was found, best first.
    """
    steps = (
        (words.gettext("Understanding the question"), words.gettext("Question understood")),
        (words.gettext("Finding passages"), _found(words, passages)),
        (words.gettext("Reading them for the answer"), words.gettext("Answer")),
    )
    sources = list(dict.fromkeys(passage.source for passage in passages))[:_MOST_NAMED]
    return render("progress", words, waiting=stage is Stage.WAITING, stage=int(stage), steps=steps, sources=sources)


def render_reply(reply: Reply, words: Words, *, link: str | None = None) -> Markup:
    """Everything the page shows of a reply: notices, answers or their absence, passages, timings.

    The best answer leads, and beside it stand those that contradict it, as equals; the others are folded.

    Args:
        reply: what to show.
        words: the interface's language.
        link: address that asks this question again, relative to the page; None offers none.
    """
    shown = 0 if reply.answers else _NEAREST
    return render(
        "reply",
        words,
        reply=reply,
        nearest=reply.passages[:shown],
        further=reply.passages[shown:],
        seconds=reply.seconds.get("total", sum(reply.seconds.values())),
        link=link,
    )


def render_notice(
    text: str, words: Words, *, kind: str = "info", code: str | None = None, detail: str | None = None
) -> Markup:
    """A message to the visitor.

    Args:
        text: what is said.
        words: the interface's language.
        kind: "info" or "problem".
        code: a command to type, on a line of its own.
        detail: what the service says of it, in English.
    """
    return render("notice", words, text=text, kind=kind, code=code, detail=detail)


def spoken(stage: Stage, words: Words, passages: Sequence[Passage] = ()) -> str:
    """The step in a sentence."""
    match stage:
        case Stage.WAITING:
            step = words.gettext("Waiting until others are answered")
        case Stage.UNDERSTANDING:
            step = words.gettext("Understanding the question")
        case Stage.SEARCHING:
            step = words.gettext("Finding passages")
        case Stage.READING:
            step = f"{_found(words, passages)}. " + words.gettext("Reading them for the answer")
    return f"{step} …"


def _found(words: Words, passages: Sequence[Passage]) -> str:
    return words.ngettext("{count} passage found", "{count} passages found", len(passages))
