"""Shows how far a long task is: a bar on a terminal, a line now and then elsewhere, with rate and time left.

:class:`Pace` and the views are pure; the two context managers adapt them to a console.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from components.foreign_text import one_line

if TYPE_CHECKING:
    from pipelines.indexing import IndexProgress

_WINDOW = 30.0
_SECONDS_BETWEEN_LINES = 10.0
_BAR = 24


class Pace:
    """Amounts done at points in time -> rate, and time left.

    Only the last half minute counts, so that a run of unchanged files, which pass at once, is soon forgotten.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def add(self, now: float, done: float) -> None:
        """Note that ``done`` is done at ``now`` (seconds)."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] > _WINDOW:
            self._seen.popleft()

    def rate(self) -> float:
        """Amount a second; 0 while unknown."""
        if len(self._seen) < 2:
            return 0.0
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return (after - before) / (last - first) if last > first else 0.0

    def left(self, total: float) -> float | None:
        """Seconds until ``total`` is done, or None while unknown."""
        rate = self.rate()
        return (total - self._seen[-1][1]) / rate if rate > 0 else None


def duration(seconds: float) -> str:
    """Seconds as a person says them: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(count: float) -> str:
    """Bytes as a person says them."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def index_line(progress: IndexProgress, pace: Pace) -> str:
    """One line: files, passages, rate, time left."""
    parts = [f"{progress.done_files}/{progress.total_files} files", f"{progress.passages} passages"]
    if pace.rate() > 0:
        parts.append(f"{size(pace.rate())}/s")
    left = pace.left(progress.total_bytes)
    if left is not None:
        parts.append(f"{duration(left)} left")
    return ", ".join(parts)


def at_hand(progress: IndexProgress) -> str:
    """What is being done to which file."""
    return one_line(f"{progress.stage} {progress.path}").strip()


def index_view(progress: IndexProgress, pace: Pace) -> RenderableType:
    """The bar, the line, and the file at hand."""
    share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
    grid = Table.grid(padding=(0, 1))
    grid.add_row(ProgressBar(total=1.0, completed=min(share, 1.0), width=_BAR), Text(index_line(progress, pace)))
    table = Table.grid()
    table.add_row(grid)
    table.add_row(Text(at_hand(progress), style="dim", overflow="ellipsis", no_wrap=True))
    return table


def count_line(what: str, done: int, total: int, pace: Pace) -> str:
    """One line about things that are counted, such as questions."""
    parts = [f"{done}/{total} {what}"]
    if pace.rate() > 0:
        parts.append(f"{pace.rate():.1f} a second")
    left = pace.left(total)
    if left is not None:
        parts.append(f"{duration(left)} left")
    return ", ".join(parts)


@contextmanager
def index_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[IndexProgress], None] | None]:
    """A callback for the service's ``on_progress``; None when nothing shall be shown."""
    if quiet:
        yield None
        return
    pace = Pace()
    with _display(console) as show:

        def tell(progress: IndexProgress) -> None:
            pace.add(time.monotonic(), progress.done_bytes)
            show(lambda: index_view(progress, pace), lambda: f"{index_line(progress, pace)}; {at_hand(progress)}")

        yield tell


@contextmanager
def count_progress(console: Console, what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A callback that is told how many of ``total`` are done."""
    if quiet:
        yield lambda _: None
        return
    pace = Pace()
    pace.add(time.monotonic(), 0)
    with _display(console) as show:

        def tell(done: int) -> None:
            pace.add(time.monotonic(), done)
            show(lambda: Text(count_line(what, done, total, pace)), lambda: count_line(what, done, total, pace))

        yield tell


@contextmanager
def fetch_progress(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int, str], None]]:
    """A callback that is told how many items are done, how many are known so far, and which one is at hand."""
    if quiet:
        yield lambda done, known, what: None
        return
    with _display(console) as show:

        def tell(done: int, known: int, what: str) -> None:
            line = f"{done} of {known} known so far; {one_line(what)}"
            show(lambda: Text(line, overflow="ellipsis", no_wrap=True), lambda: line)

        yield tell


_Show = Callable[[Callable[[], RenderableType], Callable[[], str]], None]


@contextmanager
def _display(console: Console) -> Iterator[_Show]:
    """A function that takes a view for a terminal and a line for elsewhere, and makes only the one it needs."""
    if console.is_terminal:
        with Live(console=console, transient=True, refresh_per_second=8) as live:
            yield lambda view, _: live.update(view())
        return
    latest: list[Callable[[], str]] = []
    ended = threading.Event()

    def keep(_: Callable[[], RenderableType], line: Callable[[], str]) -> None:
        latest[:] = [line]

    def write() -> None:
        # By the clock, not when something is told: one file may take long, and it is then that its name is wanted.
        while not ended.wait(_SECONDS_BETWEEN_LINES):
            for line in latest:
                console.print(Text(line()), soft_wrap=True)

    writing = threading.Thread(target=write, name="progress", daemon=True)
    writing.start()
    try:
        yield keep
    finally:
        ended.set()
        writing.join()
