import pytest

from training.calibration.evidence import is_right
from training.calibration.labelled import Asked

ASKED = Asked("q", "How long?", "Contract", "answerable", ("three years",), "It lasts three years.")


@pytest.mark.parametrize(
    ("text", "whole", "expected"),
    [
        ("three years", False, True),
        ("for three whole years", False, True),  # F1 of 2/3
        ("three apples and two pears", False, False),
        ("It lasts three years.", True, True),
        ("It lasts thirty-three yearsish.", True, False),
    ],
)
def test_what_counts_as_right(text, whole, expected):
    assert is_right(text, whole, ASKED) is expected


def test_an_unanswerable_question_has_no_right_answer():
    assert not is_right("", False, Asked("q", "How long?", "Contract", "impossible"))
