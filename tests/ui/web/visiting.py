"""A browser that visits the page, and what it asked for and complained about."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Request, expect, sync_playwright

from tests.programs.needs import CHROMIUM

ARTEFACTS = Path(__file__).resolve().parents[3] / "artefacts"

QUESTION = {"en": "Your question", "zh": "您的问题"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium or Chrome of this machine, without a window."""
    program = CHROMIUM.get()
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
    """An open page."""

    page: Page
    requests: list[str]
    complaints: list[str]
    streams: set[Request]
    """Answers to events that are still coming in."""
    language: str = "en"

    @property
    def box(self) -> Locator:
        return self.page.get_by_label(QUESTION[self.language])

    @property
    def turn(self) -> Locator:
        """The newest question and its reply."""
        return self.page.locator("#qa-live .qa-turn")

    @property
    def turns(self) -> Locator:
        return self.page.locator(".qa-turn:visible")

    @property
    def cards(self) -> Locator:
        """The newest reply's answers that are to be seen."""
        return self.turn.locator("article:visible")

    @property
    def status(self) -> Locator:
        return self.page.locator(".qa-status[role=status]")

    def settle(self) -> None:
        """Wait until no event is under way.

        The page framework loses a key press in the instant in which it ends the event before. Nobody types as fast.
        """
        deadline = time.monotonic() + 20
        while self.streams and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert not self.streams
        self.page.wait_for_timeout(100)

    def arrive(self, shows: str = "conversation") -> None:
        """Wait until the page is there and quiet; the first one of a fresh browser may take longer than any other."""
        if shows == "conversation":
            expect(self.box).to_be_visible(timeout=20_000)
            begun = self.page.locator(".qa-hero > :nth-child(3), .qa-turn").first
            expect(begun).to_be_attached(timeout=20_000)
            self.settle()
        elif shows == "documents":
            expect(self.page.locator(".qa-sources[aria-busy=false]")).to_be_attached(timeout=20_000)
        else:
            expect(self.page.locator("#key")).to_be_visible(timeout=20_000)

    def send(self, question: str) -> None:
        self.box.fill(question)
        self.box.press("Enter")

    def ask(self, question: str) -> None:
        """Ask, and wait until the question is answered or refused."""
        self.settle()
        self.send(question)
        expect(self.turn.locator(".qa-asked")).to_have_text(question, timeout=20_000)
        expect(self.turn.locator(".qa-reply, .qa-notice").first).to_be_visible(timeout=20_000)
        self.settle()

    def shoot(self, name: str, *, whole: bool = True) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        # Nothing may be on its way.
        self.page.wait_for_timeout(50)
        self.page.screenshot(path=ARTEFACTS / f"page-{name}.png", full_page=whole, animations="disabled")


@contextmanager
def visiting(
    browser: Browser, url: str, *, path: str = "", language: str = "en", shows: str = "conversation", **options: Any
) -> Iterator[Visit]:
    """Open a page in a browser profile of its own; at the end, nothing may have left the machine.

    ``shows`` says which page is expected: "conversation", "documents" or "login".
    """
    plain = {"viewport": {"width": 1100, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(**(plain | options))
    page = context.new_page()
    visit = Visit(page, [], [], set(), language)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("request", lambda request: visit.streams.add(request) if "queue/data" in request.url else None)
    page.on("requestfinished", lambda request: visit.streams.discard(request))
    page.on("requestfailed", lambda request: visit.streams.discard(request))
    page.on("websocket", lambda opened: visit.requests.append(opened.url))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("console", lambda line: visit.complaints.append(line.text) if line.type == "error" else None)
    page.goto(url + path)
    visit.arrive(shows)
    yield visit
    context.close()
    hosts = {urlsplit(request).hostname for request in visit.requests if not request.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert not visit.complaints, visit.complaints


def no_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def assert_accessible(page: Page) -> None:
    """Axe finds nothing at all, not only nothing serious."""
    # The package's own class reads the script in the encoding of the locale, which may be ASCII.
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []
