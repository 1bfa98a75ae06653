"""What every face says of a reply, as plain text: how sure an answer is, what kind it is, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from components.foreign_text import one_line

if TYPE_CHECKING:
    from components.types import Place
    from ui.wording import Words


def percent(confidence: float) -> str:
    """A probability in [0, 1] as whole percent; never "0 %" or "100 %" for what is not exactly that."""
    points = round(confidence * 100)
    if 0.0 < confidence < 1.0:
        points = min(max(points, 1), 99)
    return f"{points}\N{NO-BREAK SPACE}%"


def confidence_word(words: Words, confidence: float) -> str:
    """What a confidence in [0, 1] is called."""
    if confidence >= 0.9:
        return words.gettext("Very likely")
    if confidence >= 0.7:
        return words.gettext("Likely")
    return words.gettext("Possible") if confidence >= 0.5 else words.gettext("Unsure")


def answer_kind(words: Words, kind: str) -> str:
    """What is to be said of an answer's kind; empty for words that answer the question themselves."""
    match kind:
        case "faq":
            return words.gettext("From a question and answer list")
        case "passage":
            return words.gettext("The answer is probably in this passage")
    return ""


def place_parts(source: str, page: int | None, title: str | None = None, heading: str | None = None) -> tuple[str, str]:
    """Where something stands, and under which title and heading, in English; each on one line, or empty."""
    around = [one_line(part) for part in (title, heading) if part]
    # A heading path often opens with the title.
    if len(around) == 2 and around[1].startswith(around[0]):
        del around[0]
    return one_line(source) + ("" if page is None else f", page {page}"), " > ".join(around)


def place_line(source: str, page: int | None, title: str | None = None, heading: str | None = None) -> str:
    """Both parts of a place in one line."""
    return " — ".join(part for part in place_parts(source, page, title, heading) if part)


def support_line(places: Sequence[Place]) -> str:
    """The other places that state an answer; empty where there are none."""
    seen = dict.fromkeys(place_line(place.source, place.page) for place in places)
    return f"also stated in {'; '.join(seen)}" if seen else ""
