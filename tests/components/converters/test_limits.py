"""What one file may hold: each limit is a failure that names what was found, the limit, and what to do."""

import json
from pathlib import Path

import pytest

from components.converters.formats import load
from components.converters.limits import MAX_BLOCK, MAX_BLOCKS, MAX_CELLS
from components.errors import LoadingError, NoTextError


def reason(path: Path, data: bytes, **limits: int) -> str:
    path.write_bytes(data)
    with pytest.raises(LoadingError) as caught:
        load(path, **limits)
    assert caught.value.path == path and not isinstance(caught.value, NoTextError)
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"Words. \n\n" * 100),
        ("a.md", b"# T\n\nWords.\n\n" * 100),
        ("a.html", b"<p>Words." * 100),
        ("a.csv", b"a,b\n" + b"Words,more\n" * 100),
        ("a.json", json.dumps([{"text": "Words."}] * 100).encode()),
        ("a.jsonl", b'{"text": "Words."}\n' * 100),
    ],
)
def test_the_text_of_a_file(tmp_path: Path, name: str, data: bytes) -> None:
    found = reason(tmp_path / name, data, max_characters=200)
    assert found == "holds over 200 characters of text; split it into smaller files, or raise index.max_file_characters"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", b"<table>" + (b"<tr><td colspan=50>" + b"x" * 290) * 100),
        ("a.md", b"|a|b|\n|-|-|\n|" + b"x" * (MAX_BLOCK + 1) + b"|y|"),
        ("a.json", json.dumps({"text": "x" * (MAX_BLOCK + 1)}).encode()),
    ],
)
def test_what_one_file_expands_to_is_limited_by_its_size(tmp_path: Path, name: str, data: bytes) -> None:
    assert "over the limit of 1,000,000" in reason(tmp_path / name, data)


def test_rows_and_questions(tmp_path: Path) -> None:
    expected = "holds over 9 rows, each a passage; split it into smaller files, or raise index.max_file_passages"
    assert reason(tmp_path / "a.csv", b"a,b\n" + b"x,y\n" * 10, max_rows=9) == expected
    assert reason(tmp_path / "a.jsonl", b'{"question": "q?", "answer": "a"}\n' * 10, max_rows=9) == expected
    assert len(load(tmp_path / "a.csv", max_rows=10).blocks) == 10


def test_cells_of_a_row(tmp_path: Path) -> None:
    wide = b",".join(b"c%d" % number for number in range(MAX_CELLS + 1))
    assert (
        reason(tmp_path / "a.csv", wide + b"\n" + wide)
        == "line 2 has 2,001 cells, over the limit of 2,000; leave columns out"
    )
    record = {f"n{number}": "x" for number in range(MAX_CELLS + 1)}
    assert "record 1 has 2,001 cells" in reason(tmp_path / "a.json", json.dumps(record).encode())


def test_characters_of_a_paragraph(tmp_path: Path) -> None:
    found = reason(tmp_path / "a.txt", b"x" * (MAX_BLOCK + 1))
    assert found.startswith("holds a paragraph of 1,000,001 characters, over the limit of 1,000,000; divide it")


def test_a_text_without_blank_lines_is_cut_between_its_lines(tmp_path: Path) -> None:
    line = "A line of a novel.\n"
    path = tmp_path / "a.txt"
    path.write_text(line * 120_000, "utf-8")
    extracted = load(path)
    assert len(extracted.blocks) == 3
    assert all(extracted.text[block.start : block.end].endswith("novel.") for block in extracted.blocks)
    assert sum(block.end - block.start + 1 for block in extracted.blocks) == len(extracted.text)


def test_paragraphs_of_a_file(tmp_path: Path) -> None:
    assert "over 200,000 paragraphs" in reason(tmp_path / "a.txt", b"A.\n\n" * (MAX_BLOCKS + 1))


def test_headings_that_are_kept_with_every_block_below_them(tmp_path: Path) -> None:
    page = b"<h1>" + b"h" * 900 + b"</h1>" + b"<p>x" * 40_000
    assert "too long headings" in reason(tmp_path / "a.html", page)
    long = load(_written(tmp_path / "b.html", b"<h1>" + b"h" * 1_001 + b"</h1><p>x"))
    assert [(block.kind, block.heading) for block in long.blocks] == [("text", ()), ("text", ())]


@pytest.mark.parametrize(("name", "data"), [("a.txt", b""), ("a.md", b" \n"), ("a.csv", b"a,b\n"), ("a.json", b"[]")])
def test_a_file_without_text_is_known_as_such(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(NoTextError):
        load(_written(tmp_path / name, data))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
