"""Records of files of every shape, one after the other."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.errors import LoadingError
from components.helpdesks.records import is_true, moment_of, objects, records, tags_of, text_of

ROWS = [{"id": 1, "x": 1.5}, {"id": 2, "deep": {"data": [{"no": 1}]}}]


def read(tmp_path: Path, name: str, content: str | bytes) -> list[Any]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(records(path))


@pytest.mark.parametrize("name", ["", "tickets", "articles", "conversations", "data", "payload"])
def test_a_list_is_read_wherever_help_desks_put_it(tmp_path: Path, name: str) -> None:
    whole: Any = {"meta": {"count": 2}, name: ROWS, "next": None} if name else ROWS
    for indent in (None, 2):
        assert read(tmp_path, "export.json", json.dumps(whole, indent=indent)) == ROWS
    assert read(tmp_path, "export.json", b"\xef\xbb\xbf" + json.dumps(whole).encode()) == ROWS


def test_nested_payloads_and_single_objects_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "chat.json", json.dumps({"data": {"meta": {}, "payload": ROWS}})) == ROWS
    assert read(tmp_path, "one.json", json.dumps({"id": 1, "comments": [{"id": 2}]}, indent=1)) == [
        {"id": 1, "comments": [{"id": 2}]}
    ]


def test_lines_are_read_under_either_name(tmp_path: Path) -> None:
    lines = "\r\n".join(json.dumps(row) for row in ROWS) + "\n\n"
    assert read(tmp_path, "export.jsonl", lines) == read(tmp_path, "export.json", lines) == ROWS


def test_rows_of_a_table_have_plain_names(tmp_path: Path) -> None:
    found = read(tmp_path, "export.csv", '\ufeffTicket ID,Subject\n1,"a, b"\n2,c,extra\n')
    assert found == [{"ticket_id": "1", "subject": "a, b"}, {"ticket_id": "2", "subject": "c"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'{"tickets": [{"id": 1'),
        ("a.json", b"PK\x03\x04"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a":' * 100_000),
        ("a.json", b'{"tickets": [' + b'{"a":' * 100_000),
        ("a.jsonl", b'{"id": 1}\n{"id": '),
        ("a.jsonl", b'{"id": 1}\n[1]\n'),
    ],
)
def test_damage_has_a_reason(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(LoadingError, match=r"JSON|object|nested"):
        read(tmp_path, name, content)


def test_a_missing_file_has_a_reason(tmp_path: Path) -> None:
    with pytest.raises(LoadingError, match="cannot be read"):
        list(records(tmp_path / "none.json"))


def test_fields_are_read_in_the_ways_they_are_written() -> None:
    assert [is_true(value) for value in (True, 1, "TRUE", "yes", False, 0, "no", None, [])] == [True] * 4 + [False] * 5
    assert moment_of({"a": "soon", "b": 0, "c": 1_700_000_000}, "a", "b", "c") == "2023-11-14T22:13:20+00:00"
    assert moment_of({"a": 10**30, "b": True}, "a", "b") is None
    assert objects('[{"a": 1}, 2]') == [{"a": 1}] and objects("no") == objects(3) == ()
    assert text_of({"a": "x\ud800"}, "a") == "x?"
    assert tags_of({"tags": ["a", {"name": "b"}, 3, " "]}, "tags") == ["a", "b"]
