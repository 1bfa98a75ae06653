"""Splitting in a process of its own: the same passages, limits, and results that a text has made up."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from haystack import Document

import components.preprocessors.dividing as dividing
from components.converters.extracted import Block
from components.errors import ConfigurationError, LoadingError
from components.preprocessors.dividing import Division, received_places
from components.preprocessors.splitter import PassageSplitter
from tests.pipelines.indexing_parts import prose, tokenizer_file

HOSTILE = """
import time
from components.preprocessors.dividing import _Found

def loop(path, parts, **how):
    while True:
        pass

def eat(path, parts, **how):
    kept = [bytearray(10_000_000) for _ in range(1_000)]

def lie(path, parts, **how):
    return _Found([(0, 99_999, 0)])
"""


def split(tmp_path: Path, document: Document, **given: Any) -> list[Document]:
    sizes = {"passage_tokens": 40, "overlap_tokens": 8, "max_tokens": 64}
    splitter = PassageSplitter(str(tokenizer_file(tmp_path)), **(sizes | given))
    return splitter.run([document])["documents"]


def a_document(text: str, *blocks: Block) -> Document:
    meta: dict[str, Any] = {"source": "a.txt", "source_id": "1", "version": "2", "language": "en", "title": "T"}
    return Document(id="1", content=text, meta=meta | ({"blocks": list(blocks)} if blocks else {}))


def mixed() -> Document:
    parts = [("Care", "heading"), (prose("alpha"), "text"), ("a: 1; b: 2", "table"), ("Why?\nSo it is. 👩‍👩‍👧", "faq")]
    text, blocks = "", []
    for number, (words, kind) in enumerate(parts):
        start = len(text)
        heading = () if number == 0 else ("Care",)
        row = number if kind in ("table", "faq") else None
        asked = start + 4 if kind == "faq" else None
        blocks.append(Block(start, start + len(words), kind, heading, row=row, question_end=asked))  # type: ignore[arg-type]
        text += words + "\n\n"
    blocks[1] = replace(blocks[1], page=1, breaks=(blocks[1].start + 100,))
    return a_document(text, *blocks)


def test_a_process_of_its_own_gives_the_same_passages(tmp_path: Path) -> None:
    for document in (mixed(), a_document(prose("beta", 200)), a_document(" \n")):
        assert split(tmp_path, document, sandbox=True) == split(tmp_path, document)
    passages = split(tmp_path, mixed(), sandbox=True)
    assert {passage.meta["kind"] for passage in passages} == {"text", "table", "faq"}
    assert any(passage.meta.get("page_breaks") for passage in passages)


def test_a_plan_gives_the_passages_that_are_made_of_its_parts(tmp_path: Path) -> None:
    splitter = PassageSplitter(str(tokenizer_file(tmp_path)), passage_tokens=40, overlap_tokens=8, max_tokens=64)
    document = mixed()
    plan = splitter.plan(document)
    parts = [replace(document, meta=document.meta | {"blocks": part}) for part in (plan[:2], plan[2:])]
    assert splitter.run(parts) == splitter.run([document])


@pytest.mark.parametrize("sandbox", [False, True])
def test_too_many_passages_are_a_failure_that_names_the_file(tmp_path: Path, sandbox: bool) -> None:
    with pytest.raises(LoadingError) as caught:
        split(tmp_path, a_document(prose("beta", 200)), sandbox=sandbox, max_passages=5)
    assert str(caught.value) == (
        "a.txt: gives more than 5 passages; split it into smaller files, or raise index.max_file_passages"
    )


@pytest.mark.parametrize("sandbox", [False, True])
def test_a_missing_tokenizer_is_no_fault_of_the_file(tmp_path: Path, sandbox: bool) -> None:
    splitter = PassageSplitter(str(tmp_path / "none.json"), sandbox=sandbox)
    with pytest.raises(ConfigurationError, match=r"none\.json"):
        splitter.run([a_document("A text.")])


@pytest.mark.parametrize(
    ("function", "given", "words"),
    [
        ("loop", {"seconds": 1.5}, "took longer than 1.5 seconds to split; split it into smaller files"),
        ("eat", {"memory_bytes": 400 << 20}, "needs more than 400 MiB of memory to be split"),
        ("lie", {}, "damaged result"),
    ],
)
def test_a_text_that_takes_its_process_over_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, given: dict[str, Any], words: str
) -> None:
    (tmp_path / "hostile_split.py").write_text(HOSTILE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("components.preprocessors.splitter._DIVIDE", f"hostile_split:{function}")
    with pytest.raises(LoadingError, match=words):
        split(tmp_path, a_document("A text."), sandbox=True, **given)
    monkeypatch.undo()
    assert len(split(tmp_path, a_document("A text."), sandbox=True)) == 1


def test_made_up_places_are_refused() -> None:
    text = "0123456789"
    blocks = [Block(0, 4, "text"), Block(4, 6, "table", row=1), Block(6, 10, "table", row=2, meta={"groups": ["hr"]})]
    how = Division("t", 5, 1, 8, 4, None, "en")
    good = [[0, 2, 0], [2, 4, 0], [4, 6, 1], [6, 10, 2]]
    assert received_places([good], text, blocks, how) == [tuple(place) for place in good]
    wrong: list[list[Any]] = [
        [[0, 11, 0]], [[-1, 2, 0]], [[2, 2, 0]], [[0, 2, 9]], [[0, 2, 1]],
        [[2, 4, 0], [0, 1, 0]], [[0, 6, 0]], [[6, 10, 1]], [[4, 8, 1]], [[0, 2]], [[0.0, 2, 0]], [["0", 2, 0]], [7],
        [[0, 1, 0]] * 2, [[0, 1, 0], [0, 2, 0], [0, 3, 0], [1, 4, 0], [4, 5, 1]],
    ]  # fmt: skip
    for places in wrong:
        with pytest.raises((ValueError, TypeError)):
            received_places([places], text, blocks, how)
    with pytest.raises(ValueError):
        received_places([[[0, 500, 0]]], "x" * 500, [Block(0, 500, "text")], how)


def test_an_error_of_the_segmenter_is_one_of_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Callable[..., Any]:
        raise RuntimeError("boundary")

    monkeypatch.setattr(dividing, "slices", broken)
    with pytest.raises(LoadingError, match=r"a\.txt: cannot be split into passages \(RuntimeError: boundary\)"):
        split(tmp_path, a_document("A text."))
