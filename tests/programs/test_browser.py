"""Where the tests find a browser, and how one is got."""

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.programs.browser import find_browser, get_browser, main, run


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path, with nothing in it; Playwright has no browser and reaches no server."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    return folder


def test_the_first_on_the_path_that_starts_is_taken(bare: Path) -> None:
    assert find_browser(os.environ) is None
    # As Ubuntu's chromium-browser, which only tells to install a snap.
    program(bare / "chromium-browser", "echo 'requires the chromium snap' >&2; exit 1")
    assert find_browser(os.environ) is None
    chrome = program(bare / "google-chrome-stable")
    assert find_browser(os.environ) == chrome


def test_playwrights_own_is_taken_where_none_is_on_the_path() -> None:
    with sync_playwright() as playwright:
        own = program(Path(playwright.chromium.executable_path))
    assert find_browser(os.environ) == own


def test_the_chosen_one_goes_before_all(bare: Path, tmp_path: Path) -> None:
    program(bare / "chromium")
    chosen = program(tmp_path / "my browser")
    assert find_browser({**os.environ, "QUAERE_CHROMIUM": str(chosen)}) == chosen
    assert find_browser({**os.environ, "QUAERE_CHROMIUM": "none"}) is None


@pytest.mark.parametrize("script", [None, "echo 'libnss3.so: cannot open' >&2; exit 127"])
def test_a_chosen_one_that_does_not_start_is_told_with_its_reason(tmp_path: Path, script: str | None) -> None:
    chosen = tmp_path / "broken"
    if script is not None:
        program(chosen, script)
    told = r"No such file" if script is None else "libnss3"
    with pytest.raises(LookupError, match=f"QUAERE_CHROMIUM={chosen} .*{told}"):
        find_browser({"QUAERE_CHROMIUM": str(chosen)})


@pytest.mark.slow
def test_where_playwright_reaches_no_server_root_gets_the_package(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    program(
        bare / "apt-get",
        f"""case "$*" in
            *--no-install-recommends\\ chromium\\ fonts-noto-core\\ fonts-noto-cjk)
                printf '#!/bin/sh\\n' > {bare}/chromium; /bin/chmod +x {bare}/chromium;;
        esac""",
    )
    assert get_browser(os.environ) == []
    assert find_browser(os.environ) == bare / "chromium"


@pytest.mark.slow
def test_where_nothing_helps_the_reasons_are_told(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    program(bare / "apt-get", "echo 'E: no such package' >&2; exit 100")
    assert main() == 1
    said = capsys.readouterr().out
    assert "playwright install" in said
    assert "E: no such package" in said


@pytest.mark.slow
def test_a_browser_that_was_got_and_does_not_start_is_no_success(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    program(bare / "chromium", "echo 'error while loading shared libraries: libnss3.so' >&2; exit 127")
    assert main() == 1
    assert f"{bare / 'chromium'}: error while loading shared libraries: libnss3.so" in capsys.readouterr().out


def test_a_browser_that_is_there_is_not_got_again(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(bare / "chromium")
    assert main() == 0
    assert capsys.readouterr().out == ""


def test_getting_ends_in_time() -> None:
    waiting = [sys.executable, "-c", "import signal; signal.pause()"]
    assert run(waiting, {}, seconds=0.2).endswith("took longer than 0.2 seconds")
