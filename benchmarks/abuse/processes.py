"""Processes of this machine: their children, their memory, and their end. Reads ``/proc``, so Linux only."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GUARD_BYTES = 4 << 30
"""A process that takes more is killed, so that an attack does not take the machine with it."""

_SECONDS_BETWEEN = 0.1


def descendants(pid: int) -> list[int]:
    """The children of a process, their children, and so on; without itself."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, IndexError, ValueError):
                # The name in parentheses may hold anything; the parent's number is the second field behind it.
                parent = int((entry / "stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def memory(pid: int, field: str = "VmRSS") -> int:
    """Bytes that a process holds now, or with ``VmHWM`` has held at most; 0 where it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), 0)


def end(pid: int) -> None:
    """Kill a process and all that it started."""
    for each in (*descendants(pid), pid):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


class Watch:
    """Follows the memory of a process and of its children while it runs.

    Args:
        pid: of the process.
        most: it is killed where it holds more bytes than these.
    """

    def __init__(self, pid: int, most: int = GUARD_BYTES) -> None:
        self.pid = pid
        self.most = most
        self.peak = 0
        """Of the process alone, in bytes."""
        self.peak_of_children = 0
        """Of its largest child, in bytes."""
        self.killed = False
        self._over = threading.Event()

    def follow(self) -> None:
        """Look again and again, until :meth:`stop`."""
        while not self._over.wait(_SECONDS_BETWEEN):
            self.peak = max(self.peak, memory(self.pid, "VmHWM"))
            for child in descendants(self.pid):
                self.peak_of_children = max(self.peak_of_children, memory(child))
            if memory(self.pid) > self.most:
                self.killed = True
                end(self.pid)

    def stop(self) -> None:
        """Look no more."""
        self._over.set()


@contextmanager
def watched(pid: int, most: int = GUARD_BYTES) -> Iterator[Watch]:
    """A process whose memory is followed for as long as the block runs."""
    watch = Watch(pid, most)
    thread = threading.Thread(target=watch.follow, name="watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()


def in_child(work: Callable[[], None]) -> int:
    """The exit status of ``work`` in a fork of this process; negative for a signal."""
    return ended(begin(work))


def begin(work: Callable[[], None]) -> int:
    """Start ``work`` in a fork of this process, and give its number."""
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        work()
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(pid: int) -> int:
    """Wait for a child, and give its exit status; the child ends with whoever waits for it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except BaseException:
        end(pid)
        os.waitpid(pid, 0)
        raise
