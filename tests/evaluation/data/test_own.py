import pytest

from components.errors import InputError
from evaluation.data.own import read_own_dataset
from tests.evaluation.data.writing import write


def read(tmp_path, text, name="own.csv"):
    return read_own_dataset(write(tmp_path / name, text))


def test_the_three_columns(tmp_path):
    found = read(tmp_path, 'Question,Answer,Source\n"How long, exactly?",30 days,manual.pdf\n\nWho?,The owner,\n')
    first, second = found.questions
    assert (first.text, first.references, first.sources) == ("How long, exactly?", ("30 days",), ("manual.pdf",))
    assert (first.id, dict(first.relevant)) == ("2", {"2": 1})
    assert (second.id, second.sources) == ("4", ())
    assert found.corpus == ()


def test_further_answers_ids_and_questions_without_an_answer(tmp_path):
    text = "id;question;answer;answer_2;answerable\na;How long?;30 days;a month;\nb;Who?;;;no\nc;Where?;Here;;yes\n"
    first, second, third = read(tmp_path, text).questions
    assert (first.id, first.references) == ("a", ("30 days", "a month"))
    assert (second.answerable, second.references, dict(second.relevant)) == (False, (), {})
    assert third.answerable


def test_the_same_question_of_other_groups_is_another_one(tmp_path):
    text = 'question,answer,answerable,groups\nWhat code?,4711,,"staff, owners"\nWhat code?,,no,\n'
    first, second = read(tmp_path, text).questions
    assert (first.groups, second.groups) == (("staff", "owners"), ())


def test_a_table_of_another_separator_and_encoding(tmp_path):
    (tmp_path / "own.tsv").write_bytes("question\tanswer\nWie lange?\tFünf Tage, höchstens\n".encode("cp1252"))
    assert read_own_dataset(tmp_path / "own.tsv").questions[0].references == ("Fünf Tage, höchstens",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("question,source\nWho?,x\n", "'answer' must be among them"),
        ("", "'answer' and 'question' must be"),
        ("question,answer\n", "no row"),
        ("question,answer\nWho?,\n", r"own\.csv: line 2: 'Who\?' has no answer"),
        ("question,answer\nWho?\n", "line 2: .* has no answer"),
        ("question,answer\nWho?,me\n,you\n", "line 3: the question is missing"),
        ("question,answer,answerable\nWho?,me,no\n", "line 2: .* marked as not answerable"),
        ("question,answer,answerable\nWho?,me,maybe\n", "line 2: 'answerable' is 'maybe'"),
        ("question,answer\nWho?,me\nWho?,you\n", r"line 3: the question 'Who\?' stands already in .*line 2"),
        ("id,question,answer\n1,Who?,me\n1,What?,you\n", "line 3: the id '1' stands already"),
        ("question,answer\nWho?,me, myself\n", "line 2 has 3 cells under 2 columns"),
        ("question,answer,answer\nWho?,me,I\n", "two columns have the same name"),
    ],
)
def test_bad_rows_are_named(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read(tmp_path, text)


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "own.csv").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(InputError, match=r"own\.csv cannot be read"):
        read_own_dataset(tmp_path / "own.csv")
