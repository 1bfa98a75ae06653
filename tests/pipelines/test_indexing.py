import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from haystack import Document, component, default_from_dict
from haystack.core.serialization import component_to_dict

from components.embedders.bm25 import question_vector
from components.errors import InputError, ModelError, StoreError
from components.stores.documents import QuaereDocumentStore
from pipelines.batches import PART_PASSAGES
from pipelines.indexing import IndexProgress
from pipelines.indexing_pipeline import ALLOWED_MODULES, IndexingPipelines
from pipelines.timing import stage_seconds
from tests.pipelines.indexing_parts import Index, make_pipelines, passages, prose, snapshot, write


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    write(folder, "a.md", f"# Alpha\n\n{prose('alpha')}\n\n## Codes\n\nError E-1047 stops the alpha pump.\n")
    write(folder, "b.txt", prose("beta"))
    write(folder, "faq.jsonl", '{"question": "Who made it?", "answer": "Goethe did.", "url": "http://x/1"}\n')
    return folder


@pytest.fixture
def index(tmp_path):
    with Index(tmp_path / "data") as opened:
        yield opened


def settle_clock(*paths: Path) -> None:
    """Make files older than what a coarse clock could hide."""
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            os.utime(file, ns=(time.time_ns() - 60 * 10**9,) * 2)


def test_files_become_passages_that_slice_their_source(index, docs):
    report = index.indexer.index([str(docs)])
    assert (report.files, report.indexed, report.unchanged, report.removed) == (3, 3, 0, 0)
    assert report.failures == ()
    found = passages(index)
    assert report.passages == len(found) == index.catalogue.count()[1] > 5
    assert report.generation == index.catalogue.generation() == 3
    for each in found:
        text = index.catalogue.text(each.meta["source_id"])
        assert each.content == text.text[each.meta["start"] : each.meta["end"]]
        assert each.meta["version"] == text.version
        assert each.meta["groups"] == ["public"]
        assert "boxes" not in each.meta
    assert [each.meta["url"] for each in found if each.meta["kind"] == "faq"] == ["http://x/1"]
    assert index.store.search_lexical(question_vector("E-1047"), limit=1)[0].meta["title"] == "Alpha"


def test_what_is_unchanged_is_neither_read_nor_written(index, docs):
    settle_clock(docs)
    index.indexer.index([str(docs)])
    before = snapshot(index)
    for file in docs.iterdir():
        # Size and time prove it unchanged, so that its content is not looked at.
        status = file.stat()
        file.write_bytes(bytes(status.st_size))
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = index.indexer.index([str(docs)])
    assert (report.indexed, report.unchanged, report.passages, report.generation) == (0, 3, 0, 3)
    assert snapshot(index) == before


