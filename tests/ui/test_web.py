"""The page in a real browser: what a person sees, what stays text, and that nothing leaves the machine."""

import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

import components  # noqa: F401
from components.errors import ConfigurationError, InputError, StoreError
from components.types import Answer, Passage, Place, Query, Reply
from pipelines.service import QAService
from pipelines.settings import Settings
from tests.ui.serving import serving
from ui.server import listen
from ui.web.protection import host_name

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "artefacts"

EVIL = (
    "Before <script>document.title='ran'</script> <img src=x onerror=\"document.title='ran'\"> "
    "<a href=\"javascript:document.title='ran'\">click</a> ${document.title='ran'} {{constructor}} <b>after</b>"
)


@dataclass(frozen=True)
class Held:
    """What the page reads of a status."""

    passages: int
    sources: int


class HandMade:
    """A service that answers each question with a reply made by hand."""

    def __init__(self, replies: dict[str, Reply | Exception], passages: int = 1240) -> None:
        self.replies = replies
        self.held = Held(passages, 14 if passages else 0)
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.together = 0
        self.most_together = 0
        self._lock = threading.Lock()

    def ask(self, question: str, **_: Any) -> Reply:
        with self._lock:
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        assert self.may_answer.wait(20)
        with self._lock:
            self.together -= 1
        reply = self.replies[question]
        if isinstance(reply, Exception):
            raise reply
        return reply

    def status(self) -> Held:
        return self.held


def passage(text: str, source: str = "user-manual.pdf", **changes: Any) -> Passage:
    scores = {"dense": 0.61, "lexical": 9.4, "fused": 0.83, "relevance": 4.21}
    made = Passage(source, "Aria 300 user manual", "Care > Filters", 12, 0, len(text), text, "text", scores)
    return replace(made, **changes)


def answer(text: str, sentence: str, before: str = "", after: str = "", **changes: Any) -> Answer:
    whole = before + sentence + after
    start = whole.index(text, len(before)) + 500
    made = Answer(
        id=f"id-{text[:12]}",
        text=text,
        sentence=sentence,
        confidence=0.91,
        kind="span",
        source="user-manual.pdf",
        url=None,
        title="Aria 300 user manual",
        heading="Care > Filters",
        page=12,
        start=start,
        end=start + len(text),
        passage=whole,
        passage_start=500,
        language="en",
    )
    return replace(made, **changes)


def reply(*answers: Answer, **changes: Any) -> Reply:
    made = Reply(
        id="r",
        query=Query("q", "q", "q", "en", "factoid"),
        answers=answers,
        no_answer_confidence=0.08,
        passages=(
            passage("Rinse the pre-filter under running water and let it dry for a day before you put it back."),
            passage("Part;Number;Price\nHEPA filter;AR-300-F;49.00 EUR\nPre-filter;AR-300-P;12.50 EUR",
                    "spare-parts.csv", kind="table", page=None, title=None, heading=None),
            passage("How do I reset the filter light?\nHold RESET for five seconds.", "faq.jsonl", kind="faq",
                    page=None, title=None, heading=None),
        ),
        warnings=(),
        index_generation=3,
        seconds={"understanding": 0.002, "embedder": 0.006, "retriever": 0.011, "ranker": 0.291, "total": 0.322},
    )  # fmt: skip
    return replace(made, **changes)


REPLACE = answer(
    "every six months",
    "Replace the HEPA filter every six months, or when the filter light turns red.",
    "The appliance has two filters. ",
    " Never wash the HEPA filter: water destroys its fibres.",
    url="https://example.org/manual.pdf#page=12",
    support=(
        Place("user-manual.pdf", "Aria 300 user manual", 12, 0, 1),
        Place("faq.jsonl", None, None, 40, 56),
        Place("installation-guide.md", "Installation guide", None, 900, 916),
    ),
)
STEPS = "1. Switch the appliance off and pull the plug.\n2. Open the rear cover.\n3. Pull the filter out by its tab."

