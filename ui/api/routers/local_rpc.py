"""What the commands of ``quaere`` ask of the process that holds their data folder.

:mod:`ui.cli.remote` is the other side.

Not a part of the API: it is for whoever can read the folder's lock file, which holds its token. An answer is JSON
Lines: ``progress`` in any number, then ``result`` or ``error``.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import TypeAdapter
from starlette.responses import StreamingResponse

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from components.stores.catalogue.sources import SourceInfo
from components.types import Reply
from pipelines.indexing import Identity, IndexPlan, IndexProgress, IndexReport
from pipelines.quality import QualityReport
from pipelines.replies import UserQuestion
from pipelines.service import QAService
from pipelines.sources import SourceDetail
from pipelines.status import Status
from service.jobs import Stopped
from ui.api.batches import all_answered
from ui.api.bodies import body_of
from ui.api.concurrency_limit import ConcurrencyLimit
from ui.api.guarded import Guarded
from ui.api.middleware.access import owner
from ui.api.problems import Missing

PREFIX = "/api/v1/own"

QUESTIONS = TypeAdapter(list[UserQuestion])
IDENTITIES = TypeAdapter(dict[str, Identity])
PROGRESS = TypeAdapter(IndexProgress)
RESULTS: dict[str, TypeAdapter[Any]] = {
    "ask_batch": TypeAdapter(list[Reply]),
    "index": TypeAdapter(IndexReport),
    "plan": TypeAdapter(IndexPlan),
    "check_sources": TypeAdapter(QualityReport),
    "sources": TypeAdapter(list[SourceInfo]),
    "source": TypeAdapter(SourceDetail),
    "delete": TypeAdapter(int),
    "status": TypeAdapter(Status),
    "prepare": TypeAdapter(None),
}
"""What each method of the service gives."""

KINDS: dict[str, type[QuaereError]] = {
    kind.__name__: kind for kind in (InputError, ConfigurationError, ModelError, StoreError)
}
"""The errors that come through as what they are."""

_MOST_BYTES = 1_000_000_000
"""Of a command: `quaere index` names every file."""
_MOST_PARTS = 20_000_000
_COMMANDS = 4
"""At a time; more wait."""

_UNEXPECTED = "the serving process failed at this; its log tells more"

_log = logging.getLogger(__name__)

_Tell = Callable[[IndexProgress], None]


def local_rpc_router(service: QAService, concurrency_limit: ConcurrencyLimit) -> APIRouter:
    """The methods of the service, by name.

    Args:
        service: open.
        concurrency_limit: how many questions are asked at a time.
    """
    router = APIRouter(prefix=PREFIX, include_in_schema=False, dependencies=[Depends(owner)], route_class=Guarded)
    # Whoever indexes for an hour keeps a thread for an hour, and nobody waiting who asks.
    threads = ThreadPoolExecutor(_COMMANDS, "commands")

    @router.post("/{method}")
    @body_of(_MOST_BYTES, _MOST_PARTS)
    async def call(method: str, options: Annotated[dict[str, Any], Body()]) -> StreamingResponse:
        if method not in RESULTS:
            raise Missing(f"There is no method {method!r}.")
        if method == "ask_batch":
            lines = _replies(service, concurrency_limit, options)
        else:
            lines = _lines(service, method, options, threads)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return router


async def _replies(
    service: QAService, concurrency_limit: ConcurrencyLimit, options: dict[str, Any]
) -> AsyncIterator[str]:
    """The replies to a batch, whose questions take turns with those of others."""

    async def ask() -> list[Reply]:
        shared = {name: options.pop(name, None) for name in ("filters", "groups")}
        questions = [_complete(each, **shared) for each in QUESTIONS.validate_python(options.pop("questions"))]
        return await all_answered(service, questions, partial(concurrency_limit.turn, None), **options)

    yield await _last_line("ask_batch", ask())


def _complete(question: UserQuestion, filters: dict[str, Any] | None, groups: Sequence[str] | None) -> UserQuestion:
    """What is None falls back to the batch's own."""
    return replace(
        question,
        filters=filters if question.filters is None else question.filters,
        groups=groups if question.groups is None else question.groups,
    )


async def _lines(
    service: QAService, method: str, options: dict[str, Any], threads: ThreadPoolExecutor
) -> AsyncIterator[str]:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop, gone = asyncio.get_running_loop(), threading.Event()

    def tell(progress: IndexProgress) -> None:
        if gone.is_set():
            raise Stopped
        loop.call_soon_threadsafe(lines.put_nowait, _line("progress", PROGRESS.dump_python(progress, mode="json")))

    work = loop.run_in_executor(threads, copy_context().run, partial(_run, service, method, options, tell))
    running = asyncio.create_task(_last_line(method, work))
    try:
        while not running.done() or not lines.empty():
            waiting = asyncio.create_task(lines.get())
            await asyncio.wait((waiting, running), return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield waiting.result()
            else:
                waiting.cancel()
        yield running.result()
    finally:
        # The client has gone: the run ends at its next progress, and what it has done stays.
        gone.set()


async def _last_line(method: str, work: Awaitable[Any]) -> str:
    """The last line: what a method gives, or how it failed."""
    try:
        result = await work
        return await asyncio.to_thread(_result_line, method, result)
    except Stopped:
        return ""
    except QuaereError as error:
        kind = next((name for name, kind in KINDS.items() if isinstance(error, kind)), StoreError.__name__)
        return _line("error", {"kind": kind, "message": str(error)})
    except Exception:
        _log.exception("a command failed")
        return _line("error", {"kind": StoreError.__name__, "message": _UNEXPECTED})


def _run(service: QAService, method: str, options: dict[str, Any], tell: _Tell) -> Any:
    if method in ("index", "plan"):
        identities = IDENTITIES.validate_python(options.pop("identities"))
        if method == "plan":
            return service.plan(options.pop("paths"), identities=identities, **options)
        return service.index(options.pop("paths"), identities=identities, on_progress=tell, **options)
    return getattr(service, method)(**options)


def _result_line(method: str, result: Any) -> str:
    return _line("result", RESULTS[method].dump_python(result, mode="json"))


def _line(name: str, value: Any) -> str:
    return json.dumps({name: value}) + "\n"