def test_a_change_within_the_clocks_resolution_is_seen(index, docs):
    file = docs / "b.txt"
    index.indexer.index([str(docs)])
    status = file.stat()
    file.write_text(prose("beta").replace("beta", "zeta"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert index.indexer.index([str(docs)]).indexed == 1
    assert "zeta" in index.catalogue.text(index.catalogue.seen_by(None).find(str(file))[0].source_id).text


def test_a_touched_file_is_hashed_once(index, docs):
    index.indexer.index([str(docs)])
    settle_clock(docs)
    assert index.indexer.index([str(docs)]).unchanged == 3
    states = {state.mtime_ns for _, state in index.catalogue.states().values()}
    assert states == {file.stat().st_mtime_ns for file in docs.iterdir()}


def test_a_changed_file_is_replaced_as_a_whole(index, docs):
    index.indexer.index([str(docs)])
    write(docs, "b.txt", prose("changed", 4))
    report = index.indexer.index([str(docs)])
    assert (report.indexed, report.unchanged, report.generation) == (1, 2, 4)
    of_b = [each for each in passages(index) if each.meta["source"].endswith("b.txt")]
    assert of_b
    assert all("changed" in each.content for each in of_b)
    assert len({each.meta["version"] for each in of_b}) == 1


def test_incremental_runs_end_in_the_index_of_a_fresh_one(index, docs, tmp_path):
    index.indexer.index([str(docs)])
    write(docs, "b.txt", prose("changed", 4))
    write(docs, "new/c.md", "# New\n\nA new page about filters.\n")
    (docs / "faq.jsonl").unlink()
    index.indexer.index([str(docs)], prune=True)
    with Index(tmp_path / "fresh") as fresh:
        fresh.indexer.index([str(docs)])
        assert snapshot(index) == snapshot(fresh)


def test_a_change_of_metadata_alone_makes_a_new_version(index, docs):
    settle_clock(docs)
    index.indexer.index([str(docs)])
    write(docs, "quaere.meta.toml", '["*.txt"]\ngroups = ["staff"]\n')
    report = index.indexer.index([str(docs)])
    assert (report.indexed, report.unchanged) == (1, 2)
    assert not [each for each in passages(index) if each.meta["source"].endswith("b.txt")]
    assert index.catalogue.seen_by(None).find(str(docs / "b.txt"))[0].groups == ("staff",)
    report = index.indexer.index([str(docs)], meta={"groups": "public", "team": "blue"})
    assert report.indexed == 3
    assert {each.meta["team"] for each in passages(index)} == {"blue"}


def test_another_way_of_splitting_makes_new_versions(docs, tmp_path):
    settle_clock(docs)
    with Index(tmp_path / "data") as index:
        index.indexer.index([str(docs)])
    with Index(tmp_path / "data", splitting="20 words", passage_tokens=20) as index:
        assert index.indexer.index([str(docs)]).indexed == 3


def test_bad_files_never_stop_a_run(index, docs):
    write(docs, "empty.txt", "")
    write(docs, "broken.json", '{"a": [')
    (docs / "fake.pdf").write_bytes(b"MZ\x00\x01 not a pdf at all" * 10)
    (docs / "huge.txt").write_bytes(b"x" * ((1 << 20) + 1))
    write(docs, "odd.xyz", "unknown")
    (docs / "folder.pdf").mkdir()
    os.mkfifo(docs / "pipe.txt")
    report = index.indexer.index([str(docs)])
    assert report.indexed == 3
    reasons = {Path(failure.path).name: (failure.reason, failure.skipped) for failure in report.failures}
    assert reasons["empty.txt"] == ("is empty", True)
    assert "over the limit" in reasons["huge.txt"][0]
    assert reasons["odd.xyz"][1]
    assert {"broken.json", "fake.pdf", "pipe.txt"} < reasons.keys()
    assert "folder.pdf" not in reasons
    assert index.catalogue.journal() == []


def test_a_failing_file_keeps_its_old_version(index, docs):
    index.indexer.index([str(docs)])
    before = snapshot(index)
    write(docs, "b.txt", "")
    report = index.indexer.index([str(docs)])
    assert [(Path(failure.path).name, failure.skipped) for failure in report.failures] == [("b.txt", False)]
    assert snapshot(index) == before


def test_bad_metadata_of_one_folder_fails_its_files_only(index, docs):
    write(docs, "sub/c.txt", prose("gamma"))
    write(docs, "sub/quaere.meta.toml", "not toml at all [")
    report = index.indexer.index([str(docs)])
    assert report.indexed == 3
    assert "TOML" in report.failures[0].reason
    with pytest.raises(InputError, match="--meta"):
        index.indexer.index([str(docs)], meta={"source": "mine"})


@component
class Nothing:
    """Makes no passage of anything."""

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]):
        return {"documents": []}


def test_a_file_without_passages_is_skipped_with_a_reason(index, docs):
    index.indexer.index([str(docs / "a.md")])
    before = snapshot(index)
    index.indexer.pipelines = with_stage(index, "splitter", Nothing())
    write(docs, "a.md", "# Other\n\nOther words.\n")
    report = index.indexer.index([str(docs)])
    assert report.indexed == 0
    assert {(failure.reason, failure.skipped) for failure in report.failures} == {("gives no passage", True)}
    assert len(report.failures) == 3
    assert snapshot(index) == before


