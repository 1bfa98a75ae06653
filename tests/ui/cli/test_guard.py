import os
import subprocess
import sys
from pathlib import Path

import pytest

from ui.cli import main as guard

ROOT = Path(guard.__file__).resolve().parents[2]


def test_our_own_packages_pass() -> None:
    guard.check_packages()


@pytest.mark.parametrize("name", guard.PACKAGES)
def test_a_folder_of_the_user_is_named(tmp_path: Path, name: str) -> None:
    foreign = tmp_path / "my project" / name
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("raise SystemExit('was imported')\n")
    # The user's folder comes first; our own follows, as where Quaere is installed.
    environment = os.environ | {"PYTHONPATH": f"{foreign.parent}{os.pathsep}{ROOT}"}
    result = subprocess.run(
        [sys.executable, "-P", "-c", "from ui.cli.main import main; main()", "status"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("Error:")
    assert str(foreign) in result.stderr
    assert "Traceback" not in result.stderr


def test_a_package_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(guard.ForeignPackageError, match="install Quaere again"):
        guard.check_packages(["no_such_package_at_all"])


def test_a_package_installed_over_ours(tmp_path: Path) -> None:
    file = tmp_path / "__init__.py"
    for source in ("", "OWNER = 'acme'\n", "OWNER = compute()\n", "def (\n"):
        file.write_text(source)
        assert guard._owner(file) != guard.OWNER
    assert guard._owner(tmp_path / "missing.py") is None
    assert guard._owner(ROOT / "components" / "__init__.py") == guard.OWNER
