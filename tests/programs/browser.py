"""The browser that drives the pages in the tests: where one is, and `python -m tests.programs.browser`, which gets one.

A test run only looks. `make test` and `make browser` get one, since that downloads 180 MB or installs packages.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-core", "fonts-noto-cjk")
"""Debian's; with fonts for what the pages show."""
NONE = "none"
"""The value of a variable that names a program, for a run as on a machine without it."""
AT_START = dict(os.environ)
"""The tests themselves see none of a user's settings for Quaere."""
SECONDS = 900
"""For each way of getting one; a slow line needs a few minutes."""


def why_not(program: Path) -> str | None:
    """What is wrong with a program that does not start, such as a library that is missing; None where it starts."""
    try:
        done = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace",
            timeout=60, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return f"{program}: {_reason(done.stderr)}" if done.returncode else None


def find_browser(environment: Mapping[str, str]) -> Path | None:
    """The first one that starts: the one chosen, one on the path, Playwright's own.

    Raises:
        LookupError: the chosen one does not start.
    """
    chosen = environment.get("QUAERE_CHROMIUM")
    if chosen == NONE:
        return None
    if chosen:
        wrong = why_not(Path(chosen))
        if wrong is not None:
            raise LookupError(f"QUAERE_CHROMIUM={chosen} is no browser that starts: {wrong}")
        return Path(chosen)
    return next((program for program in _candidates(environment) if why_not(program) is None), None)


@cache
def browser() -> Path | None:
    """The browser of this run."""
    return find_browser(AT_START)


def get_browser(environment: Mapping[str, str]) -> list[str]:
    """Try one way after the other until a browser starts; what went wrong, which is nothing where one does."""
    failures: list[str] = []
    for get in (_download, _install):
        if find_browser(environment) is not None:
            return []
        failures.append(get())
    if find_browser(environment) is not None:
        return []
    broken = [why_not(program) for program in _candidates(environment)]
    return [failure for failure in (*failures, *broken) if failure] or ["what was got is nowhere on the path"]


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float = SECONDS) -> str:
    """Run a command and all that it starts for so long at most; why it failed, empty where it did not."""
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            said, _ = process.communicate(timeout=seconds)
        except BaseException as error:
            # The whole group, since the one that downloads is a grandchild; and politely, for the packages' sake.
            os.killpg(process.pid, signal.SIGTERM)
            if isinstance(error, subprocess.TimeoutExpired):
                return f"{' '.join(command)}: took longer than {seconds:g} seconds"
            raise
    return f"{' '.join(command)}: {_reason(said)}" if process.returncode else ""


def main() -> int:
    """Get a browser where there is none; the exit status is 0 where there is one, or none is wished for."""
    if os.environ.get("QUAERE_CHROMIUM") == NONE:
        return 0
    try:
        failures = get_browser(os.environ)
    except LookupError as error:
        failures = [str(error)]
    if failures:
        print("No browser could be got; the tests that drive one will be skipped:", *failures, sep="\n  ")
    return 1 if failures else 0


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name, path=environment.get("PATH", os.defpath))
        if found is not None:
            yield Path(found)
    # Only here: it takes a while, and every test run imports this file.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        yield own


def _download() -> str:
    print("Downloading a Chromium for the tests of the pages (about 180 MB, once) ...", flush=True)
    # Without the second program for a browser without a window: the tests run the real one.
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    return run(command, {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "20000"})


def _install() -> str:
    if shutil.which("apt-get") is None or os.getuid() != 0:
        return ""
    print(f"Installing the packages {', '.join(PACKAGES)} for the tests of the pages (once) ...", flush=True)
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::http::Timeout=20"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    return run([*apt, "update"], quiet) or run([*apt, "install", "-y", "--no-install-recommends", *PACKAGES], quiet)


def _reason(said: str) -> str:
    """The first line about an error, or else the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    return next((line for line in lines if line.startswith("E: ") or "error" in line.lower()), lines[-1])


if __name__ == "__main__":
    sys.exit(main())
