"""Files that ask for too much: read in a service's process without its memory growing or its other requests waiting."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import LONG, QUICK

ROOT = Path(__file__).parents[2]


def index_apart(folder: Path, seconds: int, *names: str) -> None:
    """Index these files in a process of its own, which measures itself."""
    command = [sys.executable, "-m", "tests.pipelines.hostile_driver", str(seconds), str(folder), *names]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system limits no memory")
@pytest.mark.slow
@pytest.mark.parametrize("part", range(6))
def test_hostile_files_cost_neither_memory_nor_the_others_time(tmp_path: Path, part: int) -> None:
    names = sorted(QUICK)[part::6]
    index_apart(tmp_path, 10, *names)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system limits no memory")
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LONG))
def test_files_that_take_all_their_time_cost_no_more(tmp_path: Path, name: str) -> None:
    index_apart(tmp_path, 10, name)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system limits no memory")
def test_some_hostile_files(tmp_path: Path) -> None:
    names = ("laughs.docx", "gzip-of-gzip.csv.gz", "nested.json", "letters.txt", "cut.pdf", "noise.xlsx")
    index_apart(tmp_path, 30, *names)
