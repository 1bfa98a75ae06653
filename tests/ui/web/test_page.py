"""The page in a real browser: what a person sees and can do, what stays text, and that nothing leaves the machine."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from components.errors import ConfigurationError
from pipelines.service import QAService
from pipelines.settings import Settings
from tests.ui.serving import serving, serving_page
from tests.ui.web.handmade import EVIL, REPLACE, REPLIES, HandMade, reply
from tests.ui.web.visiting import Visit, assert_accessible, chromium, no_sideways_scrolling, visiting
from ui.server import listen
from ui.web.protection import host_name

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ("How often is the filter replaced?", "How long is the warranty?", "How do I change it?")


@pytest.fixture(scope="module")
def hand_made() -> HandMade:
    return HandMade(REPLIES)


@pytest.fixture
def service(hand_made: HandMade) -> Iterator[HandMade]:
    """Forgets what was asked before, and holds nothing back afterwards."""
    for list_ in (hand_made.asked, hand_made.finished, hand_made.cancelled):
        list_.clear()
    yield hand_made
    hand_made.let_go()


@pytest.fixture(scope="module")
def url(hand_made: HandMade) -> Iterator[str]:
    with serving_page(hand_made, examples=EXAMPLES) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    with visiting(browser, url) as opened:
        yield opened


# The conversation


def test_the_page_opens_with_the_box_ready_and_no_footer(visit: Visit) -> None:
    page = visit.page
    assert page.title() == "Quaere"
    expect(page.get_by_role("heading", level=1)).to_have_text("Quaere")
    expect(visit.box).to_be_focused()
    expect(page.locator(".qa-hero")).to_contain_text("Searches 1,200 passages of 6 documents.")
    expect(page.locator("footer:visible")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    visit.shoot("start", whole=False)


def test_every_question_stays_with_its_reply_the_newest_last(visit: Visit) -> None:
    page = visit.page
    visit.ask("How often is the filter replaced?")
    expect(page.locator(".qa-hero")).not_to_be_visible()
    expect(visit.box).to_have_value("")
    expect(visit.box).to_be_focused()
    visit.turn.get_by_text("Show it in the passage").first.click()
    visit.ask("How long is the warranty?")
    visit.ask("Who won the match?")
    asked = page.locator(".qa-asked:visible")
    expect(asked).to_have_text(["How often is the filter replaced?", "How long is the warranty?", "Who won the match?"])
    expect(visit.turns.nth(0).locator("details[open] mark")).to_have_text("every six months")
    expect(visit.turns.nth(1).locator("article.qa-differs")).to_have_count(2)
    visit.shoot("conversation")


def test_a_reply_fills_in_by_stage_and_each_is_spoken(visit: Visit, service: HandMade) -> None:
    service.hold("understand")
    service.hold("search")
    service.hold("read")
    steps = visit.turn.locator(".qa-progress ol > li")
    visit.send("How do I change it?")
    expect(visit.status).to_have_text("Understanding the question …")
    expect(steps.nth(0)).to_have_attribute("aria-current", "step")
    service.let_go_of("understand")
    expect(visit.status).to_have_text("Finding passages …")
    expect(steps.nth(0)).to_have_text("Question understood")
    service.let_go_of("search")
    expect(visit.status).to_have_text("3 passages found. Reading them for the answer …")
    expect(steps.nth(1)).to_have_text("3 passages found")
    expect(visit.turn.locator(".qa-reading li")).to_have_text(["user-manual.pdf", "spare-parts.csv", "faq.jsonl"])
    visit.shoot("reading", whole=False)
    service.let_go()
    expect(visit.turn.locator("article")).to_contain_text("Open the rear cover.")
    expect(visit.status).to_have_text("1 answer found.")
    expect(visit.turn.locator(".qa-progress")).to_have_count(0)
    expect(visit.status).to_have_attribute("aria-live", "polite")


def test_the_status_is_one_element_that_changes_as_screen_readers_need_it(visit: Visit) -> None:
    visit.page.evaluate("window.before = document.querySelector('.qa-status')")
    visit.ask("How do I change it?")
    assert visit.page.evaluate("window.before === document.querySelector('.qa-status')")


def test_stop_cancels_the_question_and_gives_it_back(visit: Visit, service: HandMade) -> None:
    page = visit.page
    service.hold("search")
    visit.send("How do I change it?")
    expect(visit.status).to_have_text("Finding passages …")
    page.get_by_role("button", name="Stop").click()
    expect(visit.turn.locator(".qa-notice")).to_have_text("Stopped before there was an answer.")
    expect(visit.box).to_have_value("How do I change it?")
    expect(visit.box).to_be_focused()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    deadline = time.monotonic() + 10
    while not service.cancelled and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    service.let_go()
    visit.settle()
    assert (service.cancelled, service.finished, service.together) == (["How do I change it?"], [], 0)
    visit.shoot("stopped", whole=False)
    visit.ask("How long is the warranty?")
    expect(visit.cards).to_have_count(2)
    expect(visit.turns).to_have_count(2)


def test_a_closed_page_cancels_its_question_at_the_next_stage(browser: Browser, url: str, service: HandMade) -> None:
    service.hold("search")
    service.hold("read")
    with visiting(browser, url) as visit:
        visit.send("How do I change it?")
        expect(visit.status).to_have_text("Finding passages …")
    # The server notices within a moment that nobody listens.
    time.sleep(1)
    service.let_go_of("search")
    deadline = time.monotonic() + 10
    while service.together and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (service.cancelled, service.finished) == (["How do I change it?"], [])


def test_one_question_at_a_time_and_the_next_is_not_lost(visit: Visit, service: HandMade) -> None:
    service.hold("search")
    visit.send("How do I change it?")
    expect(visit.status).to_have_text("Finding passages …")
    visit.send("How long is the warranty?")
    expect(visit.status).to_be_visible()
    expect(visit.status).to_contain_text("Your question is being answered.")
    visit.shoot("one-at-a-time", whole=False)
    service.let_go()
    expect(visit.cards).to_have_count(1)
    visit.settle()
    assert [question.text for question in service.asked] == ["How do I change it?"]
    expect(visit.box).to_have_value("How long is the warranty?")
    visit.box.press("Enter")
    expect(visit.turn.locator("article.qa-differs")).to_have_count(2)


def test_two_people_are_answered_at_the_same_time(browser: Browser, url: str, service: HandMade) -> None:
    service.hold("search")
    with visiting(browser, url) as one, visiting(browser, url) as other:
        one.send("How do I change it?")
        other.send("Who won the match?")
        deadline = time.monotonic() + 10
        while service.together < 2 and time.monotonic() < deadline:
            one.page.wait_for_timeout(50)
        together = service.together
        service.let_go()
        assert together == 2
        expect(one.cards).to_have_count(1)
        expect(other.turn.get_by_role("heading", level=3)).to_be_visible()


def test_of_many_questions_the_oldest_leave_with_a_note(visit: Visit) -> None:
    visit.page.evaluate("document.querySelector('.qa-history').dataset.most = 3")
    for question in ("How do I change it?", "Who won the match?", "How do I reset the light?"):
        visit.ask(question)
    expect(visit.page.get_by_text("Earlier questions are no longer shown.")).not_to_be_visible()
    visit.ask("Long")
    expect(visit.page.get_by_text("Earlier questions are no longer shown.")).to_be_visible()
    expect(visit.page.locator(".qa-asked:visible")).to_have_text(
        ["Who won the match?", "How do I reset the light?", "Long"]
    )


def test_the_button_and_a_suggestion_ask_too(visit: Visit) -> None:
    page = visit.page
    visit.box.fill("How do I change it?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(visit.cards).to_contain_text("Open the rear cover.")
    page.reload()
    page.get_by_role("button", name="How long is the warranty?").click()
    expect(visit.turn.locator("article.qa-differs")).to_have_count(2, timeout=20_000)
    expect(visit.turn.locator(".qa-asked")).to_have_text("How long is the warranty?")


def test_an_empty_question_makes_no_turn(visit: Visit, service: HandMade) -> None:
    visit.send("  ")
    expect(visit.status).to_have_text("Write a question first.")
    expect(visit.status).to_be_visible()
    expect(visit.turns).to_have_count(0)
    assert service.asked == []


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("refused", "The question has no words; write what you want to know."),
        ("locked", "The data folder is in use by process 4711; stop it first."),
        ("bug", "could not be answered because of an error in the program"),
    ],
)
def test_an_error_is_explained_and_the_question_given_back(visit: Visit, question: str, message: str) -> None:
    visit.ask(question)
    expect(visit.turn.locator(".qa-notice")).to_contain_text(message)
    expect(visit.page.locator("body")).not_to_contain_text("secret detail")
    expect(visit.box).to_have_value(question)
    visit.shoot(f"error-{question}", whole=False)


# A reply


def test_an_answer_is_marked_with_source_page_confidence_and_other_places(visit: Visit) -> None:
    page = visit.page
    visit.ask("How often is the filter replaced?")
    first = visit.cards.first
    expect(first.locator(".qa-answer")).to_have_text("every six months")
    expect(first.locator("blockquote mark")).to_have_text("every six months")
    expect(first.locator("blockquote")).to_have_text(REPLACE.sentence)
    expect(first.locator(".qa-source")).to_contain_text("user-manual.pdf")
    expect(first.locator(".qa-source")).to_contain_text("page 12")
    expect(first.locator(".qa-source a")).to_have_attribute("href", "https://example.org/manual.pdf#page=12")
    expect(first.locator(".qa-confidence")).to_contain_text("Very likely")
    expect(first.locator(".qa-confidence")).to_contain_text("91 %")
    expect(first.locator(".qa-support")).to_contain_text("installation-guide.md")
    expect(visit.status).to_have_text("2 answers found.")
    visit.shoot("answer-light", whole=False)

    expect(page.get_by_text("Never wash the HEPA filter")).not_to_be_visible()
    first.get_by_text("Show it in the passage").click()
    expect(first.locator(".qa-in-passage mark")).to_have_text("every six months")
    expect(first.locator(".qa-in-passage .qa-text")).to_have_text(REPLACE.passage)
    first.get_by_text("Scores").click()
    expect(first.get_by_role("row", name="Strength of these words 7.40")).to_be_visible()
    expect(visit.cards).to_have_count(1)
    page.get_by_text("1 other possible answer").click()
    expect(visit.cards).to_have_count(2)
    page.get_by_text("3 passages from the documents").click()
    expect(page.get_by_text("Rinse the pre-filter")).to_be_visible()
    page.get_by_text("Answered in 0.32 seconds").click()
    expect(page.get_by_text("291 ms")).to_be_visible()
    visit.shoot("answer-unfolded")


def test_differing_answers_stand_side_by_side_and_on_narrow_screens_below_each_other(
    browser: Browser, url: str
) -> None:
    with visiting(browser, url) as visit:
        visit.ask("How long is the warranty?")
        cards = visit.turn.locator("article.qa-differs")
        expect(cards).to_have_count(2)
        expect(cards.nth(0)).to_contain_text("Differs from another answer")
        expect(visit.turn.locator(".qa-notice")).to_contain_text("different answers")
        first, second = cards.nth(0).bounding_box(), cards.nth(1).bounding_box()
        assert first is not None and second is not None
        assert first["y"] == second["y"] and first["x"] + first["width"] <= second["x"]
        visit.shoot("differing", whole=False)
        visit.page.set_viewport_size({"width": 360, "height": 740})
        first, second = cards.nth(0).bounding_box(), cards.nth(1).bounding_box()
        assert first is not None and second is not None
        assert first["x"] == second["x"] and first["y"] + first["height"] <= second["y"]


def test_without_an_answer_it_says_so_and_shows_the_nearest_passages(visit: Visit) -> None:
    visit.ask("Who won the match?")
    expect(visit.turn.get_by_role("heading", level=3)).to_have_text("I could not find this in the documents.")
    expect(visit.turn.get_by_text("97 % sure")).to_be_visible()
    expect(visit.turn.get_by_text("Rinse the pre-filter")).to_be_visible()
    expect(visit.status).to_have_text("I could not find this in the documents.")
    expect(visit.cards).to_have_count(0)
    visit.shoot("not-found", whole=False)


def test_a_faq_entry_shows_its_question(visit: Visit) -> None:
    visit.ask("How do I reset the light?")
    expect(visit.cards.locator(".qa-question")).to_have_text("How do I reset the filter light?")
    expect(visit.cards.locator(".qa-answer")).to_have_text("Hold RESET for five seconds.")
    expect(visit.cards).to_contain_text("From a question and answer list")
    visit.shoot("faq", whole=False)


def test_copying_an_answer_and_a_link_that_asks_it_again(browser: Browser, url: str) -> None:
    with visiting(browser, url, permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.ask("How often is the filter replaced?")
        copied = "navigator.clipboard.readText()"
        copy = visit.cards.first.get_by_role("button", name="Copy")
        copy.focus()
        visit.page.keyboard.press("Enter")
        expect(visit.cards.first.get_by_role("button", name="Copied")).to_be_focused()
        expect(visit.status).to_have_text("Copied")
        assert visit.page.evaluate(copied) == (
            "every six months\n— user-manual.pdf, page 12, https://example.org/manual.pdf#page=12"
        )
        expect(copy).to_have_text("Copy", timeout=5_000)

        # Earlier questions keep their buttons.
        visit.ask("Who won the match?")
        visit.page.get_by_role("button", name="Copy link").first.click()
        expect(visit.status).to_have_text("Link copied")
        link = visit.page.evaluate(copied)
        assert link == f"{url}?q={'How often is the filter replaced?'.replace(' ', '+').replace('?', '%3F')}"
        assert parse_qs(urlsplit(link).query) == {"q": ["How often is the filter replaced?"]}
        visit.page.goto(link)
        expect(visit.turn.locator(".qa-asked")).to_have_text("How often is the filter replaced?", timeout=20_000)
        expect(visit.cards.first).to_contain_text("every six months", timeout=20_000)


def test_right_to_left_text_runs_right_to_left(visit: Visit) -> None:
    visit.ask("מה המחיר?")
    expect(visit.cards.locator(".qa-answer")).to_have_text("25 שקלים")
    sentence = visit.cards.locator("blockquote")
    expect(sentence).to_have_attribute("lang", "he")
    for element in (sentence, visit.turn.locator(".qa-asked")):
        assert element.evaluate("element => getComputedStyle(element).direction") == "rtl"
    answer = visit.cards.locator(".qa-answer").bounding_box()
    button = visit.cards.get_by_role("button", name="Copy").bounding_box()
    assert answer is not None and button is not None
    words = visit.cards.locator(".qa-answer").evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect().right }"
    )
    assert words <= button["x"]
    visit.shoot("right-to-left", whole=False)


def test_a_document_with_script_shows_as_text_and_runs_nothing(visit: Visit) -> None:
    page = visit.page
    visit.ask("Is the evil text harmless?")
    expect(visit.cards.locator("blockquote")).to_have_text(EVIL)
    expect(visit.cards.locator("blockquote mark")).to_have_text("<b>after</b>")
    expect(visit.turn.locator(".qa-notice")).to_have_text(EVIL)
    page.get_by_text("1 passage from the documents").click()
    for _ in range(2):
        # As the newest, and among the earlier ones.
        expect(page.locator(".qa-turn :is(script, img, iframe, a, b)")).to_have_count(0)
        visit.ask("Who won the match?")
    assert page.title() == "Quaere"


def test_a_hostile_question_and_link_stay_text(browser: Browser, url: str) -> None:
    with visiting(browser, url, path=f"?q={quote(EVIL)}&source={quote(EVIL)}&language={quote(EVIL)}&from=x") as visit:
        expect(visit.turn.locator(".qa-asked")).to_have_text(EVIL)
        expect(visit.turn.locator(".qa-notice")).to_be_visible()
        expect(visit.page.locator(".qa-turn :is(script, img, iframe, a, b)")).to_have_count(0)
        assert visit.page.title() == "Quaere"


# Filters


def test_filters_narrow_the_question_and_say_how_many_are_active(visit: Visit, service: HandMade) -> None:
    page = visit.page
    page.locator(".qa-filters summary").click()
    expect(page.get_by_label("personnel/salaries.xlsx")).to_have_count(0)
    page.get_by_label("Find a document").fill("MANUAL")
    expect(page.locator(".qa-choices label:visible")).to_have_text(["user-manual.pdf"])
    page.get_by_label("Find a document").fill("zzz")
    expect(page.get_by_text("No document has that in its name.")).to_be_visible()
    page.get_by_label("Find a document").fill("")
    page.get_by_label("user-manual.pdf").check()
    expect(page.locator(".qa-active")).to_have_text("1 active")
    page.get_by_label("spare-parts.csv").check()
    page.get_by_label("Language of the documents").select_option(label="German")
    page.get_by_label("Updated from").fill("2025-01-01")
    page.get_by_label("Updated until").fill("2025-12-31")
    expect(page.locator(".qa-active")).to_have_text("3 active")
    visit.shoot("filters", whole=False)

    visit.ask("How do I change it?")
    assert service.asked[-1].filters == {
        "operator": "AND",
        "conditions": [
            {"field": "meta.source", "operator": "in", "value": ["spare-parts.csv", "user-manual.pdf"]},
            {"field": "meta.language", "operator": "==", "value": "de"},
            {"field": "meta.updated_at", "operator": ">=", "value": "2025-01-01"},
            {"field": "meta.updated_at", "operator": "<", "value": "2026-01-01"},
        ],
    }
    expect(visit.turn.locator(".qa-narrowed")).to_contain_text("user-manual.pdf")
    expect(page.locator(".qa-panel")).not_to_be_visible()
    link = visit.turn.locator(".qa-share").get_attribute("data-link")

    page.locator(".qa-filters summary").click()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".qa-active")).to_have_text("")
    visit.ask("Who won the match?")
    assert service.asked[-1].filters is None

    page.goto(urlsplit(page.url)._replace(path="", query="").geturl().rstrip("/") + str(link))
    expect(visit.cards).to_have_count(1, timeout=20_000)
    expect(page.locator(".qa-active")).to_have_text("3 active")
    assert service.asked[-1].filters == service.asked[0].filters


def test_dates_the_wrong_way_round_are_explained(visit: Visit, service: HandMade) -> None:
    page = visit.page
    page.locator(".qa-filters summary").click()
    page.get_by_label("Updated from").fill("2025-12-31")
    page.get_by_label("Updated until").fill("2025-01-01")
    visit.ask("How do I change it?")
    expect(visit.turn.locator(".qa-notice")).to_contain_text("The first date lies after the last one")
    assert service.asked == []


# Languages


def test_a_chinese_browser_gets_the_chinese_page_and_may_switch(browser: Browser, url: str) -> None:
    with visiting(browser, url, language="zh", locale="zh-CN") as visit:
        page = visit.page
        assert urlsplit(page.url).path == "/zh/"
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        expect(page.locator(".qa-hero")).to_contain_text("可检索 6 份文档中的 1,200 个段落。")
        visit.shoot("chinese-start", whole=False)
        visit.ask("How often is the filter replaced?")
        expect(visit.cards.first).to_contain_text("非常可能")
        expect(visit.status).to_have_text("找到 2 个答案。")
        visit.shoot("chinese-answer", whole=False)
        assert_accessible(page)
        page.get_by_role("link", name="English").click()
        visit.language = "en"
        visit.arrive()
        page.reload()
        visit.arrive()
        page.get_by_role("link", name="中文").click()
        visit.language = "zh"
        visit.arrive()


def test_a_shared_link_opens_in_the_browsers_language(browser: Browser, url: str) -> None:
    with visiting(browser, url, path="?q=Who+won+the+match%3F", language="zh", locale="zh-TW") as visit:
        expect(visit.turn.get_by_role("heading", level=3)).to_have_text("在文档中没有找到答案。")


# Looks, keyboard, accessibility


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.slow
def test_axe_finds_nothing(browser: Browser, url: str, colours: str, service: HandMade) -> None:
    with visiting(browser, url, color_scheme=colours) as visit:
        page = visit.page
        visit.shoot(f"start-{colours}", whole=False)
        assert_accessible(page)
        page.locator(".qa-filters summary").click()
        page.get_by_label("user-manual.pdf").check()
        visit.shoot(f"filters-{colours}", whole=False)
        assert_accessible(page)
        page.get_by_role("button", name="Clear filters").click()
        visit.ask("How often is the filter replaced?")
        for fold in visit.turn.locator("summary").all():
            fold.click()
        visit.shoot(f"answer-unfolded-{colours}")
        for question in ("How long is the warranty?", "Who won the match?", "locked", "מה המחיר?"):
            visit.ask(question)
        service.hold("read")
        visit.send("How do I change it?")
        expect(visit.turn.locator(".qa-reading")).to_be_visible()
        assert_accessible(page)
        service.let_go()
        expect(visit.cards).to_have_count(1)
        visit.shoot(f"conversation-{colours}")


@pytest.mark.slow
def test_a_phone_never_scrolls_sideways(browser: Browser, url: str) -> None:
    with visiting(browser, url, viewport={"width": 360, "height": 740}, device_scale_factor=2) as visit:
        visit.shoot("phone-start", whole=False)
        visit.page.locator(".qa-filters summary").click()
        assert no_sideways_scrolling(visit.page)
        visit.shoot("phone-filters", whole=False)
        for question in [*list(REPLIES)[:6], "Long", "locked"]:
            visit.ask(question)
            for fold in visit.turn.locator("summary").all():
                fold.click()
            assert no_sideways_scrolling(visit.page), question
        box = visit.page.locator("#qa-composer").bounding_box()
        assert box is not None and round(box["y"] + box["height"]) == 740
        visit.shoot("phone")


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(visit: Visit) -> None:
    page = visit.page
    visit.ask("How often is the filter replaced?")
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    reached = []
    for _ in range(19):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("(e => e.innerText.trim() || e.ariaLabel || e.tagName.toLowerCase())(document.activeElement)")
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle != 'none'") or reached[-1] == (
            "textarea"
        )
    expected = [
        "Ask", "Documents", "中文", "user-manual.pdf", "user-manual.pdf · Aria 300 user manual · page 12", "faq.jsonl",
        "Show it in the passage", "Scores", "Open", "This is right", "This is wrong", "Copy", "1 other possible answer",
        "3 passages from the documents", "Answered in 0.32 seconds", "Copy link", "textarea", "Filters", "Ask",
    ]  # fmt: skip
    assert reached == expected
    page.get_by_text("Show it in the passage").first.focus()
    page.keyboard.press("Enter")
    expect(visit.cards.first.locator("details mark").first).to_be_visible()


# The server


def test_an_empty_index_is_explained(browser: Browser) -> None:
    empty = HandMade({"Anything?": reply(passages=(), seconds={})}, passages=0)
    with serving_page(empty) as url, visiting(browser, url) as visit:
        expect(visit.page.locator(".qa-notice")).to_contain_text("Nothing is indexed yet")
        expect(visit.page.locator(".qa-notice code")).to_have_text("quaere index PATH")
        visit.shoot("empty-index", whole=False)
        visit.ask("Anything?")
        expect(visit.turn.locator(".qa-notice")).to_contain_text("Nothing is indexed yet")


_DESCRIPTIONS = ("info", "info/", "openapi.json", "runs", "file=/etc/passwd", "proxy=https://example.org/")


@pytest.mark.parametrize("page", ["", "zh/"])
def test_the_endpoints_are_neither_described_nor_open(url: str, page: str) -> None:
    with httpx.Client(base_url=url + page, trust_env=False) as client:
        for path in ("docs", "redoc", "openapi.json", *(f"gradio_api/{name}" for name in _DESCRIPTIONS)):
            assert client.get(path).status_code == 404, path
        for call in ("call/answer", "call/v2/answer", "run/answer", "api/answer", "upload"):
            assert client.post(f"gradio_api/{call}", json={"data": ["x"]}).status_code == 404, call


def test_a_foreign_host_name_is_refused(url: str) -> None:
    port = urlsplit(url).port
    with httpx.Client(trust_env=False) as client:
        assert client.get(url, headers={"Host": f"evil.example:{port}"}).status_code == 421
        allowed = client.get(url, headers={"Host": f"localhost:{port}"})
    assert allowed.status_code == 200
    assert "connect-src 'self'" in allowed.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:80", "localhost"),
        ("LocalHost", "localhost"),
        ("[::1]:80", "::1"),
        ("[::1].evil.example", "[::1].evil.example"),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


def test_a_taken_or_impossible_port_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port} on 127.0.0.1 cannot be used.*--port"):
            listen("127.0.0.1", port)
    with pytest.raises(ConfigurationError, match="70000"):
        listen("127.0.0.1", 70_000)


def test_a_real_index_answers_through_the_page(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "filters.md").write_text(
        "# Care\n\n## Filters\n\nThe appliance has two filters. The charcoal filter must be replaced every nine weeks. "
        "The metal grease filter can be washed in the dishwasher.\n",
        "utf-8",
    )
    (folder / "evil.txt").write_text(
        "The serial number of the pump is PX-4471 <img src=x onerror=\"document.title='ran'\"> "
        "and <script>document.title='ran'</script> stands on its left side.\n",
        "utf-8",
    )
    with QAService(Settings.load({"data": tmp_path / "data"})).open(writable=True) as service:
        assert service.index([str(folder)]).failures == ()
        with serving(service) as url, visiting(browser, url) as visit:
            page = visit.page
            expect(page.locator(".qa-hero")).to_contain_text("of 2 documents")
            visit.send("How often must the charcoal filter be replaced?")
            first = visit.cards.first
            expect(first.locator("mark").first).to_contain_text("nine weeks", timeout=60_000)
            expect(first.locator(".qa-source")).to_contain_text("filters.md")
            expect(first.locator(".qa-confidence")).to_contain_text("%")
            first.get_by_text("Show it in the passage").click()
            expect(first.locator("details mark")).to_contain_text("nine weeks")
            visit.shoot("real-answer", whole=False)

            visit.settle()
            visit.send("What is the serial number of the pump?")
            expect(first.locator("blockquote, .qa-whole").first).to_contain_text(
                "PX-4471 <img src=x onerror=", timeout=60_000
            )
            expect(page.locator(".qa-turn :is(script, img)")).to_have_count(0)

            visit.settle()
            page.locator(".qa-filters summary").click()
            page.locator(".qa-choices label", has_text="evil.txt").locator("input").check()
            visit.ask("How often must the charcoal filter be replaced?")
            expect(visit.turn.locator(".qa-file").first).to_have_text("evil.txt")
            expect(visit.turn.locator(".qa-file", has_text="filters.md")).to_have_count(0)
            page.locator(".qa-filters summary").click()
            page.get_by_role("button", name="Clear filters").click()

            visit.settle()
            visit.send("x" * 100_000)
            expect(visit.turn.locator(".qa-notice")).to_contain_text("at most 2,000", timeout=20_000)
            assert page.title() == "Quaere"


def test_the_server_starts_says_where_and_stops(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pipelines.settings import Settings; from ui.server import launch; "
        "launch(Settings(data=Path(sys.argv[1])), port=0, announce=lambda url: print(url, flush=True))"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "none")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert started.stdout is not None
        url = started.stdout.readline().strip()
        assert httpx.get(url, trust_env=False, timeout=30).status_code == 200
    finally:
        started.send_signal(signal.SIGINT)
        _, problems = started.communicate(timeout=30)
    assert started.returncode == 0, problems
    assert not any(word in problems for word in ("Traceback", "Warning", "error")), problems
