"""Files of labelled questions as checked examples: each form, repairs, repeats, overlaps, and what cannot be used."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import InputError
from training.data.example import read_examples
from training.data.record import Record, StatedAnswer, checked_spans, is_whole, occurrences

PASSAGE = "The Aria pump weighs 12 kilograms. Its warranty is 24 months, or 24 weeks for parts."


def squad(path: Path, *questions: dict[str, Any], context: str = PASSAGE, others: Any = ()) -> Path:
    paragraph = {"context": context, "qas": list(questions)}
    content = {"data": [{"title": "Aria", "paragraphs": [paragraph]}], "others": list(others)}
    text = json.dumps(content)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def asked(identifier: str, text: str, answer: str = "", start: int = 0, **more: Any) -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": start}] if answer else []
    return {"id": identifier, "question": text, "answers": answers, "is_impossible": not answers, **more}


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


# Forms


@pytest.mark.parametrize("name", ["train.json", "train.json.gz"])
def test_squad_files_of_both_versions(name: str, tmp_path: Path) -> None:
    file = squad(
        tmp_path / name,
        asked("one", "How heavy is it?", "12 kilograms", PASSAGE.index("12")),
        asked("two", "How tall is it?"),
    )
    one, two = read_examples([file]).examples
    assert (one.id, one.title, one.answers, one.origin) == ("one", "Aria", ("12 kilograms",), str(file))
    assert (two.spans, two.answers, two.whole) == ((), (), False)


def test_json_lines_with_answers_without_and_with_whole_passages(tmp_path: Path) -> None:
    start = PASSAGE.index("24 months")
    file = lines(
        tmp_path / "rows.jsonl",
        {"id": 7, "question": "How long?", "context": PASSAGE, "answer": "24 months", "answer_start": start},
        {"question": "How tall?", "passage": PASSAGE, "is_impossible": True},
        {"query": "aria warranty", "positive": PASSAGE, "negatives": ["Brio is green.", "Cask is a tank."]},
        {"question": "Who sells it?", "answer": "Every dealer does."},
    )
    spanned, impossible, ranked, answered = read_examples([file]).examples
    assert (spanned.id, spanned.spans) == ("7", ((start, start + 9),))
    assert impossible.spans == () and impossible.id == f"{file}: line 2"
    assert (ranked.whole, ranked.negatives) == (True, ("Brio is green.", "Cask is a tank."))
    assert ranked.spans == ((0, len(PASSAGE)),)
    assert answered.passage == "Every dealer does."
    assert read_examples([file]).readable() == (spanned, impossible)


def test_tables_and_passages_by_number(tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(f'question,passage,answer\nHow heavy?,"{PASSAGE}",12 kilograms\n', "utf-8")
    passages = tmp_path / "passages.tsv"
    passages.write_text(f'pid\ttitle\ttext\n0\tAria\t{PASSAGE}\n1\tBrio\tBrio is "green".\n', "utf-8")
    ranking = lines(tmp_path / "train.jsonl", {"qid": "q", "query": "aria weight", "pos": [0], "neg": [1]})
    pair, ranked = read_examples([passages, table, ranking]).examples
    assert pair.answers == ("12 kilograms",)
    assert (ranked.title, ranked.passage, ranked.negatives) == ("Aria", PASSAGE, ('Brio is "green".',))
    with pytest.raises(InputError, match=r"train\.jsonl: line 1 names passage 0, which no table"):
        read_examples([ranking])


def test_feedback_that_marks_no_place_is_reported(tmp_path: Path) -> None:
    file = squad(
        tmp_path / "feedback.json",
        asked("one", "How heavy is it?", "12 kilograms", PASSAGE.index("12")),
        others=[{"id": "f7", "question": "q", "verdict": "right"}],
    )
    report = read_examples([file]).report
    assert dict(report.dropped) == {"feedback without a marked place": 1}
    assert "feedback f7" in "\n".join(report.lines())


# Repairs


def test_an_answer_beside_its_offset_is_put_right_where_it_occurs_once(tmp_path: Path) -> None:
    found = read_examples([squad(tmp_path / "a.json", asked("one", "How heavy?", "12 kilograms", 3))])
    assert found.examples[0].answers == ("12 kilograms",)
    assert dict(found.report.repaired) == {"one place found": 1}


def test_of_several_occurrences_all_count_and_chosen_offsets_prove_nothing(tmp_path: Path) -> None:
    at = PASSAGE.index("24")
    exact = read_examples([squad(tmp_path / "exact.json", asked("one", "How long?", "24", at))])
    wrong = read_examples([squad(tmp_path / "wrong.json", asked("one", "How long?", "24", 0))])
    chosen = read_examples([squad(tmp_path / "chosen.json", asked("one", "How long?", "24", at, offset="heuristic"))])
    both = ((at, at + 2), (PASSAGE.rindex("24"), PASSAGE.rindex("24") + 2))
    assert exact.examples[0].spans == both[:1] and not exact.report.repaired
    assert wrong.examples[0].spans == chosen.examples[0].spans == both
    assert dict(wrong.report.repaired) == {"all places of the answer taken": 1}


def test_an_answer_that_stands_nowhere_is_dropped_with_its_place(tmp_path: Path) -> None:
    found = read_examples([squad(tmp_path / "a.json", asked("one", "How heavy?", "13 kilograms", 0))])
    assert found.examples == ()
    (line,) = found.report.lines()
    assert line.startswith("1 dropped: the answer does not stand in the passage") and "question 'one'" in line


def test_places_inside_longer_words_count_only_where_there_is_no_other() -> None:
    assert occurrences("cat concat", "cat") == [0]
    assert occurrences("concat", "cat") == [3]
    assert occurrences("泵的重量是十二公斤", "十二") == [5]
    assert is_whole("a 12kg pump", 2, 4) is False


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 10), st.none() | st.integers(-3, 50), st.booleans())
def test_spans_hold_the_answer_whatever_the_text(
    passage: str, start: int, length: int, stated: int | None, chosen: bool
) -> None:
    answer = passage[start : start + length]
    record = Record("here", "q", passage, answers=(StatedAnswer(answer, stated),), chosen=chosen)
    spans, _ = checked_spans(record)
    assert all(passage[first:last] == answer.strip() for first, last in spans)
    assert bool(spans) == bool(answer)


# Repeats and evaluation data


def test_a_repeat_counts_once_and_gives_its_negatives(tmp_path: Path) -> None:
    first = lines(tmp_path / "a.jsonl", {"query": "Aria warranty?", "positive": PASSAGE, "negatives": ["Brio."]})
    again = lines(
        tmp_path / "b.jsonl", {"query": "aria  WARRANTY", "positive": PASSAGE, "negatives": ["Brio.", "Cask."]}
    )
    found = read_examples([first, again])
    assert [each.negatives for each in found.examples] == [("Brio.", "Cask.")]
    assert sum(found.report.dropped.values()) == 1


def test_what_evaluation_data_hold_is_dropped(tmp_path: Path) -> None:
    kept_aside = squad(tmp_path / "dev.json", asked("d", "How heavy is the Aria?", "12 kilograms", PASSAGE.index("12")))
    train = lines(
        tmp_path / "train.jsonl",
        {"question": "Something else?", "passage": PASSAGE.upper(), "answer": "12"},
        {"question": "how heavy is the aria", "passage": "It weighs 12 kg.", "answer": "12 kg"},
        {"question": "Who made it?", "passage": "Fenlark made it.", "answer": "Fenlark", "negatives": [PASSAGE, "No."]},
    )
    found = read_examples([train], evaluation=[kept_aside])
    assert [each.question for each in found.examples] == ["Who made it?"]
    assert found.examples[0].negatives == ("No.",)
    assert dict(found.report.dropped) == {
        "the evaluation data hold the passage": 1,
        "the evaluation data hold the question": 1,
    }


def test_ids_that_repeat_are_told_apart(tmp_path: Path) -> None:
    file = lines(
        tmp_path / "a.jsonl",
        {"id": "x", "question": "One?", "passage": PASSAGE, "answer": "12"},
        {"id": "x", "question": "Two?", "passage": PASSAGE, "answer": "24 months"},
    )
    assert [each.id for each in read_examples([file]).examples] == ["x", "x#2"]


# What cannot be used


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "line 1 is not valid JSON"),
        ([1], "line 1 is list; each line must be an object"),
        ({"q": "How?"}, "line 1 has the fields q; one of question"),
        ({"question": "How?"}, "one of passage"),
        ({"question": 3, "passage": "p"}, "'question' is 3; a text is needed"),
        (
            {"question": "q", "passage": "p", "answer": "p", "is_impossible": True},
            "marked impossible but has an answer",
        ),
        ({"question": "q", "passage": "p", "answer": "p", "is_impossible": "maybe"}, "'is_impossible' is 'maybe'"),
        ({"question": "q", "passage": "p", "answer": "p", "answer_start": "x"}, "'answer_start' is 'x'"),
        ({"question": "q", "passage": ["p", "r"], "answer": "p"}, "2 passages with one answer"),
        ({"question": "q", "passage": "p", "answers": {"text": ["p"], "answer_start": []}}, "1 texts and 0 starts"),
    ],
)
def test_an_error_names_file_and_line(row: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as raised:
        read_examples([lines(tmp_path / "rows.jsonl", row)])
    assert "rows.jsonl: line 1" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"[]", "'data' is NoneType"),
        ("a.json", b"{", "not valid JSON"),
        ("a.txt", b"text", "files of this name are not read"),
        ("a.jsonl.gz", b"no gzip", "cannot be read"),
        ("a.csv", b"question,passage\nonly one\n", "line 2 has 1 columns; the header has 2"),
        ("a.jsonl", b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as raised:
        read_examples([tmp_path / name])
    assert name in str(raised.value)


def test_a_question_that_is_labelled_both_ways_is_named(tmp_path: Path) -> None:
    unlabelled = {"id": "one", "question": "How?", "answers": []}
    with pytest.raises(InputError, match=r"question 'one' has no answer and is not marked impossible"):
        read_examples([squad(tmp_path / "a.json", unlabelled)])


# Groups of questions


def test_questions_in_groups_answer_each_other_and_the_most_similar_of_other_groups_do_not(tmp_path: Path) -> None:
    rows = [
        {"text": "Where is my card?", "category": "arrival"},
        {"text": "My card has not come", "category": "arrival"},
        {"text": "Where is my card blocked?", "category": "blocked"},
        {"text": "How do I pay in yen?", "category": "currency"},
        {"text": "The only one", "category": "single"},
    ]
    found = read_examples([lines(tmp_path / "groups.jsonl", *rows)]).examples
    assert [(each.question, each.passage) for each in found] == [
        ("Where is my card?", "My card has not come"),
        ("My card has not come", "Where is my card?"),
    ]
    assert all(each.whole for each in found)
    assert found[0].negatives[0] == "Where is my card blocked?"
    assert {"Where is my card?", "My card has not come"}.isdisjoint(found[0].negatives)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"text": "a", "intent": "x"}, {"text": "b"}], r"groups.jsonl: line 2 has no group"),
        ([{"text": "a", "intent": "x"}, {"text": " ", "intent": "y"}], r"line 2: 'text' is ' '"),
        ([{"text": "a", "intent": "x"}, {"text": "b", "intent": "x"}], r"single group, 'x'"),
    ],
)
def test_a_file_of_groups_that_cannot_be_used(rows: list[Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_examples([lines(tmp_path / "groups.jsonl", *rows)])
