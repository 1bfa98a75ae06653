"""The sample knowledge base holds what its questions expect, before any search is involved."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from components.converters.formats import expand, load
from components.converters.metadata import META_FILE, FolderMetadata
from ui.cli.commands.demo import knowledge_base

QUESTIONS = [json.loads(line) for line in (knowledge_base().parent / "questions.jsonl").read_text("utf-8").splitlines()]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
LIMIT = 2 * 1024 * 1024


def sources_of(question: dict) -> list[str]:
    source = question["source"]
    return [source] if isinstance(source, str) else source


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {Path(path).name: load(path).text for path in expand([knowledge_base()]).files}


def test_the_numbers_of_questions_are_those_that_the_floors_assume():
    assert len(QUESTIONS) == 68
    assert len(ANSWERABLE) == 56
    assert sum(question["paraphrased"] for question in ANSWERABLE) == 19
    assert len({question["id"] for question in QUESTIONS}) == 68


def test_every_line_has_the_same_fields():
    fields = {"id", "question", "answers", "source", "answerable", "paraphrased", "language", "kind"}
    for question in QUESTIONS:
        assert question.keys() - {"groups"} == fields
        assert question["answerable"] == bool(question["answers"]) == bool(question["source"])


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_each_accepted_answer_stands_verbatim_in_its_source(question, texts):
    for answer in question["answers"]:
        assert any(answer in texts[source] for source in sources_of(question)), answer


def test_every_format_and_language_of_the_promise_is_there(texts):
    endings = Counter(Path(name).suffix for name in texts)
    assert endings.keys() == {".pdf", ".docx", ".html", ".md", ".rst", ".csv", ".jsonl", ".txt"}
    assert {question["language"] for question in ANSWERABLE} == {"en", "de", "zh", "es"}


def test_what_staff_alone_may_read_needs_their_group(texts):
    metadata = FolderMetadata()
    restricted = {
        Path(path).name
        for path in expand([knowledge_base()]).files
        if "staff" in metadata.external(path).get("groups", ())
    }
    assert restricted
    for question in ANSWERABLE:
        assert (question.get("groups") == ["staff"]) == restricted.issuperset(sources_of(question))


def test_the_expired_leaflet_contradicts_the_policy(texts):
    leaflet = next(knowledge_base().rglob("warranty-leaflet-2022.md"))
    assert FolderMetadata().external(leaflet)["valid_until"] < "2024"
    assert "restocking fee of 20 percent" in texts[leaflet.name]
    assert "restocking fee of 15 percent" in texts["warranty-and-returns.docx"]


def test_metadata_and_synonyms_are_valid_and_small():
    with (knowledge_base() / "synonyms.toml").open("rb") as file:
        synonyms = tomllib.load(file)
    assert all(len(group["words"]) > 1 for group in synonyms["group"])
    assert synonyms["acronyms"]["RMA"] == "return merchandise authorization"
    assert (knowledge_base() / META_FILE).is_file()
    assert sum(path.stat().st_size for path in knowledge_base().parent.rglob("*") if path.is_file()) < LIMIT


def test_the_demo_asks_three_questions_of_which_one_has_no_answer():
    demo = tomllib.loads((knowledge_base().parent / "demo.toml").read_text("utf-8"))["questions"]
    known = {question["question"]: question["answerable"] for question in QUESTIONS}
    assert sorted(known[question] for question in demo) == [False, True, True]
