"""Files that are there whole or not at all."""

import errno
import os
import stat
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


@pytest.mark.parametrize("fails", ["open", "fsync"])
def test_a_system_that_writes_out_no_folder_keeps_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    # Windows refuses to open a folder; some network file systems refuse to write one out.
    real_open, real_fsync = os.open, os.fsync

    def open_no_folder(path: Path, *arguments: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real_open(path, *arguments)

    def fsync_no_folder(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real_fsync(descriptor)

    monkeypatch.setattr(os, fails, open_no_folder if fails == "open" else fsync_no_folder)
    write_whole(tmp_path / "out.json", "words")
    assert (tmp_path / "out.json").read_text("utf-8") == "words"


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_fsync = os.fsync

    def broken(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        write_whole(tmp_path / "out.json", "words")
