"""Who may know of which source, its passages and fields: the same by indexed queries as by looking at every passage."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from components.stores.catalogue.records import SourceInfo, SourceRecord
from components.stores.catalogue.sources import CATALOGUE_FILE, Catalogue, Rebuilt
from components.stores.catalogue.tally import PassageTally
from components.stores.catalogue.visible import Holdings, SourceQuery
from tests.components.stores.test_catalogue import put, record

GROUPS = ("public", "staff", "board", "sales", "légal", "long" * 200)
CALLERS = [(), ("staff",), ("board", "sales"), GROUPS, ("nobody",), ("légal", "long" * 200)]
Passages = list[tuple[frozenset[str], str]]
"""Of each the groups, and a field of its own."""


def drawn(draw: random.Random, number: int) -> tuple[SourceRecord, Passages]:
    """A source whose passages are all for its own groups, or each for some."""
    groups = frozenset(draw.sample(GROUPS, draw.randint(1, 3)))
    passages: Passages = []
    for _ in range(draw.randint(1, 4)):
        readers = groups if draw.random() < 0.7 else frozenset(draw.sample(GROUPS, draw.randint(1, 2)))
        passages.append((readers, f"field {draw.randrange(8)}"))
    tally = PassageTally()
    for readers, field in passages:
        tally.add({"groups": sorted(readers), field: 1, "empty": None})
    name = draw.choice(("Straße", "b", "A", "x" * 400)) + f" {draw.randrange(3)}"
    made = record(f"{number}.md", version=f"v{draw.randrange(10**6)}")
    info = replace(
        made.info,
        source=name,
        title=draw.choice((None, "Grüße an ALLE", "50 % of_it")),
        tags=tuple(draw.sample(("a", "b", "c" * 500), draw.randint(0, 3))),
        groups=tuple(sorted(groups)),
        passages=len(passages),
        language=draw.choice(("en", "de")),
    )
    return replace(made, info=info, passage_groups=tally.by_groups()), passages


def expected(truth: dict[str, tuple[SourceInfo, Passages]], caller: tuple[str, ...]) -> list[SourceInfo]:
    theirs = {"public", *caller}
    found = []
    for info, passages in truth.values():
        seen = sum(not theirs.isdisjoint(readers) for readers, _ in passages)
        if seen and not theirs.isdisjoint(info.groups):
            found.append(replace(info, passages=seen))
    return sorted(found, key=lambda info: (info.source[:300], info.source_id))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue(tmp_path / CATALOGUE_FILE) as opened:
        yield opened


def test_queries_give_what_looking_at_everything_gives_after_every_change(catalogue: Catalogue) -> None:
    compare_with_everything(catalogue, 12)


def compare_with_everything(catalogue: Catalogue, steps: int) -> None:
    draw, truth = random.Random(7), {}
    for step in range(steps):
        batch = [drawn(draw, number) for number in draw.sample(range(25), 6)]
        put(catalogue, *(made for made, _ in batch))
        truth |= {made.info.source_id: (made.info, passages) for made, passages in batch}
        gone = draw.sample(sorted(truth), 2)
        catalogue.begin_removal(gone)
        catalogue.finish(gone)
        for source_id in gone:
            del truth[source_id]
        for caller in CALLERS:
            check(catalogue, truth, caller, draw)
        assert len(truth) > step
    assert catalogue.unlisted() == set()
    # Of what is gone, nothing stays.
    catalogue.begin_removal(sorted(truth))
    catalogue.finish(sorted(truth))
    with catalogue._database.reading() as session:
        for table in ("listing", "source_groups", "source_tags", "access_groups", "fields"):
            assert session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def check(
    catalogue: Catalogue, truth: dict[str, tuple[SourceInfo, Passages]], caller: tuple[str, ...], draw: random.Random
) -> None:
    seen, wanted = catalogue.seen_by(caller), expected(truth, caller)
    page = seen.page(SourceQuery(limit=1000))
    assert (page.total, list(page.sources)) == (len(wanted), wanted)
    offset = draw.randrange(5)
    part = seen.page(SourceQuery(limit=3, offset=offset))
    assert (part.total, list(part.sources)) == (len(wanted), wanted[offset : offset + 3])
    for contains in ("STRASSE", "grüsse", "% OF_", "b 1", "%"):
        folded = contains.casefold()
        fitting = [each for each in wanted if folded in f"{each.source}\n{each.title or ''}".casefold()]
        assert list(seen.page(SourceQuery(contains=contains)).sources) == fitting
    tags = tuple(draw.sample(("a", "b", "c" * 500), 2))
    assert list(seen.page(SourceQuery(tags=tags)).sources) == [each for each in wanted if {*tags} <= {*each.tags}]
    named = [each for each in wanted if each.source == "b 1"]
    assert list(seen.page(SourceQuery(name="b 1")).sources) == named == sorted(seen.find("b 1"), key=wanted.index)
    ids = {each.source_id for each in wanted}
    assert seen.among([*truth, "unknown"]) == ids
    for source_id in [*draw.sample(sorted(truth), 3), "unknown"]:
        found = seen.source(source_id)
        assert (None if found is None else found.source_id) == (source_id if source_id in ids else None)
    languages = frozenset(each.language for each in wanted)
    assert seen.holdings() == Holdings(len(wanted), sum(each.passages for each in wanted), languages)
    theirs = {"public", *caller}
    readable = {share for made, passages in truth.values() for share in passages if not theirs.isdisjoint(share[0])}
    # All fields of the passages of a source that are for the same groups are known together.
    assert {field for _, field in readable} | {"groups"} == seen.fields() or not readable
    assert set(seen.names_near("b 1")) <= {each.source for each in wanted}


def test_without_groups_all_is_there(catalogue: Catalogue) -> None:
    made = [drawn(random.Random(number), number)[0] for number in range(5)]
    put(catalogue, *made)
    everyone = catalogue.seen_by(None)
    assert {info.source_id for info in everyone.page(SourceQuery()).sources} == catalogue.source_ids()
    assert everyone.holdings().passages == catalogue.count()[1]
    assert everyone.among(catalogue.source_ids()) == catalogue.source_ids()


def test_what_nobody_has_told_of_is_nobodys_until_the_index_has(catalogue: Catalogue) -> None:
    made, _ = drawn(random.Random(1), 1)
    put(catalogue, replace(made, passage_groups=None))
    assert catalogue.unlisted() == {made.info.source_id}
    assert catalogue.seen_by(GROUPS).page(SourceQuery()).total == 0
    assert made.passage_groups is not None
    catalogue.enlist({made.info.source_id: made.passage_groups, "gone": ()})
    assert catalogue.unlisted() == set()
    assert catalogue.seen_by(GROUPS).page(SourceQuery()).total == 1


def test_a_rebuild_changes_who_sees_what(catalogue: Catalogue) -> None:
    tally = PassageTally()
    tally.add({"groups": ["board"]})
    put(catalogue, replace(record(), passage_groups=tally.by_groups()))
    for passages, seen in ((tally.by_groups(), {(): 0, ("board",): 1}), ((), {(): 0, ("board",): 0})):
        catalogue.note_rebuilt({"id-a.md": Rebuilt("v2", len(passages), ("en",), "", passages)}, {})
        catalogue.adopt_rebuilt()
        for caller, count in seen.items():
            assert catalogue.seen_by(caller).page(SourceQuery()).total == count
        assert catalogue.unlisted() == set()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM source_groups",
        "DELETE FROM access_groups WHERE group_key = 'staff'",
        "DELETE FROM fields",
        "DELETE FROM source_tags",
        "UPDATE listing SET mixed = 1 - mixed",
        "UPDATE listing SET passages = passages + 1",
        "UPDATE access_groups SET group_key = 'board'",
    ],
)
def test_what_is_looked_up_and_not_what_was_written_is_told(catalogue: Catalogue, statement: str) -> None:
    tally = PassageTally()
    for _ in range(3):
        tally.add({"groups": ["staff"], "price": 1})
    made = record()
    put(
        catalogue,
        replace(made, info=replace(made.info, groups=("staff",), tags=("x",)), passage_groups=tally.by_groups()),
    )
    passages = {"id-a.md": tally.by_groups()}
    assert catalogue.misfiled(passages) == []
    with catalogue._database.writing() as session:
        session.connection().exec_driver_sql(statement)
    assert catalogue.misfiled(passages) == ["docs/a.md"]
