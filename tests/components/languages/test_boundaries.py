import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.languages.boundaries import whole_words, without_loose_ends


def widen(text, part):
    start = text.index(part)
    first, last = whole_words(text, start, start + len(part))
    return text[first:last]


def trim(text):
    start, end = without_loose_ends(text, 0, len(text))
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("within fourteen days", "teen da", "fourteen days"),
        ("the error E-1047 is fatal", "1047", "E-1047"),
        ("about COVID-19 tests", "COVID", "COVID-19"),
        ("it costs 1,200.50 in all", "200", "1,200.50"),
        ("it costs $30 a month", "30", "$30"),
        ("stored at -20 °C or less", "20", "-20"),
        ("a share of 5% a year", "5", "5%"),
        ("30€ each", "30", "30€"),
        ("from 2010-2015 only", "2010", "2010"),
        ("a mid-1990s thing", "1990s", "1990s"),
        ("you don't need it", "don", "don't"),
        ("at 10:30 sharp", "10", "10:30"),
        ("file_name.txt", "name", "file_name"),
        ("Zażo\u0301łc\u0301 gęślą", "Zaz\u0307o"[:2], "Zażo\u0301łc\u0301"),
        ("黑豹队的防守只丢了308分", "防守", "防守"),
        ("应每六个月清洗一次", "个月", "六个月"),
        ("应每六个月清洗一次", "月清洗", "六个月清洗"),
        ("一个年度", "年度", "一个年度"),
        ("这个月的", "月的", "月的"),
        ("共二十五天", "五天", "二十五天"),
        ("共25天", "天", "25天"),
        ("第一名的分数", "分数", "分数"),
        ("サポート期間は3年です", "期間", "期間"),
        ("か\u3099き", "か", "か\u3099"),
        ("서울에서 만나요", "서울", "서울"),
    ],
)
def test_a_span_is_widened_to_whole_words(text, part, expected):
    assert widen(text, part) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" within 14 days. ", "within 14 days"),
        ("(OAPEC)", "OAPEC"),
        ('"shock"', "shock"),
        ("“shock,”", "shock"),
        ("「保証」", "保証"),
        ("三年。", "三年"),
        ("Bonn (Germany)", "Bonn (Germany)"),
        ("Bonn (Germany", "Bonn (Germany"),
        ("Bonn)", "Bonn"),
        ("(Bonn", "Bonn"),
        ("f(x)", "f(x)"),
        ("(a) or (b)", "(a) or (b)"),
        ("the U.S.", "the U.S."),
        ("at 5 p.m.", "at 5 p.m."),
        ("John F.", "John F."),
        ("- the red button", "the red button"),
        ("-5 °C", "-5 °C"),
        (".NET", ".NET"),
        ("5 %", "5 %"),
        ("C++", "C++"),
        ("...", ""),
        ("", ""),
    ],
)
def test_loose_ends_are_trimmed(text, expected):
    assert trim(text) == expected


@given(st.text(min_size=1), st.data())
def test_any_span_stays_inside_the_text_and_trimming_is_stable(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = whole_words(text, start, end)
    assert 0 <= first <= start < end <= last <= len(text)
    assert whole_words(text, first, last)[1] == last
    inner = without_loose_ends(text, first, last)
    assert first <= inner[0] <= inner[1] <= last
    assert without_loose_ends(text, *inner) == inner


@pytest.mark.parametrize(
    ("before", "sign", "after"),
    [
        ("", "(", ""),
        (">", "(", ""),
        ("", "(-", "-)"),
        ("*", ".", "-’"),
        ("a", ".", "`"),
        ("]a", ".", ">"),
        ("", '"', ""),
    ],
)
def test_loose_ends_without_end_are_trimmed_in_one_pass(before, sign, after):
    """A word that the tokenizer does not know may be as long as a passage, and a span of it too."""
    text = before + sign * (4000 // len(sign)) + after
    begin = time.thread_time()
    without_loose_ends(text, 0, len(text))
    assert time.thread_time() - begin < 0.1


def test_all_brackets_around_words_are_dropped():
    assert without_loose_ends("(" * 900 + "x" + ")" * 900, 0, 1801) == (900, 901)
