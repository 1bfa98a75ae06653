"""The examples in docstrings are run, and every component and whatever stands beside them for users has one."""

import doctest
import importlib
from itertools import pairwise
from pathlib import Path

import pytest

from tests.house import MODULES

SHOWN = {
    "components.answers.composer": ("AnswerComposer",),
    "components.converters.loader": ("DocumentLoader",),
    "components.embedders.bm25": ("LexicalDocumentEmbedder", "LexicalTextEmbedder"),
    "components.embedders.dense": ("DocumentEmbedder", "TextEmbedder"),
    "components.preprocessors.splitter": ("PassagePlanner", "PassageSplitter"),
    "components.query.understanding": ("QueryUnderstanding",),
    "components.rankers.cross_encoder": ("CrossEncoderRanker",),
    "components.readers.extractive": ("ExtractiveReader",),
    "components.retrievers.hybrid": ("HybridRetriever",),
    "components.stores.documents": ("QuaereDocumentStore",),
    "pipelines.service": ("QAService",),
    "pipelines.settings": ("Settings",),
    "quaere": ("Quaere",),
    "service.keys": ("KeyRing",),
}
"""What must have an example, by its module."""

WITH_EXAMPLES = sorted(
    {name for name, path in MODULES.items() if "\n    >>> " in path.read_text("utf-8") or name in SHOWN} | {"quaere"}
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_give_what_they_say(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    for example in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        # Each begins in a folder of its own, as a reader would.
        folder = tmp_path / example.name
        folder.mkdir()
        monkeypatch.chdir(folder)
        said: list[str] = []
        doctest.DocTestRunner().run(example, out=said.append)
        assert not said, "".join(said)


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in SHOWN.items() for name in names])
def test_what_users_build_with_has_an_example(module: str, name: str) -> None:
    assert ">>> " in str(getattr(importlib.import_module(module), name).__doc__)


def test_every_component_is_among_them() -> None:
    found = set()
    for name, path in MODULES.items():
        lines = path.read_text("utf-8").splitlines()
        marked = [after for line, after in pairwise(lines) if line == "@component"]
        found |= {(name, line.removeprefix("class ").partition("(")[0].rstrip(":")) for line in marked}
    kept = {(module, name) for module, names in SHOWN.items() for name in names}
    assert not {each for each in found - kept if each[0].startswith("components.")}