def with_stage(index: Index, name: str, stage: object) -> IndexingPipelines:
    """The index's pipelines with one stage exchanged."""
    template = index.indexer.pipelines
    stages = {"loader": template.reading.get_component("loader")}
    stages |= {each: template.indexing.get_component(each) for each in ("splitter", "embedder", "lexical")}
    stages = {each: stage if each == name else component_from_dict(stages[each]) for each in stages}
    return IndexingPipelines.build(**stages)


def component_from_dict(original: object) -> object:
    return default_from_dict(type(original), component_to_dict(original, "stage"))


@component
class FailsAtBeta:
    """Fails at a text that holds the word beta, and passes on others as one passage."""

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]):
        if any("beta" in each.content for each in documents):
            raise ZeroDivisionError("beta")
        return {
            "documents": [
                replace(each, meta=each.meta | {"start": 0, "end": 1, "blocks": None}, id=each.meta["version"])
                for each in documents
            ]
        }


def test_one_text_that_cannot_be_split_fails_alone(index, docs):
    index.indexer.pipelines = with_stage(index, "splitter", FailsAtBeta())
    report = index.indexer.index([str(docs)])
    assert report.indexed == 2
    assert [(Path(failure.path).name, failure.skipped) for failure in report.failures] == [("b.txt", False)]
    assert "ZeroDivisionError: beta" in report.failures[0].reason
    assert index.catalogue.journal() == []


def test_a_failing_model_stops_the_run_and_leaves_nothing_half_way(index, docs):
    index.indexer.pipelines = with_stage(index, "embedder", FailsAtBeta())
    with pytest.raises(ModelError, match="'embedder' failed"):
        index.indexer.index([str(docs)])
    assert index.catalogue.journal() == []
    assert index.store.count_documents() == 0


def test_the_same_file_given_twice_is_indexed_once(index, docs, monkeypatch):
    monkeypatch.chdir(docs.parent)
    report = index.indexer.index(["docs/b.txt", str(docs / "b.txt"), "docs/../docs/*.txt", "docs/b.txt"])
    assert (report.files, report.indexed) == (1, 1)
    assert len(index.catalogue.sources()) == 1


def test_a_file_may_go_between_discovery_and_reading(index, docs):
    write(docs, "c.txt", prose("gamma"))

    def delete(progress: IndexProgress) -> None:
        (docs / "c.txt").unlink(missing_ok=True)

    write(docs, "a.md", "")  # fails first, which reports progress before c.txt is read
    report = index.indexer.index([str(docs)], on_progress=delete)
    assert {Path(failure.path).name: failure.reason for failure in report.failures}["c.txt"] == "does not exist"
    assert report.indexed == 2


def test_a_file_that_changes_while_it_is_read_is_read_again_or_refused(index, docs):
    loader = index.indexer.pipelines.reading.get_component("loader")
    reads = []

    @component
    class ChangesItsFile:
        """Loads as ever; then the file is written to."""

        def __init__(self, times: int) -> None:
            self.times = times

        @component.output_types(documents=list[Document], failures=list)
        def run(self, sources: list[str]):
            loaded = loader.run(sources=sources)
            if sources and len(reads) < self.times:
                reads.append(sources[0])
                Path(sources[0]).write_text(prose(f"round{len(reads)}"), encoding="utf-8")
            return loaded

    index.indexer.pipelines = with_stage(index, "loader", ChangesItsFile(1))
    assert index.indexer.index([str(docs / "b.txt")]).indexed == 1
    assert all("round1" in each.content for each in passages(index))
    reads.clear()
    write(docs, "b.txt", prose("again"))
    index.indexer.pipelines = with_stage(index, "loader", ChangesItsFile(99))
    report = index.indexer.index([str(docs / "b.txt")])
    assert "changes while it is being read" in report.failures[0].reason
    assert all("round1" in each.content for each in passages(index))