REPLIES: dict[str, Reply | Exception] = {
    "How often is the filter replaced?": reply(
        REPLACE,
        answer("49.00 EUR", "HEPA filter;AR-300-F;49.00 EUR", kind="span", source="spare-parts.csv", title=None,
               heading=None, page=None, confidence=0.34),
    ),
    "How do I change it?": reply(answer(STEPS, STEPS, "Changing the filter\n", confidence=0.78)),
    "How long is the warranty?": reply(
        answer("three years", "The warranty lasts three years from the date of purchase.", confidence=0.72,
               differs=True, source="warranty-and-returns.docx", title="Warranty and returns", page=None, heading=None),
        answer("two years", "Every appliance carries a warranty of two years.", confidence=0.66,
               differs=True, source="archive/warranty-leaflet-2022.md", title="Leaflet 2022", page=None, heading=None),
        warnings=("The documents give different answers; compare their sources and dates.",),
    ),
    "Who won the match?": reply(no_answer_confidence=0.97),
    "How do I reset the light?": reply(
        answer("Hold RESET for five seconds.", "Hold RESET for five seconds.", "How do I reset the filter light?\n",
               kind="faq", source="faq.jsonl", title=None, heading=None, page=None),
    ),
    "Is the evil text harmless?": reply(
        answer("<b>after</b>", EVIL, source=EVIL, title=EVIL + "!", heading=EVIL, url="javascript:alert(1)"),
        passages=(passage(EVIL, EVIL),),
        warnings=(EVIL,),
    ),
    "מה המחיר?": reply(answer("25 שקלים", "המחיר הוא 25 שקלים בלבד.", language="he", source="מחירון.pdf")),
    "Long": reply(answer("x" * 400, "x" * 400, source="a/" + "very-long-folder-name/" * 12 + "file.pdf")),
    " ": InputError("the question is empty; write what you want to know"),
    "locked": StoreError("the data folder is in use by process 4711; stop it first"),
    "bug": RuntimeError("secret detail"),
}  # fmt: skip


REPLIES = {
    question: replace(made, id=f"reply {number}") if isinstance(made, Reply) else made
    for number, (question, made) in enumerate(REPLIES.items())
}


@pytest.fixture(scope="module")
def service() -> HandMade:
    return HandMade(REPLIES)


@pytest.fixture(scope="module")
def url(service: HandMade) -> Iterator[str]:
    with serving(service, examples=("How often is the filter replaced?", "How long is the warranty?")) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("these tests drive Debian's Chromium, which is not there: apt-get install chromium")
    with sync_playwright() as playwright:
        arguments = (
            "--no-sandbox --headless=new --disable-gpu --disable-background-networking --disable-component-update "
            "--disable-sync --no-first-run"
        )
        started = playwright.chromium.launch(executable_path=program, args=arguments.split())
        yield started
        started.close()


