"""Filters: what the page sends, what is searched, and what a tampered page may not do."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import components  # noqa: F401
from components.query.filters.syntax import checked_filter
from ui.web.filters import Filters
from ui.web.turns import render_filters
from ui.wording import ENGLISH, languages

EVERYTHING = Filters(("a.pdf", "b.md"), "de", date(2025, 1, 1), date(2025, 12, 31))


def sent(**changes: object) -> str:
    return json.dumps({"sources": [], "language": "", "from": "", "to": ""} | changes)


def test_nothing_chosen_narrows_nothing() -> None:
    for text in ("", sent(), "{}"):
        read = Filters.read(text)
        assert read == Filters()
        assert (read.conditions(), read.in_words(ENGLISH)) == (None, ())


def test_everything_chosen() -> None:
    text = sent(sources=["a.pdf", "b.md"], language="de", **{"from": "2025-01-01", "to": "2025-12-31"})
    assert Filters.read(text) == EVERYTHING
    conditions = EVERYTHING.conditions()
    assert conditions == {
        "operator": "AND",
        "conditions": [
            {"field": "meta.source", "operator": "in", "value": ["a.pdf", "b.md"]},
            {"field": "meta.language", "operator": "==", "value": "de"},
            {"field": "meta.updated_at", "operator": ">=", "value": "2025-01-01"},
            {"field": "meta.updated_at", "operator": "<", "value": "2026-01-01"},
        ],
    }
    assert checked_filter(conditions) == conditions
    assert EVERYTHING.in_words(ENGLISH) == (
        "a.pdf", "b.md", "German", "Updated from 2025-01-01", "Updated until 2025-12-31",
    )  # fmt: skip
    assert "德语" in EVERYTHING.in_words(languages()["zh"])


def test_one_condition_stands_alone() -> None:
    assert Filters(language="de").conditions() == {"field": "meta.language", "operator": "==", "value": "de"}


def test_the_last_day_of_the_calendar_has_no_next() -> None:
    assert Filters(updated_to=date.max).conditions() is None


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        (date(2025, 1, 2), date(2025, 1, 1), True),
        (date(2025, 1, 1), date(2025, 1, 1), False),
        (date(2025, 1, 2), None, False),
    ],
)
def test_dates_the_wrong_way_round(first: date, last: date | None, wrong: bool) -> None:
    assert Filters(updated_from=first, updated_to=last).reversed is wrong


@pytest.mark.parametrize(
    "text",
    [
        "[]", "null", "1", "{", "[" * 100_000, sent(sources="a"), sent(sources=[1]), sent(sources=["a"] * 201),
        sent(language=1), sent(to=1), sent(to="yesterday"), sent(to={}), sent(**{"from": "2025-02-30"}), sent(to=None),
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused(text: str) -> None:
    assert Filters.read(text) is None


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    read = Filters.read(text)
    assert read is None or isinstance(read, Filters)


def test_a_link_holds_the_question_and_the_filters() -> None:
    assert Filters().link("How long?") == "/?q=How+long%3F"
    link = EVERYTHING.link("a&b=<ü>")
    assert parse_qs(urlsplit(link).query) == {
        "q": ["a&b=<ü>"], "source": ["a.pdf", "b.md"], "language": ["de"], "from": ["2025-01-01"],
        "to": ["2025-12-31"],
    }  # fmt: skip
    assert Filters().link("\ud800") == "/?q=%3F"


def test_the_panel_lists_each_source_once_and_escapes_it() -> None:
    panel = render_filters(ENGLISH, ["a.pdf", '"><script>', "a.pdf"], {"de", "x<y"})
    assert panel.count('type="checkbox"') == 2
    assert "<script>" not in panel and "x<y" not in panel
    assert '<option value="de">German</option>' in panel


def test_the_panel_says_how_many_sources_it_leaves_out() -> None:
    panel = render_filters(ENGLISH, [f"{number}.txt" for number in range(1000)], left_out=2)
    assert panel.count('type="checkbox"') == 1000
    assert "2 more are not listed." in panel
