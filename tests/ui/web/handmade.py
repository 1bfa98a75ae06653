"""A service for the page's tests that gives replies made by hand, stage by stage, and knows what was asked of it."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import components  # noqa: F401
from components.answers.composer import DIFFER
from components.errors import InputError, StoreError
from components.stores.catalogue.records import SourceInfo
from components.stores.catalogue.visible import Holdings, SourcePage, SourceQuery
from components.types import Answer, Passage, Place, Query, Reply
from pipelines.replies import Stage, UserQuestion
from pipelines.settings import Settings
from pipelines.similar import SimilarKind

EVIL = (
    "Before <script>document.title='ran'</script> <img src=x onerror=\"document.title='ran'\"> "
    "<a href=\"javascript:document.title='ran'\">click</a> ${document.title='ran'} {{constructor}} <b>after</b>"
)


@dataclass(frozen=True)
class Held:
    """What the page reads of a status."""

    passages: int
    generation: int = 1


PASSAGES_OF_EACH = 200


def source(name: str, language: str = "en", groups: tuple[str, ...] = ("public",)) -> SourceInfo:
    return SourceInfo(
        name, name, f"/d/{name}", "txt", None, language, groups, PASSAGES_OF_EACH, 1, "v", "2026-01-01", None
    )


SOURCES = (
    source("faq.jsonl"),
    source("installation-guide.md", "de"),
    source("personnel/salaries.xlsx", "en", ("board",)),
    source("spare-parts.csv"),
    source("user-manual.pdf"),
    source("warranty-and-returns.docx"),
    source("מחירון.pdf", "he"),
)


FAQ_ROWS = {
    "en": ("How do I pair it?", "x" * 200, EVIL, "How do I pair it?", "Where is it made?", "Why?", "When?", "Who?"),
    "": ("Wie oft?",),
}
"""Questions by the language that is asked for."""


class HandMade:
    """Answers each question with a reply made by hand; a test may hold it at a stage."""

    def __init__(self, replies: dict[str, Reply | Exception], passages: int = 1240) -> None:
        self.replies = replies
        self.held = Held(passages)
        self.settings = Settings()
        self.looked_for: list[tuple[str, tuple[str, ...]]] = []
        self.asked: list[UserQuestion] = []
        self.finished: list[str] = []
        self.cancelled: list[str] = []
        self.together = 0
        self.most_together = 0
        self._may_pass = {name: threading.Event() for name in ("understand", "search", "read")}
        for event in self._may_pass.values():
            event.set()

    def hold(self, stage: str) -> None:
        """Wait before this stage ends: "understand", "search" or "read"."""
        self._may_pass[stage].clear()

    def let_go_of(self, stage: str) -> None:
        self._may_pass[stage].set()

    def let_go(self) -> None:
        for event in self._may_pass.values():
            event.set()

    async def ask_stream(self, question: str | UserQuestion) -> AsyncGenerator[Stage]:
        assert isinstance(question, UserQuestion)
        self.asked.append(question)
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            reply = self.replies[question.text.strip()]
            await self._pass("understand")
            if isinstance(reply, Exception):
                raise reply
            yield reply.query
            await self._pass("search")
            yield reply.passages
            await self._pass("read")
            yield reply
            self.finished.append(question.text)
        except (GeneratorExit, asyncio.CancelledError):
            if question.text not in self.finished:
                self.cancelled.append(question.text)
            raise
        finally:
            self.together -= 1

    async def _pass(self, stage: str) -> None:
        while not self._may_pass[stage].is_set():
            await asyncio.sleep(0.01)

    def _seen(self, groups: Sequence[str] | None) -> list[SourceInfo]:
        if self.held.passages == 0:
            return []
        seen = None if groups is None else {"public", *groups}
        return [each for each in SOURCES if seen is None or not seen.isdisjoint(each.groups)]

    def list_sources(self, query: SourceQuery, groups: Sequence[str] | None = None) -> SourcePage:
        seen = self._seen(groups)
        return SourcePage(len(seen), tuple(seen[query.offset : query.offset + query.limit]))

    def holdings(self, groups: Sequence[str] | None = None) -> Holdings:
        seen = self._seen(groups)
        return Holdings(len(seen), sum(each.passages for each in seen), frozenset(each.language for each in seen))

    def status(self) -> Held:
        return self.held

    def similar(
        self,
        text: str,
        kind: SimilarKind = "passages",
        *,
        top: int = 10,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] = (),
    ) -> tuple[Passage, ...]:
        assert kind == "questions"
        language = "" if filters is None else filters["value"]
        self.looked_for.append((language, tuple(groups)))
        rows = FAQ_ROWS.get(language, ())
        return tuple(passage(f"{row}\nAn answer.", "faq.jsonl", kind="faq") for row in rows)


def passage(text: str, source: str = "user-manual.pdf", **changes: Any) -> Passage:
    scores = {"dense": 0.61, "lexical": 9.4, "fused": 0.83, "relevance": 4.21}
    made = Passage(
        source=source,
        source_id="s-1",
        title="Aria 300 user manual",
        heading="Care > Filters",
        page=12,
        start=0,
        end=len(text),
        text=text,
        kind="text",
        scores=scores,
    )
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
        words_start=start,
        words_end=start + len(text),
        passage=whole,
        passage_start=500,
        language="en",
        source_id="s-1",
        scores={"relevance": 4.21, "span": 7.4, "dense": 0.61, "lexical": 0.9, "support": 3.0},
    )
    return replace(made, **changes)


def reply(*answers: Answer, **changes: Any) -> Reply:
    made = Reply(
        id="r",
        query=Query(original="q", text="q", question="q", language="en", kind="factoid"),
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
        Place(source="user-manual.pdf", title="Aria 300 user manual", page=12, start=0, end=1, source_id="s-1"),
        Place(source="faq.jsonl", title=None, page=None, start=40, end=56, source_id="s-2"),
        Place(source="installation-guide.md", title="Installation guide", page=None, start=900, end=916),
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
        warnings=(DIFFER,),
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
    "refused": InputError("the question has no words; write what you want to know"),
    EVIL: InputError("the question has too many of them"),
    "locked": StoreError("the data folder is in use by process 4711; stop it first"),
    "bug": RuntimeError("secret detail"),
}  # fmt: skip


REPLIES = {
    question: replace(made, id=f"reply {number}") if isinstance(made, Reply) else made
    for number, (question, made) in enumerate(REPLIES.items())
}