@dataclass
class Visit:
    """An open page, and what it asked for and complained about."""

    page: Page
    requests: list[str]
    complaints: list[str]
    streams: set[Request]
    """Answers to events that are still coming in."""

    def settle(self) -> None:
        """Wait until no event is under way.

        The page framework loses a key press in the instant in which it ends the event before. Nobody types as fast.
        """
        deadline = time.monotonic() + 20
        while self.streams and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert not self.streams
        self.page.wait_for_timeout(100)

    def ask(self, question: str) -> None:
        self.page.get_by_label("Your question").fill(question)
        self.page.get_by_label("Your question").press("Enter")

    def ask_and_wait(self, question: str) -> None:
        """Ask, and wait for the reply to this question."""
        self.settle()
        self.ask(question)
        made = REPLIES[question]
        shown = f'.qa-reply[data-reply="{made.id}"]' if isinstance(made, Reply) else "#qa-result > * .qa-problem"
        # The first question of a fresh browser may take longer than any other.
        expect(self.page.locator(shown)).to_be_visible(timeout=20_000)

    def shoot(self, name: str) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"page-{name}.png", full_page=True)


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Open the page in a browser profile of its own; at the end, nothing may have left the machine."""
    context = browser.new_context(**({"viewport": {"width": 1100, "height": 900}} | options))
    page = context.new_page()
    visit = Visit(page, [], [], set())
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("request", lambda request: visit.streams.add(request) if "queue/data" in request.url else None)
    page.on("requestfinished", lambda request: visit.streams.discard(request))
    page.on("requestfailed", lambda request: visit.streams.discard(request))
    page.on("websocket", lambda opened: visit.requests.append(opened.url))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda line: visit.complaints.append(line.text) if line.type == "error" else None)
    page.goto(url)
    expect(page.get_by_label("Your question")).to_be_visible(timeout=20_000)
    visit.settle()
    yield visit
    context.close()
    hosts = {urlsplit(request).hostname for request in visit.requests if not request.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert not visit.complaints


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    with visiting(browser, url) as opened:
        yield opened


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_page_opens_with_the_box_ready_and_no_footer(visit: Visit) -> None:
    page = visit.page
    assert page.title() == "Quaere"
    expect(page.get_by_role("heading", level=1)).to_have_text("Quaere")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator(".qa-status")).to_have_text("Searches 1,240 passages of 14 documents.")
    expect(page.locator("footer:visible")).to_have_count(0)
    visit.shoot("start")


def test_enter_asks_and_shows_the_answer_marked_with_source_confidence_and_passages(visit: Visit) -> None:
    page = visit.page
    visit.ask_and_wait("How often is the filter replaced?")
    first = page.locator("article").first
    expect(first.locator(".qa-answer")).to_have_text("every six months")
    expect(first.locator("blockquote mark")).to_have_text("every six months")
    expect(first.locator("blockquote")).to_have_text(REPLACE.sentence)
    expect(first.locator(".qa-source")).to_contain_text("user-manual.pdf")
    expect(first.locator(".qa-source")).to_contain_text("page 12")
    expect(first.locator(".qa-source a")).to_have_attribute("href", "https://example.org/manual.pdf#page=12")
    expect(first.locator(".qa-confidence")).to_contain_text("Very likely")
    expect(first.locator(".qa-confidence")).to_contain_text("91 %")
    expect(first.locator(".qa-support")).to_contain_text("installation-guide.md")
    expect(page.locator(".qa-status")).to_have_text("2 answers found.")
    expect(page.get_by_label("Your question")).to_have_value("How often is the filter replaced?")
    visit.shoot("answer-light")

    expect(page.get_by_text("Never wash the HEPA filter")).not_to_be_visible()
    first.get_by_text("Show it in the passage").click()
    expect(first.locator("details mark")).to_have_text("every six months")
    expect(first.locator("details .qa-text")).to_have_text(REPLACE.passage)
    page.get_by_text("More from the documents: 3 passages").click()
    expect(page.get_by_text("Rinse the pre-filter")).to_be_visible()
    page.get_by_text("Answered in 0.32 seconds").click()
    expect(page.get_by_text("291 ms")).to_be_visible()
    visit.shoot("answer-unfolded")


def test_the_button_and_an_example_ask_too(visit: Visit) -> None:
    page = visit.page
    page.get_by_label("Your question").fill("How do I change it?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("article")).to_contain_text("Open the rear cover.")
    visit.shoot("list")
    visit.settle()
    page.get_by_role("button", name="How long is the warranty?").click()
    expect(page.locator("article.qa-differs")).to_have_count(2)
    expect(page.get_by_label("Your question")).to_have_value("How long is the warranty?")


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    page = visit.page
    visit.ask("How often is the filter replaced?")
    expect(page.locator("article")).to_have_count(2)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText || document.activeElement.tagName"))
    for text in ("Ask", "user-manual.pdf", "Show it in the passage", "More from the documents: 3 passages"):
        assert text in reached
    page.get_by_text("Show it in the passage").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article details mark").first).to_be_visible()


def test_differing_answers_stand_side_by_side(visit: Visit) -> None:
    page = visit.page
    visit.ask("How long is the warranty?")
    cards = page.locator("article.qa-differs")
    expect(cards).to_have_count(2)
    expect(cards.nth(0)).to_contain_text("Differs from another answer")
    expect(page.locator(".qa-notice")).to_contain_text("different answers")
    first, second = cards.nth(0).bounding_box(), cards.nth(1).bounding_box()
    assert first is not None and second is not None
    assert first["y"] == second["y"] and first["x"] + first["width"] <= second["x"]
    visit.shoot("differing")


def test_without_an_answer_it_says_so_and_shows_the_nearest_passages(visit: Visit) -> None:
    page = visit.page
    visit.ask("Who won the match?")
    expect(page.get_by_role("heading", level=2)).to_have_text("I could not find this in the documents.")
    expect(page.get_by_text("Rinse the pre-filter")).to_be_visible()
    expect(page.locator(".qa-status")).to_have_text("I could not find this in the documents.")
    expect(page.locator("article")).to_have_count(0)
    visit.shoot("no-answer")


def test_a_faq_entry_shows_its_question(visit: Visit) -> None:
    visit.ask("How do I reset the light?")
    card = visit.page.locator("article")
    expect(card.locator(".qa-question")).to_have_text("How do I reset the filter light?")
    expect(card.locator(".qa-answer")).to_have_text("Hold RESET for five seconds.")
    expect(card).to_contain_text("From a question and answer list")
    visit.shoot("faq")


def test_a_document_with_script_shows_as_text_and_runs_nothing(visit: Visit) -> None:
    page = visit.page
    visit.ask("Is the evil text harmless?")
    expect(page.locator("article blockquote")).to_have_text(EVIL)
    expect(page.locator("article blockquote mark")).to_have_text("<b>after</b>")
    expect(page.locator(".qa-notice")).to_have_text(EVIL)
    page.get_by_text("More from the documents").click()
    expect(page.locator("#qa-result :is(script, img, iframe, a, b)")).to_have_count(0)
    visit.shoot("hostile")
    assert page.title() == "Quaere"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (" ", "The question is empty; write what you want to know."),
        ("locked", "The data folder is in use by process 4711; stop it first."),
        ("bug", "could not be answered because of an error in the program"),
    ],
)
def test_an_error_is_explained_and_the_question_kept(visit: Visit, question: str, message: str) -> None:
    visit.ask(question)
    expect(visit.page.locator(".qa-notice")).to_contain_text(message)
    expect(visit.page.locator("body")).not_to_contain_text("secret detail")
    expect(visit.page.get_by_label("Your question")).to_have_value(question)
    visit.shoot(f"error-{question.strip() or 'empty'}")


def test_while_it_searches_it_says_so_and_the_old_answer_is_gone(visit: Visit, service: HandMade) -> None:
    page = visit.page
    visit.ask("How do I change it?")
    expect(page.locator("article")).to_have_count(1)
    visit.settle()
    service.may_answer.clear()
    try:
        visit.ask("How long is the warranty?")
        expect(page.locator(".qa-status")).to_have_text("Searching …")
        expect(page.locator("article")).to_have_count(0)
        visit.shoot("searching")
    finally:
        service.may_answer.set()
    expect(page.locator("article")).to_have_count(2)


def test_a_question_sent_while_another_is_answered_is_not_lost(visit: Visit, service: HandMade) -> None:
    service.may_answer.clear()
    try:
        visit.ask("How do I change it?")
        expect(visit.page.locator(".qa-status")).to_have_text("Searching …")
        visit.ask("How long is the warranty?")
        visit.page.wait_for_timeout(150)
    finally:
        service.may_answer.set()
    expect(visit.page.locator("article.qa-differs")).to_have_count(2)


def test_two_people_are_answered_at_the_same_time(browser: Browser, url: str, service: HandMade) -> None:
    service.may_answer.clear()
    with visiting(browser, url) as one, visiting(browser, url) as other:
        one.ask("How do I change it?")
        other.ask("Who won the match?")
        deadline = time.monotonic() + 10
        while service.together < 2 and time.monotonic() < deadline:
            one.page.wait_for_timeout(50)
        together = service.together
        service.may_answer.set()
        assert together == 2
        expect(one.page.locator("article")).to_have_count(1)
        expect(other.page.get_by_role("heading", level=2)).to_be_visible()


def test_dark_colours_follow_the_system(browser: Browser, url: str) -> None:
    with visiting(browser, url, color_scheme="dark") as visit:
        visit.ask("How often is the filter replaced?")
        expect(visit.page.locator("article")).to_have_count(2)
        visit.page.get_by_text("Show it in the passage").first.click()
        visit.shoot("answer-dark")
        assert_readable(visit.page)
        visit.settle()
        visit.ask("How long is the warranty?")
        expect(visit.page.locator("article.qa-differs")).to_have_count(2)
        visit.shoot("differing-dark")
        assert_readable(visit.page)


def test_light_colours_have_contrast(visit: Visit) -> None:
    for question in (*list(REPLIES)[:6], "locked"):
        visit.ask_and_wait(question)
        assert_readable(visit.page)


def assert_readable(page: Page) -> None:
    """Every visible text has at least the contrast 4.5 to 1 that WCAG's level AA asks for."""
    poor = page.evaluate(
        """() => {
          const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
          const light = ([r, g, b]) => {
            const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
          };
          const behind = (e) => {
            for (; e; e = e.parentElement) {
              const c = parse(getComputedStyle(e).backgroundColor);
              if (c.length === 3 || c[3] === 1) return c;
            }
            return [255, 255, 255];
          };
          const poor = [];
          for (const e of document.querySelectorAll('.gradio-container *')) {
            const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
            if (!own || !e.checkVisibility()) continue;
            const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) poor.push([e.className, e.textContent.slice(0, 40), ratio]);
          }
          return poor;
        }"""
    )
    assert poor == []


