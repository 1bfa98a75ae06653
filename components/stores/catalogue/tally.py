"""Counts the passages of a source while they are made or read: by language, and by who may see which fields. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from components.stores.catalogue.records import PassageGroup
from components.types import PUBLIC_GROUP


class PassageTally:
    """What the passages of one source have in common, and what not."""

    def __init__(self) -> None:
        self.languages: Counter[str] = Counter()
        self._passages: Counter[tuple[str, ...]] = Counter()
        self._fields: dict[tuple[str, ...], set[str]] = {}

    def add(self, meta: Mapping[str, Any]) -> None:
        """Count a passage with this metadata."""
        groups = meta.get("groups")
        self.count(
            meta.get("language", "und"),
            [PUBLIC_GROUP] if groups is None else groups,
            (name for name, value in meta.items() if value is not None),
        )

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
            PassageGroup(groups, tuple(sorted(self._fields[groups])), count)
            for groups, count in sorted(self._passages.items())
        )
