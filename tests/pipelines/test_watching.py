"""Following folders, with real stores and events that the tests give themselves."""

import shutil
import time

import pytest

from components.errors import InputError, StoreError
from pipelines.service import QAService
from pipelines.watching import FolderWatch, file_events, is_followed
from tests.evaluation.data.writing import write
from tests.evaluation.small import small_settings


class Watched:
    """A watch over folders; each of its events comes after something has happened."""

    def __init__(self, tmp_path, tiny_models):
        self.settings = small_settings(tiny_models, tmp_path / "data")
        self.docs = tmp_path / "docs"
        self.reports, self.said = [], []

    def index(self, folders):
        with QAService(self.settings, sandbox=False).open(writable=True) as service:
            return service.index(folders, prune=True)

    def names(self):
        with QAService(self.settings, sandbox=False) as service:
            return sorted(info.path.rpartition("/")[2] for info in service.sources())

    def follow(self, *happenings, folders=None, index=None):
        """Each happening is followed by an event; where no folder is left, by the end of a wait."""
        left = list(happenings)

        def events(_):
            yield False
            while left:
                yield left.pop(0)() is not False

        def wait():
            if not left:
                return False
            left.pop(0)()
            return True

        FolderWatch(
            folders or [self.docs],
            index=index or self.index,
            events=events,
            wait=wait,
            tell=self.reports.append,
            say=self.said.append,
        ).follow()


@pytest.fixture
def watched(tmp_path, tiny_models):
    found = Watched(tmp_path, tiny_models)
    for name in "abc":
        write(found.docs / f"{name}.md", f"The pump {name} is new.")
    return found


def test_first_all_is_indexed_and_then_what_changes(watched):
    def change():
        write(watched.docs / "a.md", "The pump a is old.")
        write(watched.docs / "d.md", "The pump d is new.")

    watched.follow(change, (watched.docs / "b.md").unlink, lambda: False)
    assert [(each.indexed, each.removed) for each in watched.reports] == [(3, 0), (2, 0), (0, 1)]
    assert watched.names() == ["a.md", "c.md", "d.md"]
    assert watched.said == []


def test_a_folder_that_vanishes_is_waited_for_and_loses_nothing(watched):
    def come_back():
        for name in "abd":
            write(watched.docs / f"{name}.md", f"The pump {name} is new.")

    watched.follow(lambda: shutil.rmtree(watched.docs), lambda: None, come_back, lambda: False)
    assert watched.names() == ["a.md", "b.md", "d.md"]
    assert watched.said == [
        f"{watched.docs} is not there; waiting for it, and nothing of it is deleted meanwhile",
        f"{watched.docs} is there again",
    ]
    assert (watched.reports[0].indexed, watched.reports[0].removed) == (3, 0)


def test_an_empty_folder_in_its_place_deletes_nothing(watched):
    def unmount():
        shutil.rmtree(watched.docs)
        watched.docs.mkdir()

    watched.follow(unmount, lambda: None, lambda: None)
    assert watched.names() == ["a.md", "b.md", "c.md"]
    _, held, *rest = watched.reports
    assert (held.removed, held.held_back[0].gone) == (0, 3)
    assert rest == [], "it is said once"


def test_a_folder_that_never_comes(watched, tmp_path):
    watched.follow(lambda: None, folders=[tmp_path / "none"])
    assert len(watched.said) == 1
    assert watched.reports == []


def test_of_two_folders_the_one_that_is_there_is_followed(watched, tmp_path):
    later = tmp_path / "later"
    watched.follow(lambda: write(later / "e.md", "The pump e is new."), lambda: False, folders=[watched.docs, later])
    assert watched.names() == ["a.md", "b.md", "c.md", "e.md"]
    assert watched.said[-1] == f"{later} is there again"


def test_an_index_that_cannot_be_written_now_is_tried_again(watched):
    tries = []

    def index(folders):
        tries.append(folders)
        if len(tries) < 3:
            raise StoreError("the folder is in use")
        return watched.index(folders)

    watched.follow(lambda: False, lambda: False, lambda: False, index=index)
    assert len(tries) == 3
    assert watched.said == ["the folder is in use; trying again"]
    assert watched.names() == ["a.md", "b.md", "c.md"]


def test_a_folder_that_vanishes_while_it_is_read_is_waited_for(watched):
    def index(folders):
        shutil.rmtree(watched.docs)
        return watched.index(folders)

    watched.follow(lambda: False, lambda: None, index=index)
    assert watched.said == [f"{watched.docs} is not there; waiting for it, and nothing of it is deleted meanwhile"]
    write(watched.docs / "a.md", "Words.")
    (watched.docs / ".quaereignore").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"\.quaereignore: cannot be used"):
        watched.follow(lambda: False)


def test_broken_files_are_told_with_their_reason_and_the_rest_goes_on(watched):
    watched.follow(lambda: write(watched.docs / "bad.json", "{"), lambda: False)
    (failure,) = watched.reports[-1].failures
    assert failure.path.endswith("bad.json")
    assert failure.reason


@pytest.mark.parametrize(
    ("path", "followed"),
    [
        ("docs/a.md", True), ("docs/sub/a.md", True), ("docs/.hidden.md", False), ("docs/.git/index", False),
        ("docs/.quaereignore", True), ("docs/data/index/segment", False), ("docs", True),
    ],
)  # fmt: skip
def test_which_changes_count(tmp_path, path, followed):
    roots, data = [str(tmp_path / "docs")], str(tmp_path / "docs" / "data")
    assert is_followed(str(tmp_path / path), roots, data) == followed


@pytest.mark.slow
def test_the_system_tells_of_a_new_file(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    events = file_events([docs], tmp_path / "data")
    assert next(events) is False
    write(docs / "a.md", "Words.")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if next(events):
            return
    raise AssertionError("no event came")
