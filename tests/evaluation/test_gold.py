import json

import pytest

from components.converters.formats import load
from components.errors import InputError
from evaluation.gold import TextPlace, paragraph_places
from evaluation.provenance import peak_memory, provenance


def squad(path, contexts):
    paragraphs = [{"context": context, "qas": []} for context in contexts]
    path.write_text(json.dumps({"data": [{"title": "A_title", "paragraphs": paragraphs}]}))
    return path


def test_paragraphs_have_their_places(tmp_path):
    path = squad(tmp_path / "q.json", ["Equal words.", "Equal words.", " Padded "])
    first, second, padded = paragraph_places(path, 3, "q.json")
    text = load(path).text
    assert [text[place.start : place.end] for place in (first, second, padded)] == ["Equal words."] * 2 + ["Padded"]
    assert second.is_held_by(TextPlace("q.json", second.start + 2, second.end))
    assert not first.is_held_by(second)
    assert not second.is_held_by(TextPlace("other.json", second.start, second.end))
    assert not second.is_held_by(TextPlace("q.json", second.end, second.end + 5))
    # A passage over all paragraphs holds each; one that runs two signs into a paragraph does not.
    assert all(place.is_held_by(TextPlace("q.json", 0, len(text))) for place in (first, second, padded))
    assert not second.is_held_by(TextPlace("q.json", 0, second.start + 2))


def test_a_paragraph_that_indexing_drops_is_reported(tmp_path):
    path = squad(tmp_path / "q.json", ["Words.", "\0"])
    with pytest.raises(InputError, match="2 labelled paragraphs, but 1"):
        paragraph_places(path, 2, "q.json")


def test_provenance_names_what_a_figure_depends_on(tmp_path):
    path = squad(tmp_path / "q.json", ["Words."])
    found = provenance([path])
    assert set(found) == {"date", "commit", "machine", "versions", "data"}
    assert len(found["data"]["q.json"]) == 64
    assert found["machine"]["cores"] >= 1
    json.dumps(found)
    assert peak_memory() > 10_000_000
