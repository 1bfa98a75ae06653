import shutil

import pytest

from pipelines.pruning import ALWAYS_BELIEVED, is_believed
from pipelines.service import QAService
from tests.evaluation.data.writing import write
from tests.evaluation.small import small_settings


@pytest.mark.parametrize(
    ("gone", "known", "believed"),
    [
        (0, 0, True), (0, 5, True), (1, 3, True), (2, 3, True), (3, 3, False), (1, 1, True), (10, 11, True),
        (ALWAYS_BELIEVED + 1, 50, False), (11, 110, True), (11, 109, False), (100, 1000, True), (101, 1000, False),
    ],
)  # fmt: skip
def test_a_few_or_a_tenth_may_go_and_never_all(gone, known, believed):
    assert is_believed(gone, known) == believed


@pytest.fixture
def service(tmp_path, tiny_models):
    with QAService(small_settings(tiny_models, tmp_path / "data"), sandbox=False).open(writable=True) as opened:
        yield opened


def names(service):
    return sorted(info.path.rpartition("/")[2] for info in service.sources())


def test_an_empty_folder_deletes_nothing_without_force(tmp_path, service):
    docs = tmp_path / "docs"
    for name in "abc":
        write(docs / f"{name}.md", f"The pump {name} is new.")
    service.index([str(docs)])
    shutil.rmtree(docs)
    docs.mkdir()
    write(docs / "d.md", "The pump d is new.")
    report = service.index([str(docs)], prune=True)
    assert (report.indexed, report.removed, report.has_failed) == (1, 0, True)
    (held,) = report.held_back
    assert (held.path, held.gone, held.known) == (str(docs), 3, 3)
    assert "run it again with --force" in str(held)
    assert names(service) == ["a.md", "b.md", "c.md", "d.md"]
    # One of them is there again, so that the others are believed.
    write(docs / "a.md", "The pump a is new.")
    assert service.index([str(docs)], prune=True).removed == 2
    shutil.rmtree(docs)
    docs.mkdir()
    report = service.index([str(docs)], prune=True, force=True)
    assert (report.removed, report.held_back, names(service)) == (2, (), [])


def test_a_file_that_is_named_goes_alone(tmp_path, service):
    paths = [str(write(tmp_path / "docs" / f"{name}.md", "The pump is new.")) for name in "ab"]
    service.index(paths)
    shutil.rmtree(tmp_path / "docs")
    assert service.index(paths, prune=True).removed == 2


def test_what_is_ignored_by_now_goes_with_prune(tmp_path, service):
    docs = tmp_path / "docs"
    for name in ("a.md", "drafts/b.md", "drafts/c.md"):
        write(docs / name, f"The pump {name} is new.")
    service.index([str(docs)])
    write(docs / ".quaereignore", "drafts/\n")
    report = service.index([str(docs)])
    assert (report.removed, report.ignored) == (0, 1)
    assert service.index([str(docs)], prune=True).removed == 2
    assert names(service) == ["a.md"]


def test_a_plan_says_what_a_run_does_and_changes_nothing(tmp_path, service):
    docs = tmp_path / "docs"
    for name in "abc":
        write(docs / f"{name}.md", f"The pump {name} is new.")
    assert len(service.plan([str(docs)]).added) == 3
    service.index([str(docs)])
    write(docs / "a.md", "The pump a is old.")
    write(docs / "d.md", "The pump d is new.")
    write(docs / "e.zip", "x")
    write(docs / ".quaereignore", "*.tmp.md\n")
    write(docs / "f.tmp.md", "x")
    (docs / "b.md").unlink()
    before = service.status().generation
    plan = service.plan([str(docs)], prune=True)
    assert (plan.added, plan.changed) == ((str(docs / "d.md"),), (str(docs / "a.md"),))
    assert (plan.removed, plan.unchanged) == ((str(docs / "b.md"),), 1)
    assert [(each.path, each.unsupported) for each in plan.skipped] == [(str(docs / "e.zip"), True)]
    assert (plan.ignored, plan.held_back) == ((str(docs / "f.tmp.md"),), ())
    assert service.status().generation == before
    assert names(service) == ["a.md", "b.md", "c.md"]
    report = service.index([str(docs)], prune=True)
    assert (report.indexed, report.removed, report.unchanged, report.ignored) == (2, 1, 1, 1)
    again = service.plan([str(docs)], prune=True)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), 3)


def test_a_plan_makes_no_data_folder(tmp_path, tiny_models):
    write(tmp_path / "docs" / "a.md", "Words.")
    service = QAService(small_settings(tiny_models, tmp_path / "none"))
    assert service.open().plan([str(tmp_path / "docs")], prune=True).added == (str(tmp_path / "docs" / "a.md"),)
    assert not (tmp_path / "none").exists()
