"""Finding files: what is taken, what is passed over, what does not exist."""

import os
from pathlib import Path

import pytest

from components.errors import InputError
from components.loading import expand, suffix_of


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.md", "a.txt", "sub/c.jsonl.gz", "sub/deep/D.PDF", ".git/x.md", ".hidden.md", "synonyms.toml",
                 "quaere.toml", "sub/quaere.meta.toml", "photo.png", "noending"):  # fmt: skip
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
        ("photo.png", 'has the ending ".png", which is not supported'),
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
