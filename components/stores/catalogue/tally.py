"""Counts the passages of a source while they are made or read: by language, and by who may see which fields and words.

Pure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from components.query.acronyms import acronym_pairs
from components.query.vocabulary import words_of
from components.stores.catalogue.records import PassageGroup
from components.types import PUBLIC_GROUP

MOST_WORDS, MOST_ACRONYMS = 20_000, 1_000
"""Of the passages of a source that the same groups may see; the most frequent ones count."""

_Counted = TypeVar("_Counted", str, tuple[str, str])


class PassageTally:
    """What the passages of one source have in common, and what not."""

    def __init__(self) -> None:
        self.languages: Counter[str] = Counter()
        self._passages: Counter[tuple[str, ...]] = Counter()
        self._fields: dict[tuple[str, ...], set[str]] = {}
        self._words: dict[tuple[str, ...], Counter[str]] = {}
        self._acronyms: dict[tuple[str, ...], Counter[tuple[str, str]]] = {}

    def add(self, meta: Mapping[str, Any], text: str = "") -> None:
        """Count a passage with this metadata.

        Args:
            meta: of the passage.
            text: what is searched of it; without it, its words are not counted.
        """
        groups = meta.get("groups")
        names = [PUBLIC_GROUP] if groups is None else groups
        self.count(meta.get("language", "und"), names, (name for name, value in meta.items() if value is not None))
        readers = tuple(sorted(set(names)))
        self._words.setdefault(readers, Counter()).update(words_of(text))
        self._acronyms.setdefault(readers, Counter()).update(acronym_pairs(text))

    def count(self, language: str, groups: Iterable[str], fields: Iterable[str]) -> None:
        """Count a passage in this language, for these groups, with these fields."""
        readers = tuple(sorted(set(groups)))
        self.languages[language] += 1
        self._passages[readers] += 1
        self._fields.setdefault(readers, set()).update(fields)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.languages.total()

    def by_groups(self) -> tuple[PassageGroup, ...]:
        """The passages by who may see them, in an order that stays."""
        return tuple(
            PassageGroup(
                groups,
                tuple(sorted(self._fields[groups])),
                count,
                _most(self._words.get(groups, Counter()), MOST_WORDS),
                _most(self._acronyms.get(groups, Counter()), MOST_ACRONYMS),
            )
            for groups, count in sorted(self._passages.items())
        )


def _most(counts: Counter[_Counted], most: int) -> tuple[_Counted, ...]:
    """The most frequent items, sorted."""
    return tuple(sorted(item for item, _ in counts.most_common(most)))
