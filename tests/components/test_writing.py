"""Files that are there whole or not at all."""

from pathlib import Path

import pytest

from components.writing import write_whole


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.json"
    write_whole(path, "first ü")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text("utf-8") == "first ü"
    assert list(path.parent.iterdir()) == [path]


def test_a_private_file_is_for_nobody_else(tmp_path: Path) -> None:
    for name, private, mode in (("open", False, 0o644), ("own", True, 0o600)):
        write_whole(tmp_path / name, "words", private=private)
        assert (tmp_path / name).stat().st_mode & 0o777 == mode
