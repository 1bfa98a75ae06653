"""A question of a visitor and what the page shows of it, from the first step to the reply.

Knows the service and the texts, not the page framework. Keeps nothing of a conversation: earlier questions are the
browser's.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from components.answers.composer import DIFFER
from components.errors import QuaereError
from components.stores.catalogue.visible import Holdings, SourcePage, SourceQuery
from components.types import Passage, Query, Reply
from pipelines.replies import Question
from pipelines.replies import Stage as Result
from pipelines.settings import Settings
from pipelines.similar import SimilarKind
from pipelines.status import Status
from ui.api.concurrency_limit import Admission
from ui.api.problems import Busy, note_fault
from ui.api.timeouts import within
from ui.web.explaining import Explanation, explain
from ui.web.filter_panel import MOST_LISTED, render_filters
from ui.web.filters import Filters
from ui.web.render import render_notice, render_reply
from ui.web.texts import Texts
from ui.web.turns import Stage, render_hero, render_progress, render_turn, spoken

_log = logging.getLogger(__name__)

_INDEX_COMMAND = "quaere index PATH"


Groups = tuple[str, ...] | None
"""A visitor's access groups, beside the public one; None for a visitor who may not ask."""


OnReply = Callable[[Reply], None]

Admit = Callable[[str | None], None]
"""Counts a question of a key, None for the local visitor, and raises :class:`~ui.api.problems.TooMany`."""


class AskingService(Protocol):
    """What the page needs of a service; calls may come from several threads at once."""

    settings: Settings

    def ask_stream(self, question: str | Question) -> AsyncGenerator[Result]:
        """Answer a question, and give what is known as it is known; closing it cancels what is left to do."""

    def list_sources(self, query: SourceQuery, groups: Sequence[str] | None = None) -> SourcePage:
        """A part of the list of sources that a caller of these groups may know of, by name; None for all."""

    def holdings(self, groups: Sequence[str] | None = None) -> Holdings:
        """How much a caller of these groups may see; None for all there is."""

    def status(self) -> Status:
        """What the index holds."""

    def similar(
        self,
        text: str,
        kind: SimilarKind = "passages",
        *,
        top: int = 10,
        filters: dict[str, Any] | None = None,
        groups: Sequence[str] = (),
    ) -> tuple[Passage, ...]:
        """Passages or stored questions that are like a text, of those that these groups may see."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A change of the page; what is None stays as it is."""

    status: str
    """What a screen reader says: plain words of the page's own."""
    turn: str | None = None
    """The question and its reply so far, as HTML."""
    box: str | None = None
    """What the question box holds."""
    busy: bool = False
    """Whether there is something to stop."""
    hint: bool = False
    """Whether the status is to be seen too."""


