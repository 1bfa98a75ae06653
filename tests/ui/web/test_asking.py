"""A question of a visitor without a browser: its steps, its groups, its place in the row, and its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

import components  # noqa: F401
from components.errors import StoreError
from components.types import Reply
from tests.ui.web.handmade import EVIL, REPLIES, HandMade
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.problems import TooMany
from ui.web.asking import Asker, Shown
from ui.web.suggesting import Chosen, FromDocuments
from ui.web.templates import render
from ui.wording import ENGLISH, languages

QUESTION = "How long is the warranty?"


@pytest.fixture
async def service() -> AsyncIterator[HandMade]:
    made = HandMade(REPLIES)
    yield made
    made.let_go()


def asker(service: HandMade, places: int = 4) -> Asker:
    return Asker(service, ENGLISH, ConcurrencyLimit(places, 64))


async def test_the_steps_of_a_question(service: HandMade) -> None:
    steps = [shown async for shown in asker(service).answer(QUESTION, "", ("sales",))]
    assert [shown.status for shown in steps] == [
        "Understanding the question …",
        "Finding passages …",
        "3 passages found. Reading them for the answer …",
        "2 answers found.",
    ]
    assert [shown.busy for shown in steps] == [True, True, True, False]
    # The question leaves the box once; what is written there meanwhile stays.
    assert [shown.box for shown in steps] == ["", None, None, None]
    assert service.asked[0].groups == ("sales",)
    assert service.asked[0].filters is None


async def test_a_reply_is_told_of_once_and_a_refusal_is_none(service: HandMade) -> None:
    told: list[Reply] = []
    asking = Asker(service, ENGLISH, ConcurrencyLimit(4, 64), told.append)
    shown = [each async for each in asking.answer(QUESTION, "", ())]
    assert shown[-1].status == f"{len(told[0].answers)} answers found."
    assert len(told) == 1
    assert [each async for each in asking.answer(QUESTION, "[", ())]
    assert len(told) == 1


async def test_who_may_not_ask_is_told_so_and_sees_no_source(service: HandMade) -> None:
    (shown,) = [shown async for shown in asker(service).answer(QUESTION, "", None)]
    assert shown.turn is not None and "Your key does not allow you to ask questions." in shown.turn
    assert service.asked == []
    assert 'type="checkbox"' not in asker(service).filters(None)


def test_the_sources_to_choose_from_are_those_of_the_visitor(service: HandMade) -> None:
    assert "salaries.xlsx" not in asker(service).filters(())
    assert "salaries.xlsx" in asker(service).filters(("board",))


async def test_filters_that_no_page_sends_are_refused(service: HandMade) -> None:
    (shown,) = [shown async for shown in asker(service).answer(QUESTION, "[", ())]
    assert shown.turn is not None and "The filters could not be read. Clear them and set them again." in shown.turn
    assert service.asked == []


async def test_whoever_finds_no_place_waits_and_is_told_so(service: HandMade) -> None:
    one_place = asker(service, 1)
    service.hold("search")

    async def ask() -> list[Shown]:
        return [shown async for shown in one_place.answer(QUESTION, "", ())]

    first = asyncio.create_task(ask())
    while not service.asked:
        await asyncio.sleep(0.01)
    second = asyncio.create_task(ask())
    await asyncio.sleep(0.05)
    service.let_go()
    assert (await second)[0].status == "Waiting until others are answered …"
    assert len(await first) == 4
    assert service.most_together == 1


async def test_a_question_that_is_given_up_is_cancelled_and_frees_its_place(service: HandMade) -> None:
    one_place = asker(service, 1)
    async with aclosing(one_place.answer(QUESTION, "", ())) as steps:
        async for shown in steps:
            if "passages found" in shown.status:
                break
    assert (service.cancelled, service.together) == ([QUESTION], 0)
    assert not one_place.places.full


def test_a_stopped_question_goes_back_into_an_empty_box(service: HandMade) -> None:
    stopped = asker(service).stopped(QUESTION, "", " ")
    assert stopped.box == QUESTION and not stopped.busy
    assert asker(service).stopped(QUESTION, "", "something else").box is None
    hostile = asker(service).stopped(EVIL, "[", "")
    assert hostile.turn is not None and "<script" not in hostile.turn


def test_the_opening_words(service: HandMade) -> None:
    assert "1,200 passages of 6 documents" in asker(service).hero(())
    assert "1,400 passages of 7 documents" in asker(service).hero(("board",))
    assert "There are no documents yet that you may read." in asker(service).hero(None)
    chinese = Asker(service, languages()["zh"], ConcurrencyLimit(4, 64))
    assert "6 份文档" in chinese.hero(())


def test_an_empty_index_is_explained_to_who_can_fill_it() -> None:
    empty = asker(HandMade({}, passages=0))
    assert "quaere index PATH" in empty.hero((), is_operator=True)
    assert "There are no documents yet that you may read." in empty.hero(())


def test_a_store_that_fails_is_told_of(service: HandMade, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the folder <b> is damaged")

    monkeypatch.setattr(service, "status", fail)
    monkeypatch.setattr(service, "holdings", fail)
    monkeypatch.setattr(service, "list_sources", fail)
    assert "The folder &lt;b&gt; is damaged." in asker(service).hero((), is_operator=True)
    told = asker(service).hero(())
    assert "damaged" not in told and "The documents cannot be searched at the moment. Try again in a while." in told
    assert 'type="checkbox"' not in asker(service).filters(())


async def test_where_a_service_s_parts_are_is_told_to_who_looks_after_it(caplog: pytest.LogCaptureFixture) -> None:
    asking = asker(HandMade({QUESTION: StoreError("http://db:6333 cannot be reached")}))
    for in_full in (False, True):
        last = [each async for each in asking.answer(QUESTION, "", (), in_full=in_full)][-1]
        assert (
            last.turn is not None
            and "The documents cannot be searched at the moment. Try again in a while." in last.turn
        )
        assert ("db:6333" in last.turn) is in_full
        assert "db:6333" in caplog.text
        caplog.clear()


def test_suggestions_are_text() -> None:
    assert render("suggestions", ENGLISH, questions=[]) == ""
    assert "<script" not in render("suggestions", ENGLISH, questions=[EVIL])


def test_suggestions_are_short_faq_questions_looked_for_once_a_generation(service: HandMade) -> None:
    found = FromDocuments(service, ENGLISH)
    assert found.questions(()) == found.questions(()) == ("How do I pair it?", "Where is it made?", "Why?", "When?")
    assert service.looked_for == [("en", ())]
    found.questions(("board",))
    service.held = replace(service.held, generation=2)
    found.questions(())
    assert service.looked_for == [("en", ()), ("en", ("board",)), ("en", ())]


def test_suggestions_in_another_language_are_better_than_none(service: HandMade) -> None:
    assert FromDocuments(service, languages()["zh"]).questions(()) == ("Wie oft?",)
    assert FromDocuments(HandMade({}, passages=0), ENGLISH).questions(()) == ()
    assert Chosen(["One?"]).questions(("board",)) == ("One?",)


def test_suggestions_that_cannot_be_looked_for_are_none(service: HandMade, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the folder is damaged")

    monkeypatch.setattr(service, "similar", fail)
    assert FromDocuments(service, ENGLISH).questions(()) == ()


async def test_a_question_is_counted_by_its_key_and_may_be_turned_away(service: HandMade) -> None:
    counted: list[str | None] = []

    def admit(key_id: str | None) -> None:
        counted.append(key_id)
        if len(counted) > 1:
            raise TooMany("too many", 7.5)

    asking = Asker(service, languages()["zh"], ConcurrencyLimit(4, 64), admit=admit)
    assert len([each async for each in asking.answer(QUESTION, "", (), "key")]) == 4
    (refused,) = [each async for each in asking.answer(QUESTION, "", (), "key")]
    assert refused.turn is not None and "8 秒后重试" in refused.turn
    assert refused.box == QUESTION
    assert (counted, len(service.asked)) == (["key", "key"], 1)
    assert [each async for each in asking.answer(" ", "", (), "key")]
    assert len(counted) == 2  # what is no question costs nothing


async def test_a_question_whose_time_is_up_frees_its_place(service: HandMade) -> None:
    service.settings = service.settings.with_values({"service.question_seconds": 0.05})
    service.hold("read")
    one_place = asker(service, 1)
    steps = [each async for each in one_place.answer(QUESTION, "", ())]
    assert (
        steps[-1].turn is not None
        and "This took too long and was given up. Try again when less is going on." in steps[-1].turn
    )
    assert not steps[-1].busy
    assert (service.cancelled, service.together, one_place.places.full) == ([QUESTION], 0, False)


async def test_more_than_may_wait_are_turned_away_at_once(service: HandMade) -> None:
    asking = Asker(service, languages()["zh"], ConcurrencyLimit(1, 1))
    service.hold("search")

    async def ask() -> list[Shown]:
        return [shown async for shown in asking.answer(QUESTION, "", ())]

    first, second = asyncio.create_task(ask()), asyncio.create_task(ask())
    while not service.asked or asking.places.waiting == 0:
        await asyncio.sleep(0.01)
    refused = (await ask())[-1]
    assert refused.turn is not None and "服务器繁忙，请稍后重试。" in refused.turn
    assert (refused.box, refused.busy) == (QUESTION, False)
    service.let_go()
    assert [len(await each) for each in (first, second)] == [4, 5]
    assert not asking.places.full
