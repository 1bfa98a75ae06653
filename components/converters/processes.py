"""Processes that work on one file each, in the sandbox: forks of one that has imported the parsers before.

A fork costs a few milliseconds and starts from a state that no file has touched. Where the system cannot fork, a
process is started for each file instead. Knows no file and no format.
"""

import atexit
import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

CAN_FORK = hasattr(os, "fork")
"""False on Windows."""

_CHILD = Path(__file__).with_name("sandbox_child.py")
# What an interpreter may need to find its own libraries, and LibreOffice. Anything else, such as keys and passwords,
# stays here.
_HANDED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "PATH")
# One thread: a process for each file uses the cores well enough, and threads take memory and cannot be forked.
_SINGLE = {"OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
# Text recognition has threads all the same: each with a heap of its own would take 64 MiB of the address space.
_SINGLE |= {"MALLOC_ARENA_MAX": "1"}
_CHUNK = 1 << 20
_SECONDS_TO_END = 5.0


class Work(Protocol):
    """A process at work on one file."""

    @property
    def is_late(self) -> bool:
        """Whether its time ran out."""

    def send(self, lines: Iterable[bytes]) -> None:
        """Hand the order over; one that has died meanwhile is found out by :meth:`read`."""

    def read(self) -> bytes:
        """What it says next; nothing once it has ended or its time has run out."""

    def end(self) -> int:
        """Kill what is left of it and of all that it started; its exit status, negative for a signal."""


def at_work(prepare: Mapping[str, Any], seconds: float) -> AbstractContextManager[Work]:
    """A process, which is killed on leaving at the latest.

    Args:
        prepare: ``import_from`` and ``prepare``: what to import before it is forked.
        seconds: after these, it is given up.
    """
    return _forked(prepare, seconds) if CAN_FORK else _Started(seconds)


def end_idle() -> None:
    """End the processes that wait to be forked; the next file starts one again."""
    _STEMS.close()


def _command(*arguments: str) -> list[str]:
    # -I: no settings of the environment, and no folder of ours before the standard library's `json`; -B: writes no
    # files; and UTF-8, whatever the locale says.
    return [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD), *arguments]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _HANDED_ON if name in os.environ} | _SINGLE


class _Stem:
    """A process that waits to be forked, for one file at a time."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                _command(str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def fork(self, prepare: Mapping[str, Any]) -> socket.socket:
        """The socket of a new fork.

        Raises:
            OSError: it has died.
        """
        job, theirs = socket.socketpair()
        wanted = json.dumps(prepare).encode("ascii")
        try:
            with theirs:
                socket.send_fds(self.control, [struct.pack("=I", len(wanted))], [theirs.fileno()])
                self.control.sendall(wanted)
        except OSError:
            job.close()
            raise
        return job

    def end_fork(self) -> int | None:
        """Its status; None where the stem itself has died."""
        try:
            self.control.sendall(b".")
            told = self.control.recv(4)
        except OSError:
            return None
        return int(struct.unpack("=i", told)[0]) if len(told) == 4 else None

    def close(self) -> None:
        """End it, and a fork that is at work."""
        self.control.close()
        try:
            self.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class _Stems:
    """Those of this process; as many as files are worked on at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Stem] = []
        self._is_known = False

    def take(self, prepare: Mapping[str, Any]) -> tuple[_Stem, socket.socket]:
        """A stem and its new fork."""
        while True:
            with self._lock:
                if not self._is_known:
                    atexit.register(self.close)
                    self._is_known = True
                stem, is_new = (self._idle.pop(), False) if self._idle else (_Stem(), True)
            try:
                return stem, stem.fork(prepare)
            except OSError:
                stem.close()
                if is_new:
                    raise

    def give_back(self, stem: _Stem) -> None:
        with self._lock:
            self._idle.append(stem)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for stem in idle:
            stem.close()

    def forget(self) -> None:
        """In a fork of this process, whose stems are still its parent's."""
        self._lock = threading.Lock()
        for stem in self._idle:
            stem.control.close()
            stem.process.returncode = 0  # not this process's child
        self._idle = []


_STEMS = _Stems()
if CAN_FORK:
    os.register_at_fork(after_in_child=_STEMS.forget)


@contextmanager
def _forked(prepare: Mapping[str, Any], seconds: float) -> Iterator[Work]:
    stem, job = _STEMS.take(prepare)
    work = _Forked(stem, job, seconds)
    try:
        with job:
            yield work
    finally:
        work.end()
        if work.has_lost_stem:
            stem.close()
        else:
            _STEMS.give_back(stem)


class _Forked:
    """A fork of a stem."""

    def __init__(self, stem: _Stem, job: socket.socket, seconds: float) -> None:
        self._stem, self._job = stem, job
        self._deadline = time.monotonic() + seconds
        self._status: int | None = None
        self.is_late = False
        self.has_lost_stem = False

    def send(self, lines: Iterable[bytes]) -> None:
        # A reset is how a process ends that does not read to the end.
        try:
            for line in lines:
                self._job.settimeout(self._left())
                self._job.sendall(line)
            self._job.shutdown(socket.SHUT_WR)
        except TimeoutError:
            self.is_late = True
        except OSError:
            return

    def read(self) -> bytes:
        if self.is_late:
            return b""
        try:
            self._job.settimeout(self._left())
            return self._job.recv(_CHUNK)
        except TimeoutError:
            self.is_late = True
        except OSError:
            pass
        return b""

    def end(self) -> int:
        if self._status is None:
            status = self._stem.end_fork()
            self.has_lost_stem = status is None
            self._status = -signal.SIGKILL if status is None else status
        return self._status

    def _left(self) -> float:
        return max(0.001, self._deadline - time.monotonic())


class _Started:
    """A process that was started for this file alone."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.is_late = False

    def __enter__(self) -> Work:
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
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

    def send(self, lines: Iterable[bytes]) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("the process was started without pipes")
        with contextlib.suppress(OSError):  # it died at its start, which its exit status says better
            for line in lines:
                stdin.write(line)
            stdin.close()

    def read(self) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("the process was started without pipes")
        return os.read(stdout.fileno(), _CHUNK)

    def end(self) -> int:
        with contextlib.suppress(subprocess.TimeoutExpired):  # it may be about to end by itself
            return self._process.wait(0.5)
        self._kill()
        return self._process.wait()

    def _end_late(self) -> None:
        self.is_late = True
        self._kill()

    def _kill(self) -> None:
        if self._process.returncode is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it has just ended
            os.killpg(self._process.pid, signal.SIGKILL)
