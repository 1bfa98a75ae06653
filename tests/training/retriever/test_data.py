"""What an embedder learns from and is measured by."""

from dataclasses import replace
from pathlib import Path

import pytest

from components.errors import InputError
from training.data.example import Example
from training.retriever.data import Triplet, search_of, triplets_of
from training.retriever.options import RetrieverOptions

OPTIONS = RetrieverOptions(data=(Path("x"),), out=Path("y"))


def example(number: int, *negatives: str, title: str = "") -> Example:
    passage = f"Number {number} is word{number}."
    return Example(str(number), f"what is {number}", passage, title, ((len(passage) - 6, len(passage) - 1),), negatives)


def test_own_negatives_come_first_and_random_ones_make_up_for_missing_ones() -> None:
    examples = [example(number, *(["Wrong.", "Worse."] if number == 0 else [])) for number in range(6)]
    made = triplets_of(examples, OPTIONS.model_copy(update={"negatives": 3}))
    assert made[0].negatives[:2] == ("Wrong.", "Worse.")
    passages = {each.passage for each in examples}
    for each in made:
        assert len(each.negatives) == len(set(each.negatives)) == 3
        assert each.passage not in each.negatives
        assert set(each.negatives) <= passages | {"Wrong.", "Worse."}
    assert made == triplets_of(examples, OPTIONS.model_copy(update={"negatives": 3}))
    assert made != triplets_of(examples, OPTIONS.model_copy(update={"negatives": 3, "seed": 1}))


def test_random_negatives_are_of_the_same_file() -> None:
    files = {"a": [example(number) for number in range(3)], "b": [example(number) for number in range(3, 9)]}
    examples = [replace(each, origin=name) for name, members in files.items() for each in members]
    made = triplets_of(examples, OPTIONS.model_copy(update={"negatives": 2}))
    assert set(made[0].negatives) == {files["a"][1].passage, files["a"][2].passage}
    assert set(made[5].negatives) < {each.passage for each in files["b"]}
    made = triplets_of(examples, OPTIONS.model_copy(update={"negatives": 3}))
    assert set(made[0].negatives[:2]) == {files["a"][1].passage, files["a"][2].passage}
    assert made[0].negatives[2] in {each.passage for each in files["b"]}


def test_random_negatives_do_not_hold_the_answer() -> None:
    holds = Example("h", "which", "This is word0, too.", spans=((0, 4),))
    made = triplets_of([example(0), holds, example(1)], OPTIONS)
    assert made[0].negatives == ("Number 1 is word1.",)
    with pytest.raises(InputError, match="0: only 0 of 1 negatives"):
        triplets_of([example(0), holds], OPTIONS)
    assert triplets_of([example(0)], OPTIONS.model_copy(update={"negatives": 0})) == (
        Triplet("what is 0", "Number 0 is word0.", ()),
    )


def test_titles_stand_before_all_passages_of_a_triplet_or_before_none() -> None:
    known = example(0, "Number 1 is word1.", title="Zero")
    unknown = example(2, "From elsewhere.", title="Two")
    made = triplets_of([known, example(1, "Number 0 is word0.", title="One"), unknown], OPTIONS)
    assert made[0] == Triplet("what is 0", "Zero\nNumber 0 is word0.", ("One\nNumber 1 is word1.",))
    assert made[2] == Triplet("what is 2", "Number 2 is word2.", ("From elsewhere.",))
    without = triplets_of([known, example(1, title="One")], OPTIONS.model_copy(update={"titles": False}))
    assert without[0].passage == "Number 0 is word0."


def test_passages_of_what_was_not_drawn_serve_as_negatives_with_their_titles() -> None:
    drawn = replace(example(0, "Number 1 is word1.", title="Zero"), origin="a/x")
    other = replace(example(1, title="One"), origin="a/y")
    options = RetrieverOptions(data=(Path("a/x"), Path("a/y")), out=Path("z"), counts={"y": 0})
    assert triplets_of([drawn, other], options) == (
        Triplet("what is 0", "Zero\nNumber 0 is word0.", ("One\nNumber 1 is word1.",)),
    )


def test_unanswered_examples_teach_nothing() -> None:
    assert triplets_of([replace(example(0), spans=())], OPTIONS) == ()


def test_a_search_holds_all_right_passages_and_as_many_others_as_it_may() -> None:
    examples = [example(number, f"Wrong {number}.") for number in range(10)]
    examples.append(replace(example(0), id="again", passage="Another right one."))
    examples.append(replace(example(0), id="none", question="why", spans=()))
    search = search_of(examples, OPTIONS.model_copy(update={"sample": 50, "passages": 15}))
    assert sorted(search.questions) == sorted({each.question for each in examples} - {"why"})
    place = search.questions.index("what is 0")
    assert {search.passages[at] for at in search.relevant[place]} == {"Number 0 is word0.", "Another right one."}
    assert len(search.passages) == len(set(search.passages)) == 15
    small = search_of(examples, OPTIONS.model_copy(update={"sample": 3, "passages": 2}))
    assert len(small.questions) <= 3
    assert all(small.relevant)
