import re
from itertools import pairwise

import pytest
import sentencex
from hypothesis import given, settings
from hypothesis import strategies as st

import components.languages.sentences as sentences_module
from components.languages.sentences import (
    enclosing_list,
    item_spans,
    line_spans,
    list_spans,
    paragraph_spans,
    sentence_spans,
)

ODD = st.lists(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            list(" \n\r\t\v\f\u2028\u2029\x1c\x85。！？.!?:;-*1)(“”\"'\u0301\u200d\u200f\ufe0f👩🏽🚀漢字क्षمرحباשלום")
        ),
        st.sampled_from(["\n- ", "\n1. ", "\n\n", ". A", "👩‍👩‍👧‍👦 ", "e.g. ", "\r\n"]),
    ),
    max_size=100,
).map("".join)
LANGUAGES = st.sampled_from(["en", "de", "zh", "ja", "ar", "hi", "und", "", "de-DE", "no-such-language"])


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@settings(max_examples=400, deadline=None)
@given(ODD, LANGUAGES)
def test_sentences_are_ordered_trimmed_and_cover_all_words(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    assert spans == sorted(spans)
    covered = set()
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered.update(range(start, end))
        last = end
    assert all(character.isspace() or at in covered for at, character in enumerate(text))


@settings(max_examples=200, deadline=None)
@given(ODD)
def test_items_and_lines_cover_all_words_too(text: str) -> None:
    for spans in (item_spans(text), line_spans(text), paragraph_spans(text)):
        covered = {at for start, end in spans for at in range(start, end)}
        assert all(character.isspace() or at in covered for at, character in enumerate(text))


def test_paragraphs_are_what_blank_lines_part() -> None:
    text = "\n4.4 Refunds\n \nWithin 14 days\nof arrival.\n\n\nTo the account."
    assert [text[slice(*span)] for span in paragraph_spans(text)] == [
        "4.4 Refunds",
        "Within 14 days\nof arrival.",
        "To the account.",
    ]
    assert paragraph_spans(" \n\n") == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Dr. Smith came. He left, e.g. early.", ["Dr. Smith came.", "He left, e.g. early."]),
        ("en", "It costs $3.50 in v2.3.1. Really?", ["It costs $3.50 in v2.3.1.", "Really?"]),
        ("de", "Am 3. Oktober war es. Danach nicht.", ["Am 3. Oktober war es.", "Danach nicht."]),
        ("zh", "你好。我是谁？走了！", ["你好。", "我是谁？", "走了！"]),
        ("en", "👩🏽‍🚀 ok! Next 😀 one.", ["👩🏽‍🚀 ok!", "Next 😀 one."]),
        ("hi", "नमस्ते। आप कैसे हैं?", ["नमस्ते।", "आप कैसे हैं?"]),
        ("ar", "مرحبا بك. كيف حالك؟", ["مرحبا بك.", "كيف حالك؟"]),
    ],
)
def test_sentences_of_several_languages(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


def test_a_wrapped_line_goes_on_but_a_paragraph_an_item_and_a_row_end_it() -> None:
    text = "A wrapped\nline goes on\n\nNext one\n- first item\n- second\n  item\nName\tPrice\nLamp\t5"
    assert sentences(text) == [
        "A wrapped\nline goes on",
        "Next one",
        "- first item",
        "- second\n  item",
        "Name\tPrice",
        "Lamp\t5",
    ]


def test_a_number_before_an_item_is_no_sentence() -> None:
    assert sentences("1. Hold it. Wait.\n2. Release it.") == ["1. Hold it.", "Wait.", "2. Release it."]


def test_empty_and_blank_texts_have_no_sentences() -> None:
    assert sentence_spans("", "en") == sentence_spans(" \n\t\n", "en") == []


STEPS = "Before you start, read this.\nTo reset:\n\n1. Hold the button.\n2. Release it\n   after a while.\n\nThen go."


def test_the_list_around_a_span_comes_with_its_lead_in() -> None:
    at = STEPS.index("Release")
    found = enclosing_list(STEPS, at, at + 7)
    assert found is not None
    assert STEPS[slice(*found)] == "To reset:\n\n1. Hold the button.\n2. Release it\n   after a while."


def test_a_span_of_the_lead_in_has_its_list_and_others_have_none() -> None:
    at = STEPS.index("To reset")
    assert enclosing_list(STEPS, at, at + 8) == list_spans(STEPS)[0]
    assert enclosing_list(STEPS, 0, 6) is None
    assert enclosing_list(STEPS, STEPS.index("Then"), len(STEPS)) is None


def test_one_item_is_no_list_and_chinese_steps_are() -> None:
    assert list_spans("Look:\n- only one\n\nEnd.") == []
    steps = "步骤：\n1、打开电源。\n2、按下按钮。请等待。"
    assert list_spans(steps) == [(0, len(steps))]


def test_bullets_of_several_kinds() -> None:
    for mark in ("-", "*", "•", "–", "1.", "2)", "(3)", "a)", "①", "Step 1:", "Schritt 2:"):
        assert len(item_spans(f"{mark} first thing\n{mark} second thing")) == 2, mark


def test_two_lists_stay_two() -> None:
    text = "- a\n- b\n\nBetween them.\n\n* c\n* d"
    assert [text[start:end] for start, end in list_spans(text)] == ["- a\n- b", "* c\n* d"]


def test_of_the_paragraph_above_a_list_only_the_last_sentence_leads_in() -> None:
    text = "Keep calm. To\nreset it:\n- a\n- b"
    assert [text[start:end] for start, end in list_spans(text)] == ["To\nreset it:\n- a\n- b"]
    assert list_spans("A heading\n- a\n- b") == [(10, 17)]


def test_white_space_of_several_bytes_ends_no_run() -> None:
    text = "?. A\x85. A\râ1\n\n'. A\u2028B."
    spans = sentence_spans(text, "no")
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


def test_the_segmenter_sees_a_bounded_part_of_an_endless_text(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    found = sentencex.get_sentence_boundaries

    def watched(language: str, text: str) -> list[dict[str, int]]:
        seen.append(len(text))
        return found(language, text)

    monkeypatch.setattr(sentencex, "get_sentence_boundaries", watched)
    for sign in ("`", "中", "A. ", "The cat sat. ", "你好。", "a", " x", "\u0301"):
        seen.clear()
        text = "a" + sign * (60_000 // len(sign))
        sentence_spans(text)
        assert max(seen) <= sentences_module._AT_ONCE
        assert sum(seen) <= 4 * len(text)


@settings(max_examples=300, deadline=None)
@given(ODD, LANGUAGES, st.integers(8, 60))
def test_an_endless_text_is_covered_too(text: str, language: str, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences_module, "_AT_ONCE", at_once)
        patch.setattr(sentences_module, "_LEAST", at_once // 4)
        patch.setattr(sentences_module, "_CONTEXT", at_once // 8)
        spans = sentence_spans(text, language)
    covered = {at for start, end in spans for at in range(start, end)}
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(character.isspace() or at in covered for at, character in enumerate(text))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["The cat sat. ", "Why? ", "He left, e.g. early. ", "No! "]), min_size=30, max_size=90))
def test_ordinary_sentences_are_the_same_however_much_is_seen_at_once(parts: list[str]) -> None:
    text = "".join(parts)
    whole = sentence_spans(text, "en")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences_module, "_AT_ONCE", 200)
        patch.setattr(sentences_module, "_LEAST", 50)
        patch.setattr(sentences_module, "_CONTEXT", 40)
        assert sentence_spans(text, "en") == whole


@given(st.text(alphabet="ab \t|", max_size=30).map(str.strip))
def test_a_row_has_an_edge_between_two_cells(line: str) -> None:
    slow = re.match(r"\s*\||.*\S\s*(?:\t|\s\|\s)\s*\S", line) is not None
    assert bool(line and sentences_module._is_row(line)) == slow


def test_a_long_decimal_number_is_no_endless_item() -> None:
    assert sentences(f"1.{500 * chr(49)}x") == [f"1.{500 * chr(49)}x"]
    assert item_spans("1.1.2) a\n2.1 b") == [(0, 8), (9, 14)]
