import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from components.foreign_text import harmless, one_line, plain, shortened, to_json
from tests.ui.replies import PASSAGE, a_passage, a_reply, an_answer
from ui.cli.views.replies import evidence_table, explain_table, marked_passage, reply_view, score_names, seconds_line


def shown(view: RenderableType, *, colours: bool = False, width: int = 160) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        markup=False,
        highlight=False,
        force_terminal=colours,
        color_system="standard" if colours else None,
    )
    console.print(view)
    return stream.getvalue()


def test_an_answer_is_marked_inside_its_passage_with_its_place_and_confidence() -> None:
    text = shown(reply_view(a_reply(), marks=True, stages=True))
    assert "1. 14 days   confidence 0.87" in text
    assert "handbook.pdf, page 3 — Handbook > Returns > Deadlines" in text
    assert "within >>14 days<< of delivery" in text
    assert "also stated in faq.csv" in text
    assert "0.75 s: retriever 0.011, ranker 0.700" in text


def test_with_colours_the_mark_is_a_style() -> None:
    text = shown(reply_view(a_reply(), marks=False), colours=True)
    assert "\x1b[1;7m14 days\x1b[0m" in text
    assert ">>" not in text


def test_no_answer_is_said_and_names_the_nearest_passages() -> None:
    text = shown(reply_view(a_reply(answers=(), no_answer_confidence=0.93), marks=True))
    assert "The documents do not answer this   confidence 0.93" in text
    assert "handbook.pdf, page 3" in text
    assert "You may return the device" in text


def test_no_answer_and_no_passages() -> None:
    assert "do not answer" in shown(reply_view(a_reply(answers=(), passages=()), marks=True))


def test_differing_answers_and_warnings_are_shown() -> None:
    reply = a_reply(answers=(an_answer(differs=True), an_answer(id="a2")), warnings=("the documents disagree",))
    text = shown(reply_view(reply, marks=True))
    assert "! the documents disagree" in text
    assert text.count("others say otherwise") == 1


def test_markup_and_escapes_of_documents_are_shown_and_not_obeyed() -> None:
    evil = "[bold red]x[/] [link=http://a]b[/link] :smile: \x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnp"
    answer = an_answer(
        text=evil,
        passage=evil,
        passage_start=0,
        start=0,
        end=len(evil),
        source=evil,
        title=evil,
        heading=evil,
        url=evil,
    )
    reply = a_reply(answers=(answer,), passages=(a_passage(text=evil, source=evil),), warnings=(evil,))
    for colours in (False, True):
        text = shown(reply_view(reply, marks=True), colours=colours) + shown(explain_table(reply.passages))
        assert "[bold red]x[/]" in text
        assert ":smile:" in text
        assert "␛[31mred" in text
        for sign in ("\x1b[31m", "\x1b]", "\x9b", "\x07", "\u202e"):
            assert sign not in text


@given(st.text())
def test_harmless_keeps_every_offset(text: str) -> None:
    safe = harmless(text)
    assert len(safe) == len(text)
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in safe)
    assert all(before == after for before, after in zip(text, safe, strict=True) if before.isalnum())


@pytest.mark.parametrize(
    ("start", "end", "marked"),
    [
        (1033, 1040, "within >>14 days<< of"),
        (1000, 1003, ">>You<< may"),
        (1000, 1000 + len(PASSAGE), f">>{PASSAGE}<<"),
        (990, 1003, ">>You<< may"),
    ],
)
def test_the_mark_stands_at_the_offsets(start: int, end: int, marked: str) -> None:
    assert marked in marked_passage(an_answer(start=start, end=end), marks=True).plain


def test_explain_lists_every_candidate_with_the_score_of_each_stage() -> None:
    other = a_passage(source="faq.csv", page=None, scores={"dense": 0.5, "span": -1.5})
    text = shown(explain_table([a_passage(), other]))
    header = next(line for line in text.splitlines() if "passage" in line)
    positions = [header.index(name) for name in ("dense", "lexical", "fused", "relevance", "span")]
    assert positions == sorted(positions)
    assert "0.710" in text
    assert "-1.500" in text
    assert "faq.csv" in text


def test_numbers_are_never_cut_however_narrow_the_terminal() -> None:
    scores = {"dense": 0.1, "lexical": 12.5, "lexical_share": 0.25, "fused": 0.4, "relevance": -3.125}
    passage = a_passage(source="a/very/long/path/that/goes/on/and/on/handbook.pdf", scores=scores)
    text = shown(explain_table([passage]), width=80)
    for number in ("0.100", "12.500", "0.250", "0.400", "-3.125"):
        assert number in text
    assert "…" not in text
    assert len(text.splitlines()) < 20


def test_evidence_lists_what_the_confidence_was_made_of() -> None:
    text = shown(evidence_table([an_answer()]))
    assert "14 days" in text
    assert "7.100" in text


def test_scores_stand_in_the_order_of_the_stages() -> None:
    assert score_names([{"relevance": 1, "new": 2}, {"dense": 0}]) == ["dense", "relevance", "new"]


def test_seconds_without_a_total_are_added_up() -> None:
    assert seconds_line({"a": 1.0, "b": 0.25}, stages=False).plain == "1.25 s"


def test_shortening_keeps_one_line_of_at_most_that_length() -> None:
    assert one_line("a\n\n b\tc") == "a b c"
    assert shortened("four words stand here", 10) == "four word…"
    assert len(shortened("x" * 100, 10)) == 10


def test_json_is_valid_readable_and_harmless() -> None:
    value = {"text": "Größe 尺寸 \x1b[31m \x9b \u202e \ud800", "reply": a_reply().to_dict()}
    text = to_json(value)
    assert json.loads(text) == plain(value)
    assert "Größe 尺寸" in text
    assert not set("\x1b\x9b\u202e\ud800") & set(text)
    text.encode("utf-8")


def test_json_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"score": float("nan")})