def test_a_phone_never_scrolls_sideways(browser: Browser, url: str) -> None:
    with visiting(browser, url, viewport={"width": 390, "height": 844}, device_scale_factor=2) as visit:
        for number, question in enumerate([*list(REPLIES)[:6], "Long", "locked"]):
            visit.ask_and_wait(question)
            for fold in visit.page.locator("summary").all():
                fold.click()
            assert no_sideways_scrolling(visit.page), question
            visit.shoot(f"phone-{number}")


def test_right_to_left_text_runs_right_to_left(visit: Visit) -> None:
    visit.ask("מה המחיר?")
    text = visit.page.locator("article .qa-answer")
    expect(text).to_have_text("25 שקלים")
    sentence = visit.page.locator("article blockquote")
    assert sentence.evaluate("element => getComputedStyle(element).direction") == "rtl"
    visit.shoot("right-to-left")


def test_an_empty_index_is_explained(browser: Browser) -> None:
    empty = HandMade({"Anything?": reply(passages=(), seconds={})}, passages=0)
    with serving(empty) as url, visiting(browser, url) as visit:
        expect(visit.page.locator(".qa-notice")).to_contain_text("Nothing is indexed yet")
        expect(visit.page.locator(".qa-notice code")).to_have_text("quaere index PATH")
        visit.ask("Anything?")
        expect(visit.page.locator("#qa-result .qa-notice")).to_contain_text("Nothing is indexed yet")
        visit.shoot("empty-index")


