import pytest

from evaluation.metrics.containment import MOST_WORDS, answers, contains, held, plain


def test_marks_case_and_white_space_do_not_matter():
    assert plain("Set `max_Size`\n to\u00ad **5** |") == "set maxsize to 5 "
    assert contains(["max_size  TO 5"], "Set `max_size`\nto **5**", every=False)


@pytest.mark.parametrize(
    ("expected", "text", "every", "wanted"),
    [
        (["two", "three"], "one and two", False, True),
        (["two", "three"], "one and two", True, False),
        (["two", "three"], "three, two", True, True),
        (["two"], "", False, False),
        ([], "anything", False, False),
        ([], "anything", True, False),
    ],
)
def test_one_of_the_words_or_every_one(expected, text, every, wanted):
    assert contains(expected, text, every=every) == wanted


def test_what_is_too_long_answers_nothing():
    assert answers(["two"], "two " * MOST_WORDS, every=False)
    assert not answers(["two"], "two " * (MOST_WORDS + 1), every=False)
    assert held(["two", "three", "one"], "two one " * 1000) == 2