class Asker:
    """Answers questions for the page in one language.

    Args:
        service: answers them.
        texts: the interface's language.
        places: how many are answered at a time and may wait; shared by all visitors.
        on_reply: called with every reply, such as to count it.
        admit: called with the visitor's key before every question, such as to limit how many there are.
    """

    def __init__(
        self,
        service: AskingService,
        texts: Texts,
        places: Admission,
        on_reply: OnReply | None = None,
        admit: Admit | None = None,
    ) -> None:
        self.service = service
        self.texts = texts
        self.places = places
        self.on_reply = on_reply
        self.admit = admit

    async def answer(
        self, question: str, filters: str, groups: Groups, key_id: str | None = None, *, in_full: bool = False
    ) -> AsyncGenerator[Shown]:
        """Answer one question.

        Args:
            question: as the visitor wrote it.
            filters: as the page's controls say it.
            groups: the visitor's.
            key_id: of the visitor's key.
            in_full: whether the visitor may read all of a fault of the service.
        """
        texts = self.texts
        read = Filters.read(filters)
        if not question.strip():
            yield Shown(texts.write_first, hint=True)
        elif groups is None:
            yield self._refused(question, Filters(), texts.not_allowed, "problem")
        elif read is None:
            yield self._refused(question, Filters(), texts.filters_unusable)
        elif read.reversed:
            yield self._refused(question, read, texts.dates_reversed)
        elif (refusal := self._turned_away(key_id)) is not None:
            yield self._explained(question, read, refusal)
        else:
            if self.places.full:
                yield self._step(question, read, Stage.WAITING)
            try:
                async with (
                    self.places.place(key_id),
                    aclosing(self._answered(question, read, groups, in_full)) as steps,
                ):
                    async for step in steps:
                        yield step
            except Busy as error:
                yield self._explained(question, read, error)

    def _turned_away(self, key_id: str | None) -> QuaereError | None:
        try:
            if self.admit is not None:
                self.admit(key_id)
        except QuaereError as error:
            return error
        return None

    def stopped(self, question: str, filters: str, typed: str) -> Shown:
        """What is left of a question that the visitor stopped: it goes back into the box, if that is empty."""
        read = Filters.read(filters)
        turn = render_turn(question, Filters() if read is None else read, render_notice(self.texts.stopped), self.texts)
        return Shown(self.texts.stopped, turn, None if typed.strip() else question)

    def hero(self, groups: Groups, *, looks_after_it: bool = False) -> str:
        """What an empty page says: how much is searched for a visitor of these groups, or how to begin.

        Args:
            groups: the visitor's.
            looks_after_it: whether the visitor looks after the service: is told how to begin, and all of a fault.
        """
        try:
            seen = None if groups is None else self.service.holdings(groups)
            held = self.service.status()
        except QuaereError as error:
            note_fault(error)
            return render_hero(self.texts, _notice(explain(error, self.texts, in_full=looks_after_it)))
        if seen is None or not seen.sources:
            note = self._nothing_indexed() if held.passages == 0 and looks_after_it else self._nothing_to_read()
            return render_hero(self.texts, note)
        passages, documents = self.texts.passages.of(seen.passages), self.texts.documents.of(seen.sources)
        held_words = self.texts.holdings.format(passages=passages, documents=documents)
        return render_hero(self.texts, f'<p class="qa-holdings">{held_words}</p>')

    def filters(self, groups: Groups) -> str:
        """The filter controls, with the sources that a visitor of these groups may see."""
        if groups is None:
            return render_filters(self.texts)
        try:
            page = self.service.list_sources(SourceQuery(limit=MOST_LISTED), groups)
            languages = self.service.holdings(groups).languages
        except QuaereError:
            # The page's opening words tell of it; without a list there is nothing to choose from.
            return render_filters(self.texts)
        names = [info.source for info in page.sources]
        return render_filters(self.texts, names, languages, left_out=page.total - len(names))

    async def _answered(
        self, question: str, filters: Filters, groups: tuple[str, ...], in_full: bool
    ) -> AsyncGenerator[Shown]:
        """The steps of a question that has its place."""
        yield self._step(question, filters, Stage.UNDERSTANDING)
        try:
            # The catalogue is read from disk; the page's event loop must not wait for it.
            if (await asyncio.to_thread(self.service.status)).passages == 0:
                yield Shown("", self._turn(question, filters, self._nothing_indexed()))
                return
            asked = Question(question, filters=filters.conditions(), groups=groups)
            stages = within(self.service.ask_stream(asked), self.service.settings.question_seconds)
            async with aclosing(stages) as results:
                async for result in results:
                    if isinstance(result, Reply) and self.on_reply is not None:
                        self.on_reply(result)
                    yield self._shown(question, filters, result)
        except QuaereError as error:
            note_fault(error)
            yield self._explained(question, filters, error, in_full=in_full)
        except Exception:
            _log.exception("a question from the page failed")
            yield self._refused(question, filters, self.texts.failed, "problem")

    def _shown(self, question: str, filters: Filters, result: Result) -> Shown:
        texts = self.texts
        if isinstance(result, Query):
            return self._step(question, filters, Stage.SEARCHING)
        if not isinstance(result, Reply):
            return self._step(question, filters, Stage.READING, result)
        # The one warning that comes with every differing answer has words in each language.
        warnings = tuple(texts.differ if warning == DIFFER else warning for warning in result.warnings)
        body = render_reply(replace(result, warnings=warnings), texts, link=filters.link(question))
        told = texts.answers_found.of(len(result.answers)) if result.answers else texts.not_found
        return Shown(told, self._turn(question, filters, body))

    def _step(self, question: str, filters: Filters, stage: Stage, passages: Sequence[Passage] = ()) -> Shown:
        body = render_progress(stage, self.texts, passages)
        box = "" if stage <= Stage.UNDERSTANDING else None
        return Shown(spoken(stage, self.texts, passages), self._turn(question, filters, body), box, busy=True)

    def _refused(self, question: str, filters: Filters, why: str, kind: str = "info") -> Shown:
        """The question goes back into the box, to be changed or tried again."""
        return Shown("", self._turn(question, filters, render_notice(why, kind=kind)), question)

    def _explained(self, question: str, filters: Filters, error: QuaereError, *, in_full: bool = False) -> Shown:
        found = explain(error, self.texts, in_full=in_full)
        return Shown("", self._turn(question, filters, _notice(found)), question)

    def _turn(self, question: str, filters: Filters, body: str) -> str:
        return render_turn(question, filters, body, self.texts)

    def _nothing_to_read(self) -> str:
        return render_notice(self.texts.nothing_to_read)

    def _nothing_indexed(self) -> str:
        return render_notice(self.texts.nothing_indexed, code=_INDEX_COMMAND)


def _notice(found: Explanation) -> str:
    return render_notice(found.words, kind="problem" if found.is_ours else "info", detail=found.detail)
