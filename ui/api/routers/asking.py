"""Questions over HTTP: one, with its stages as events if wanted; several; and passages only."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from components.types import Passage, Query, Reply
from pipelines.replies import Stage, UserQuestion
from pipelines.service import QAService
from ui.api.batches import all_answered
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.guarded import Guarded
from ui.api.middleware.access import Reader
from ui.api.middleware.logs import note_question
from ui.api.middleware.rates import RateLimiter
from ui.api.problems import USUAL, Missing, problem_of, responses
from ui.api.routers.metrics import note_reply
from ui.api.schemas.replies import Passages, Replies
from ui.api.schemas.requests import AskBatchRequest, AskRequest, SearchRequest, SimilarRequest
from ui.api.streaming import EventStream, begin, reply_of
from ui.api.timeouts import while_wanted, within

_PROBLEMS = responses(*USUAL)
_EVENT = {
    "type": "object",
    "description": "One event of the stream; after an error the last is `error`, with a problem document.",
    "properties": {
        "event": {
            "description": "In this order: `understood` (the reply's `query`), `passages` (its `passages`), `answer` "
            "(its first answer, if there is one), `final` (the whole reply).",
            "enum": ["understood", "passages", "answer", "final", "error"],
        },
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}


def asking_router(service: QAService, concurrency_limit: ConcurrencyLimit, rates: RateLimiter) -> APIRouter:
    """The endpoints that ask.

    Args:
        service: open, answers the questions.
        concurrency_limit: how many are asked at a time.
        rates: how many each key may ask.
    """
    router = APIRouter(prefix="/api/v1", tags=["asking"], responses=_PROBLEMS, route_class=Guarded)
    seconds = service.settings.service.question_seconds

    @router.post(
        "/ask",
        response_model=Reply,
        summary="Ask a question",
        responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}}},
    )
    async def ask(body: AskRequest, request: Request, caller: Reader) -> Any:
        """The answer in the documents' own words, or an empty list where they do not hold one."""
        options: dict[str, Any] = {"top": body.top, "threshold": body.threshold, "explain": body.explain}
        note_question(body.question)
        stages = service.ask_stream(UserQuestion(body.question, body.id, body.filters, caller.groups), **options)
        if body.stream:
            stages = within(stages, seconds)
            resources, first = await begin(concurrency_limit.place(caller.key_id), stages)
            return EventStream(resources, _written(first, stages))
        async with concurrency_limit.place(caller.key_id):
            reply = await while_wanted(request, reply_of(stages), seconds)
        note_reply(reply)
        return reply

    @router.post("/ask/batch", response_model=Replies, summary="Ask several questions")
    async def ask_batch(body: AskBatchRequest, request: Request, caller: Reader) -> Replies:
        """One reply a question, in the same order; nothing is answered where one of them cannot be asked.

        Each question counts as a request, and each takes its own turn among the questions of all keys.
        """
        rates.count_batch(caller.key_id, len(body.questions))
        questions = [
            UserQuestion(
                each.question, each.id, each.filters if each.filters is not None else body.filters, caller.groups
            )
            for each in body.questions
        ]
        for question in questions:
            note_question(question.text)
        async with concurrency_limit.presence(caller.key_id):
            turn = partial(concurrency_limit.turn, caller.key_id)
            answering = all_answered(service, questions, turn, top=body.top, threshold=body.threshold)
            replies = await while_wanted(request, answering, seconds * len(questions))
        for reply in replies:
            note_reply(reply)
        return Replies(replies=replies)

    @router.post("/search", response_model=Passages, summary="Find passages")
    async def search(body: SearchRequest, request: Request, caller: Reader) -> Passages:
        """The passages that fit best, whether or not they hold an answer."""
        note_question(body.question)
        question = UserQuestion(body.question, filters=body.filters, groups=caller.groups)
        async with concurrency_limit.place(caller.key_id):
            finding = reply_of(service.ask_stream(question, explain=True))
            reply = await while_wanted(request, finding, seconds)
        return Passages(passages=list(reply.passages[: body.top]))

    @router.post("/similar", response_model=Passages, summary="Find similar passages")
    async def similar(body: SimilarRequest, request: Request, caller: Reader) -> Passages:
        """Passages, or stored questions, that are like a text or a passage, nearest first."""
        async with concurrency_limit.place(caller.key_id):
            found = await while_wanted(request, asyncio.to_thread(_similar, service, body, caller.groups), seconds)
        return Passages(passages=list(found))

    return router


def _similar(service: QAService, body: SimilarRequest, groups: tuple[str, ...]) -> Sequence[Passage]:
    if body.text is not None:
        return service.similar(body.text, body.kind, top=body.top, filters=body.filters, groups=groups)
    source_id, start = str(body.source_id), int(body.start or 0)
    passages = service.passages_of(source_id, groups)
    own = next((passage for passage in passages if passage.start <= start < passage.end), None)
    if own is None:
        raise Missing(f"There is no passage at {start} of a source {source_id[:80]!r}.")
    found = service.similar(own.text, body.kind, top=body.top + 1, filters=body.filters, groups=groups)
    place = (own.source_id, own.start)
    return [passage for passage in found if (passage.source_id, passage.start) != place][: body.top]


async def _written(first: Stage, rest: AsyncIterator[Stage]) -> AsyncIterator[str]:
    for event in _events_of(first):
        yield event
    try:
        async for result in rest:
            for event in _events_of(result):
                yield event
    except Exception as error:
        yield f"event: error\ndata: {bytes(problem_of(error).body).decode()}\n\n"


def _events_of(result: Stage) -> Iterator[str]:
    """The events of one stage."""
    if isinstance(result, Query):
        yield _event("understood", result.to_dict())
    elif isinstance(result, Reply):
        note_reply(result)
        reply = result.to_dict()
        if reply["answers"]:
            yield _event("answer", reply["answers"][0])
        yield _event("final", reply)
    else:
        yield _event("passages", [passage.to_dict() for passage in result])


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
