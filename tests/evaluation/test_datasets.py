import gzip
import json

import pytest

from components.errors import InputError
from evaluation.datasets import read_faq, read_pairs, read_passages, read_questions, sha256


def squad(**changes):
    question = {
        "id": "q1",
        "question": "How long?",
        "answers": [{"text": "three years", "answer_start": 9}, {"text": "years", "answer_start": 15}],
        "is_impossible": False,
    } | changes
    paragraph = {"context": "It lasts three years.", "qas": [question]}
    return {"data": [{"title": "Manual", "paragraphs": [{"context": "First.", "qas": []}, paragraph]}]}


def write(path, content):
    data = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


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
    with pytest.raises(InputError, match=r"article 2 .*'q1' occurs twice"):
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


def test_passages_of_a_table(tmp_path):
    path = write(tmp_path / "p.tsv.gz", 'pid\ttitle\ttext\n0\tA\tThe "first.\n1\tB\tSecond.\n')
    assert [(passage.article, passage.text) for passage in read_passages(path)] == [
        ("A", 'The "first.'),
        ("B", "Second."),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [("pid\ttext\n", "title"), ("title\ttext\nA\n", "row 1 has 1"), ("title\ttext\nA\tb\nB\t\n", "row 2")],
)
def test_a_bad_table_names_its_row(tmp_path, content, words):
    with pytest.raises(InputError, match=words):
        read_passages(write(tmp_path / "p.tsv", content))


def test_faq_entries_and_judged_pairs(tmp_path):
    faq = write(tmp_path / "faq.jsonl", '{"question": "Why?", "answer": "So."}\n\n{"question": "A?", "answer": "B"}\n')
    assert [entry.question for entry in read_faq(faq)] == ["Why?", "A?"]
    pairs = write(tmp_path / "pairs.jsonl", '{"question_1": "Why?", "question_2": "How come?", "similar": "1"}\n')
    (pair,) = read_pairs(pairs)
    assert (pair.one, pair.other, pair.alike) == ("Why?", "How come?", True)
    bad = write(tmp_path / "bad.jsonl", '{"question": "Why?", "answer": "So."}\n{"question": "A?"}\n')
    with pytest.raises(InputError, match="line 2"):
        read_faq(bad)
    worse = write(tmp_path / "worse.jsonl", '{"question_1": "Why?", "question_2": "How come?"}')
    with pytest.raises(InputError, match=r"line 1.*similar"):
        read_pairs(worse)


def test_the_checksum_is_that_of_the_bytes(tmp_path):
    assert sha256(write(tmp_path / "x.txt", "abc")).startswith("ba7816bf")
