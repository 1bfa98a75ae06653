"""Tables made by rule: the span is the cell that is asked for, and no negative answers."""

from collections import Counter

import pytest

from training.data.example import Example
from training.pairs.tables import ORIGIN, made_tables

TABLES = made_tables(400, seed=3)


def test_the_same_seed_makes_the_same_tables() -> None:
    assert made_tables(5, seed=3) == TABLES[:5]
    assert made_tables(5, seed=4) != TABLES[:5]
    assert made_tables(0, seed=3) == []


def test_there_are_tables_and_lists_of_many_subjects_each_with_its_id() -> None:
    lists = [each for each in TABLES if each.passage.startswith("- ")]
    assert 60 < len(lists) < 140
    assert len({each.title for each in TABLES}) > 8 and len({each.id for each in TABLES}) == len(TABLES)
    assert {each.origin for each in TABLES} == {ORIGIN}


@pytest.mark.parametrize("example", TABLES[:80], ids=lambda example: example.id)
def test_the_span_is_a_whole_cell_of_the_row_that_is_asked_for(example: Example) -> None:
    ((start, end),) = example.spans
    assert start == 0 or example.passage[start - 2 : start] in (": ", "- ")
    assert end == len(example.passage) or example.passage[end] in ";\n"
    line = example.passage[example.passage.rfind("\n", 0, start) + 1 :].split("\n")[0]
    cells = line.removeprefix("- ").split(": ") if line.startswith("- ") else _cells(line)
    # Either the row's name is asked about, or a value of it is asked back.
    assert any(cell in example.question for cell in cells)
    assert example.answers[0] not in example.question


def test_the_negatives_lack_the_row() -> None:
    for example in TABLES:
        ((start, _),) = example.spans
        line = example.passage[example.passage.rfind("\n", 0, start) + 1 :].split("\n")[0]
        assert example.negatives
        assert all(line not in negative.split("\n") for negative in example.negatives)


def test_a_value_is_asked_back_only_where_one_row_has_it() -> None:
    asked_back = [each for each in TABLES if each.question.startswith("Which ") and " has " in each.question]
    assert len(asked_back) > 20
    for example in asked_back:
        value = example.question.rsplit(" has ", 1)[1].rstrip("?")
        column = next(name for name in Counter(_names(example.passage)) if value.startswith(name.lower()))
        value = value.removeprefix(f"{column.lower()} ")
        rows = [line for line in example.passage.split("\n") if f"{column}: {value}" in line.split("; ")]
        assert len(rows) == 1


def _cells(line: str) -> list[str]:
    return [cell.split(": ", 1)[1] for cell in line.split("; ")]


def _names(passage: str) -> list[str]:
    return [cell.split(": ", 1)[0] for cell in passage.split("\n")[0].split("; ")]
