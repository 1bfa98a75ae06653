"""Finding files: what is taken, what is passed over, what does not exist."""

import os
from pathlib import Path

import pytest

from components.converters.discovery import DATA_FILES
from components.converters.formats import Discovery, endings_from, expand, suffix_of
from components.converters.loader import DocumentLoader
from components.converters.sandbox import load_in_sandbox
from components.errors import InputError
from components.names import printable
from components.stores.catalogue.sources import CATALOGUE_FILE
from components.stores.folder_lock import HOLDER_FILE, LOCK_FILE


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.md", "a.txt", "sub/c.jsonl.gz", "sub/deep/D.PDF", ".git/x.md", ".hidden.md", "synonyms.toml",
                 "quaere.toml", "sub/quaere.meta.toml", "photo.gif", "noending"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def names(tree: Path, paths: tuple[Path, ...]) -> list[str]:
    return [path.relative_to(tree).as_posix() for path in paths]


def test_folders_are_searched_and_settings_and_hidden_files_left_out(tree: Path) -> None:
    found = expand([str(tree)])
    assert names(tree, found.files) == ["a.txt", "b.md", "sub/c.jsonl.gz", "sub/deep/D.PDF"]
    assert [(skip.path.name, skip.reason) for skip in found.skipped] == [
        ("noending", "has no ending"),
        ("photo.gif", 'has the ending ".gif", which is not supported'),
    ]


def test_a_file_is_found_once(tree: Path) -> None:
    (tree / "link.md").symlink_to(tree / "b.md")
    found = expand([tree / "b.md", tree, str(tree / "sub" / ".." / "b.md")])
    assert names(tree, found.files).count("b.md") == 1
    assert "link.md" not in names(tree, found.files)


def test_loops_of_links_end_and_dangling_links_are_named(tree: Path) -> None:
    (tree / "sub" / "loop").symlink_to(tree)
    (tree / "gone.md").symlink_to(tree / "nothing.md")
    os.mkfifo(tree / "pipe.md")
    found = expand([tree])
    assert len(found.files) == 4
    reasons = {skip.path.name: skip.reason for skip in found.skipped}
    assert "does not exist" in reasons["gone.md"] and reasons["pipe.md"] == "is not a regular file"


def test_globs(tree: Path) -> None:
    assert names(tree, expand([f"{tree}/*.md"]).files) == ["b.md"]
    assert names(tree, expand([f"{tree}/**/*.PDF", f"{tree}/su*"]).files) == ["sub/c.jsonl.gz", "sub/deep/D.PDF"]
    (tree / "odd[1].md").write_text("x")
    assert names(tree, expand([f"{tree}/odd[1].md"]).files) == ["odd[1].md"]


@pytest.mark.parametrize("missing", ["nothing.md", "no*thing", ""])
def test_what_does_not_exist_is_named(tree: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    with pytest.raises(InputError, match=missing.replace("*", r"\*") or "empty path"):
        expand(["b.md", missing])


def test_nothing_gives_nothing(tmp_path: Path) -> None:
    assert expand([]).files == () == expand([tmp_path]).files


def test_endings() -> None:
    assert suffix_of("a.JSON.GZ") == ".json.gz"
    assert suffix_of(".md") is None and suffix_of("a.gz") is None and suffix_of("a") is None


def reasons(tree: Path, found: Discovery) -> dict[str, str]:
    return {skip.path.relative_to(tree).as_posix(): skip.reason for skip in found.skipped}


def test_links_that_lead_out_are_named_and_followed_only_when_asked(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.md").write_text("x")
    (outside / "back").symlink_to(tree)
    (tree / "sub" / "out").symlink_to(outside)
    (tree / "sub" / "out.md").symlink_to(outside / "secret.md")
    (tree / "inner").symlink_to(tree / "sub")
    inside = ["a.txt", "b.md", "inner/c.jsonl.gz", "inner/deep/D.PDF"]
    for paths in ([tree], [f"{tree}/*"]):
        found = expand(paths)
        assert names(tree, found.files) == inside
        told = reasons(tree, found)
        assert {name for name, reason in told.items() if "leads out of the folder" in reason} >= {
            "inner/out",
            "inner/out.md",
        }
        assert all("--follow-links" in told[name] for name in ("inner/out", "inner/out.md"))
    followed = expand([tree], follow_links=True)
    assert len(followed.files) == 5 and any(path.name in ("secret.md", "out.md") for path in followed.files)


def test_a_path_that_is_given_itself_may_be_a_link(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    links = tmp_path_factory.mktemp("links")
    (links / "docs").symlink_to(tree)
    (links / "one.md").symlink_to(tree / "b.md")
    assert len(expand([links / "docs"]).files) == 4
    assert [path.name for path in expand([links / "one.md"]).files] == ["one.md"]


@pytest.mark.parametrize("names_of_one", DATA_FILES)
def test_data_folders_are_never_searched(tree: Path, names_of_one: tuple[str, ...]) -> None:
    data = tree / "data"
    (data / "uploads" / "u").mkdir(parents=True)
    for name in names_of_one:
        (data / name).write_text("x")
    for name in ("owner.txt", "uploads/u/document.md"):
        (data / name).write_text("x")
    (tree / "way.md").symlink_to(data / "owner.txt")
    (tree / "way").symlink_to(data / "uploads")
    for paths in ([tree], [data], [data / "uploads"], [f"{tree}/**/*"], [f"{tree}/data/*"]):
        for follow_links in (False, True):
            found = expand(paths, follow_links=follow_links)
            assert not [path for path in found.files if "data" in path.parts or path.name.startswith("way")]
    assert "data folder of Quaere" in reasons(tree, expand([tree]))["data"]
    # A service indexes its uploads by their own names.
    assert expand([data / "uploads" / "u" / "document.md"]).files


def test_the_data_folder_in_use_is_known_without_its_files(tree: Path) -> None:
    assert names(tree, expand([tree], apart=[tree / "sub" / ".." / "sub"]).files) == ["a.txt", "b.md"]


def test_a_data_folder_is_known_by_what_it_holds() -> None:
    assert DATA_FILES == ((CATALOGUE_FILE,), (LOCK_FILE, HOLDER_FILE))


def test_a_name_that_is_no_text_is_found_by_its_printed_form(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        path.write_text("A text.", "utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    assert expand([tmp_path]).files == (path,) == expand([printable(path)]).files
    with pytest.raises(InputError, match=r"xe8\.txt: no such file"):
        expand([os.fsdecode(b"caf\xe8.txt")])


def test_further_endings_are_read_like_known_ones(tmp_path: Path) -> None:
    read_as = endings_from(".conf=text .PAGE=.html")
    assert read_as == {".conf": ".text", ".page": ".html"}
    (tmp_path / "a.conf").write_text("port = 80")
    (tmp_path / "b.page").write_text("<html><p>Words")
    assert [path.name for path in expand([tmp_path], read_as=read_as).files] == ["a.conf", "b.page"]
    assert load_in_sandbox(tmp_path / "b.page", read_as=read_as).format == "html"
    assert DocumentLoader(read_as=read_as).run([str(tmp_path / "a.conf")])["documents"][0].content == "port = 80"
    assert expand([tmp_path]).files == ()
    for wrong in ("conf=text", ".conf", ".conf=word"):
        with pytest.raises(InputError, match="is not such as"):
            endings_from(wrong)
