"""Indexes hostile files in a process of its own, whose memory no other test has used.

Usage: ``python -m tests.pipelines.hostile_driver SECONDS FOLDER NAME ...``, with names of ``tests.hostile``.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.memory import memory_of_this_process
from tests.hostile import LONG, QUICK
from tests.pipelines.indexing_parts import Index, make_pipelines, prose, write

MOST_MEMORY = 1_500_000_000
LONGEST_FREEZE = 1.0


def index_all(tmp_path: Path, files: dict[str, Callable[[], bytes]], seconds: float) -> None:
    """Index each file by itself, and an ordinary one after it; measure this process."""
    good = write(tmp_path, "good.txt", prose("good"))
    with Index(tmp_path / "data") as index:
        index.indexer.pipelines = make_pipelines(
            tmp_path / "tokenizer", passage_tokens=60, max_bytes=50_000_000, sandbox=True, seconds=seconds
        )
        index.indexer.index([str(good)])
        for name, make in files.items():
            path = tmp_path / name
            path.write_bytes(make())
            with measured() as freezes:
                report = index.indexer.index([str(path)])
            path.unlink()
            assert len(report.failures) + report.indexed == 1, name
            assert all(name == Path(each.path).name and each.reason for each in report.failures)
            assert max(freezes) < LONGEST_FREEZE, f"{name}: others waited {max(freezes):.2f} s"
            most = memory_of_this_process()["peak"]
            assert most < MOST_MEMORY, f"{name}: {most:,} bytes"
        good.write_text(prose("better"), "utf-8")
        assert index.indexer.index([str(good)]).indexed == 1


@contextmanager
def measured() -> Iterator[list[float]]:
    """How long another thread of this process had to wait for its turn, at most, beyond the machine's own delays."""
    freezes = [0.0]
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            wall, processor = time.monotonic(), time.process_time()
            ended.wait(0.005)
            # Where the machine gives this process no time, nobody in it holds the others up.
            freezes.append(min(time.monotonic() - wall, time.process_time() - processor))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield freezes
    finally:
        ended.set()
        watcher.join()


if __name__ == "__main__":
    made = {**QUICK, **LONG}
    index_all(Path(sys.argv[2]), {name: made[name] for name in sys.argv[3:]}, seconds=float(sys.argv[1]))
