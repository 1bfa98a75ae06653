"""What goes wrong while somebody uses the pages, in a real browser: limits, time, a store that is away, giving up."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from typing import Any, ClassVar, cast

import pytest
from playwright.sync_api import Browser, Route, expect

from components.errors import StoreError
from pipelines.replies import Stage, UserQuestion
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from tests.ui.serving import serving_backend, serving_page
from tests.ui.web.handmade import REPLIES, HandMade
from tests.ui.web.visiting import Visit, assert_accessible, chromium, visiting
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.middleware.access import SESSION_COOKIE

pytestmark = pytest.mark.browser

QUESTION = "How much does the pump weigh?"
PER_MINUTE = 12


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Unhurried(QAService):
    """Waits before each stage, and notes whether a question came to its end."""

    pause = 0.0
    ended: ClassVar[list[bool]] = []

    async def ask_stream(self, question: str | UserQuestion, **options: Any) -> AsyncGenerator[Stage]:
        whole = False
        try:
            await asyncio.sleep(self.pause)
            async with aclosing(super().ask_stream(question, **options)) as stages:
                async for stage in stages:
                    yield stage
                    await asyncio.sleep(self.pause)
            whole = True
        finally:
            self.ended.append(whole)


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    root = tmp_path_factory.mktemp("troubles")
    (root / "pump.md").write_text("# Pump\n\nThe pump weighs 12 kilograms.\n", "utf-8")
    settings = Settings.load({"data": root / "data", "service.requests_per_minute": PER_MINUTE})
    with Unhurried(settings) as service, open_backend(service) as opened:
        assert service.index([str(root / "pump.md")]).failures == ()
        service.prepare()
        yield opened


@contextmanager
def visited(browser: Browser, backend: Backend, url: str, name: str, path: str = "", **options: str) -> Iterator[Visit]:
    """As the holder of a key of this name, made for the test."""
    key, _ = backend.keys.make(name, ["read", "write"])
    cookie = {"name": SESSION_COOKIE, "value": backend.keys.begin_session(key), "domain": "127.0.0.1", "path": "/"}
    state = {"cookies": [cookie | {"expires": -1, "httpOnly": True, "secure": False}], "origins": []}
    shows = "documents" if "documents" in path else "conversation"
    with visiting(browser, url, path=path, shows=shows, storage_state=state, **options) as visit:
        yield visit


def refuse_first(times: int, status: int = 429, seconds: int = 1) -> tuple[list[str], Callable[[Route], None]]:
    """A route that turns the first requests away, telling when to come again, and what it saw."""
    seen: list[str] = []

    def handle(route: Route) -> None:
        seen.append(route.request.method)
        if len(seen) > times:
            route.continue_()
            return
        problem = {"type": "urn:quaere:problem:too-often", "title": "t", "status": status, "detail": "d", "errors": []}
        route.fulfill(status=status, headers={"Retry-After": str(seconds)}, json=problem)

    return seen, handle


@pytest.mark.slow
def test_who_asks_too_often_is_told_when_to_ask_again(browser: Browser, backend: Backend) -> None:
    with serving_backend(backend) as url:
        with visited(browser, backend, url, "eager") as visit:
            for _ in range(PER_MINUTE):
                visit.ask(QUESTION)
                expect(visit.cards.first).to_contain_text("12 kilograms")
            visit.ask(QUESTION)
            notice = visit.turn.locator(".qa-notice")
            expect(notice).to_contain_text("You ask more often than your key allows. Try again in ")
            expect(visit.box).to_have_value(QUESTION)
            visit.shoot("trouble-too-often", whole=False)
            assert_accessible(visit.page)
            # What the page asks of the API is counted with it.
            visit.turns.first.get_by_role("button", name="This is right").first.click()
            expect(visit.status).to_contain_text("You ask more often than your key allows.")
            visit.complaints.clear()
        with visited(browser, backend, url, "calm", "zh/", language="zh") as visit:
            visit.ask(QUESTION)
            expect(visit.cards.first).to_contain_text("12 kilograms")


@pytest.mark.slow
def test_an_upload_and_the_list_wait_and_try_again(browser: Browser, backend: Backend) -> None:
    with serving_backend(backend) as url, visited(browser, backend, url, "sender", "documents?lang=en") as visit:
        page = visit.page
        uploads, turn_away = refuse_first(2)
        page.route("**/sources/files", turn_away)
        polls, not_now = refuse_first(1, status=503)
        page.route("**/jobs/*", not_now)
        a_file = {"name": "tap.txt", "mimeType": "text/plain", "buffer": b"The tap drips at night."}
        page.locator("input[type=file]").set_input_files([a_file])
        entry = page.locator(".qa-sending")
        expect(entry).to_contain_text("The server is busy. Trying again in 1 second")
        visit.shoot("trouble-upload-waits", whole=False)
        expect(entry).to_contain_text("Indexed: 1 passage", timeout=30_000)
        assert uploads == ["POST"] * 3
        assert len(polls) >= 2

        lists, later = refuse_first(1)
        page.unroute("**/sources/files")
        page.route("**/sources?*", later)
        page.get_by_label("Find a document by its name").fill("tap")
        expect(visit.status).to_contain_text("You ask more often than your key allows. Try again in 1 second.")
        expect(page.locator(".qa-row")).to_have_count(1)
        expect(visit.status).to_have_text("")
        assert lists == ["GET", "GET"]

        _, never = refuse_first(10**6, seconds=60)
        page.route("**/sources/files", never)
        page.locator("input[type=file]").set_input_files([a_file | {"name": "waits.txt"}])
        expect(entry.nth(1)).to_contain_text("Trying again in")
        entry.nth(1).get_by_role("button", name="Cancel waits.txt").click()
        expect(entry.nth(1)).to_contain_text("Cancelled")
        visit.complaints.clear()  # the browser's own lines about what was turned away


def test_a_question_that_takes_too_long_is_given_up_in_the_pages_language(browser: Browser) -> None:
    service = HandMade(REPLIES)
    service.settings = service.settings.with_values({"service.question_seconds": 0.3})
    service.hold("search")
    with serving_page(service) as url, visiting(browser, url, path="zh/", language="zh") as visit:
        visit.ask("How long is the warranty?")
        expect(visit.turn.locator(".qa-notice")).to_have_text("处理时间过长，已中止。请在服务器空闲时重试。")
        assert service.cancelled == ["How long is the warranty?"]
        assert service.together == 0
        service.let_go()
        visit.ask("How long is the warranty?")
        expect(visit.cards.first).to_be_visible()


def test_the_chinese_page_explains_in_chinese(browser: Browser, backend: Backend) -> None:
    with serving_backend(backend) as url, visited(browser, backend, url, "chinese", "zh/", language="zh") as visit:
        notice = visit.turn.locator(".qa-notice")
        visit.ask("长" * 2001)
        expect(notice).to_have_text("问题有 2,001 个字符，最多允许 2,000 个。请缩短问题。")
        visit.ask("泵 page:x")
        expect(notice).to_contain_text("无法读取问题中的筛选条件 page:x。")
        visit.ask("？？")
        expect(notice).to_contain_text("问题中没有文字。")
        assert_accessible(visit.page)


def test_a_store_that_is_away_is_explained_with_what_the_service_says(browser: Browser) -> None:
    question = "Who won the match?"
    away = StoreError("the Qdrant server at http://db:6333 cannot be reached; check that it runs")
    service = HandMade({question: away})
    with serving_page(service) as url, visiting(browser, url, path="zh/", language="zh") as visit:
        visit.ask(question)
        notice = visit.turn.locator(".qa-notice.qa-problem")
        expect(notice.locator("p").first).to_have_text("暂时无法检索文档，请稍后重试。")
        expect(notice.locator("[lang=en]")).to_contain_text("The Qdrant server at http://db:6333 cannot be reached")
        visit.shoot("trouble-store-chinese", whole=False)
        assert_accessible(visit.page)
        service.replies[question] = REPLIES[question]
        visit.ask(question)
        expect(visit.turn.locator(".qa-none")).to_be_visible()


def test_who_finds_no_place_is_told_so_in_the_pages_language(browser: Browser) -> None:
    service = HandMade(REPLIES)
    service.hold("search")
    question = "How long is the warranty?"
    with serving_page(service, places=ConcurrencyLimit(1, 1)) as url, ExitStack() as opened:
        first, second, third = (
            opened.enter_context(visiting(browser, url, path="zh/", language="zh")) for _ in range(3)
        )
        first.send(question)
        expect(first.turn.locator(".qa-now")).to_contain_text("正在查找段落")
        second.send(question)
        expect(second.turn.locator(".qa-now")).to_contain_text("正在排队")
        third.send(question)
        expect(third.turn.locator(".qa-notice")).to_have_text("服务器繁忙，请稍后重试。")
        expect(third.box).to_have_value(question)
        service.let_go()
        for visit in (first, second):
            expect(visit.cards.first).to_be_visible()
        third.settle()
        third.box.press("Enter")
        expect(third.cards.first).to_be_visible()


STEPS = ("Understanding the question", "Finding passages", "Reading them")


@pytest.mark.parametrize("step", STEPS)
def test_a_real_question_is_stopped_at_every_step_and_the_next_is_answered(
    browser: Browser, backend: Backend, step: str
) -> None:
    slow = cast(Unhurried, backend.service)
    with serving_backend(backend) as url, visited(browser, backend, url, step) as visit:
        slow.pause, slow.ended = 1.0, []
        visit.send(QUESTION)
        expect(visit.turn.locator(".qa-now")).to_contain_text(step)
        visit.page.get_by_role("button", name="Stop").click()
        expect(visit.turn.locator(".qa-notice")).to_have_text("Stopped before there was an answer.")
        expect(visit.box).to_have_value(QUESTION)
        visit.settle()
        assert slow.ended == [False]  # the pipeline was told, not left to finish for nobody
        slow.pause = 0.0
        visit.ask(QUESTION)
        expect(visit.cards.first).to_contain_text("12 kilograms")
        assert slow.ended == [False, True]
