"""An error -> what the page says of it, in words of its own where there are some.

Pure. What has no words in the page's language is told as the service says it, which is English.
"""

from dataclasses import dataclass

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from components.query.filters.inline import UnreadableFilter
from components.query.filters.syntax import UnknownField
from components.query.understanding import EmptyQuestion, QuestionTooLong
from ui.api.problems import Busy, DeadlineExceeded, TooMany
from ui.web.texts import Texts


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of an error."""

    words: str
    """A sentence of the page's own."""
    detail: str | None = None
    """What the service says of it, where that tells more."""
    is_ours: bool = True
    """Whether something is wrong here, not with what the visitor wrote."""


def explain(error: QuaereError, texts: Texts, *, in_full: bool) -> Explanation:
    """What the page says of an error.

    Args:
        error: what happened.
        texts: the interface's language.
        in_full: whether the visitor may know where the service's parts are.
    """
    words = texts.problems
    match error:
        case TooMany():
            return Explanation(words.too_often.of(error.retry_after))
        case Busy():
            return Explanation(words.busy)
        case DeadlineExceeded():
            return Explanation(words.overdue)
        case QuestionTooLong():
            filled = words.too_long.format(characters=f"{error.characters:,}", most=f"{error.most:,}")
            return Explanation(filled, is_ours=False)
        case EmptyQuestion():
            return Explanation(words.empty, is_ours=False)
        case UnreadableFilter():
            return Explanation(words.unreadable_filter.format(filter=error.written), is_ours=False)
        case UnknownField():
            return Explanation(words.unknown_field.format(fields=", ".join(error.fields)), is_ours=False)
        case StoreError():
            return Explanation(words.store, _sentence(str(error)) if in_full else None)
        case ModelError() | ConfigurationError():
            return Explanation(words.setup, _sentence(str(error)) if in_full else None)
    return Explanation(words.refused, _sentence(str(error)), is_ours=not isinstance(error, InputError))


def _sentence(message: str) -> str:
    """An error's message as a sentence of its own."""
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
