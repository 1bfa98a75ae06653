"""The words of the interface: every language says everything, with the same gaps to fill in."""

import json
import re
import string
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from components.types import Evidence
from ui.web.texts import CHINESE, ENGLISH, LANGUAGES, Texts

# What looks the same in both languages, because it is a name.
_SAME = {"languages"}
FOLDER = Path(__file__).resolve().parents[3] / "ui" / "web"


def _gaps(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _all_texts(texts: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, str):
            found[field.name] = value
        else:
            if is_dataclass(value):
                named = _all_texts(value).items()
            else:
                named = value.items() if isinstance(value, Mapping) else enumerate(value)
            found |= {f"{field.name}.{name}": text for name, text in named}
    return found


def test_both_languages_say_the_same_things() -> None:
    english, chinese = _all_texts(ENGLISH), _all_texts(CHINESE)
    assert english.keys() == chinese.keys()
    for name, text in english.items():
        assert text.strip() and chinese[name].strip(), name
        assert _gaps(text) == _gaps(chinese[name]), name
        assert text != chinese[name], name
        assert all(ord(letter) < 0x2100 for letter in text), name


def test_what_a_text_is_about_is_complete() -> None:
    for texts in LANGUAGES.values():
        assert set(texts.evidence) == set(Evidence.names())
        assert {"understanding", "embedder", "retriever", "ranker", "reader", "answering", "total"} <= set(texts.stages)


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_no_text_needs_escaping(texts: Texts) -> None:
    # They are written into HTML and attributes as they are.
    assert not [text for text in _all_texts(texts).values() if set(text) & set('<>&"')]


def test_counting() -> None:
    assert ENGLISH.passages.of(1) == "1 passage"
    assert ENGLISH.passages.of(1240) == "1,240 passages"
    assert ENGLISH.documents.of(0) == "0 documents"
    assert CHINESE.documents.of(3) == "3 份文档"


def test_a_language_without_a_name_is_its_code() -> None:
    assert (ENGLISH.language_name("de"), CHINESE.language_name("de")) == ("German", "德语")
    assert ENGLISH.language_name("eo") == "eo"


def test_the_scripts_use_no_word_that_is_missing() -> None:
    said = json.loads(ENGLISH.for_scripts())
    parts = {"said": {**said["judging"], **said["library"]}, "words": said}
    for path in FOLDER.glob("*.js"):
        for part, name, further in re.findall(r"\b(said|words)\.(\w+)(?:\.(\w+))?", path.read_text("utf-8")):
            assert name in parts[part] or path.name == "common.js", f"{path.name}: {part}.{name}"
            if part == "words" and further and isinstance(said.get(name), dict):
                assert further in said[name], f"{path.name}: {name}.{further}"
