"""Questions over HTTP: one, with its stages as events if wanted; several; and passages only."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from components import types
from pipelines.replies import Question, Stage
from pipelines.service import QAService
from ui.api.admission import Admission
from ui.api.problems import problem_of, responses
from ui.api.replies import Part, Passage, Reply
from ui.api.requests import Ask, AskBatch, Search

_PROBLEMS = responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
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


class Replies(Part):
    """The replies to a batch, in the order of its questions."""

    replies: list[Reply]


class Passages(Part):
    """The passages found, best first."""

    passages: list[Passage]


def asking_router(service: QAService, admission: Admission) -> APIRouter:
    """The endpoints that ask.

    Args:
        service: open, answers the questions.
        admission: how many are asked at a time.
    """
    router = APIRouter(prefix="/api/v1", tags=["asking"], responses=_PROBLEMS)

    @router.post(
        "/ask",
        response_model=Reply,
        summary="Ask a question",
        responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}}},
    )
    async def ask(body: Ask) -> Any:
        """The answer in the documents' own words, or an empty list where they do not hold one."""
        options: dict[str, Any] = {"top": body.top, "threshold": body.threshold, "explain": body.explain}
        question = Question(body.question, _id(body.id), body.filters)
        if body.stream:
            return await _events(service, admission, question, options)
        async with admission:
            replies = await asyncio.to_thread(service.ask_batch, [question], **options)
        return _reply(replies[0], body.id)

    @router.post("/ask/batch", response_model=Replies, summary="Ask several questions")
    async def ask_batch(body: AskBatch) -> Replies:
        """One reply a question, in the same order; nothing is answered where one of them cannot be asked."""
        questions = [Question(each.question, _id(each.id), each.filters) for each in body.questions]
        async with admission:
            replies = await asyncio.to_thread(
                service.ask_batch, questions, top=body.top, threshold=body.threshold, filters=body.filters
            )
        return Replies(replies=[_reply(reply, each.id) for reply, each in zip(replies, body.questions, strict=True)])

    @router.post("/search", response_model=Passages, summary="Find passages")
    async def search(body: Search) -> Passages:
        """The passages that fit best, whether or not they hold an answer."""
        async with admission:
            question = Question(body.question, filters=body.filters)
            (reply,) = await asyncio.to_thread(service.ask_batch, [question], explain=True)
        return Passages(passages=[Passage.model_validate(passage) for passage in reply.passages[: body.top]])

    return router


def _id(given: str | int | None) -> str | None:
    return None if given is None else str(given)


def _reply(reply: types.Reply, given: str | int | None) -> Reply:
    """As JSON, with the id as it was given: a number stays one."""
    made = Reply.of(reply)
    return made if given is None else made.model_copy(update={"id": given})


async def _events(service: QAService, admission: Admission, question: Question, options: dict[str, Any]) -> Response:
    """The stages of a question as an event stream; what refuses the question before the first stage is no stream."""
    held = AsyncExitStack()
    await held.enter_async_context(admission)
    try:
        stages = await held.enter_async_context(aclosing(service.ask_stream(question, **options)))
        first = await anext(stages)
    except BaseException:
        await held.aclose()
        raise
    return _EventStream(held, _written(first, stages))


class _EventStream(StreamingResponse):
    """Server-sent events; what is held for them is let go of however they end, even before the first is sent."""

    media_type = "text/event-stream"

    def __init__(self, held: AsyncExitStack, events: AsyncIterator[str]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See Starlette's ``Response``."""
        async with self._held:
            await super().__call__(scope, receive, send)


async def _written(first: Stage, rest: AsyncIterator[Stage]) -> AsyncIterator[str]:
    for event in _told(first):
        yield event
    try:
        async for result in rest:
            for event in _told(result):
                yield event
    except Exception as error:
        yield f"event: error\ndata: {bytes(problem_of(error).body).decode()}\n\n"


def _told(result: Stage) -> Iterator[str]:
    """The events of one stage."""
    if isinstance(result, types.Query):
        yield _event("understood", result.to_dict())
    elif isinstance(result, types.Reply):
        reply = Reply.of(result).model_dump()
        if reply["answers"]:
            yield _event("answer", reply["answers"][0])
        yield _event("final", reply)
    else:
        yield _event("passages", [passage.to_dict() for passage in result])


def _event(name: str, data: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
