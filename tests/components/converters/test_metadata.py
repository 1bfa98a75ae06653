"""Metadata: who wins, what is refused."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from components.converters.metadata import RESERVED, FolderMetadata, own_fields, validate
from components.errors import InputError


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "quaere.meta.toml").write_text(text)


def test_the_nearest_folder_wins_and_the_caller_above_all(tmp_path: Path) -> None:
    write(tmp_path, '["*.md"]\ngroups = ["all"]\nurl = "https://outer"\nteam = "a"\n["hr/**"]\ngroups = ["hr"]\n')
    write(tmp_path / "hr", '["pay*.md"]\nurl = "https://inner"\n')
    folders = FolderMetadata({"team": "caller"})
    own = {"url": "https://own", "author": "Ada"}
    assert folders.merged(tmp_path / "hr" / "pay1.md", own) == {
        "url": "https://inner",
        "author": "Ada",
        "groups": ["hr"],
        "team": "caller",
    }
    assert folders.external(tmp_path / "x" / "y.md") == {"groups": ["all"], "url": "https://outer", "team": "caller"}
    assert folders.external(tmp_path / "y.txt") == {"team": "caller"}


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.md", "a.md", True),
        ("*.md", "x/y/a.md", True),
        ("x/*.md", "x/a.md", True),
        ("x/*.md", "x/y/a.md", False),
        ("x/**/*.md", "x/a.md", True),
        ("x/**/*.md", "x/y/z/a.md", True),
        ("/a.md", "a.md", True),
        ("/a.md", "x/a.md", False),
        ("a?.md", "ab.md", True),
        ("a[1].md", "a[1].md", True),
        ("**", "x/a.md", True),
        ("*.md", "a.mdx", False),
    ],
)
def test_globs(tmp_path: Path, glob: str, path: str, matches: bool) -> None:
    write(tmp_path, f'["{glob}"]\nhit = true\n')
    assert FolderMetadata().external(tmp_path / path) == ({"hit": True} if matches else {})


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("groups", "hr, legal ,hr", ["hr", "legal"]),
        ("tags", ["b", " a "], ["b", "a"]),
        ("valid_from", date(2025, 1, 2), "2025-01-02T00:00:00+00:00"),
        ("valid_until", "2025-01-02", "2025-01-02T23:59:59+00:00"),
        ("valid_until", datetime(2025, 1, 2, 3), "2025-01-02T03:00:00+00:00"),
        ("updated_at", "2025-01-02T03:04:05.678+02:00", "2025-01-02T01:04:05+00:00"),
        ("updated_at", "2025-01-02T03:04:05Z", "2025-01-02T03:04:05+00:00"),
        ("language", "pt-BR", "pt"),
        ("priority", 0, 0),
        ("draft", False, False),
        ("sizes", [1, 2.5], [1, 2.5]),
        ("reviewed", date(2025, 1, 2), "2025-01-02T00:00:00+00:00"),
        ("größe", "L", "L"),
    ],
)
def test_values(field: str, value: Any, kept: Any) -> None:
    assert validate({field: value}, "here") == {field: kept}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *((name, "x") for name in sorted(RESERVED)),
        ("groups", 5),
        ("groups", []),
        ("groups", ["a", 1]),
        ("tags", [["a"]]),
        ("valid_from", "soon"),
        ("updated_at", 2025),
        ("language", "English please"),
        ("url", ["a"]),
        ("title", " "),
        ("free", {"a": 1}),
        ("free", float("nan")),
        ("free", 2**70),
        ("two words", 1),
        ("a.b", 1),
    ],
)
def test_refused_with_file_and_field(tmp_path: Path, field: str, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        validate({field: value}, "somewhere.toml")
    assert "somewhere.toml" in str(caught.value) and field in str(caught.value)


def test_a_bad_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, '["*.md"]\nversion = "2"\n')
    with pytest.raises(InputError, match=r'quaere\.meta\.toml, \["\*\.md"\]: "version"'):
        FolderMetadata().external(tmp_path / "a.md")
    write(tmp_path, "groups = [")
    with pytest.raises(InputError, match=r"quaere\.meta\.toml: is not valid TOML"):
        FolderMetadata().external(tmp_path / "a.md")
    write(tmp_path, 'groups = ["a"]')
    with pytest.raises(InputError, match="outside a table"):
        FolderMetadata().external(tmp_path / "a.md")
    with pytest.raises(InputError, match="--meta"):
        FolderMetadata({"source_id": "1"})


def test_validity_must_not_end_before_it_begins() -> None:
    with pytest.raises(InputError, match="later than"):
        validate({"valid_from": "2025-02-01", "valid_until": "2025-01-01"}, "here")


def test_fields_of_a_document_are_taken_as_far_as_they_go() -> None:
    raw = {"kind": "post", "date modified": "x", "created_at": "tomorrow", "Tags": "a,b", "nested": {"a": 1}, "n": None}
    assert own_fields(raw, "here") == {"own_kind": "post", "date_modified": "x", "tags": ["a", "b"]}
    with pytest.raises(InputError, match="groups"):
        own_fields({"Groups": 7}, "here")