def test_prune_removes_what_is_gone_below_the_paths_only(index, docs, tmp_path):
    other = write(tmp_path / "other", "o.txt", prose("omega"))
    write(docs, "sub/c.txt", prose("gamma"))
    write(docs, "sub2/d.txt", prose("delta"))
    index.indexer.index([str(docs), str(other)])
    other.unlink()
    shutil.rmtree(docs / "sub")
    (docs / "b.txt").unlink()
    report = index.indexer.index([str(docs)])
    assert report.removed == 0
    report = index.indexer.index([str(docs)], prune=True)
    assert report.removed == 2
    left = [Path(info.path).name for info in index.catalogue.sources()]
    assert sorted(left) == ["a.md", "d.txt", "faq.jsonl", "o.txt"]
    assert {Path(each.meta["source"]).name for each in passages(index)} == set(left)
    # A file and a glob that name nothing but what is gone are pruned, a missing folder is refused.
    assert index.indexer.index([str(other)], prune=True).removed == 1
    (docs / "faq.jsonl").unlink()
    assert index.indexer.index([str(docs / "*.jsonl")], prune=True).removed == 1
    shutil.rmtree(docs / "sub2")
    with pytest.raises(InputError, match="no such file or folder"):
        index.indexer.index([str(docs / "sub2")], prune=True)


def test_delete_removes_sources_and_ignores_unknown_ones(index, docs):
    index.indexer.index([str(docs)])
    first = index.catalogue.sources()[0]
    assert index.indexer.delete([first.source_id, first.source_id, "unknown"]) == 1
    assert first.source not in {each.meta["source"] for each in passages(index)}
    assert index.catalogue.generation() == 4
    assert index.indexer.delete([]) == 0


def test_progress_tells_files_and_bytes(index, docs):
    told: list[IndexProgress] = []
    report = index.indexer.index([str(docs)], on_progress=told.append)
    assert told[-1].stage == "done"
    assert told[-1].done_files == told[-1].total_files == 3
    assert told[-1].done_bytes == told[-1].total_bytes == sum(file.stat().st_size for file in docs.iterdir())
    assert told[-1].passages == report.passages
    assert [each.done_files for each in told] == sorted(each.done_files for each in told)


@pytest.mark.parametrize("stage", ["comparing", "embedding", "done"])
def test_an_interrupt_leaves_a_consistent_state(index, docs, stage, tmp_path):
    index.indexer.index([str(docs / "a.md")])

    def interrupt(progress: IndexProgress) -> None:
        if progress.stage == stage:
            raise KeyboardInterrupt

    write(docs, "a.md", prose("changed"))
    write(docs, "0.txt", "")
    with pytest.raises(KeyboardInterrupt):
        index.indexer.index([str(docs)], on_progress=interrupt)
    assert index.catalogue.journal() == []
    assert index.store.count_passages() == index.catalogue.count()[1]
    index.indexer.index([str(docs)])
    with Index(tmp_path / "fresh") as fresh:
        fresh.indexer.index([str(docs)])
        assert snapshot(index) == snapshot(fresh)


class FullStore(QuaereDocumentStore):
    """A store whose disk is full whenever ``full`` is set."""

    full = False

    def stage(self, documents):
        if self.full:
            super().stage(documents[:1])
            raise StoreError("the disk is full")
        super().stage(documents)


def test_a_full_disk_stops_the_run_and_what_was_there_stays(docs, tmp_path):
    with Index(tmp_path / "data", store=FullStore) as index:
        index.indexer.index([str(docs)])
        before = snapshot(index)
        write(docs, "b.txt", prose("changed"))
        index.store.full = True
        with pytest.raises(StoreError, match="disk is full"):
            index.indexer.index([str(docs)])
        index.store.full = False
        assert snapshot(index) == before
        assert index.indexer.index([str(docs)]).indexed == 1


