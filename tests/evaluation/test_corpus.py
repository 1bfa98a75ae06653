import pytest
from haystack import Document

from components.errors import InputError
from evaluation.corpus import index_corpus, settings_for
from evaluation.data.reading import read_dataset
from evaluation.gold import TextPlace
from evaluation.places import places_of
from pipelines.service import QAService
from tests.evaluation.data.writing import write
from tests.evaluation.small import small_settings, write_squad


def test_an_index_belongs_to_one_corpus_and_one_way_of_indexing(tmp_path, tiny_models):
    dataset = read_dataset(write_squad(tmp_path / "q.json"))
    settings = small_settings(tiny_models, tmp_path / "own")

    def folder(dataset, others=None):
        return settings_for(dataset, settings.with_values(others or {}), tmp_path / "work").data

    first = folder(dataset)
    assert first.parent == tmp_path / "work"
    assert folder(dataset, {"search.candidates": 5, "models.reader": "another", "answers.threshold": 0.5}) == first
    decisive = {"index.passage_tokens": 60, "models.embedder": "another", "models.backend": "torch"}
    others = {folder(dataset, {name: value}) for name, value in decisive.items()}
    more = read_dataset(tmp_path / "q.json", passages=write(tmp_path / "more.tsv", "title\ttext\nA\tMore.\n"))
    write_squad(tmp_path / "q.json", ["where is goethe"])
    assert len({first, *others, folder(more), folder(dataset)}) == 6


def test_data_without_a_corpus_are_measured_on_the_users_index(tmp_path, tiny_models):
    settings = small_settings(tiny_models, tmp_path / "own")
    dataset = read_dataset(write(tmp_path / "own.csv", "question,answer\nWho?,me\n"))
    assert settings_for(dataset, settings, tmp_path / "work") is settings


def test_an_index_that_holds_anything_else_is_refused(tmp_path, tiny_models):
    one, other = write(tmp_path / "one.txt", "The pump."), write(tmp_path / "other.txt", "The capital.")
    with QAService(small_settings(tiny_models, tmp_path / "data")).open(writable=True) as service:
        index_corpus(service, [one, other])
        assert index_corpus(service, [one, other]).unchanged == 2
        with pytest.raises(InputError, match="1 sources that do not belong"):
            index_corpus(service, [one])
        with pytest.raises(InputError, match=r"broken\.json was not indexed"):
            index_corpus(service, [one, other, write(tmp_path / "broken.json", "{")])


def test_near_duplicates_stand_for_each_other():
    twin = {"source": "two", "start": 3, "end": 9, "title": None}
    document = Document(content="words", meta={"source": "one", "start": 0, "end": 5, "duplicates": [twin]})
    assert places_of(document) == (TextPlace("one", 0, 5), TextPlace("two", 3, 9))
