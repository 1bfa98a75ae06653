import io
import threading

import pytest
from rich.console import Console

import ui.cli.views.progress
from pipelines.indexing import IndexProgress
from ui.cli.views.progress import (
    Pace,
    count_line,
    count_progress,
    duration,
    index_line,
    index_progress,
    index_view,
    size,
)


def a_progress(**changes: object) -> IndexProgress:
    fields = {
        "done_files": 3,
        "total_files": 10,
        "done_bytes": 3_000_000,
        "total_bytes": 10_000_000,
        "passages": 420,
        "path": "docs/[b]a\x1b[31m.md",
        "stage": "splitting",
    }
    return IndexProgress(**(fields | changes))  # type: ignore[arg-type]


def test_rate_and_time_left() -> None:
    pace = Pace()
    assert pace.rate() == 0
    assert pace.left(100) is None
    pace.add(10.0, 0)
    pace.add(12.0, 20)
    assert pace.rate() == 10
    assert pace.left(100) == 8


def test_only_the_last_half_minute_counts() -> None:
    pace = Pace()
    pace.add(0.0, 0)
    pace.add(1.0, 1_000_000)
    for second in range(10, 71):
        pace.add(float(second), 1_000_000 + second)
    assert pace.rate() == pytest.approx(1.0)


def test_the_line_names_files_passages_rate_and_time_left() -> None:
    pace = Pace()
    pace.add(0.0, 0)
    pace.add(3.0, 3_000_000)
    assert index_line(a_progress(), pace) == "3/10 files, 420 passages, 1.0 MB/s, 7 s left"


def test_the_view_shows_the_path_harmlessly() -> None:
    stream = io.StringIO()
    Console(file=stream, width=100, markup=True).print(index_view(a_progress(), Pace()))
    assert "docs/[b]a␛[31m.md" in stream.getvalue()


def test_no_files_at_all() -> None:
    Console(file=io.StringIO()).print(index_view(a_progress(total_files=0, total_bytes=0, done_bytes=0), Pace()))


def test_off_a_terminal_short_work_says_nothing() -> None:
    stream = io.StringIO()
    console = Console(file=stream)
    with index_progress(console, quiet=False) as tell, count_progress(console, "questions", 2, quiet=False) as count:
        assert tell is not None
        tell(a_progress())
        count(1)
    assert stream.getvalue() == ""


class Lines(io.StringIO):
    """Tells when something has been written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def write(self, text: str) -> int:
        length = super().write(text)
        self.written.set()
        return length


def test_off_a_terminal_a_file_that_takes_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui.cli.views.progress, "_SECONDS_BETWEEN_LINES", 0.01)
    stream = Lines()
    with index_progress(Console(file=stream, width=200), quiet=False) as tell:
        assert tell is not None
        tell(a_progress(stage="reading", path="docs/[b]slow\x1b.pdf"))
        assert stream.written.wait(20)
    assert "3/10 files, 420 passages; reading docs/[b]slow␛.pdf" in stream.getvalue()


def test_on_a_terminal_the_display_is_gone_at_the_end() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    with index_progress(console, quiet=False) as tell:
        assert tell is not None
        tell(a_progress())
    assert "3/10 files" in stream.getvalue()
    assert "\x1b[2K" in stream.getvalue()


def test_quiet_shows_nothing() -> None:
    with index_progress(Console(file=io.StringIO()), quiet=True) as tell:
        assert tell is None


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (5e9, "5.0 GB")])
def test_sizes(count: float, words: str) -> None:
    assert size(count) == words


def test_counted_things() -> None:
    pace = Pace()
    pace.add(0.0, 0)
    pace.add(2.0, 4)
    assert count_line("questions", 4, 10, pace) == "4/10 questions, 2.0 a second, 3 s left"
