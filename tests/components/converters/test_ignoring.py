import pytest

from components.converters.formats import expand
from components.errors import InputError


def write(path, text="Words."):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def names(root, found):
    return [path.relative_to(root).as_posix() for path in found]


def test_files_and_folders_are_left_out_as_gitignore_says(tmp_path):
    for name in ("a.md", "draft-a.md", "old/b.md", "sub/c.md", "sub/drafts/d.md", "sub/keep/draft-e.md", "top.txt"):
        write(tmp_path / name)
    write(tmp_path / ".quaereignore", "# what is not finished\n\ndraft*\n/top.txt\nold/\n")
    write(tmp_path / "sub" / "keep" / ".quaereignore", "!draft-e.md\n")
    found = expand([tmp_path])
    assert names(tmp_path, found.files) == ["a.md", "sub/c.md", "sub/keep/draft-e.md"]
    assert names(tmp_path, found.ignored) == ["draft-a.md", "old", "sub/drafts", "top.txt"]
    assert found.skipped == ()


def test_the_last_line_that_fits_counts_and_a_left_out_folder_is_not_looked_into(tmp_path):
    for name in ("a.md", "b.md", "gone/c.md"):
        write(tmp_path / name)
    write(tmp_path / ".quaereignore", "*.md\n!b.md\ngone/\n")
    write(tmp_path / "gone" / ".quaereignore", "!c.md\n")
    assert names(tmp_path, expand([tmp_path]).files) == ["b.md"]


def test_what_is_given_itself_is_never_left_out(tmp_path):
    write(tmp_path / ".quaereignore", "*\n")
    assert expand([write(tmp_path / "a.md")]).files == (tmp_path / "a.md",)
    assert expand([str(tmp_path / "*.md")]).files == (tmp_path / "a.md",)
    assert expand([tmp_path]).files == ()


def test_files_above_the_folder_do_not_count(tmp_path):
    write(tmp_path / ".quaereignore", "*\n")
    write(tmp_path / "docs" / "a.md")
    assert names(tmp_path, expand([tmp_path / "docs"]).files) == ["docs/a.md"]


def test_a_relative_folder_is_searched_in_the_same_way(tmp_path, monkeypatch):
    write(tmp_path / "docs" / "sub" / "a.md")
    write(tmp_path / "docs" / "sub" / "b.md")
    write(tmp_path / "docs" / ".quaereignore", "sub/b.md\n")
    for place, given in ((tmp_path, "docs"), (tmp_path, "docs/"), (tmp_path / "docs", "."), (tmp_path, "./docs")):
        monkeypatch.chdir(place)
        assert [path.name for path in expand([given]).files] == ["a.md"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 1_000_001])
def test_a_file_that_cannot_be_used_is_refused(tmp_path, content):
    write(tmp_path / "a.md")
    (tmp_path / ".quaereignore").write_bytes(content)
    with pytest.raises(InputError, match=r"\.quaereignore: (cannot be used|is over)"):
        expand([tmp_path])
