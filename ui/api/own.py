"""What the commands of ``quaere`` ask of the process that holds their data folder; :mod:`ui.remote` is the other side.

Not a part of the API: it is for whoever can read the folder's lock file, which holds its token. An answer is JSON
Lines: ``progress`` in any number, then ``result`` or ``error``.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import TypeAdapter
from starlette.responses import StreamingResponse

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from components.store.catalogue import SourceInfo
from components.types import Reply
from pipelines.indexing import Identity, IndexProgress, IndexReport
from pipelines.replies import Question
from pipelines.service import QAService
from pipelines.sources import SourceDetail
from pipelines.status import Status
from ui.api.access import owner
from ui.api.problems import Missing
from ui.jobs import Stopped

PREFIX = "/api/v1/own"

QUESTIONS = TypeAdapter(list[Question])
IDENTITIES = TypeAdapter(dict[str, Identity])
PROGRESS = TypeAdapter(IndexProgress)
RESULTS: dict[str, TypeAdapter[Any]] = {
    "ask_batch": TypeAdapter(list[Reply]),
    "index": TypeAdapter(IndexReport),
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

_UNEXPECTED = "the serving process failed at this; its log tells more"

_log = logging.getLogger(__name__)

_Tell = Callable[[IndexProgress], None]


def own_router(service: QAService) -> APIRouter:
    """The methods of the service, by name."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False, dependencies=[Depends(owner)])

    @router.post("/{method}")
    async def call(method: str, options: Annotated[dict[str, Any], Body()]) -> StreamingResponse:
        if method not in RESULTS:
            raise Missing(f"There is no method {method!r}.")
        return StreamingResponse(_lines(service, method, options), media_type="application/x-ndjson")

    return router


async def _lines(service: QAService, method: str, options: dict[str, Any]) -> AsyncIterator[str]:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop, gone = asyncio.get_running_loop(), threading.Event()

    def tell(progress: IndexProgress) -> None:
        if gone.is_set():
            raise Stopped
        loop.call_soon_threadsafe(lines.put_nowait, _line("progress", PROGRESS.dump_python(progress, mode="json")))

    running = asyncio.create_task(asyncio.to_thread(_last_line, service, method, options, tell))
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


def _last_line(service: QAService, method: str, options: dict[str, Any], tell: _Tell) -> str:
    try:
        result = _run(service, method, options, tell)
        return _line("result", RESULTS[method].dump_python(result, mode="json"))
    except Stopped:
        return ""
    except QuaereError as error:
        kind = next((name for name, kind in KINDS.items() if isinstance(error, kind)), StoreError.__name__)
        return _line("error", {"kind": kind, "message": str(error)})
    except Exception:
        _log.exception("a command failed")
        return _line("error", {"kind": StoreError.__name__, "message": _UNEXPECTED})


def _run(service: QAService, method: str, options: dict[str, Any], tell: _Tell) -> Any:
    if method == "ask_batch":
        return service.ask_batch(QUESTIONS.validate_python(options.pop("questions")), **options)
    if method == "index":
        identities = IDENTITIES.validate_python(options.pop("identities"))
        return service.index(options.pop("paths"), identities=identities, on_progress=tell, **options)
    return getattr(service, method)(**options)


def _line(name: str, value: Any) -> str:
    return json.dumps({name: value}) + "\n"
