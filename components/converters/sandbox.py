"""``load``, or something else, in a process of its own, with limits of memory and time: no file can be trusted.

A file that makes its parser loop, crash or fill the memory costs that process alone, and becomes a ``LoadingError``.
The process has seen no other file, so that one which takes it over falsifies its own result at most. It may still
read and send what its user may. Knows no file format.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from components.converters.formats import MAX_BYTES, Extracted, may_be_pictures, module_of
from components.converters.limits import MAX_CHARACTERS, MAX_PASSAGES, OCR_SECONDS, Limits
from components.converters.processes import Work, at_work
from components.converters.received import extracted_from
from components.errors import InputError, LoadingError, NoTextError

SECONDS = 60.0
"""Default limit of the time that one file may take."""

MEMORY_BYTES = 1 << 30
"""Default limit of the memory that one file may take, with some 150 MiB for the program that reads it."""

_LONGEST_REPLY = 256 << 20
_LONGEST_LINE = 16 << 20
"""Bytes; nobody else's request is worked on while one is decoded."""

_DOING = {"read": "reading", "split": "splitting"}

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class SandboxTask:
    """What is done in the process.

    Args:
        function: ``module:function``; it gets the path and returns what JSON can say, or something with ``to_parts``.
        arguments: what else it gets, by name; as JSON.
        parts: a long input, as JSON part by part; the function gets those as ``parts``. None for none.
        prepare: ``module`` or ``module:function`` with arguments: what to import and call once for all files.
        seconds: of the processor, and where it waits of the clock; after these, the process is killed.
        memory_bytes: limit of its memory; Windows and macOS know none, so that there time alone is limited.
        verb: what it does, for messages: "read" or "split".
        more_seconds: of the clock, for what raises its own limit of the processor's time.
    """

    function: str
    arguments: Mapping[str, Any]
    parts: Iterable[Any] | None = None
    prepare: Sequence[tuple[str, Sequence[Any]]] = field(default=())
    seconds: float = SECONDS
    memory_bytes: int = MEMORY_BYTES
    verb: str = "read"
    more_seconds: float = 0.0

    @property
    def all_seconds(self) -> float:
        """After these, the process is killed, whatever it does."""
        return self.seconds + self.more_seconds


def load_in_sandbox(
    path: Path | str,
    *,
    max_bytes: int = MAX_BYTES,
    max_characters: int = MAX_CHARACTERS,
    max_rows: int = MAX_PASSAGES,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
    ocr_seconds: float = OCR_SECONDS,
    threads: int | None = None,
    loader: str = "components.converters.formats:load",
) -> Extracted:
    """Extract the text of one file, as ``load`` does.

    Args:
        path: a file with one of ``SUFFIXES``.
        max_bytes: limit of its size.
        max_characters: limit of its text.
        max_rows: limit of its rows and questions.
        seconds: after these, the process is killed.
        memory_bytes: limit of the process's memory; Windows and macOS know none, so that there time alone is limited.
        ocr_seconds: what text recognition may take beyond that, where pages are pictures; 0 for none.
        threads: of text recognition; without a value, all cores.
        loader: what runs in the process, as ``module:function``.

    Raises:
        LoadingError: whatever is wrong with the file, with the reason that ``load`` gives, or which limit it broke.
        ImportError: a parser is not installed.
        InputError: a limit is not above zero.
    """
    arguments: dict[str, Any] = {"max_bytes": max_bytes, "max_characters": max_characters, "max_rows": max_rows}
    arguments |= {"ocr_seconds": ocr_seconds, "threads": threads, "own_process": True}
    prepare = ((module_of(path), ()),)
    more_seconds = ocr_seconds if may_be_pictures(path) else 0.0
    task = SandboxTask(loader, arguments, None, prepare, seconds, memory_bytes, more_seconds=more_seconds)
    return run_in_sandbox(path, task, partial(extracted_from, limits=Limits(max_bytes, max_characters, max_rows)))


