"""The methods of Haystack's document store protocol, which see what a caller of the store's groups sees."""

from collections.abc import Sequence
from typing import Any

from haystack import Document
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy

from components.errors import InputError
from components.stores.engine.protocol import Filter, Hit
from components.stores.filters import EVERYTHING, compile_filter
from components.stores.held_index import HeldIndex
from components.stores.points import point_id, to_document, to_point
from components.stores.visibility import joined, visible


class HaystackProtocol(HeldIndex):
    """Counts, lists, writes and deletes documents; writing and deleting by id is not limited by groups."""

    groups: Sequence[str]
    """Of the caller; the public group is always among them."""

    def recreate(self) -> None:
        """Drop every point and make the index anew with this store's dimension and fingerprint.

        An index that cannot be opened, because it is damaged or of other settings, is dropped as well.
        """
        with self._writer, self._lock.writing():
            self._opened.recreate()

    def count_documents(self) -> int:
        """How many documents there are."""
        return self._count(EVERYTHING)

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """The documents that match, without their vectors, in no promised order.

        Raises:
            FilterError: the filter is malformed.
        """
        return [to_document(hit.payload) for hit in self._scroll(compile_filter(filters))]

    def write_documents(self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Write documents and return how many were; ``NONE`` means ``FAIL``.

        Raises:
            ValueError: it is not a list of documents, or one holds what cannot be kept.
            DuplicateDocumentError: an id exists already and the policy is ``FAIL``; nothing was written.
        """
        if not isinstance(documents, list) or not all(isinstance(each, Document) for each in documents):
            raise InputError("Give a list of haystack Documents.")
        points = {point_id(each.id): to_point(each, dimension=self.dimension) for each in documents}
        with self._writer:
            engine = self._opened.get()
            if policy != DuplicatePolicy.OVERWRITE:
                existing = engine.retrieve(list(points))
                if policy != DuplicatePolicy.SKIP:
                    _refuse_duplicates(documents, existing)
                for hit in existing:
                    del points[hit.id]
            engine.upsert(list(points.values()))
        return len(points)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete documents by their ids; unknown ones do nothing."""
        with self._writer:
            self._opened.get().delete([point_id(each) for each in document_ids])

    def count_documents_by_filter(self, filters: dict[str, Any]) -> int:
        """How many documents match."""
        return self._count(compile_filter(filters))

    def get_metadata_fields_info(self) -> dict[str, dict[str, str]]:
        """The metadata fields that occur, each with its type: keyword, int, float or boolean."""
        types: dict[str, dict[str, str]] = {}
        for hit in self._scroll(EVERYTHING, ("id", "meta", "types")):
            meta = to_document(hit.payload).meta
            types |= {name: {"type": _type(value)} for name, value in meta.items() if value is not None}
        return types

    def _count(self, condition: Filter) -> int:
        with self._lock.reading():
            return self._opened.get().count(joined(visible(self.groups), condition))

    def _scroll(self, condition: Filter, fields: Sequence[str] | None = None) -> list[Hit]:
        with self._lock.reading():
            return list(self._opened.get().scroll(joined(visible(self.groups), condition), fields))


def _refuse_duplicates(documents: Sequence[Document], existing: Sequence[Hit]) -> None:
    ids = [each.id for each in documents]
    repeated = {each for each in ids if ids.count(each) > 1} if len(set(ids)) < len(ids) else set()
    known = sorted(repeated | {hit.payload["id"] for hit in existing})
    if known:
        raise DuplicateDocumentError(f"Documents with these ids exist already: {', '.join(known)}")


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int"
    return "float" if isinstance(value, float) else "keyword"
