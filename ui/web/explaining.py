"""An error -> what the page says of it, in words of its own where there are some.

Pure. What has no words in the page's language is told as the service says it, which is English.
"""

from dataclasses import dataclass

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from components.query.filters.inline import UnreadableFilter
from components.query.filters.syntax import UnknownField
from components.query.understanding import EmptyQuestion, QuestionTooLong
from ui.api.problems import Busy, DeadlineExceeded, TooMany
from ui.wording import Words


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of an error."""

    words: str
    """A sentence of the page's own."""
    detail: str | None = None
    """What the service says of it, where that tells more."""
    is_ours: bool = True
    """Whether something is wrong here, not with what the visitor wrote."""


def explain(error: QuaereError, words: Words, *, in_full: bool) -> Explanation:
    """What the page says of an error.

    Args:
        error: what happened.
        words: the interface's language.
        in_full: whether the visitor may know where the service's parts are.
    """
    match error:
        case TooMany():
            return Explanation(_too_often(error, words))
        case Busy():
            return Explanation(words.gettext("The server is busy. Try again in a moment."))
        case DeadlineExceeded():
            return Explanation(words.gettext("This took too long and was given up. Try again when less is going on."))
        case StoreError():
            told = words.gettext("The documents cannot be searched at the moment. Try again in a while.")
            return Explanation(told, _sentence(str(error)) if in_full else None)
        case ModelError() | ConfigurationError():
            told = words.gettext("This service is not set up as it should be. Tell whoever runs it.")
            return Explanation(told, _sentence(str(error)) if in_full else None)
    told = _mistake(error, words)
    if told:
        return Explanation(told, is_ours=False)
    refused = words.gettext("The question could not be answered.")
    return Explanation(refused, _sentence(str(error)), is_ours=not isinstance(error, InputError))


def _mistake(error: QuaereError, words: Words) -> str:
    """What is said of something that the visitor can mend; empty where there are no words for it."""
    match error:
        case QuestionTooLong():
            return words.gettext(
                "The question has {characters} characters; at most {most} are allowed. Ask a shorter one.",
                characters=words.number(error.characters),
                most=words.number(error.most),
            )
        case EmptyQuestion():
            return words.gettext("The question has no words. Write what you want to know.")
        case UnreadableFilter():
            return words.gettext(
                "The filter {filter} cannot be read. Write it like after:2025-01-31 or page:3.", filter=error.written
            )
        case UnknownField():
            return words.gettext(
                "No document has the field {fields} that the filter asks for.", fields=", ".join(error.fields)
            )
    return ""


def _too_often(error: TooMany, words: Words) -> str:
    return words.ngettext(
        "You ask more often than your key allows. Try again in {count} second.",
        "You ask more often than your key allows. Try again in {count} seconds.",
        error.retry_after,
    )


def _sentence(message: str) -> str:
    """An error's message as a sentence of its own."""
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
