import json

import pytest

from components.errors import InputError
from components.loading import load
from evaluation.data.squad import read_questions
from evaluation.gold import gold_places
from evaluation.provenance import peak_memory, provenance


def squad(path, contexts):
    paragraphs = [{"context": context, "qas": []} for context in contexts]
    path.write_text(json.dumps({"data": [{"title": "A_title", "paragraphs": paragraphs}]}))
    return path


def test_a_passage_is_judged_by_its_place(tmp_path):
    path = squad(tmp_path / "q.json", ["Equal words.", "Equal words.", " Padded "])
    gold = gold_places(read_questions(path), "q.json")
    text = load(path).text
    assert [text[start:end] for start, end in gold.spans] == ["Equal words.", "Equal words.", "Padded"]
    start, end = gold.spans[1]
    assert gold.holds(1, "q.json", start + 2, end)
    assert not gold.holds(0, "q.json", start, end)
    assert not gold.holds(1, "other.json", start, end)
    assert not gold.holds(1, "q.json", end, end + 5)
    # A passage over all paragraphs holds each; one that runs two signs into a paragraph does not.
    assert all(gold.holds(paragraph, "q.json", 0, len(text)) for paragraph in range(3))
    assert not gold.holds(1, "q.json", 0, start + 2)


def test_a_paragraph_that_indexing_drops_is_reported(tmp_path):
    path = squad(tmp_path / "q.json", ["Words.", "\0"])
    with pytest.raises(InputError, match="2 labelled paragraphs, but 1"):
        gold_places(read_questions(path), "q.json")


def test_provenance_names_what_a_figure_depends_on(tmp_path):
    path = squad(tmp_path / "q.json", ["Words."])
    found = provenance([path])
    assert set(found) == {"date", "commit", "machine", "versions", "data"}
    assert len(found["data"]["q.json"]) == 64
    assert found["machine"]["cores"] >= 1
    json.dumps(found)
    assert peak_memory() > 10_000_000
