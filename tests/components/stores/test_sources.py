"""Sources are replaced and removed as a whole, also when calls are repeated or searches run meanwhile."""

import threading

import pytest
from haystack import Document
from haystack.dataclasses import SparseEmbedding

from components.errors import InputError

HERE = [1.0] + [0.0] * 767
WORD = SparseEmbedding([7], [1.0])


def passages(source, version, number=3, **meta):
    return [
        Document(
            id=f"{source} {version} {i}",
            content=f"{version} {i}",
            embedding=HERE,
            sparse_embedding=WORD,
            meta={"source_id": source, "version": version, "start": i, "end": i + 1, **meta},
        )
        for i in range(number)
    ]


def live(store):
    return sorted(each.id for each in store.filter_documents())


def publish(store, source, version, number=3):
    store.stage(passages(source, version, number))
    store.commit(source, version)


def test_staged_passages_are_invisible_everywhere(document_store):
    document_store.stage(passages("s", "1", 3, kind="a"))
    found = document_store.search(HERE, WORD, limit=9)
    assert found.dense == found.lexical == []
    assert document_store.count_documents() == document_store.count_passages() == 0
    assert document_store.filter_documents() == document_store.passages("s") == []
    assert document_store.get_metadata_fields_info() == {}
    document_store.commit("s", "1")
    assert live(document_store) == ["s 1 0", "s 1 1", "s 1 2"]
    assert document_store.passages("s")[0].meta == passages("s", "1", kind="a")[0].meta


def test_a_commit_replaces_all_of_the_old_version_and_nothing_else(document_store):
    publish(document_store, "s", "1", 3)
    publish(document_store, "t", "1", 1)
    document_store.stage(passages("s", "2", 2))
    assert live(document_store) == ["s 1 0", "s 1 1", "s 1 2", "t 1 0"]
    document_store.commit("s", "2")
    assert live(document_store) == ["s 2 0", "s 2 1", "t 1 0"]
    assert [each.id for each in document_store.passages("s")] == ["s 2 0", "s 2 1"]


def test_every_call_may_be_repeated(document_store):
    publish(document_store, "s", "1")
    for _ in range(2):
        document_store.stage(passages("s", "2"))
    for _ in range(2):
        document_store.commit("s", "2")
    document_store.stage(passages("s", "2"))
    document_store.discard("s", "2")
    assert live(document_store) == ["s 2 0", "s 2 1", "s 2 2"]
    for _ in range(2):
        document_store.remove_source("s")
        document_store.discard("s", "2")
    assert live(document_store) == []


def test_what_was_staged_in_part_can_be_discarded_or_staged_again(document_store):
    publish(document_store, "s", "1", 1)
    document_store.stage(passages("s", "2", 3)[:1])
    document_store.discard("s", "2")
    document_store.commit("s", "1")
    assert live(document_store) == ["s 1 0"]
    document_store.stage(passages("s", "2", 3)[:2])
    publish(document_store, "s", "2", 3)
    assert live(document_store) == ["s 2 0", "s 2 1", "s 2 2"]


def test_a_commit_drops_what_another_version_left_staged(document_store):
    document_store.stage(passages("s", "2"))
    publish(document_store, "s", "3", 1)
    document_store.commit("s", "2")  # nothing of it is left: the source has no passages now
    assert live(document_store) == []


def test_a_source_without_passages(document_store):
    publish(document_store, "s", "1")
    document_store.stage([])
    document_store.commit("s", "2")
    assert live(document_store) == []
    document_store.remove_source("unknown")


def test_staging_needs_a_source_and_a_version(document_store):
    with pytest.raises(InputError, match="version"):
        document_store.stage([Document(content="x", meta={"source_id": "s"})])


def test_removing_spares_no_group_and_no_staged_passage(document_store):
    document_store.stage(passages("s", "1", groups=["board"]))
    document_store.commit("s", "1")
    document_store.stage(passages("s", "2"))
    document_store.remove_source("s")
    document_store.commit("s", "2")
    assert document_store.count_passages() == 0


def test_a_search_during_replacements_sees_one_version_whole(document_store):
    number = 12
    publish(document_store, "s", "0", number)
    stop = threading.Event()
    problems: list[str] = []

    def search():
        while not stop.is_set():
            found = document_store.search(HERE, WORD, limit=50)
            seen = [[each.meta["version"] for each in side] for side in (found.dense, found.lexical)]
            seen.append([each.meta["version"] for each in document_store.filter_documents()])
            if any(len(set(side)) != 1 or len(side) != number for side in seen) or seen[0] != seen[1]:
                problems.append(str(seen))
                return

    def replace():
        for version in range(1, 25):
            publish(document_store, "s", str(version), number)
        stop.set()

    threads = [threading.Thread(target=search) for _ in range(3)] + [threading.Thread(target=replace)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    stop.set()
    assert problems == []
    assert live(document_store) == sorted(f"s 24 {i}" for i in range(number))
