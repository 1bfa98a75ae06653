"""Answered questions as rows of a FAQ."""

import random
from dataclasses import replace

from training.data.example import Example
from training.pairs.faq_rows import FaqRows

PASSAGE = "The bridge was built in 1931 by Ada Weber. It is 210 m long. Its colour is red."


def example(question: str, answer: str) -> Example:
    start = PASSAGE.index(answer)
    return Example(question, question, PASSAGE, "Bridges", ((start, start + len(answer)),), origin="f.json")


BUILT = example("When was the bridge built?", "1931")
BUILDER = example("By whom was the bridge built?", "Ada Weber")
LENGTH = example("How long is it?", "210 m")


def test_a_row_holds_the_question_and_the_sentence_that_answers_it() -> None:
    right, wrong = FaqRows([BUILT, BUILDER, LENGTH]).rows(BUILT, "the bridge built when?", random.Random(1))
    assert right.question == wrong.question == "the bridge built when?"
    assert right.passage == "When was the bridge built?\nThe bridge was built in 1931 by Ada Weber."
    assert right.relevant and not wrong.relevant


def test_no_words_are_marked_in_it_and_the_other_row_has_none_to_mark() -> None:
    right, wrong = FaqRows([BUILT, LENGTH]).rows(BUILT, "x", random.Random(1))
    assert not right.readable
    assert wrong.readable and wrong.spans == ()


def test_the_other_row_is_the_most_similar_one_with_another_answer() -> None:
    same_answer = replace(BUILT, question="When was the bridge finished and built?")
    _, wrong = FaqRows([LENGTH, BUILT, same_answer, BUILDER]).rows(BUILT, "x", random.Random(1))
    assert wrong.passage.startswith("By whom was the bridge built?\n")


def test_rows_of_other_articles_are_not_taken() -> None:
    elsewhere = replace(BUILDER, title="Rivers")
    assert len(FaqRows([BUILT, elsewhere]).rows(BUILT, "x", random.Random(1))) == 1


def test_only_prose_that_is_answered_by_some_words_becomes_a_row() -> None:
    assert FaqRows.fits(BUILT)
    assert not FaqRows.fits(replace(BUILT, spans=()))
    assert not FaqRows.fits(replace(BUILT, whole=True))
    assert not FaqRows.fits(replace(BUILT, origin="tables"))
