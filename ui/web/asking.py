"""A question of a visitor and what the page shows of it, from the first step to the reply.

Knows the service and the words, not the page framework. Keeps nothing of a conversation: earlier questions are the
browser's.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Protocol

from markupsafe import Markup

from components.answers.composer import DIFFER
from components.errors import QuaereError
from components.stores.catalogue.visible import Holdings, SourcePage, SourceQuery
from components.types import Passage, Query, Reply
from pipelines.replies import Stage as Result
from pipelines.replies import UserQuestion
from pipelines.settings import Settings
from pipelines.similar import SimilarKind
from pipelines.status import Status
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.problems import Busy, note_fault
from ui.api.timeouts import within
from ui.web.explaining import Explanation, explain
from ui.web.filters import Filters
from ui.web.turns import (
    MOST_LISTED,
    Stage,
    render_filters,
    render_hero,
    render_notice,
    render_progress,
    render_reply,
    render_turn,
    spoken,
)
from ui.wording import Words

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

    def ask_stream(self, question: str | UserQuestion) -> AsyncGenerator[Result]:
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
        words: the interface's language.
        places: how many are answered at a time and may wait; shared by all visitors.
        on_reply: called with every reply, such as to count it.
        admit: called with the visitor's key before every question, such as to limit how many there are.
    """

    def __init__(
        self,
        service: AskingService,
        words: Words,
        places: ConcurrencyLimit,
        on_reply: OnReply | None = None,
        admit: Admit | None = None,
    ) -> None:
        self.service = service
        self.words = words
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
        words = self.words
        read = Filters.read(filters)
        if not question.strip():
            yield Shown(words.gettext("Write a question first."), hint=True)
        elif groups is None:
            yield self._refused(
                question, Filters(), words.gettext("Your key does not allow you to ask questions."), "problem"
            )
        elif read is None:
            unusable = words.gettext("The filters could not be read. Clear them and set them again.")
            yield self._refused(question, Filters(), unusable)
        elif read.reversed:
            backwards = words.gettext("The first date lies after the last one; no document can be between them.")
            yield self._refused(question, read, backwards)
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
        told = self.words.gettext("Stopped before there was an answer.")
        turn = self._turn(question, Filters() if read is None else read, render_notice(told, self.words))
        return Shown(told, turn, None if typed.strip() else question)

    def hero(self, groups: Groups, *, is_operator: bool = False) -> str:
        """What an empty page says: how much is searched for a visitor of these groups, or how to begin.

        Args:
            groups: the visitor's.
            is_operator: whether the visitor looks after the service: is told how to begin, and all of a fault.
        """
        try:
            seen = None if groups is None else self.service.holdings(groups)
            held = self.service.status()
        except QuaereError as error:
            note_fault(error)
            return render_hero(self.words, note=self._notice(explain(error, self.words, in_full=is_operator)))
        if seen is None or not seen.sources:
            note = self._nothing_indexed() if held.passages == 0 and is_operator else self._nothing_to_read()
            return render_hero(self.words, note=note)
        return render_hero(self.words, passages=seen.passages, documents=seen.sources)

    def filters(self, groups: Groups) -> str:
        """The filter controls, with the sources that a visitor of these groups may see."""
        if groups is None:
            return render_filters(self.words)
        try:
            page = self.service.list_sources(SourceQuery(limit=MOST_LISTED), groups)
            languages = self.service.holdings(groups).languages
        except QuaereError:
            # The page's opening words tell of it; without a list there is nothing to choose from.
            return render_filters(self.words)
        names = [info.source for info in page.sources]
        return render_filters(self.words, names, languages, left_out=page.total - len(names))

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
            asked = UserQuestion(question, filters=filters.conditions(), groups=groups)
            stages = within(self.service.ask_stream(asked), self.service.settings.service.question_seconds)
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
            failed = self.words.gettext(
                "The question could not be answered because of an error in the program. The server's log tells more."
            )
            yield self._refused(question, filters, failed, "problem")

    def _shown(self, question: str, filters: Filters, result: Result) -> Shown:
        words = self.words
        if isinstance(result, Query):
            return self._step(question, filters, Stage.SEARCHING)
        if not isinstance(result, Reply):
            return self._step(question, filters, Stage.READING, result)
        # The one warning that comes with every differing answer has words in each language.
        differ = words.gettext("The documents give different answers; compare their sources and dates.")
        warnings = tuple(differ if warning == DIFFER else warning for warning in result.warnings)
        body = render_reply(replace(result, warnings=warnings), words, link=filters.link(question))
        told = words.ngettext("{count} answer found.", "{count} answers found.", len(result.answers))
        if not result.answers:
            told = words.gettext("I could not find this in the documents.")
        return Shown(told, self._turn(question, filters, body))

    def _step(self, question: str, filters: Filters, stage: Stage, passages: Sequence[Passage] = ()) -> Shown:
        body = render_progress(stage, self.words, passages)
        box = "" if stage <= Stage.UNDERSTANDING else None
        return Shown(spoken(stage, self.words, passages), self._turn(question, filters, body), box, busy=True)

    def _refused(self, question: str, filters: Filters, why: str, kind: str = "info") -> Shown:
        """The question goes back into the box, to be changed or tried again."""
        return Shown("", self._turn(question, filters, render_notice(why, self.words, kind=kind)), question)

    def _explained(self, question: str, filters: Filters, error: QuaereError, *, in_full: bool = False) -> Shown:
        found = explain(error, self.words, in_full=in_full)
        return Shown("", self._turn(question, filters, self._notice(found)), question)

    def _turn(self, question: str, filters: Filters, body: Markup) -> str:
        return render_turn(question, filters, body, self.words)

    def _notice(self, found: Explanation) -> Markup:
        return render_notice(found.words, self.words, kind="problem" if found.is_ours else "info", detail=found.detail)

    def _nothing_to_read(self) -> Markup:
        return render_notice(self.words.gettext("There are no documents yet that you may read."), self.words)

    def _nothing_indexed(self) -> Markup:
        told = self.words.gettext(
            "Nothing is indexed yet. Add files on the page “Documents”, or stop this server, index a folder of "
            "documents, and start it again:"
        )
        return render_notice(told, self.words, code=_INDEX_COMMAND)
