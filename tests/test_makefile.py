"""What make shows of an install: nothing of pip's warnings, and the reason where it fails."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = """#!/bin/sh
echo "$*" >> asked
case "$*" in
    *pip*) ;;
    *tests.programs.browser*) exit 1;;
    *) exit 0;;
esac
for name in one two; do
    echo "WARNING: Location 'file:///packages/$name/' is ignored: it is neither a file nor a directory." >&2
done
echo "WARNING: Retrying after connection broken" >&2
if test -e failing; then echo "ERROR: No matching distribution found for torch" >&2; exit 1; fi
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The Makefile beside an environment whose Python installs nothing, complains, and gets no browser."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    binaries = tmp_path / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name in ("python", "quaere"):
        (binaries / name).write_text(PYTHON, encoding="utf-8")
        (binaries / name).chmod(0o755)
    return tmp_path


def make(checkout: Path, target: str) -> subprocess.CompletedProcess[str]:
    """As typed by hand: a make that runs these tests would pass its own options on, and speak of folders."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    }
    return subprocess.run(
        ["make", target],
        cwd=checkout,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_an_install_that_works_shows_no_warning(checkout: Path) -> None:
    done = make(checkout, "demo")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == [".venv/bin/quaere demo"]


def test_an_install_that_fails_shows_its_reason_and_stops(checkout: Path) -> None:
    (checkout / "failing").touch()
    done = make(checkout, "demo")
    assert done.returncode != 0
    assert "WARNING: Retrying after connection broken\nERROR: No matching distribution found for torch" in done.stderr
    assert "Location" not in done.stderr
    assert "quaere demo" not in done.stdout
    assert not (checkout / ".venv" / ".installed").exists()


def test_a_browser_is_tried_once_and_its_want_stops_no_test(checkout: Path) -> None:
    for _ in range(2):
        assert make(checkout, "test").returncode == 0
    asked = (checkout / "asked").read_text("utf-8")
    assert asked.count("tests.programs.browser") == 1
    assert asked.count("-m pytest -m not slow") == 2
    assert make(checkout, "browser").returncode != 0
    assert (checkout / "asked").read_text("utf-8").count("tests.programs.browser") == 2
