"""The words and acronyms of the documents: what is written of them, and what callers of some groups may know of them.

Every word is counted by the sources and by the set of groups that may see the passages in which it stands, in the
transaction that makes a source live or removes it: a word that stands only where others may read does not exist.
"""

import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from components.embedders.bm25 import question_vector
from components.query.vocabulary import bucket_of
from components.stores.catalogue.database import CatalogueDatabase
from components.stores.catalogue.listing import key_of, set_id_of
from components.stores.catalogue.records import PassageGroup
from components.stores.catalogue.tables import AccessGroupRow, AcronymRow, SourceWordsRow, WordRow
from components.stores.database.connection import chunks
from components.types import PUBLIC_GROUP

MOST_NEAR = 50_000
"""Words that are compared with one of a question, at most."""

_Key = tuple[str, ...]
"""Of a row: a word or an acronym with its long form, and the id of the set of groups."""


class VisibleWords:
    """The words and acronyms in passages that a caller may see.

    Args:
        database: open.
        groups: the caller's, beside the public one.
    """

    def __init__(self, database: CatalogueDatabase, groups: Iterable[str]) -> None:
        self._database = database
        keys = sorted({key_of(name) for name in (PUBLIC_GROUP, *groups)})
        self._seen = select(AccessGroupRow.set_id).where(AccessGroupRow.group_key.in_(keys))

    def share_stem(self, word: str, others: Collection[str], languages: Sequence[str] | None) -> bool:
        """Whether the search finds a word where one of the others stands."""
        own = set(question_vector(word, languages).indices)
        return any(not own.isdisjoint(question_vector(other, languages).indices) for other in others)

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """In how many sources each of these words stands, without those that stand in none."""
        found: dict[str, int] = {}
        with self._database.reading() as session:
            for chunk in chunks(sorted(words)):
                counted = (
                    select(WordRow.word, func.sum(WordRow.sources))
                    .where(WordRow.word.in_(chunk), WordRow.set_id.in_(self._seen))
                    .group_by(WordRow.word)
                )
                found |= {word: int(sources) for word, sources in session.execute(counted)}
        return found

    def in_buckets(self, buckets: Collection[str]) -> set[str]:
        """The words of these buckets; see :func:`components.query.vocabulary.bucket_of`."""
        # As one string: thousands of rows would take longer to fetch than to compare.
        wanted = (
            select(WordRow.word)
            .where(WordRow.bucket.in_(sorted(buckets)), WordRow.set_id.in_(self._seen))
            .limit(MOST_NEAR)
            .subquery()
        )
        with self._database.reading() as session:
            return set((session.scalar(select(func.aggregate_strings(wanted.c.word, " "))) or "").split())

    def acronyms(self, shorts: Collection[str], longs: Collection[str]) -> list[tuple[str, str]]:
        """The pairs whose acronym is one of the first or whose long form is one of the second, most frequent first."""
        found: Counter[tuple[str, str]] = Counter()
        with self._database.reading() as session:
            for column, values in ((AcronymRow.short, shorts), (AcronymRow.long, longs)):
                for chunk in chunks(sorted(values)):
                    rows = select(AcronymRow).where(column.in_(chunk), AcronymRow.set_id.in_(self._seen))
                    for row in session.scalars(rows):
                        found[row.short, row.long] += row.sources
        return sorted(found, key=lambda pair: (-found[pair], pair))


def learn(session: Session, sources: Mapping[str, Sequence[PassageGroup]]) -> None:
    """Count the words and acronyms of these sources, in the place of what was counted of them."""
    words, acronyms = _take_back(session, list(sources))
    rows = []
    for source_id, shares in sources.items():
        # Passages for the same groups share a row, whatever fields they have.
        for set_id, parts in _by_set(shares).items():
            own_words = sorted({word for part in parts for word in part.words})
            own_acronyms = sorted({pair for part in parts for pair in part.acronyms})
            words.update((word, set_id) for word in own_words)
            acronyms.update((*pair, set_id) for pair in own_acronyms)
            rows.append({"source_id": source_id, "set_id": set_id, "packed": _pack(own_words, own_acronyms)})
    if rows:
        session.execute(insert(SourceWordsRow), rows)
    _count(session, words, acronyms)


def forget(session: Session, source_ids: Sequence[str]) -> None:
    """Take back what was counted of these sources."""
    _count(session, *_take_back(session, source_ids))


def _by_set(shares: Iterable[PassageGroup]) -> dict[str, list[PassageGroup]]:
    found: dict[str, list[PassageGroup]] = {}
    for share in shares:
        found.setdefault(set_id_of(share.groups), []).append(share)
    return found


def _take_back(session: Session, source_ids: Sequence[str]) -> tuple[Counter[_Key], Counter[_Key]]:
    """Delete what is kept of sources, and give the counts with a minus that this makes."""
    words: Counter[_Key] = Counter()
    acronyms: Counter[_Key] = Counter()
    for chunk in chunks(source_ids):
        for row in session.scalars(select(SourceWordsRow).where(SourceWordsRow.source_id.in_(chunk))):
            own_words, own_acronyms = _unpack(row.packed)
            words.subtract((word, row.set_id) for word in own_words)
            acronyms.subtract((short, long, row.set_id) for short, long in own_acronyms)
        session.execute(delete(SourceWordsRow).where(SourceWordsRow.source_id.in_(chunk)))
    return words, acronyms


def _count(session: Session, words: Counter[_Key], acronyms: Counter[_Key]) -> None:
    """Add these counts to those that are kept; a row that nothing counts goes."""
    changed = [
        {"word": word, "set_id": set_id, "bucket": bucket_of(word), "sources": count}
        for (word, set_id), count in sorted(words.items())
        if count
    ]
    _add(session, WordRow, ("word", "set_id"), changed)
    changed = [
        {"short": short, "long": long, "set_id": set_id, "sources": count}
        for (short, long, set_id), count in sorted(acronyms.items())
        if count
    ]
    _add(session, AcronymRow, ("short", "long", "set_id"), changed)


def _add(
    session: Session, table: type[WordRow | AcronymRow], key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    adding: Any = dialect.insert(table)
    total = table.sources + adding.excluded.sources
    session.execute(adding.on_conflict_do_update(index_elements=list(key), set_={"sources": total}), rows)
    first = getattr(table, key[0])
    for chunk in chunks(sorted({row[key[0]] for row in rows if row["sources"] < 0})):
        session.execute(delete(table).where(first.in_(chunk), table.sources <= 0))


def _pack(words: Sequence[str], acronyms: Sequence[tuple[str, str]]) -> bytes:
    return zlib.compress(json.dumps([words, acronyms], ensure_ascii=False).encode())


def _unpack(packed: bytes) -> tuple[list[str], list[tuple[str, str]]]:
    words, acronyms = json.loads(zlib.decompress(packed))
    return words, [(short, long) for short, long in acronyms]
