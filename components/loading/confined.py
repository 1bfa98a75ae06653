"""``load``, or something else, in a process of its own, with limits of memory and time: for files that strangers send.

A file that makes its parser loop, crash or fill the memory costs that process alone, and becomes a ``LoadingError``.
The process is no sandbox: it may read and send what its user may. Knows no file format.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from components.errors import InputError, LoadingError
from components.loading import MAX_BYTES, Extracted

SECONDS = 60.0
"""Default limit of the time that one file may take."""

MEMORY_BYTES = 1 << 30
"""Default limit of the memory that one file may take, with some 150 MiB for the program that reads it."""

_CHILD = Path(__file__).with_name("confined_child.py")
# What an interpreter may need to find its own libraries. Anything else, such as keys and passwords, stays here.
_HANDED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "WINDIR")


def load_confined(
    path: Path | str,
    *,
    max_bytes: int = MAX_BYTES,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
    loader: str = "components.loading:load",
) -> Extracted:
    """Extract the text of one file, as ``load`` does. Each call starts a process, so callers limit how many at once.

    Args:
        path: a file with one of ``SUFFIXES``.
        max_bytes: limit of its size.
        seconds: after these, the process is killed.
        memory_bytes: limit of the process's memory; Windows and macOS know none, so that there time alone is limited.
        loader: what runs in the process, as ``module:function``.

    Raises:
        LoadingError: whatever is wrong with the file, with the reason that ``load`` gives, or which limit it broke.
        ImportError: a parser is not installed.
        InputError: a limit is not above zero.
    """
    found = run_confined(path, loader, {"max_bytes": max_bytes}, seconds=seconds, memory_bytes=memory_bytes)
    try:
        return _checked(Extracted.from_dict(found))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LoadingError(path, "made its parser give a damaged result; the file may be damaged too") from error


def run_confined(
    path: Path | str, function: str, arguments: Mapping[str, Any], *, seconds: float, memory_bytes: int
) -> Any:
    """Do something with one file in a process of its own. Each call starts a process.

    Args:
        path: the file, which the function gets as its first argument.
        function: ``module:function``; it returns what JSON can say, or something with ``to_dict``.
        arguments: what else the function gets, by name; as JSON.
        seconds: after these, the process is killed.
        memory_bytes: limit of the process's memory.

    Returns:
        What JSON says of the result. The file may have made it up.

    Raises:
        LoadingError: the one that the function raised, or which limit the file broke.
        ImportError: a parser is not installed.
        InputError: a limit is not above zero.
    """
    if seconds <= 0 or memory_bytes <= 0:
        raise InputError(f"a file cannot be read in {seconds} seconds and {memory_bytes} bytes; both must be above 0")
    request = {
        "path": os.fsencode(os.path.abspath(path)).hex(),  # a name on disk need not be text
        "seconds": seconds,
        "memory_bytes": memory_bytes,
        "function": function,
        "arguments": dict(arguments),
        # Never the current folder, which may hold a stranger's `json.py`.
        "import_from": [os.path.abspath(entry) for entry in sys.path if entry],
    }
    with _Child(seconds) as child:
        reply = child.ask(json.dumps(request).encode("ascii"), memory_bytes)
        found = _parse(reply) if reply is not None else {}
        if "reason" in found:
            raise LoadingError(path, str(found["reason"]))
        if "missing" in found:
            raise ImportError(str(found["missing"]))
        if "made" not in found:
            raise LoadingError(path, child.failure(memory_bytes, is_memory="memory" in found))
    return found["made"]


class _Child:
    """The process, killed with all that it started when its time is over, and at the latest on leaving."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._is_late = False

    def __enter__(self) -> "_Child":
        # -I: no settings of the environment, and no folder of ours before the standard library's `json`; -B: writes
        # no files; and UTF-8, whatever the locale says.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _HANDED_ON if name in os.environ} | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self._watch = threading.Timer(self._seconds, self._end_late)
        self._watch.daemon = True
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        self._kill()
        with self._process:  # closes the pipes and waits
            pass

    def ask(self, request: bytes, max_bytes: int) -> bytes | None:
        """The reply when the process has ended; None where it is longer than ``max_bytes`` or was cut off."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the process was started without pipes")
        with contextlib.suppress(BrokenPipeError):  # it died at its start, which its exit status says better
            stdin.write(request)
            stdin.close()
        reply = bytearray()
        while len(reply) <= max_bytes and (chunk := os.read(stdout.fileno(), 1 << 20)):
            reply += chunk
        if len(reply) > max_bytes:
            self._kill()
        return bytes(reply) if self._process.wait() == 0 and len(reply) <= max_bytes else None

    def failure(self, memory_bytes: int, *, is_memory: bool) -> str:
        """Why there is no result, in words for the user."""
        status = self._process.wait()
        limit = f"{memory_bytes / 2**20:,.0f} MiB of memory"
        if is_memory:
            return f"needs more than {limit} to be read; split it into smaller files"
        if self._is_late or status == -getattr(signal, "SIGXCPU", 0):
            return f"took longer than {self._seconds:g} seconds to read; split it into smaller files"
        how = f"signal {signal.Signals(-status).name}" if -status in set(signal.Signals) else f"exit status {status}"
        return f"ended the program that was reading it ({how}); it may be damaged, or need more than {limit}"

    def _end_late(self) -> None:
        self._is_late = True
        self._kill()

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has just ended
            os.killpg(self._process.pid, signal.SIGKILL)


def _parse(reply: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(reply)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _checked(extracted: Extracted) -> Extracted:
    """Refuse what a parser cannot have given unless the file has taken it over.

    Raises:
        ValueError: for a text without blocks, or blocks that are not runs of it in order.
        TypeError: for a value of the wrong kind.
    """
    names = (extracted.text, extracted.format, "" if extracted.title is None else extracted.title)
    if not all(isinstance(name, str) for name in names) or not isinstance(extracted.meta, dict):
        raise TypeError("text, format and title are texts, and the metadata a mapping")
    if extracted.pages is not None and (type(extracted.pages) is not int or extracted.pages < 1):
        raise TypeError("the number of pages is a whole number")
    places = [(block.start, block.end) for block in extracted.blocks]
    if not all(type(offset) is int for place in places for offset in place):
        raise TypeError("offsets are whole numbers")
    inside = bool(places) and places[0][0] >= 0 and places[-1][1] <= len(extracted.text)
    in_order = all(start < end for start, end in places) and all(a[1] <= b[0] for a, b in pairwise(places))
    if not (inside and in_order):
        raise ValueError("blocks are ordered runs of the text")
    return extracted
