"""What a visitor narrows the search to: read from the page's controls, written as Haystack's filter.

Pure: no files, no page framework, no clock.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from ui.wording import Words

_MOST_SOURCES = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """The search narrowed; what is None or empty narrows nothing."""

    sources: tuple[str, ...] = ()
    language: str | None = None
    updated_from: date | None = None
    updated_to: date | None = None
    """The last day, included."""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what the page sent, or None where that cannot be used."""
        try:
            given = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            return None
        if not isinstance(given, dict):
            return None
        sources, language = given.get("sources", []), given.get("language", "")
        if not (isinstance(sources, list) and all(isinstance(name, str) for name in sources)):
            return None
        if not isinstance(language, str) or len(sources) > _MOST_SOURCES:
            return None
        try:
            first, last = _day(given.get("from", "")), _day(given.get("to", ""))
        except (TypeError, ValueError):
            return None
        return cls(tuple(sources), language if language else None, first, last)

    @property
    def reversed(self) -> bool:
        """Whether the dates leave no day between them."""
        return self.updated_from is not None and self.updated_to is not None and self.updated_from > self.updated_to

    def conditions(self) -> dict[str, Any] | None:
        """In Haystack's filter syntax; None where nothing is narrowed."""
        conditions = list(self._conditions())
        if len(conditions) < 2:
            return conditions[0] if conditions else None
        return {"operator": "AND", "conditions": conditions}

    def _conditions(self) -> Iterator[dict[str, Any]]:
        if self.sources:
            yield {"field": "meta.source", "operator": "in", "value": list(self.sources)}
        if self.language is not None:
            yield {"field": "meta.language", "operator": "==", "value": self.language}
        if self.updated_from is not None:
            yield {"field": "meta.updated_at", "operator": ">=", "value": self.updated_from.isoformat()}
        if self.updated_to is not None and self.updated_to < date.max:
            # A document carries a moment; the whole of the last day counts.
            end = self.updated_to + timedelta(days=1)
            yield {"field": "meta.updated_at", "operator": "<", "value": end.isoformat()}

    def in_words(self, words: Words) -> tuple[str, ...]:
        """One phrase for each; names of sources are as they are."""
        phrases = list(self.sources)
        if self.language is not None:
            phrases.append(words.language_name(self.language))
        if self.updated_from is not None:
            phrases.append(words.gettext("Updated from") + f" {self.updated_from.isoformat()}")
        if self.updated_to is not None:
            phrases.append(words.gettext("Updated until") + f" {self.updated_to.isoformat()}")
        return tuple(phrases)

    def link(self, question: str) -> str:
        """The page's address that asks this question again, with these filters."""
        fields = [("q", question), *(("source", name) for name in self.sources)]
        fields += [] if self.language is None else [("language", self.language)]
        fields += [] if self.updated_from is None else [("from", self.updated_from.isoformat())]
        fields += [] if self.updated_to is None else [("to", self.updated_to.isoformat())]
        # A lone surrogate, which a browser can send, has no UTF-8.
        return f"/?{urlencode(fields, errors='replace')}"


def _day(text: str) -> date | None:
    return None if text == "" else date.fromisoformat(text)