def test_a_large_file_comes_in_parts_but_at_one_blow(index, tmp_path):
    rows = [
        json.dumps({"question": f"What is part {n}?", "answer": f"It is {n}."}) for n in range(2 * PART_PASSAGES + 3)
    ]
    file = write(tmp_path, "large.jsonl", "\n".join(rows))
    seen = []

    def look(progress: IndexProgress) -> None:
        if progress.stage == "embedding":
            seen.append(index.store.count_documents())

    report = index.indexer.index([str(file)], on_progress=look)
    assert report.passages == len(rows) == len(passages(index))
    assert set(seen) == {0, len(rows)}
    assert len(seen) == 4


def many_files(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.txt").write_text(f"Part {number} is a small part of the alpha pump.")


def check_many(index: Index, folder: Path, count: int) -> None:
    assert index.indexer.index([str(folder)]).indexed == count
    assert index.store.count_documents() == count
    report = index.indexer.index([str(folder)])
    assert (report.unchanged, report.indexed, report.generation) == (count, 0, count)


def test_five_hundred_small_files(index, tmp_path):
    many_files(tmp_path / "many", 500)
    check_many(index, tmp_path / "many", 500)


@pytest.mark.slow
def test_ten_thousand_small_files(index, tmp_path):
    many_files(tmp_path / "many", 10_000)
    check_many(index, tmp_path / "many", 10_000)


def test_no_files_at_all(index, tmp_path):
    (tmp_path / "empty").mkdir()
    report = index.indexer.index([str(tmp_path / "empty")])
    assert (report.files, report.indexed, report.generation) == (0, 0, 0)
    with pytest.raises(InputError):
        index.indexer.index([str(tmp_path / "missing")])


def test_the_pipelines_are_written_and_loaded_back(docs, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.indexing_pipeline.ALLOWED_MODULES", [*ALLOWED_MODULES, "tests.*"])
    pipelines = make_pipelines(tmp_path / "tokenizer")
    loaded = IndexingPipelines.load(pipelines.dump())
    for one, other in ((loaded.reading, pipelines.reading), (loaded.indexing, pipelines.indexing)):
        assert one.to_dict()["components"] == other.to_dict()["components"]
        assert sorted(map(str, one.to_dict()["connections"])) == sorted(map(str, other.to_dict()["connections"]))
    document = loaded.planned(loaded.read(str(docs / "a.md"), {"source_id": "1", "version": "2"}).document)
    made = loaded.passages([document])
    assert made
    for each in made:
        assert {"start", "end"} <= each.meta.keys()
        assert each.embedding is not None
        assert each.sparse_embedding is not None
    assert loaded.passages([]) == []


def test_indexing_runs_the_stages_that_are_drawn(index, docs):
    with stage_seconds() as seconds:
        index.indexer.index([str(docs / "a.md")])
    pipelines = index.indexer.pipelines
    drawn = [*pipelines.reading.graph.nodes, *pipelines.indexing.graph.nodes]
    assert drawn == list(seconds) == ["loader", "planner", "splitter", "embedder", "lexical"]


def test_loading_a_definition_imports_only_our_packages(tmp_path):
    with pytest.raises(Exception, match=r"tests\.pipelines"):
        IndexingPipelines.load(make_pipelines(tmp_path / "tokenizer").dump())


def sandboxed(index: Index, **given) -> Index:
    """The index, with files that are read and split in processes of their own."""
    index.indexer.pipelines = make_pipelines(index.data.parent / "tokenizer", sandbox=True, **given)
    return index


def test_files_that_are_read_and_split_apart_give_the_same_index(index, docs, tmp_path):
    write(docs, "long.txt", "\n\n".join(prose(f"word{number}") for number in range(400)))
    index.indexer.index([str(docs)])
    with Index(tmp_path / "apart") as apart:
        report = sandboxed(apart).indexer.index([str(docs)])
        assert (report.indexed, report.failures) == (4, ())
        assert report.passages > 2 * PART_PASSAGES
        assert snapshot(apart) == snapshot(index)


def test_metadata_of_a_folder_decide_how_a_file_is_split(index, docs):
    write(docs, "quaere.meta.toml", '["b.txt"]\nlanguage = "de"\ntitle = "Betriebsanleitung"\n')
    sandboxed(index).indexer.index([str(docs / "b.txt")])
    assert {(each.meta["language"], each.meta["title"]) for each in passages(index)} == {("de", "Betriebsanleitung")}


ENDLESS = """
import components.preprocessors.dividing as dividing

def divide(path, parts, **how):
    while path.name == "endless.txt":
        pass
    return dividing.divide(path, parts, **how)
"""


def test_a_file_that_never_ends_is_named_while_it_is_read_and_the_others_go_on(index, docs, tmp_path, monkeypatch):
    write(tmp_path, "endless_split.py", ENDLESS)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("components.preprocessors.splitter._DIVIDE", "endless_split:divide")
    write(docs, "endless.txt", "A text.")
    told: list[IndexProgress] = []
    report = sandboxed(index, seconds=2).indexer.index([str(docs)], on_progress=told.append)
    assert report.indexed == 3
    assert [(Path(each.path).name, each.skipped) for each in report.failures] == [("endless.txt", False)]
    assert "took longer than 2 seconds to split" in report.failures[0].reason
    read = [Path(each.path).name for each in told if each.stage == "reading"]
    assert read == ["a.md", "b.txt", "endless.txt", "faq.jsonl"]


def test_a_file_without_text_is_a_note(index, docs):
    write(docs, "blank.md", " \n")
    write(docs, "header.csv", "a,b\n")
    report = sandboxed(index).indexer.index([str(docs)])
    notes = {Path(each.path).name: each.reason for each in report.failures if each.skipped}
    assert notes == {"blank.md": "holds no text", "header.csv": "holds a header but no row below it"}
    assert all(each.skipped for each in report.failures)


def test_names_that_are_no_text_are_indexed_under_printable_ones(index, docs, tmp_path):
    odd = os.fsencode(docs) + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(odd)).write_text(prose("espresso"), "utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    write(docs, r"caf\xe9.txt", prose("plain"))
    Path(os.fsdecode(os.fsencode(docs) + b"/\xff.md")).touch()
    told: list[IndexProgress] = []
    report = sandboxed(index).indexer.index([str(docs)], on_progress=told.append)
    assert report.indexed == 5
    assert [(each.path, each.skipped) for each in report.failures] == [(f"{docs}/\\xff.md", True)]
    json.dumps([replace(each).path for each in told], ensure_ascii=False).encode("utf-8")
    known = {info.source: info.source_id for info in index.catalogue.sources()}
    assert {f"{docs}/caf\\xe9.txt", f"{docs}/caf\\x5cxe9.txt"} < known.keys()
    # The same in the next run, by the printed name too, and gone when the file is.
    settle_clock(docs)
    assert index.indexer.index([str(docs)], prune=True).unchanged == 5
    assert index.indexer.index([f"{docs}/caf\\xe9.txt"]).unchanged == 1
    os.unlink(odd)
    assert index.indexer.index([str(docs)], prune=True).removed == 1
    assert f"{docs}/caf\\xe9.txt" not in {info.source for info in index.catalogue.sources()}


def test_links_out_of_a_folder_and_data_folders_stay_out_of_the_index(index, docs, tmp_path):
    (tmp_path / "outside").mkdir()
    write(tmp_path / "outside", "secret.txt", prose("secret"))
    (docs / "out").symlink_to(tmp_path / "outside")
    write(docs, "other/lock.json", "{}")
    write(docs, "other/lock", "")
    write(docs, "other/owner.txt", "token")
    write(docs, "mine/owner.txt", "token")
    report = index.indexer.index([str(docs)], apart=[docs / "mine"])
    assert report.indexed == 3
    reasons = {Path(each.path).name: each.reason for each in report.failures if each.skipped}
    assert "leads out of the folder" in reasons["out"]
    assert "data folder" in reasons["other"] and "data folder" in reasons["mine"]
    assert index.indexer.index([str(docs)], follow_links=True, apart=[docs / "mine"]).indexed == 1
