"""Questions in the form of OpenAI's chat completions, so that chat front ends and bots can ask without own code.

The wire format is that of ``fastapi-openai-compat``: its models and its messages. Its ready-made router is not used, as
it tells callers the text of every exception, holds no place while a stream runs, and does not end one by ``[DONE]``.
"""

import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Literal

from fastapi import APIRouter
from fastapi_openai_compat.chat_completions import (  # type: ignore[import-untyped]
    ChatCompletion,
    ModelObject,
    ModelsResponse,
    chat_completion_response,
    create_sse_data_msg,
)
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from components.errors import InputError
from components.foreign_text import shortened
from components.types import Query, Reply
from pipelines.replies import Stage, UserQuestion
from pipelines.service import QAService
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.guarded import Guarded
from ui.api.markdown import reply_text
from ui.api.middleware.access import Reader
from ui.api.middleware.logs import note_question
from ui.api.middleware.openai_errors import OpenAIErrorBody, openai_error
from ui.api.problems import Missing, Problem, problem_of
from ui.api.routers.metrics import note_reply
from ui.api.streaming import EventStream, begin, reply_of
from ui.api.timeouts import while_wanted, within

MODEL = "quaere"
"""The one model there is."""

_DONE = "data: [DONE]\n\n"

_ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": OpenAIErrorBody, "description": "The request cannot be used, or is not the caller's to make."},
    "5XX": {"model": OpenAIErrorBody, "description": "The service cannot answer now; `Retry-After` tells when."},
}
_STREAM = {
    "type": "string",
    "description": "Server-sent events: chunks of a chat completion, then `[DONE]`. Lines that begin with a colon are "
    "comments: how far the question is.",
}


class Lenient(BaseModel):
    """Front ends send many fields that mean nothing here; those that do are not converted."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)


class ContentPart(Lenient):
    """A part of a message."""

    type: str = Field(description='Of the question, only "text" can be used.', examples=["text"])
    text: str | None = Field(default=None, description="The words of a text part.")


class ChatMessage(Lenient):
    """A message of the conversation."""

    role: str = Field(description='Who says it; the last one of "user" is the question.', examples=["user"])
    content: str | list[ContentPart] | None = Field(
        default=None, description="Text, or a list of text parts.", examples=["How long is the warranty of the H8?"]
    )


class TextFormat(Lenient):
    """The form of the answer."""

    type: Literal["text"] = Field(description="An answer is text in Markdown.")


class ChatBody(Lenient):
    """A conversation that ends in a question.

    What cannot be kept is refused; what has no meaning here (`temperature`, `max_tokens`, `tools` that need not be
    called, and so on) is ignored.
    """

    model: str = Field(description="The name of the model.", examples=[MODEL])
    messages: list[ChatMessage] = Field(
        min_length=1, description="Only the last message of the user is read; those before it are ignored."
    )
    stream: bool = Field(default=False, description="Send the answer as server-sent events.")
    n: Literal[1] | None = Field(default=None, description="There is one answer to a question.")
    response_format: TextFormat | None = Field(default=None, description="Text only.")
    tool_choice: Literal["none", "auto"] | None = Field(default=None, description="No tool is ever called.")
    function_call: Literal["none", "auto"] | None = Field(default=None, description="No function is ever called.")
    logprobs: Literal[False] | None = Field(default=None, description="Words of a document have no log probabilities.")
    modalities: list[Literal["text"]] | None = Field(default=None, description="Text only.")


def chat_router(service: QAService, concurrency_limit: ConcurrencyLimit) -> APIRouter:
    """OpenAI's endpoints for chats.

    Behind :class:`~ui.api.middleware.openai_errors.OpenAIErrorMiddleware` their errors are OpenAI's, too.

    Args:
        service: open, answers the questions.
        concurrency_limit: how many are asked at a time.
    """
    router = APIRouter(prefix="/v1", tags=["chat"], responses=_ERRORS, route_class=Guarded)
    seconds = service.settings.service.question_seconds
    created = int(time.time())

    @router.get("/models", response_model=ModelsResponse, summary="List models")
    async def models(caller: Reader) -> ModelsResponse:
        """The one model there is."""
        only = ModelObject(id=MODEL, name="Quaere", object="model", created=created, owned_by=MODEL)
        return ModelsResponse(data=[only], object="list")

    @router.post(
        "/chat/completions",
        response_model=ChatCompletion,
        response_model_exclude_none=True,
        summary="Ask as in a chat",
        responses={200: {"content": {"text/event-stream": {"schema": _STREAM}}}},
    )
    async def complete(body: ChatBody, request: Request, caller: Reader) -> Any:
        """The answer in the documents' own words with its place, as Markdown, or that they do not hold one.

        Each question stands for itself: the messages before it are not read, so "and the other one?" is not
        understood.
        """
        if body.model != MODEL:
            raise Missing(f"There is no model {shortened(body.model, 80)!r}; the only one is {MODEL!r}.")
        asked = _question(body.messages)
        note_question(asked)
        question = UserQuestion(asked, uuid.uuid4().hex, groups=caller.groups)
        stages = service.ask_stream(question)
        if body.stream:
            stages = within(stages, seconds)
            resources, first = await begin(concurrency_limit.place(caller.key_id), stages)
            return EventStream(resources, _chunks(first, stages, _id(question)))
        async with concurrency_limit.place(caller.key_id):
            reply = await while_wanted(request, reply_of(stages), seconds)
        note_reply(reply)
        return chat_completion_response(reply_text(reply), _id(question), MODEL)

    return router


def _question(messages: Sequence[ChatMessage]) -> str:
    """The text of the user's last message.

    Raises:
        InputError: there is none, or it is not text alone.
    """
    last = next((message for message in reversed(messages) if message.role == "user"), None)
    if last is None or last.content is None:
        raise InputError('messages: none of them is a text of the role "user"; the last one is the question')
    if isinstance(last.content, str):
        return last.content
    for part in last.content:
        if part.type != "text" or part.text is None:
            kind = shortened(part.type, 40)
            raise InputError(f"messages: the last one of the user has a part of type {kind!r}; only text can be asked")
    return "\n".join(part.text for part in last.content if part.text is not None)


def _id(question: UserQuestion) -> str:
    return f"chatcmpl-{question.id}"


async def _chunks(first: Stage, rest: AsyncIterator[Stage], chat_id: str) -> AsyncIterator[str]:
    """The stages as comments, which keep the connection awake, then the text line by line."""
    created = int(time.time())
    try:
        for event in _chunks_of(first, chat_id, created):
            yield event
        async for stage in rest:
            for event in _chunks_of(stage, chat_id, created):
                yield event
    except Exception as error:
        problem = Problem.model_validate_json(bytes(problem_of(error).body))
        yield f"data: {openai_error(problem).model_dump_json()}\n\n"
    yield _DONE


def _chunks_of(stage: Stage, chat_id: str, created: int) -> Iterator[str]:
    """The messages of one stage."""
    if isinstance(stage, Reply):
        note_reply(stage)
        for line in reply_text(stage).splitlines(keepends=True):
            yield create_sse_data_msg(chat_id, MODEL, line, created=created)
        yield create_sse_data_msg(chat_id, MODEL, finish_reason="stop", created=created)
    else:
        yield ": understood\n\n" if isinstance(stage, Query) else ": passages found\n\n"