def run_in_sandbox(path: Path | str, task: SandboxTask, receive: Callable[[Iterator[Any]], Made]) -> Made:
    """Do something with one file in a process of its own.

    Args:
        path: the file, which the function gets as its first argument.
        task: what is done.
        receive: puts the result together from its parts, and checks it: the file may have made it up.

    Raises:
        LoadingError: the one that the function raised, or which limit the file broke.
        ImportError: a parser is not installed.
        InputError: a limit is not above zero.
    """
    if task.seconds <= 0 or task.memory_bytes <= 0:
        limits = f"{task.seconds} seconds and {task.memory_bytes} bytes"
        raise InputError(f"a file cannot be {task.verb} in {limits}; both must be above 0")
    # Never the current folder, which may hold a stranger's `json.py`.
    import_from = [os.path.abspath(entry) for entry in sys.path if entry]
    with at_work({"import_from": import_from, "prepare": list(task.prepare)}, task.all_seconds) as work:
        work.send(_lines(path, task, import_from))
        try:
            return receive(_parts(path, task, work))
        except (LoadingError, ImportError):
            raise
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            reason = "made its parser give a damaged result; the file may be damaged too"
            raise LoadingError(path, reason) from error


def only(parts: Iterator[Any]) -> Any:
    """The result of a function that gives no parts."""
    (made,) = parts
    return made


def _lines(path: Path | str, task: SandboxTask, import_from: Sequence[str]) -> Iterator[bytes]:
    order = {
        "path": os.fsencode(os.path.abspath(path)).hex(),  # a name on disk need not be text
        "seconds": task.seconds,
        "memory_bytes": task.memory_bytes,
        "function": task.function,
        "arguments": dict(task.arguments),
        "has_parts": task.parts is not None,
        "import_from": import_from,
    }
    for part in (order, *(task.parts if task.parts is not None else ())):
        yield json.dumps(part, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _parts(path: Path | str, task: SandboxTask, work: Work) -> Iterator[Any]:
    """The parts of the result, to its end.

    Raises:
        LoadingError: there is none.
        ImportError: a parser is not installed.
    """
    for line in _received(work, min(_LONGEST_REPLY, task.memory_bytes)):
        kind, *values = json.loads(line)
        if kind == "part":
            yield values[0]
        elif kind == "end":
            return
        elif kind == "reason":
            raise (NoTextError if values[1] else LoadingError)(path, str(values[0]))
        elif kind == "missing":
            raise ImportError(str(values[0]))
        elif kind == "memory":
            raise LoadingError(path, _over(task))
        else:
            raise ValueError("replies are of a known kind")
    raise LoadingError(path, _failure(task, work))


def _received(work: Work, most: int) -> Iterator[bytes]:
    """The lines that the process writes; no more than ``most`` bytes of them, and none that is too long."""
    rest = bytearray()
    while chunk := work.read():
        most -= len(chunk)
        rest += chunk
        *lines, rest = rest.split(b"\n") if b"\n" in chunk else [rest]
        if most < 0 or max(map(len, (*lines, rest))) > _LONGEST_LINE:
            return
        yield from map(bytes, lines)


def _failure(task: SandboxTask, work: Work) -> str:
    """Why there is no result, in words for the user."""
    status = work.end()
    if work.is_late or status == -getattr(signal, "SIGXCPU", 0):
        seconds = task.all_seconds if work.is_late else task.seconds
        return f"took longer than {seconds:g} seconds to {task.verb}; split it into smaller files"
    how = f"signal {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"exit status {status}"
    doing = _DOING[task.verb]
    return f"ended the program that was {doing} it ({how}); it may be damaged, or need more than {_memory(task)}"


def _over(task: SandboxTask) -> str:
    return f"needs more than {_memory(task)} to be {task.verb}; split it into smaller files"


def _memory(task: SandboxTask) -> str:
    return f"{task.memory_bytes / 2**20:,.0f} MiB of memory"
