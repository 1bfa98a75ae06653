from collections.abc import Sequence

import pytest

from components.errors import InputError
from components.types import Reply
from tests.ui.replies import a_reply
from ui.cli.batch import CHUNK, BatchLine, answer_lines, read_lines


def lines_of(text: str) -> list[BatchLine]:
    return read_lines(text.encode().splitlines())


class Answering:
    """Answers every question but those that say "bad"."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, questions: Sequence[str]) -> list[Reply]:
        self.sizes.append(len(questions))
        if any("bad" in question for question in questions):
            raise InputError("the question is bad")
        return [a_reply(id=question) for question in questions]


def test_every_line_gets_its_reply_in_order_under_its_own_id() -> None:
    lines = [BatchLine(f"q{number}", f"question {number}") for number in range(CHUNK * 2 + 1)]
    answering = Answering()
    replies = list(answer_lines(lines, answering, InputError))
    assert [reply["id"] for reply in replies] == [line.id for line in lines]
    assert answering.sizes == [CHUNK, CHUNK, 1]


def test_one_refused_question_does_not_cost_the_others() -> None:
    lines = [BatchLine(1, "good"), BatchLine(2, "bad"), BatchLine(3, "good")]
    replies = list(answer_lines(lines, Answering(), InputError))
    assert [reply["id"] for reply in replies] == [1, 2, 3]
    assert replies[1] == {"id": 2, "error": "the question is bad"}
    assert replies[2]["answers"]


def test_an_error_of_the_program_is_not_hidden() -> None:
    def broken(questions: Sequence[str]) -> list[Reply]:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        list(answer_lines([BatchLine("1", "x"), BatchLine("2", "y")], broken, InputError))


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    lines = read_lines([b'\xef\xbb\xbf{"id": "1", "question": "a"}', b"  ", b"", b'{"id": 2, "question": "b"}'])
    assert lines == [BatchLine("1", "a"), BatchLine(2, "b")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1 is not JSON"),
        ("[" * 100_000, "line 1 is not JSON"),
        ("[1]", "line 1 is no JSON object"),
        ('{"question": "a"}', "the id is None"),
        ('{"id": true, "question": "a"}', "the id is True"),
        ('{"id": 1.5, "question": "a"}', "the id is 1.5"),
        ('{"id": "1"}', "the question is None"),
        ('{"id": "1", "question": 5}', "the question is 5"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str, words: str) -> None:
    (found,) = lines_of(line)
    assert found.error is not None
    assert words in found.error


def test_bytes_that_are_no_utf_8_are_an_error_of_that_line() -> None:
    bad, good = read_lines([b"\xff\xfe", b'{"id": "1", "question": "a"}'])
    assert bad.error is not None
    assert good.error is None


def test_the_id_of_a_line_without_a_question_is_kept() -> None:
    assert next(answer_lines(lines_of('{"id": "x"}'), Answering(), InputError))["id"] == "x"