_DESCRIPTIONS = ("info", "info/", "openapi.json", "runs", "file=/etc/passwd", "proxy=https://example.org/")


def test_the_endpoints_are_neither_described_nor_open(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
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
    ("header", "name"), [("localhost:80", "localhost"), ("LocalHost", "localhost"), ("[::1]:80", "::1"), ("", "")]
)
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


def test_only_this_machine_may_listen_and_a_taken_port_is_explained() -> None:
    with pytest.raises(ConfigurationError, match=r"no login.*127\.0\.0\.1"):
        listen("0.0.0.0", 0)
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
    with QAService(Settings.load(data=tmp_path / "data")).open(writable=True) as service:
        assert service.index([str(folder)]).failures == ()
        with serving(service) as url, visiting(browser, url) as visit:
            page = visit.page
            expect(page.locator(".qa-status")).to_contain_text("of 2 documents")
            visit.ask("How often must the charcoal filter be replaced?")
            first = page.locator("article").first
            expect(first.locator("blockquote mark")).to_contain_text("nine weeks", timeout=60_000)
            expect(first.locator(".qa-source")).to_contain_text("filters.md")
            expect(first.locator(".qa-confidence")).to_contain_text("%")
            first.get_by_text("Show it in the passage").click()
            expect(first.locator("details mark")).to_contain_text("nine weeks")
            visit.shoot("real-answer")

            visit.settle()
            visit.ask("What is the serial number of the pump?")
            expect(first.locator("blockquote")).to_contain_text("PX-4471 <img src=x onerror=", timeout=60_000)
            expect(page.locator("#qa-result :is(script, img)")).to_have_count(0)
            visit.shoot("real-hostile")

            visit.settle()
            visit.ask("   ")
            expect(page.locator(".qa-notice")).to_contain_text("The question is empty")
            visit.settle()
            visit.ask("x" * 100_000)
            expect(page.locator(".qa-notice")).to_contain_text("at most 2000", timeout=20_000)
            assert page.title() == "Quaere"


def test_the_server_starts_says_where_and_stops(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pipelines.settings import Settings; from ui.server import launch; "
        "launch(Settings.load(data=Path(sys.argv[1])), port=0, announce=lambda url: print(url, flush=True))"
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
    assert not (tmp_path / "none").exists()
    assert (started.returncode, problems) == (0, "")
