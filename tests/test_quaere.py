"""The Python interface that the README shows."""

import asyncio
from pathlib import Path

import pytest

from components.errors import ConfigurationError, InputError
from quaere import Quaere, QuaereError, Query, Reply

WARRANTY = "How long is the warranty of the Aria pump?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents = tmp_path_factory.mktemp("documents")
    (documents / "manual.md").write_text("# Aria pump\n\nThe warranty of the Aria pump is 24 months.\n", "utf-8")
    (documents / "broken.pdf").write_text("no PDF", "utf-8")
    return documents


@pytest.fixture
def quaere(folder: Path, tmp_path: Path, tiny_models: dict[str, Path]) -> Quaere:
    models = {f"models.{role}": str(tiny_models[role]) for role in ("embedder", "ranker", "reader")}
    return Quaere(tmp_path / "data", settings={"models.precision": "fp32", **models})


def test_index_and_ask(quaere: Quaere, folder: Path) -> None:
    with quaere:
        report = quaere.index(folder)
        assert (report.indexed, [Path(each.path).name for each in report.failures]) == (1, ["broken.pdf"])
        reply = quaere.ask(WARRANTY, threshold=0.0)
        assert reply.answers[0].text in "# Aria pump\n\nThe warranty of the Aria pump is 24 months."
        assert [each.query.original for each in quaere.ask_batch([WARRANTY, "And the pump?"])] == [
            WARRANTY,
            "And the pump?",
        ]


def test_a_stream_ends_with_what_ask_gives(quaere: Quaere, folder: Path) -> None:
    async def stages() -> list[object]:
        return [stage async for stage in quaere.ask_stream(WARRANTY, threshold=0.0)]

    with quaere:
        quaere.index(folder / "manual.md")
        query, passages, reply = asyncio.run(stages())
        assert isinstance(query, Query)
        assert isinstance(reply, Reply)
        assert reply.answers == quaere.ask(WARRANTY, threshold=0.0).answers
        assert passages == reply.passages


def test_errors_are_of_one_kind_and_say_what_to_do(quaere: Quaere, tmp_path: Path) -> None:
    with quaere, pytest.raises(InputError, match="quaere index"):
        quaere.ask(WARRANTY)
    with pytest.raises(ConfigurationError, match=r"did you mean 'answers\.top'"):
        Quaere(tmp_path / "data", settings={"answers.topp": 3})
    assert issubclass(ConfigurationError, QuaereError)
