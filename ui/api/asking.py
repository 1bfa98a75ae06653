"""Questions over HTTP: one, with its stages as events if wanted; several; and passages only."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from components import types
from pipelines.replies import Question, Stage
from pipelines.service import QAService
from ui.api.access import Caller, allowed
from ui.api.admission import Admission
from ui.api.patience import while_wanted, within
from ui.api.problems import Missing, problem_of, responses
from ui.api.replies import Part, Passage, Reply
from ui.api.requests import Ask, AskBatch, Search, Similar

Reader = Annotated[Caller, Depends(allowed("read"))]

_OF_A_BATCH_AT_ONCE = 4

_PROBLEMS = responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
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
    seconds = service.settings.question_seconds

    @router.post(
        "/ask",
        response_model=Reply,
        summary="Ask a question",
        responses={200: {"content": {"text/event-stream": {"schema": _EVENT}}}},
    )
    async def ask(body: Ask, request: Request, caller: Reader) -> Any:
        """The answer in the documents' own words, or an empty list where they do not hold one."""
        options: dict[str, Any] = {"top": body.top, "threshold": body.threshold, "explain": body.explain}
        question = Question(body.question, _id(body.id), body.filters, caller.groups)
        if body.stream:
            return await _events(admission, within(service.ask_stream(question, **options), seconds))
        async with admission:
            reply = await while_wanted(request, _answered(service, question, **options), seconds)
        return _reply(reply, body.id)

    @router.post("/ask/batch", response_model=Replies, summary="Ask several questions")
    async def ask_batch(body: AskBatch, request: Request, caller: Reader) -> Replies:
        """One reply a question, in the same order; nothing is answered where one of them cannot be asked."""
        questions = [
            Question(
                each.question, _id(each.id), each.filters if each.filters is not None else body.filters, caller.groups
            )
            for each in body.questions
        ]
        answering = _all_answered(service, questions, top=body.top, threshold=body.threshold)
        async with admission:
            replies = await while_wanted(request, answering, seconds * len(questions))
        return Replies(replies=[_reply(reply, each.id) for reply, each in zip(replies, body.questions, strict=True)])

    @router.post("/search", response_model=Passages, summary="Find passages")
    async def search(body: Search, request: Request, caller: Reader) -> Passages:
        """The passages that fit best, whether or not they hold an answer."""
        question = Question(body.question, filters=body.filters, groups=caller.groups)
        async with admission:
            reply = await while_wanted(request, _answered(service, question, explain=True), seconds)
        return Passages(passages=[Passage.model_validate(passage) for passage in reply.passages[: body.top]])

    @router.post("/similar", response_model=Passages, summary="Find similar passages")
    async def similar(body: Similar, request: Request, caller: Reader) -> Passages:
        """Passages, or stored questions, that are like a text or a passage, nearest first."""
        async with admission:
            found = await while_wanted(request, asyncio.to_thread(_similar, service, body, caller.groups), seconds)
        return Passages(passages=[Passage.model_validate(passage) for passage in found])

    return router


def _similar(service: QAService, body: Similar, groups: tuple[str, ...]) -> Sequence[types.Passage]:
    if body.text is not None:
        return service.similar(body.text, body.kind, top=body.top, filters=body.filters, groups=groups)
    source_id, start = str(body.source_id), int(body.start or 0)
    passages = service.source(source_id, groups).passages
    own = next((passage for passage in passages if passage.start <= start < passage.end), None)
    if own is None:
        raise Missing(f"There is no passage at {start} of a source {source_id[:80]!r}.")
    found = service.similar(own.text, body.kind, top=body.top + 1, filters=body.filters, groups=groups)
    place = (own.source_id, own.start)
    return [passage for passage in found if (passage.source_id, passage.start) != place][: body.top]


async def _answered(service: QAService, question: Question, **options: Any) -> types.Reply:
    """The reply alone; given up in the midst, the stages that have not begun never do."""
    async with aclosing(service.ask_stream(question, **options)) as stages:
        async for stage in stages:
            if isinstance(stage, types.Reply):
                return stage
    raise RuntimeError("the stages ended without a reply")


async def _all_answered(service: QAService, questions: Sequence[Question], **options: Any) -> list[types.Reply]:
    """The replies in the order of the questions, some of which are asked at a time."""
    turns = asyncio.Semaphore(_OF_A_BATCH_AT_ONCE)

    async def answer(question: Question) -> types.Reply:
        async with turns:
            return await _answered(service, question, **options)

    try:
        async with asyncio.TaskGroup() as group:
            answering = [group.create_task(answer(question)) for question in questions]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in answering]


def _id(given: str | int | None) -> str | None:
    return None if given is None else str(given)


def _reply(reply: types.Reply, given: str | int | None) -> Reply:
    """As JSON, with the id as it was given: a number stays one."""
    made = Reply.of(reply)
    return made if given is None else made.model_copy(update={"id": given})


async def _events(admission: Admission, stages: AsyncGenerator[Stage]) -> Response:
    """The stages of a question as an event stream; what refuses the question before the first stage is no stream."""
    held = AsyncExitStack()
    await held.enter_async_context(admission)
    try:
        await held.enter_async_context(aclosing(stages))
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
