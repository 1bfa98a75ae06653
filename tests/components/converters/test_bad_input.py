"""Files that cannot be read: each gives a LoadingError that says why, and none hangs or stops the others."""

import gzip
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.converters.formats import SUFFIXES, load
from components.converters.loader import FILE_GROUPS, DocumentLoader
from components.errors import LoadingError

ROOT = Path(__file__).parents[3]


def reason(path: Path, **options: int) -> str:
    with pytest.raises(LoadingError) as caught:
        load(path, **options)
    assert caught.value.path == path
    return caught.value.reason


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.touch()
    assert reason(path) == "is empty"


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".csv", ".tsv", ".jsonl"])
def test_white_space_only(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(" \n\t\r\n  \n")
    assert reason(path) == "holds no text"


@pytest.mark.parametrize("suffix", [s for s in SUFFIXES if not s.endswith(".gz")])
def test_binary(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(random.Random(1).randbytes(5000))
    assert "binary" in reason(path) or "something else" in reason(path)


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("a.txt", b"%PDF-1.7\n", "a PDF"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        ("a.md", b"\x7fELF\x02\x01", "an executable program"),
        ("a.csv", b"MZ\x90\0\x03", "an executable program"),
        ("a.docx", b"%PDF-1.7\n", "a PDF"),
        ("a.pdf", b"<!DOCTYPE html><html>", "a web page"),
        ("a.html", b"{\\rtf1", "an RTF document"),
        ("a.json", b"\x1f\x8b\x08", "a gzip archive"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or encrypted"),
    ],
)
def test_wrong_extension(tmp_path: Path, name: str, head: bytes, found: str) -> None:
    path = tmp_path / name
    path.write_bytes(head + b" " * 600)
    assert found in reason(path) and "seems to be" in reason(path)


def test_workbook_named_docx_and_encrypted_docx(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert "an Excel workbook" in reason(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"))
    assert "is encrypted" in reason(path)


def test_truncated_docx(handbook: Path) -> None:
    whole = handbook.read_bytes()
    handbook.write_bytes(whole[: len(whole) // 2])
    assert "truncated or damaged" in reason(handbook)


def test_docx_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 5_000_000)
    assert path.stat().st_size < 10_000
    assert "unpacks to 5,000,000 bytes, over the limit of 4,000,000" in reason(path, max_bytes=1_000_000)


def test_gzip_that_unpacks_to_too_much_or_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    whole = gzip.compress(b" " * 5_000_000)
    path.write_bytes(whole)
    assert "more than the limit of 400,000 bytes" in reason(path, max_bytes=100_000)
    path.write_bytes(whole[:-100])
    assert "truncated" in reason(path)
    path.write_bytes(b"no gzip")
    assert "not a valid gzip" in reason(path)


def test_oversize_is_refused_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing: reading it would not end
    assert "1,099,511,627,776 bytes, over the limit of 52,428,800" in reason(path)
    path.write_text("abc")
    assert load(path, max_bytes=3).text == "abc"
    assert "3 bytes, over the limit of 2" in reason(path, max_bytes=2)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_unreadable_for_an_unprivileged_user(open_folder: Path) -> None:
    path = open_folder / "secret.txt"
    path.write_text("secret")
    path.chmod(0o600)
    code = """
import os, sys
from pathlib import Path
from components.errors import LoadingError
from components.converters.formats import load
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
else:
    os.chmod(sys.argv[1], 0)
try:
    load(Path(sys.argv[1]))
except LoadingError as error:
    sys.stdout.write(error.reason)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert "may not be read by this user" in done.stdout


def test_missing_links_pipes_sockets_folders(tmp_path: Path) -> None:
    link, pipe, folder, door = (tmp_path / f"{name}.txt" for name in ("link", "pipe", "folder", "door"))
    assert reason(tmp_path / "none.txt") == "does not exist"
    link.symlink_to(tmp_path / "gone.txt")
    assert "is a link to" in reason(link) and "gone.txt" in reason(link)
    link.unlink()
    link.symlink_to(link)
    assert "cannot be read" in reason(link)
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        assert "not a regular file" in reason(path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(door))
        assert "not a regular file" in reason(door)
    device = tmp_path / "device.txt"
    device.symlink_to("/dev/zero")
    assert "not a regular file" in reason(device)


def test_unsupported_ending_lists_the_supported(tmp_path: Path) -> None:
    assert ".jsonl.gz" in reason(tmp_path / "a.xyz")


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_deeply_nested_json(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("[" * 100_000 + "]" * 100_000)
    assert "nested too deeply" in reason(path)


@pytest.mark.parametrize("open_tag", ["<div>", "<ul><li>", "<table><tr><td>", "<b>"])
def test_deeply_nested_html_ends(tmp_path: Path, open_tag: str) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>Start.</p>" + open_tag * 20_000 + "deep")
    try:
        assert "Start." in load(path).text
    except LoadingError as error:
        assert "nested" in error.reason or "damaged" in error.reason


def test_bad_json_names_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 1,\n "b": }')
    assert "line 2, column 7" in reason(path)


def test_header_without_rows_and_scalars(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Model,Price\n\n")
    assert "no row below" in reason(path)
    path = tmp_path / "a.json"
    path.write_text("[1, 2]")
    assert reason(path) == "holds no text"


def test_the_loader_goes_on_after_every_failure(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.pdf"
    good.write_text("---\ngroups: [own]\ntags: [a]\n---\n# Title\nText.")
    bad.write_bytes(b"%PDF-1.4 nothing more")
    (tmp_path / "quaere.meta.toml").write_text('["*.md"]\ngroups = ["staff"]\nurl = "https://x.test"\n')
    loader = DocumentLoader(meta={"url": "https://y.test"})
    result = loader.run(sources=[str(bad), str(good), str(tmp_path / "none.txt")])
    (document,) = result["documents"]
    assert [failure.path for failure in result["failures"]] == [bad, tmp_path / "none.txt"]
    assert document.content == "Title\n\nText."
    assert document.meta.pop("blocks") == list(load(good).blocks)
    assert document.meta == {
        "source": str(good),
        "format": "markdown",
        "title": "Title",
        "tags": ["a"],
        "groups": ["staff"],
        FILE_GROUPS: ["own"],
        "url": "https://y.test",
    }
    assert loader.run(sources=[]) == {"documents": [], "failures": []}


def test_the_loader_survives_the_fuzzed(
    tmp_path: Path, handbook: Path, slides: Path, workbook: Path, pdf: Callable[..., bytes]
) -> None:
    chance = random.Random(7)
    whole = {path.suffix: path.read_bytes() for path in (handbook, slides, workbook)}
    whole |= {".pdf": pdf([[(72, 700, 12, "Some words")]]), ".html": b"<p>a<table><td>b"}
    sources = []
    for suffix, data in whole.items():
        for number in range(20):
            broken = bytearray(data)
            for _ in range(10):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            path = tmp_path / f"{number}{suffix}"
            path.write_bytes(broken)
            sources.append(str(path))
    result = DocumentLoader().run(sources=sources)
    assert len(result["documents"]) + len(result["failures"]) == 100


def test_the_loader_keeps_its_parameters() -> None:
    loader = DocumentLoader(max_bytes=5, meta={"groups": ["a"]}, sandbox=True)
    data = json.loads(json.dumps(loader.to_dict()))
    assert DocumentLoader.from_dict(data).to_dict() == data
    given = {"max_bytes": 5, "meta": {"groups": ["a"]}, "sandbox": True}
    assert {name: data["init_parameters"][name] for name in given} == given


def test_parsers_are_imported_at_their_first_file_only() -> None:
    code = (
        "import sys, components, components.converters.loader\n"
        "heavy = {'pypdfium2', 'docx', 'pptx', 'openpyxl', 'lxml'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
