"""The pages' templates, scripts and styles, in one language at a time.

Each script is a function of what they share, which is ``window.quaere``; a page runs those it needs, in order.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.messages.extract import extract
from jinja2 import Environment
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from components.foreign_text import writable
from components.templates import html_environment
from components.types import PUBLIC_GROUP
from ui.text import answer_kind, confidence_word, percent
from ui.web import answers
from ui.web.languages import DOCUMENTS, home
from ui.wording import Words, languages

STATIC = Path(__file__).parent / "static"

ASKING = ("common", "dialog", "correcting", "viewer", "picker", "judging", "page")
"""Scripts of the page that asks."""

LIBRARY = ("common", "dialog", "viewer", "uploads", "sending", "editing", "library")
"""Scripts of the page with the documents."""

_SCRIPT_WORDS: dict[str, Any] = {"_": None, "ngettext": (1, 2)}
"""How the scripts ask for words."""

_COUNTS = 200
"""Numbers whose form the scripts are told; it depends on the last two digits of a larger one."""
_NO_SCRIPT = Markup("() => {}")


@cache
def templates_in(words: Words) -> Environment:
    """The templates, with what they may call."""
    made = html_environment("ui.web", writable)
    made.globals |= {
        "_": words.gettext,
        "pgettext": words.pgettext,
        "ngettext": words.ngettext,
        "number": words.number,
        "words": words,
        "languages": languages,
        "home": home,
        "percent": percent,
        "DOCUMENTS": DOCUMENTS,
        "PUBLIC_GROUP": PUBLIC_GROUP,
        "answer_kind": partial(answer_kind, words),
        "confidence_word": partial(confidence_word, words),
        "copied": partial(answers.copied, words),
    }
    made.globals |= {
        each.__name__: each
        for each in (
            answers.is_code,
            answers.linkable,
            answers.mark_in_passage,
            answers.mark_in_sentence,
            answers.mark_in_text,
            answers.other_places,
            answers.question_of,
            answers.title_of,
        )
    }
    return made


def render(name: str, words: Words, **values: Any) -> Markup:
    """A part of a page.

    Args:
        name: of the template, without its ending.
        words: the interface's language.
        values: what the template shows.
    """
    return Markup(templates_in(words).get_template(f"{name}.html").render(values))


def render_page(
    name: str, words: Words, title: str, styles: Sequence[str], scripts: Sequence[str] = (), **values: Any
) -> str:
    """A whole page beside the page framework.

    Args:
        name: of the template.
        words: the interface's language.
        title: of the window.
        styles: the style sheets that it needs.
        scripts: those that it needs.
        values: what the template shows.
    """
    # Whoever is not logged in may not fetch the icon.
    icon = quote((STATIC / "favicon.svg").read_text("utf-8"))
    running = Markup(script(scripts, words)) if scripts else _NO_SCRIPT
    parts = {"title": title, "icon": icon, "style": Markup(style(styles)), "script": running}
    return str(render(name, words, **parts, **values))


@cache
def script(names: Sequence[str], words: Words) -> str:
    """These scripts as one function, which runs them, with the words that they say."""
    parts = ",\n".join((STATIC / "js" / f"{name}.js").read_text("utf-8").strip() for name in names)
    shared = htmlsafe_json_dumps(_shared(names, words), dumps=partial(json.dumps, ensure_ascii=False))
    return f"() => {{\n  window.quaere = {shared};\n  for (const part of [\n{parts}\n]) part(window.quaere);\n}}"


@cache
def style(names: Sequence[str]) -> str:
    """These styles, one after another."""
    return "\n".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in names)


def messages_of(name: str) -> Iterator[tuple[str, str | None]]:
    """The words that a script says, as it asks for them: one text, or the forms for one and for more."""
    with (STATIC / "js" / f"{name}.js").open("rb") as opened:
        for _, message, *_ in extract("javascript", opened, _SCRIPT_WORDS, options={"parse_template_string": True}):
            one, *more = (message,) if isinstance(message, str) else message
            yield one, more[0] if more else None


def _shared(names: Sequence[str], words: Words) -> dict[str, Any]:
    """What the scripts know of the language: its code, its words, and which form of them goes with a number."""
    said: dict[str, Sequence[str]] = {}
    for name in names:
        for one, other in messages_of(name):
            said[one] = words.forms(one, other)
    return {"language": words.language, "said": said, "plurals": [words.plural(count) for count in range(_COUNTS)]}
