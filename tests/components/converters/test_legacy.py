"""Old Office formats: LibreOffice converts them in a profile of its own; without it, a message says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import docx
import pytest

from components.converters.formats import load
from components.errors import LoadingError

ROOT = Path(__file__).parents[3]
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "letter.doc"
    path.write_bytes(OLD)
    return path


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a script in LibreOffice's place."""
    (folder / "bin").mkdir()
    (folder / "bin" / "soffice").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin" / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


def test_without_libreoffice_the_message_says_what_to_do(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LoadingError, match=r"old format of Office; install LibreOffice.*save it as \.docx"):
        load(old)


def test_what_libreoffice_makes_is_read_in_the_sandbox_too(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    document.add_paragraph("You have 30 days.")
    document.save(str(old.with_name("made.docx")))
    script = f"""test -f profile/user/registrymodifications.xcu || exit 1
while [ "$1" != "--outdir" ]; do shift; done
mkdir -p "$2" && cp {old.with_name("made.docx")} "$2/document.docx\""""
    program(old.parent, script, monkeypatch)
    extracted = load(old)
    assert (extracted.text, extracted.format, extracted.title) == ("You have 30 days.", "doc", "letter")
    code = """
import sys
from components.converters.sandbox import load_in_sandbox
sys.stdout.write(load_in_sandbox(sys.argv[1]).text)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(old)], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stdout == "You have 30 days."


def test_what_libreoffice_cannot_read_is_told(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(old.parent, "exit 1", monkeypatch)
    with pytest.raises(LoadingError, match="cannot be converted by LibreOffice"):
        load(old)
