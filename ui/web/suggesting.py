"""Questions to begin with, taken from the FAQ rows that a visitor may see."""

from collections.abc import Sequence
from typing import Protocol

from components.errors import QuaereError
from components.types import Passage
from pipelines.remembering import PerGroups
from ui.web.asking import AskingService
from ui.wording import Words

_MOST = 4
_LOOKED_AT = 24
"""Rows among which those that are short enough are found."""

_LONGEST = 90


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


class FromDocuments:
    """Questions of FAQ rows, looked for once a generation of the index and set of groups.

    Args:
        service: holds the rows.
        words: the interface's language; rows in it come first.
    """

    def __init__(self, service: AskingService, words: Words) -> None:
        self.service = service
        self.words = words
        self._found: PerGroups[tuple[str, ...]] = PerGroups()

    def questions(self, groups: Sequence[str]) -> tuple[str, ...]:
        """A few, in an order that stays; none where there are no rows or they cannot be read now."""
        try:
            generation = self.service.status().generation
            return self._found.get(groups, generation, lambda: self._looked_for(groups))
        except QuaereError:
            # The page's opening words tell what is wrong.
            return ()

    def _looked_for(self, groups: Sequence[str]) -> tuple[str, ...]:
        if not self.service.sources(groups):
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
