import re

import pytest

from components.languages.scripts import JOINED, LETTERS, PAIRED_RUN, SIGNS, by_character, is_unspaced

ALL = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)


def test_no_sign_stands_in_two_rows() -> None:
    found = [sign for signs in SIGNS for sign in re.findall(f"[{signs.ranges}]", ALL)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("sign", "中の한กᄀﾊ々〇ー")
def test_words_have_no_edges_in_some_scripts(sign: str) -> None:
    assert is_unspaced(sign)


@pytest.mark.parametrize("sign", "aß1µΩя。,！ אक")
def test_words_have_edges_in_others(sign: str) -> None:
    assert not is_unspaced(sign)


def test_a_word_is_cut_at_signs_without_edges() -> None:
    assert by_character("USB接口x2") == ["USB", "接", "口", "x2"]


def test_signs_of_chinese_japanese_and_korean_are_paired() -> None:
    assert PAIRED_RUN.compiled.findall("ab保証期間 の、한글 ก〇") == ["保証期間", "の", "한글"]


def test_lines_of_chinese_and_japanese_are_joined_without_a_space() -> None:
    assert [sign for sign in "中の、！한กa" if JOINED.found_in(sign)] == ["中", "の", "、", "！"]


def test_the_case_of_letters_tells_no_script() -> None:
    # Regardless of case, the micro sign would be a Greek letter.
    assert not LETTERS["el"].found_in("µ")
    assert LETTERS["el"].found_in("μ")
