"""One validator with limits for all ways in which metadata come, each of which names the field and the limit."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.converters.formats import load
from components.converters.metadata import (
    MOST_CHARACTERS,
    MOST_FIELDS,
    MOST_ITEMS,
    FolderMetadata,
    TooMuchMetadata,
    own_fields,
    validate,
)
from components.errors import InputError, LoadingError

FIELDS = {f"f{number}": 1 for number in range(MOST_FIELDS + 1)}
ITEMS = {"few": [1] * 10, "many": [1] * (MOST_ITEMS - 9)}
CHARACTERS = {"short": "x" * 10, "long": "x" * MOST_CHARACTERS}
TOO_MUCH = [(FIELDS, "101 fields; 100"), (ITEMS, "many.*1,000 are"), (CHARACTERS, "long.*10,000 are")]


@pytest.mark.parametrize(("fields", "said"), TOO_MUCH)
def test_what_people_write_is_refused_beyond_the_limits(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items())
    yaml = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    files = {
        "front.md": f"---\n{yaml}\n---\nText.\n",
        "rows.jsonl": json.dumps({"text": "A text."}) + "\n" + json.dumps({"text": "A text.", **fields}),
        "rows.json": json.dumps([{"question": "Why?", "answer": "Because.", **fields}]),
        "beside.json": json.dumps({**fields, "records": [{"text": "A text."}]}),
    }
    ways: list[Callable[[], object]] = [lambda: validate(fields, "meta"), lambda: FolderMetadata(fields)]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "quaere.meta.toml").write_text(f'["*"]\n{lines}\n', "utf-8")
    ways.append(lambda: FolderMetadata().external(folder / "a.md"))
    for name, text in files.items():
        if name == "beside.json" and fields is ITEMS:
            continue  # two lists beside each other: which holds the records is not known
        file = tmp_path / name
        file.write_text(text, "utf-8")
        ways.append(lambda file=file: load(file))
    for way in ways:
        with pytest.raises((TooMuchMetadata, LoadingError), match=said):
            way()


def test_what_a_document_says_of_itself_is_left_out_beyond_the_limits_but_never_who_may_read_it() -> None:
    taken = own_fields({**FIELDS, **CHARACTERS, "groups": ["staff"]}, "the page")
    assert len(taken) == MOST_FIELDS
    assert taken["groups"] == ["staff"]
    assert "long" not in taken


def test_fields_of_several_places_count_together(tmp_path: Path) -> None:
    half = {f"g{number}": 1 for number in range(60)}
    lines = "\n".join(f"{name} = 1" for name in half)
    (tmp_path / "quaere.meta.toml").write_text(f'["*"]\n{lines}\n', "utf-8")
    with pytest.raises(TooMuchMetadata, match="119 fields"):
        FolderMetadata({f"f{number}": 1 for number in range(59)}).external(tmp_path / "a.md")


_IDS = ("deep", "mapping", "digits", "half", "halves")


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [nested(50_000), {"a": nested(300)}, 16**9000, "\ud800", ["\udfff"]], ids=_IDS)
def test_what_is_deep_or_endless_is_refused_with_a_short_message(value: Any) -> None:
    for name in ("free", "tags", "title", "valid_from", "language"):
        with pytest.raises(InputError, match=name) as caught:
            validate({name: value}, "here")
        assert len(str(caught.value)) < 400
        str(caught.value).encode("utf-8")


def test_deep_files_and_files_that_refer_to_themselves_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "quaere.meta.toml").write_text('["*"]\na = ' + "[" * 50_000 + "]" * 50_000, "utf-8")
    with pytest.raises(InputError, match="nested too deeply"):
        FolderMetadata().external(tmp_path / "a.md")
    (tmp_path / "quaere.meta.toml").write_text('["*"]\na = 0x' + "f" * 9000, "utf-8")
    with pytest.raises(InputError, match="thousands of digits"):
        FolderMetadata().external(tmp_path / "a.md")
    laughs = "a0: &a0 [1, 1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    file = tmp_path / "laughs.md"
    file.write_text(f"---\n{laughs}title: *a29\n---\n# Name\n\nText.\n", "utf-8")
    began = time.monotonic()
    assert load(file).title == "Name"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "/page", "https://", "http://a b", "x"])
def test_addresses_are_of_the_web(url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="http:// or https://"):
        validate({"url": url}, "here")
    assert own_fields({"url": url, "title": "T"}, "the page") == {"title": "T"}
    assert validate({"url": " HTTPS://example.org/ü "}, "here") == {"url": "HTTPS://example.org/ü"}
