"""Files made to take long: twice the size takes no more than about twice the time, read and split."""

import time
from pathlib import Path

import pytest
from haystack import Document

from components.converters.formats import load
from components.preprocessors.splitter import PassageSplitter
from tests.components.preprocessors.test_splitter import wordpiece

SHAPES = {
    "points.txt": (20_000, lambda n: "A. " * n),
    "calls.txt": (10_000, lambda n: "Go! " * n),
    "backticks.txt": (20_000, lambda n: "`" * n),
    "han.txt": (40_000, lambda n: "中" * n),
    "sentences.txt": (4_000, lambda n: "中文很好。" * n),
    "word.txt": (100_000, lambda n: "a" * n),
    "spaces.txt": (100_000, lambda n: f"a{' ' * n}b"),
    "lines.txt": (100_000, lambda n: "a" + "\n" * n + "b"),
    "tabs.txt": (100_000, lambda n: "a" + "\t" * n),
    "figures.txt": (4_000, lambda n: "1." + "1" * n),
    "items.txt": (4_000, lambda n: "- item\n" * n),
    "headings.md": (1_000, lambda n: "# a\n\n" * n),
    "items.md": (2_000, lambda n: "- item\n" * n),
    "brackets.md": (2_000, lambda n: "[" * n),
    "stars.md": (2_000, lambda n: "**a*" * n),
    "cells.md": (1_000, lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n|" + "b|" * n),
    "name.html": (1_000, lambda n: f"<table><tr><th>{'a ' * n}</th></tr>{'<tr><td>b</td></tr>' * n}</table>"),
    "heading.html": (2_000, lambda n: f"<h1>{'a ' * n}</h1>" + "<p>b</p><h2>c</h2>" * n),
    "terms.html": (2_000, lambda n: "<dl>" + "<dt>a</dt><dd>b</dd>" * n + "</dl>"),
    "lists.html": (2_000, lambda n: "<ul><li>" * 60 + "<ul><li>a</li></ul>" * n),
    "cells.html": (5_000, lambda n: f"<table><tr>{'<td>a</td>' * n}</tr></table>"),
    "name.csv": (2_000, lambda n: "a " * n + ",b\n" + ",c\n" * n),
    "cells.csv": (1_000, lambda n: ",".join(f"c{at}" for at in range(n)) + ("\n" + ",".join("v" * n)) * 20),
    "question.jsonl": (2_000, lambda n: f'{{"question": "{"a " * n}", "answer": "{"b. " * 20 * n}"}}\n'),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_twice_the_size_takes_twice_the_time(name: str, tmp_path: Path) -> None:
    size, shape = SHAPES[name]
    wordpiece().save(str(tmp_path / "tokenizer.json"))
    splitter = PassageSplitter(str(tmp_path / "tokenizer.json"))
    splitter.warm_up()
    once, twice = (
        min(seconds(tmp_path / name, shape(count), splitter) for _ in range(2)) for count in (size, 2 * size)
    )
    assert twice < 3 * once + 0.1


def seconds(path: Path, text: str, splitter: PassageSplitter) -> float:
    path.write_text(text, "utf-8")
    begin = time.process_time()
    found = load(path)
    given = {"source": path.name, "source_id": "s", "version": "v", "title": found.title, "language": "en"}
    splitter.run([Document(content=found.text, meta={**given, "blocks": list(found.blocks)})])
    return time.process_time() - begin
