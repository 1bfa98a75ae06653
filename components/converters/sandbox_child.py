"""The process of the sandbox: an order comes in as lines of JSON, the result goes out as lines of JSON.

With a number as its argument it is the stem of many: at each call through that socket it forks itself, and the fork,
which no file has touched before, answers one order. Without one it answers a single order itself.

Run by its path, so that only what one format needs is imported: ``components`` itself would bring Haystack in.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import struct
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

_NO_ROOM = ("failed to map segment", "annot allocate memory")
"""How a library that the memory left has no room for fails to be imported."""


def main() -> None:
    """Answer one order, or fork for many."""
    if len(sys.argv) > 1:
        _drop_output()
        _serve(socket.socket(fileno=int(sys.argv[1])))
        return
    out = os.dup(1)
    _drop_output()
    with os.fdopen(out, "wb") as target:
        _answer(sys.stdin.buffer, target)
    os._exit(0)  # at once: what parsers do when they are torn down may crash, and nothing is left to be saved


def _drop_output() -> None:
    """Let what libraries print go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


# The stem


def _serve(control: socket.socket) -> None:
    """Fork for each call until the other side ends, one call at a time; the fork is killed when its caller says so."""
    while (call := _next_call(control)) is not None:
        job, wanted = call
        _prepare(wanted)
        child = os.fork()
        if child == 0:
            _work(control, job)
        job.close()
        is_going_on = bool(control.recv(1))
        status = _ended(child)
        if not is_going_on:
            return
        control.sendall(struct.pack("=i", status))


def _next_call(control: socket.socket) -> tuple[socket.socket, Mapping[str, Any]] | None:
    """The socket over which a fork is to work, and what to import for it."""
    head, handles, _, _ = socket.recv_fds(control, 4, 1)
    if len(head) < 4 or not handles:
        return None
    (size,) = struct.unpack("=I", head)
    wanted = b""
    while len(wanted) < size and (more := control.recv(size - len(wanted))):
        wanted += more
    return socket.socket(fileno=handles[0]), json.loads(wanted)


def _prepare(wanted: Mapping[str, Any]) -> None:
    """Import what the file needs, once for all files; what fails here is told by the fork, which needs it."""
    sys.path[:] = wanted["import_from"]
    _stand_in()
    for name, arguments in wanted["prepare"]:
        module, _, function = name.partition(":")
        with contextlib.suppress(Exception):
            found = importlib.import_module(module)
            if function:
                getattr(found, function)(*arguments)
    gc.freeze()  # so that a fork's collector leaves the pages that it shares alone


def _work(control: socket.socket, job: socket.socket) -> None:
    """Be the fork. Its end alone closes the socket, so that its status stands when that is noticed."""
    status = 1
    try:
        control.close()
        os.setsid()
        _answer(job.makefile("rb"), job.makefile("wb"))
        status = 0
    finally:
        os._exit(status)


def _ended(child: int) -> int:
    """Kill what is left of a fork and of all that it started; its status, negative for a signal."""
    # It is not waited for before this, so that its number is still its own.
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# One order


def _answer(source: IO[bytes], target: IO[bytes]) -> None:
    order = json.loads(source.readline())
    _limit(order["memory_bytes"], order["seconds"])
    for line in _replies(order, source):
        target.write(line)
    target.flush()


def _limit(memory_bytes: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows, where the parent limits the time alone
        return
    # The processor's time counts too: it ends this process even if the parent was killed.
    limits = {
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_CORE: 0,  # no copy of a stranger's document on the disk
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_AS: memory_bytes,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # Only the soft limit: beyond it the system says why it ends a process, at the hard one it just kills.
        try:
            resource.setrlimit(kind, (limit, hard))
        except (OSError, ValueError):
            if kind != resource.RLIMIT_AS:  # which macOS refuses
                raise


def _replies(order: Mapping[str, Any], source: IO[bytes]) -> Iterator[bytes]:
    """The parts of the result, and whether that was all or what went wrong."""
    try:
        function = _find(order["function"], order["import_from"])
        from components.errors import LoadingError, NoTextError

        path = Path(os.fsdecode(bytes.fromhex(order["path"])))
        # Only what takes parts of its input gets them: the others read the file alone.
        given = {"parts": (json.loads(line) for line in source)} if order["has_parts"] else {}
        try:
            made = function(path, **given, **order["arguments"])
            for part in made.to_parts() if hasattr(made, "to_parts") else [made]:
                yield _line("part", part)
            yield _line("end")
            return
        except LoadingError as error:
            if not isinstance(error.__cause__, MemoryError):
                yield _line("reason", error.reason, isinstance(error, NoTextError))
                return
    except ImportError as error:
        if not any(sign in str(error) for sign in _NO_ROOM):
            yield _line("missing", str(error))
            return
    except MemoryError:
        pass
    yield _line("memory")


def _line(kind: str, *values: Any) -> bytes:
    return json.dumps([kind, *values], ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _find(name: str, import_from: list[str]) -> Callable[..., Any]:
    sys.path[:] = import_from
    _stand_in()
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _stand_in() -> None:
    """Put a bare package in the place of ``components``."""
    folder = Path(__file__).resolve().parent.parent
    if folder.name not in sys.modules:
        package = types.ModuleType(folder.name)
        package.__path__ = [str(folder)]
        sys.modules[folder.name] = package


if __name__ == "__main__":
    main()
