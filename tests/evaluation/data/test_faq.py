import pytest

from components.errors import InputError
from evaluation.data.faq import read_faq, read_faq_dataset, read_pairs
from tests.evaluation.data.writing import write

FAQ = [
    {"question": "Why?", "answer": "So."},
    {"question": "\nWhen is  it? ", "answer": "Now.\n"},
    {"question": "When is it?", "answer": "Now."},
]


def pair(one, other, similar="1"):
    return {"question_1": one, "question_2": other, "similar": similar}


def test_entries_and_judged_pairs(tmp_path):
    faq = write(tmp_path / "faq.jsonl", '{"question": "Why?", "answer": "So."}\n\n{"question": "A?", "answer": "B"}\n')
    assert [entry.question for entry in read_faq(faq)] == ["Why?", "A?"]
    (found,) = read_pairs(write(tmp_path / "pairs.jsonl", [pair("Why?", "How come?")]))
    assert (found.one, found.other, found.alike) == ("Why?", "How come?", True)


def test_a_row_without_answer_and_a_pair_without_judgement_are_named(tmp_path):
    bad = write(tmp_path / "bad.jsonl", '{"question": "Why?", "answer": "So."}\n{"question": "A?"}\n')
    with pytest.raises(InputError, match=r"bad\.jsonl: line 2.*answer"):
        read_faq(bad)
    worse = write(tmp_path / "worse.jsonl", '{"question_1": "Why?", "question_2": "How come?"}')
    with pytest.raises(InputError, match=r"line 1.*similar"):
        read_pairs(worse)
    with pytest.raises(InputError, match=r"line 2 is not valid JSON"):
        read_pairs(write(tmp_path / "worst.jsonl", '{"question_1": "a", "question_2": "b", "similar": 1}\n{'))


def test_a_paraphrase_is_asked_once_and_knows_every_row_that_answers_it(tmp_path):
    faq = write(tmp_path / "faq.jsonl.gz", FAQ)
    pairs = [
        pair("When is it?", "At what time?"),
        pair("When is it?", "At what\ntime?"),
        pair("Why?", "At what time?", "0"),
        pair("Why?", "For what reason?"),
    ]
    found = read_faq_dataset(faq, write(tmp_path / "pairs.jsonl", pairs))
    first, second = found.questions
    assert (first.text, dict(first.relevant), first.references) == ("At what time?", {"2": 1, "3": 1}, ("Now.",))
    assert (second.text, dict(second.relevant)) == ("For what reason?", {"1": 1})
    assert found.documents["2"] == "When is  it?\nNow."
    assert found.tasks[0] == "faq"


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([pair("Why?", "x"), pair("Who?", "y")], r"line 2: .*faq\.jsonl holds no question 'Who\?'"),
        ([pair("Why?", "x"), pair("Why?", "x", "0")], "line 2: .*other way in .*line 1"),
        ([pair("Why?", "x", "0")], "no pair is alike"),
        ([], "no pair is alike"),
    ],
)
def test_pairs_that_measure_nothing_are_refused(tmp_path, pairs, words):
    with pytest.raises(InputError, match=words):
        read_faq_dataset(write(tmp_path / "faq.jsonl", FAQ), write(tmp_path / "pairs.jsonl", pairs))
