import gzip

import pytest

from components.errors import InputError
from evaluation.data.files import sha256
from evaluation.data.squad import read_questions, read_squad_dataset
from tests.evaluation.data.writing import write


def squad(**changes):
    question = {
        "id": "q1",
        "question": "How long?",
        "answers": [{"text": "three years", "answer_start": 9}, {"text": "years", "answer_start": 15}],
        "is_impossible": False,
    } | changes
    paragraph = {"context": "It lasts three years.", "qas": [question]}
    return {"data": [{"title": "Manual", "paragraphs": [{"context": "First.", "qas": []}, paragraph]}]}


@pytest.mark.parametrize("name", ["q.json", "q.json.gz"])
def test_questions_know_their_references_and_paragraph(tmp_path, name):
    file = read_questions(write(tmp_path / name, squad()))
    (question,) = file.questions
    assert (question.id, question.references) == ("q1", ("three years", "years"))
    assert file.paragraphs[question.paragraph].text == "It lasts three years."
    assert file.article_of(question) == "Manual"
    assert file.articles() == ["Manual"]


def test_an_impossible_question_has_no_references(tmp_path):
    file = read_questions(write(tmp_path / "q.json", squad(is_impossible=True, answers=[])))
    assert file.questions[0].references == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answers": [{"text": "three years", "answer_start": 3}]}, ["question q1", "'three years'", "3"]),
        ({"answers": []}, ["question q1", "no answer"]),
        ({"is_impossible": True}, ["question q1", "impossible"]),
        ({"question": " "}, ["question q1", "'question'"]),
        ({"id": None}, ["paragraph 2", "'id'"]),
        ({"answers": "three"}, ["question q1", "'answers'", "str"]),
    ],
)
def test_a_bad_label_names_its_row(tmp_path, change, words):
    with pytest.raises(InputError) as caught:
        read_questions(write(tmp_path / "q.json", squad(**change)))
    for word in ("q.json", *words):
        assert word in str(caught.value)


def test_an_id_that_occurs_twice_is_refused(tmp_path):
    data = squad()
    data["data"].append(squad()["data"][0])
    with pytest.raises(InputError, match=r"article 2 .*'q1' stands already in .*article 1"):
        read_questions(write(tmp_path / "q.json", data))


@pytest.mark.parametrize("content", ["{", "[]", '{"data": 3}', '{"data": [{"title": "x"}]}'])
def test_other_files_are_refused(tmp_path, content):
    with pytest.raises(InputError, match=r"q\.json"):
        read_questions(write(tmp_path / "q.json", content))


def test_damaged_and_missing_files_are_named(tmp_path):
    (tmp_path / "q.json.gz").write_bytes(gzip.compress(b"{}")[:10])
    for name in ("q.json.gz", "missing.json"):
        with pytest.raises(InputError, match=name):
            read_questions(tmp_path / name)


def test_the_checksum_is_that_of_the_bytes(tmp_path):
    assert sha256(write(tmp_path / "x.txt", "abc")).startswith("ba7816bf")


def test_the_data_set_knows_which_paragraph_answers(tmp_path):
    data = squad()
    data["data"][0]["paragraphs"][0]["qas"] = [{"id": "n", "question": "?", "answers": [], "is_impossible": True}]
    found = read_squad_dataset(write(tmp_path / "q.json", data))
    none, one = found.questions
    assert (one.answerable, dict(one.relevant), one.document) == (True, {"1": 1}, "1")
    assert (none.answerable, dict(none.relevant), none.document) == (False, {}, "0")
    assert found.documents == {"0": "First.", "1": "It lasts three years."}
    assert found.tasks == ("answering", "reading", "retrieval")
    assert found.corpus == found.files == (tmp_path / "q.json",)


def test_a_file_without_questions_measures_nothing(tmp_path):
    empty = {"data": [{"title": "A", "paragraphs": [{"context": "Words.", "qas": []}]}]}
    with pytest.raises(InputError, match="no question"):
        read_squad_dataset(write(tmp_path / "q.json", empty))
