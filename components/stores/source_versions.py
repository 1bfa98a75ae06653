"""Versions of sources in the document store: staged, made live at one blow, or discarded; regardless of groups."""

from collections.abc import Collection, Sequence

from haystack import Document

from components.errors import InputError
from components.passages import indexed_text
from components.stores.catalogue.tally import PassageTally
from components.stores.checksums import passages_checksum, point_checksum
from components.stores.engine.protocol import Filter
from components.stores.held_index import HeldIndex
from components.stores.points import point_id, to_document, to_point
from components.stores.visibility import IS_STAGED, STATE, joined

LIVE: Filter = {"must_not": [IS_STAGED]}
"""Holds for passages that searches see."""


class SourceVersions(HeldIndex):
    """The methods of a document store for whoever maintains the index."""

    def stage(self, documents: Sequence[Document]) -> None:
        """Write passages of a new version of their source, invisible until :meth:`commit`.

        Their ``meta`` names ``source_id`` and ``version``, their ids the version as well. Passages that are
        there already, staged or live, are left as they are, so that an interrupted call can be repeated.
        """
        for each in documents:
            if not {"source_id", "version"} <= each.meta.keys():
                raise InputError(f"Document {each.id!r} has no 'source_id' and 'version' in its meta.")
        points = {point_id(each.id): to_point(each, dimension=self.dimension, staged=True) for each in documents}
        with self._writer:
            engine = self._opened.get()
            for hit in engine.retrieve(list(points)):
                if not hit.payload.get(STATE):
                    del points[hit.id]
            engine.upsert(list(points.values()))

    def checksum(self, source_id: str, version: str) -> str:
        """Of the passages of a version and their vectors, staged or live, as they can be read back."""
        condition = joined(_equals("source_id", source_id), _equals("version", version))
        with self._lock.reading():
            points = self._opened.get().points(condition)
            return passages_checksum((each.id, point_checksum(each)) for each in points)

    def commit(self, source_id: str, version: str) -> None:
        """Make a staged version live and delete every other one; a search sees the one or the other.

        A second call does nothing. A version of which nothing was staged leaves the source without passages.
        """
        source = _equals("source_id", source_id)
        this = _equals("version", version)
        with self._writer, self._lock.writing():
            engine = self._opened.get()
            engine.delete(self._ids(joined(source, {"must_not": [this]})))
            engine.delete_payload(self._ids(joined(source, this, IS_STAGED)), [STATE])

    def discard(self, source_id: str, version: str) -> None:
        """Delete what was staged of a version; live passages stay."""
        with self._writer:
            staged = joined(_equals("source_id", source_id), _equals("version", version), IS_STAGED)
            self._opened.get().delete(self._ids(staged))

    def remove_source(self, source_id: str) -> None:
        """Delete every passage of a source, staged or live; a search sees all of them or none."""
        with self._writer, self._lock.writing():
            self._opened.get().delete(self._ids(_equals("source_id", source_id)))

    def tallies(self, source_ids: Collection[str]) -> dict[str, PassageTally]:
        """What the live passages of these sources are, by source id; it takes a look at all that there are."""
        found = {source_id: PassageTally() for source_id in source_ids}
        with self._lock.reading():
            for hit in self._opened.get().scroll(LIVE, ("meta", "content")):
                passage = Document(content=hit.payload.get("content"), meta=hit.payload["meta"])
                if (source_id := passage.meta.get("source_id")) in found:
                    found[source_id].add(passage.meta, indexed_text(passage))
        return found

    def passages(self, source_id: str) -> list[Document]:
        """The live passages of a source in the order of its text."""
        with self._lock.reading():
            found = list(self._opened.get().scroll(joined(_equals("source_id", source_id), LIVE)))
        documents = [to_document(hit.payload) for hit in found]
        return sorted(documents, key=lambda each: (each.meta.get("start", 0), each.meta.get("end", 0), each.id))


def _equals(field: str, value: str) -> Filter:
    return {"key": f"meta.{field}", "match": {"value": value}}
