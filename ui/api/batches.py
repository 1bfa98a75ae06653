"""Many questions of one request, each in its own turn among those of others."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from components.types import Reply
from pipelines.replies import UserQuestion
from pipelines.service import QAService
from ui.api.streaming import reply_of

_AT_ONCE = 8
"""Questions of a batch that are in work or wait for their turn; as many as have a place share the models' calls."""

Turn = Callable[[], AbstractAsyncContextManager[None]]


async def all_answered(
    service: QAService, questions: Sequence[UserQuestion], turn: Turn, **options: Any
) -> list[Reply]:
    """The replies in the order of the questions.

    Args:
        service: open.
        questions: with their filters and groups.
        turn: holds a place for one question.
        options: see :meth:`QAService.ask_stream`.

    Raises:
        QuaereError: one of the questions cannot be answered; the others are given up.
    """
    nearest = asyncio.Semaphore(_AT_ONCE)

    async def answer(question: UserQuestion) -> Reply:
        async with nearest, turn():
            return await reply_of(service.ask_stream(question, **options))

    try:
        async with asyncio.TaskGroup() as group:
            answering = [group.create_task(answer(question)) for question in questions]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in answering]
