"""Questions to begin with, taken from the FAQ rows that a visitor may see."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from components.errors import QuaereError
from components.types import Passage
from ui.web.asking import AskingService
from ui.wording import Words

_MOST = 4
_LOOKED_AT = 24
"""Rows among which those that are short enough are found."""

_LONGEST = 90

_MOST_GROUPINGS = 1000
"""Whoever may impersonate may name any groups; the memory does not grow with them."""


class Suggesting(Protocol):
    """Offers questions."""

    def questions(self, groups: Sequence[str]) -> tuple[str, ...]:
        """For a visitor of these groups."""


class Chosen:
    """The same questions for everyone, whom they were chosen for by whoever runs the page.

    Args:
        questions: in their order.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = tuple(questions)

    def questions(self, groups: Sequence[str]) -> tuple[str, ...]:
        """All of them."""
        return self._questions


class GroupCache:
    """Remembers questions for each set of groups until the index changes; safe to use from several threads."""

    def __init__(self) -> None:
        self._found: dict[frozenset[str], tuple[int, tuple[str, ...]]] = {}

    def get(self, groups: Iterable[str], generation: int, look_up: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The questions of this generation, looked up where they are not known yet."""
        key = frozenset(groups)
        held = self._found.get(key)
        if held is None or held[0] != generation:
            if len(self._found) >= _MOST_GROUPINGS:
                self._found.clear()
            held = self._found[key] = (generation, look_up())
        return held[1]


class FromDocuments:
    """Questions of FAQ rows, looked for once a generation of the index and set of groups.

    Args:
        service: holds the rows.
        words: the interface's language; rows in it come first.
    """

    def __init__(self, service: AskingService, words: Words) -> None:
        self.service = service
        self.words = words
        self._found = GroupCache()

    def questions(self, groups: Sequence[str]) -> tuple[str, ...]:
        """A few, in an order that stays; none where there are no rows or they cannot be read now."""
        try:
            generation = self.service.status().generation
            return self._found.get(groups, generation, lambda: self._looked_for(groups))
        except QuaereError:
            # The page's opening words tell what is wrong.
            return ()

    def _looked_for(self, groups: Sequence[str]) -> tuple[str, ...]:
        if not self.service.holdings(groups).sources:
            return ()  # without anything to find, the models are not loaded for it
        own = {"field": "meta.language", "operator": "==", "value": self.words.language}
        return self._like(own, groups) or self._like(None, groups)

    def _like(self, filters: dict[str, str] | None, groups: Sequence[str]) -> tuple[str, ...]:
        """The rows nearest to the words above the question's box: what people ask about in general."""
        like = self.words.gettext("Ask your documents a question")
        found = self.service.similar(like, "questions", top=_LOOKED_AT, filters=filters, groups=groups)
        asked = (_question(passage) for passage in found)
        return tuple(dict.fromkeys(question for question in asked if 0 < len(question) <= _LONGEST))[:_MOST]


def _question(passage: Passage) -> str:
    """A row's text is its question, a line feed, and the answer."""
    return passage.text.partition("\n")[0].strip()
