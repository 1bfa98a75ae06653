"""Columns of a line become characters with places; spaces that the network nearly saw are put back."""

import numpy as np
import pytest

from components.converters.ocr.decoding import ReadLine, read_columns

CHARACTERS = ("a", "b", "中", "文", " ")


def columns(*seen: str, spaces: dict[int, float] | None = None) -> np.ndarray:
    """One row a column: "-" for nothing new, else a character, each with 0.9."""
    rows = np.full((len(seen), len(CHARACTERS) + 1), 0.02, np.float32)
    for number, char in enumerate(seen):
        rows[number, 0 if char == "-" else CHARACTERS.index(char) + 1] = 0.9
    for number, share in (spaces or {}).items():
        rows[number, -1] = share
    return rows


def read(*seen: str, spaces: dict[int, float] | None = None) -> ReadLine:
    line = read_columns(columns(*seen, spaces=spaces), CHARACTERS, len(seen))
    assert line is not None
    return line


def test_repeated_columns_are_one_character_unless_nothing_stands_between() -> None:
    assert read("a", "a", "-", "a", "b", "b").text == "aab"


def test_each_character_has_its_place_and_the_line_the_mean_of_their_scores() -> None:
    line = read("-", "a", "-", "b")
    assert (line.text, line.places) == ("ab", (0.375, 0.875))
    assert line.score == pytest.approx(0.9)


def test_places_are_shares_of_the_line_without_its_filling() -> None:
    line = read_columns(columns("a", "-", "b", "-", "-", "-"), CHARACTERS, 3)
    assert line is not None and line.places == (0.5 / 3, 2.5 / 3)


@pytest.mark.parametrize(("likely", "text"), [(0.01, "ab"), (0.5, "a b")])
def test_a_space_that_was_nearly_seen_is_put_back(likely: float, text: str) -> None:
    line = read("a", "-", "-", "b", spaces={1: likely})
    assert line.text == text and len(line.places) == len(text)


def test_no_space_is_put_between_chinese_or_beside_another() -> None:
    assert read("中", "-", "文", spaces={1: 0.5}).text == "中文"
    assert read("a", "-", " ", "b", spaces={1: 0.5}).text == "a b"


def test_a_line_of_nothing() -> None:
    assert read_columns(columns("-", "-"), CHARACTERS, 2) is None
