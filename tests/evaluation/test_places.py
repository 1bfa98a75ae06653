import json

import pytest

from components.converters.formats import load
from evaluation.data.dataset import DataSetQuestion
from evaluation.data.squad import read_questions
from evaluation.gold import TextPlace
from evaluation.places import Gold, answer_places, mentions
from evaluation.tasks.measured import documents_in, ranking_values

GOLD = Gold(
    {
        "a": [TextPlace("one", 0, 100)],
        "b": [TextPlace("one", 102, 120)],
        "c": [TextPlace("two", 0, 50), TextPlace("three", 10, 60)],
        "dropped": [],
    }
)


def test_a_passage_holds_what_stands_at_its_place():
    assert GOLD.keys_at(TextPlace("one", 0, 60)) == ["a"]
    assert GOLD.keys_at(TextPlace("one", 40, 120)) == ["a", "b"]
    # Two signs of "a" beside the whole of "b".
    assert GOLD.keys_at(TextPlace("one", 98, 120)) == ["b"]
    assert GOLD.keys_at(TextPlace("two", 0, 50)) == GOLD.keys_at(TextPlace("three", 0, 60)) == ["c"]
    assert GOLD.keys_at(TextPlace("one", 300, 400)) == GOLD.keys_at(TextPlace("four", 0, 10)) == []


def test_a_question_is_answered_by_any_of_its_documents():
    question = DataSetQuestion("q", "?", relevant={"b": 1, "c": 1, "dropped": 1})
    assert GOLD.holds(question, TextPlace("three", 0, 60))
    assert GOLD.holds(question, TextPlace("one", 100, 130))
    assert not GOLD.holds(question, TextPlace("one", 0, 60))


def test_passages_become_documents_each_at_its_first_passage():
    places = [
        (TextPlace("four", 0, 10),),
        (TextPlace("one", 0, 120),),
        (TextPlace("one", 0, 60),),
        (TextPlace("five", 0, 10), TextPlace("two", 0, 50)),
    ]
    ranking = documents_in(places, GOLD, DataSetQuestion("q", "?", relevant={"b": 1}))
    assert ranking[1:] == ["b", "a", "c"]
    assert ranking[0] not in ("a", "b", "c")


def test_passages_of_no_known_document_take_a_place_each():
    places = [(TextPlace("elsewhere", 0, 5),), (TextPlace("elsewhere", 6, 9),), (TextPlace("one", 0, 50),)]
    question = DataSetQuestion("q", "?", relevant={"a": 1})
    ranking = documents_in(places, GOLD, question)
    assert len(ranking) == 3 and len({name.split("\0")[0] for name in ranking}) == 3
    values = ranking_values(ranking, {ranking[2]: 1}, depth=30)
    assert (values["mrr@10"], values["map@30"], values["hit@1"]) == (pytest.approx(1 / 3), pytest.approx(1 / 3), 0)


@pytest.mark.parametrize(
    ("answer", "text", "starts"),
    [
        ("two  years", "It lasts Two\nyears, not two yearsish.", [9]),
        ("30", "A 30-day trial, 300 users, x30.", [2]),
        ("30天", "保修期共30天。", [4]),
        ("über", "darüber, über", [9]),
        ("$5", "US$5 and $5", [2, 9]),
        ("a", "a", [0]),
        ("a+b", "aab a+b", [4]),
    ],
)
def test_an_answer_is_found_as_whole_words(answer, text, starts):
    assert [place.start for place in mentions([answer], "s", text)] == starts


def test_a_question_with_known_answers_needs_one_of_them_whole():
    one, two = DataSetQuestion("q1", "?", relevant={"a": 1}), DataSetQuestion("q2", "?", relevant={"a": 1})
    gold = Gold({"a": [TextPlace("one", 0, 100)]}, {"q1": [TextPlace("one", 80, 90), TextPlace("one", 5, 9)]})
    assert not gold.holds(one, TextPlace("one", 10, 85))
    assert gold.holds(one, TextPlace("one", 70, 200))
    assert gold.holds(one, TextPlace("one", 5, 9))
    assert gold.holds(two, TextPlace("one", 10, 85))
    # A slice of the right document without the answer is no right document, and does not stand in its place.
    ranking = documents_in([(TextPlace("one", 10, 85),), (TextPlace("one", 70, 200),)], gold, one)
    assert ranking[1:] == ["a"]
    assert ranking[0] != "a"


def test_answers_to_other_questions_are_no_documents():
    gold = Gold({}, {"q1": [TextPlace("one", 40, 50)], "q2": [TextPlace("one", 0, 9), TextPlace("two", 0, 9)]})
    places = [(TextPlace("one", 0, 30),), (TextPlace("two", 0, 30),), (TextPlace("one", 31, 60),)]
    ranking = documents_in(places, gold, DataSetQuestion("q1", "?", relevant={"q1": 1}))
    assert len(ranking) == 3
    assert ranking[2] == "q1"
    assert documents_in(places, gold, DataSetQuestion("q2", "?", relevant={"q2": 1}))[0] == "q2"


def test_the_values_of_a_ranking_by_hand():
    values = ranking_values(["x", "a"], {"a": 1, "b": 1}, depth=30, stage="dense")
    assert values["dense_recall@5"] == 0.5
    assert (values["dense_hit@1"], values["dense_hit@5"]) == (0.0, 1.0)
    assert values["dense_mrr@10"] == 0.5
    assert values["dense_precision@10"] == pytest.approx(0.1)
    assert values["dense_set_f1@10"] == pytest.approx(2 / 12)
    assert values["dense_map@30"] == pytest.approx(0.25)
    assert "dense_recall@30" in values
    assert "dense_recall@100" not in values


def test_the_answers_of_a_question_file_stand_in_their_own_paragraph(tmp_path):
    answer = {"text": "Paris", "answer_start": 0}
    asked = [{"id": "q1", "question": "Where?", "answers": [answer]}]
    none = [{"id": "q2", "question": "Who?", "answers": [], "is_impossible": True}]
    paragraphs = [
        {"context": "Paris is far.", "qas": none},
        {"context": "Paris is near, Parisians say of Paris.", "qas": asked},
    ]
    path = tmp_path / "q.json"
    path.write_text(json.dumps({"data": [{"title": "T", "paragraphs": paragraphs}]}))
    found = answer_places(read_questions(path), "q.json")
    text = load(path).text
    second = text.index("Paris is near")
    assert list(found) == ["q1"]
    assert [place.start - second for place in found["q1"]] == [0, 32]
