"""The methods of a document store that ask for the values of metadata fields."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from components.stores.metadata_fields import field_name, fields_info, min_max, unique_values, value_of


class MetadataQueries(ABC):
    """Answers them from the metadata of the documents that the store shows."""

    @abstractmethod
    def _metas(self, filters: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The metadata of the documents that match."""

    def count_unique_metadata_by_filter(self, filters: dict[str, Any], metadata_fields: list[str]) -> dict[str, int]:
        """How many distinct values each field has among the documents that match."""
        metas = list(self._metas(filters))
        return {
            name: len(unique_values(value_of(meta, name) for meta in metas))
            for name in map(field_name, metadata_fields)
        }

    def get_metadata_fields_info(self) -> dict[str, dict[str, str]]:
        """The metadata fields that occur, each with its type: keyword, int, float or boolean."""
        return fields_info(self._metas())

    def get_metadata_field_min_max(self, metadata_field: str) -> dict[str, Any]:
        """The smallest and largest value of a field under ``min`` and ``max``; None where there is none."""
        name = field_name(metadata_field)
        return min_max(value_of(meta, name) for meta in self._metas())

    def get_metadata_field_unique_values(
        self,
        metadata_field: str,
        search_term: str | None = None,
        from_: int = 0,
        size: int = 10,
        filters: dict[str, Any] | None = None,
    ) -> tuple[list[Any], int]:
        """One page of the distinct values of a field, sorted, and how many there are in all.

        Args:
            metadata_field: with or without ``meta.``.
            search_term: keeps the values that contain it, in upper or lower case.
            from_: index of the page's first value.
            size: of the page.
            filters: keeps the values of the documents that match.
        """
        name = field_name(metadata_field)
        values = unique_values((value_of(meta, name) for meta in self._metas(filters)), search_term)
        return values[from_ : from_ + size], len(values)
