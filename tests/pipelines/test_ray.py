"""Indexing with two workers of Ray: the same index as one process makes, whatever happens to a worker or a file."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.embedders.bm25 import question_vector
from components.errors import ConfigurationError
from pipelines.engines import in_order
from pipelines.indexing import IndexProgress, IndexReport
from pipelines.ray_engine import ADDRESS, Failed, ray_engine
from pipelines.service import QAService
from pipelines.settings import Settings

Fingerprint = dict[tuple[str, int, int, str, str], list[float]]
"""Where each passage stands, what it says and its metadata -> how near it is to some vectors and words."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of several sizes: many that share a batch, one that fills several parts, and two that cannot be read."""
    root = tmp_path / "documents"
    root.mkdir()
    for number in range(30):
        (root / f"note-{number:02}.md").write_text(
            f"# Pump {number}\n\nThe code is E-{number}. Reset the pump.\n", "utf-8"
        )
    sentences = (f"Goethe wrote line {number} in Paris." for number in range(6_000))
    (root / "long.txt").write_text("\n\n".join(sentences), "utf-8")
    (root / "broken.pdf").write_text("no PDF", "utf-8")
    (root / "quaere.meta.toml").write_text('["note-0*.md"]\ngroups = ["staff"]\n', "utf-8")
    return root


def index(
    tiny_models: dict[str, Path],
    data: Path,
    documents: Path,
    on_progress: Callable[[IndexProgress], None] | None = None,
    **how: Any,
) -> tuple[IndexReport, Fingerprint]:
    settings = Settings.load(
        {"data": data, "models.embedder": str(tiny_models["embedder"]), "models.precision": "fp32"}
    )
    with QAService(settings).open(writable=True) as service:
        report = service.index([str(documents)], on_progress=on_progress, **how)
        return report, fingerprint(service)


def fingerprint(service: QAService) -> Fingerprint:
    store = service._open_folder().store
    scores: dict[str, list[float]] = {}
    for vector in np.random.default_rng(0).normal(size=(store.dimension, store.dimension)).tolist():
        for hit in store.search_dense(vector, limit=10_000, groups=("staff",)):
            scores.setdefault(hit.id, []).append(hit.score or 0.0)
    for hit in store.search_lexical(
        question_vector("pump code 7 Goethe line 12", ["en"]), limit=10_000, groups=("staff",)
    ):
        scores[hit.id].append(hit.score or 0.0)
    found: Fingerprint = {}
    for info in service.sources():
        for passage in store.passages(info.source_id):
            meta = json.dumps(passage.meta, sort_keys=True)
            key = (info.source, passage.meta["start"], passage.meta["end"], passage.content or "", meta)
            found[key] = scores[passage.id]
    return found


def assert_same(one: Fingerprint, other: Fingerprint) -> None:
    assert one.keys() == other.keys()
    for key, scores in one.items():
        assert other[key] == pytest.approx(scores, abs=1e-4)


@pytest.mark.slow
def test_two_workers_make_the_index_that_one_process_makes(
    tiny_models: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    alone, expected = index(tiny_models, tmp_path / "alone", folder)
    shared, found = index(tiny_models, tmp_path / "shared", folder, engine="ray", workers=2)
    assert len(expected) > 500
    assert_same(expected, found)
    assert (shared.indexed, shared.passages) == (alone.indexed, alone.passages) == (31, len(expected))
    assert shared.failures == alone.failures
    assert [Path(failure.path).name for failure in shared.failures] == ["broken.pdf"]
    again, unchanged = index(tiny_models, tmp_path / "shared", folder, engine="ray", workers=2)
    assert (again.indexed, again.unchanged) == (0, 31)
    assert_same(expected, unchanged)


@pytest.mark.slow
def test_a_worker_that_is_killed_is_started_again(tiny_models: dict[str, Path], folder: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(progress: IndexProgress) -> None:
        if not killed and progress.stage == "embedding":
            killed.append(workers_of_ray()[0])
            os.kill(killed[0], signal.SIGKILL)

    _, expected = index(tiny_models, tmp_path / "alone", folder)
    report, found = index(tiny_models, tmp_path / "shared", folder, kill_one, engine="ray", workers=2)
    assert len(killed) == 1
    assert report.indexed == 31
    assert_same(expected, found)


@pytest.mark.slow
def test_a_run_that_is_stopped_leaves_whole_sources_and_goes_on(
    tiny_models: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    def stop(progress: IndexProgress) -> None:
        if progress.done_files >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(tiny_models, tmp_path / "shared", folder, stop, engine="ray", workers=2)
    assert workers_of_ray() == []
    _, expected = index(tiny_models, tmp_path / "alone", folder)
    _, found = index(tiny_models, tmp_path / "shared", folder, engine="ray", workers=2)
    assert_same(expected, found)


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("The warranty of the Aria pump is 24 months.\n", "utf-8")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        data, path = str(tmp_path / "data"), str(tmp_path / "a.md")
        command = [
            sys.executable,
            "-m",
            "ui.cli.main",
            "--data",
            data,
            "index",
            path,
            "--json",
            "--workers",
            "2",
            *options,
        ]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)

    done = run("--engine", "ray")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["indexed"] == 1
    refused = run()
    assert refused.returncode == 2
    assert "--engine ray" in refused.stderr


def test_without_ray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigurationError, match=r"pip install .*\[ray\]"), ray_engine("components: {}"):
        pass


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_an_error_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "ray-head.invalid:6379")
    with pytest.raises(ConfigurationError, match=r"ray-head\.invalid"), ray_engine("components: {}"):
        pass


@pytest.mark.parametrize(
    ("failed", "message"),
    [
        (Failed("LoadingError", ("a.pdf", "is encrypted")), "a.pdf: is encrypted"),
        (Failed("SplittingError", ("cannot be split",)), "cannot be split"),
        (Failed("ModelError", ("no model",)), "no model"),
    ],
)
def test_errors_of_workers_are_ours_again(failed: Failed, message: str) -> None:
    error = failed.error()
    assert (type(error).__name__, str(error)) == (failed.kind, message)


# Making ahead


def test_one_worker_makes_nothing_before_it_is_asked() -> None:
    made: list[int] = []
    work = in_order(made.append, [1, 2, 3], 1)
    first, making = next(work)
    assert (first, made) == (1, [])
    making()
    assert made == [1]


def test_several_workers_make_ahead_in_order_and_not_too_far() -> None:
    begun: list[int] = []
    let_go = threading.Event()

    def make(item: int) -> int:
        begun.append(item)
        assert let_go.wait(10)
        return item * item

    taken: list[int] = []

    def items() -> Any:
        for item in range(20):
            taken.append(item)
            yield item

    work = in_order(make, items(), 2)
    first = next(work)
    assert len(taken) == 5  # two a worker, and the one that is given
    assert len(begun) <= 2
    let_go.set()
    results = [making() for _, making in [first, *work]]
    assert results == [item * item for item in range(20)]


def test_what_was_not_begun_is_dropped_when_the_reader_leaves() -> None:
    begun: list[int] = []
    let_go = threading.Event()

    def make(item: int) -> None:
        begun.append(item)
        assert let_go.wait(10)

    work = in_order(make, range(20), 2)
    next(work)
    threading.Timer(0.2, let_go.set).start()
    work.close()
    assert len(begun) <= 3


def test_an_error_is_raised_where_its_result_is_asked_for() -> None:
    def make(item: int) -> int:
        return 1 // item

    results = []
    for item, making in in_order(make, [1, 0, 2], 2):
        try:
            results.append((item, making()))
        except ZeroDivisionError:
            results.append((item, None))
    assert results == [(1, 1), (0, None), (2, 0)]


def workers_of_ray() -> list[int]:
    """Processes of this machine that run our workers."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            line = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
        except OSError:  # it has just ended
            continue
        if line.startswith(b"ray::RayWorker"):
            found.append(int(process.name))
    return found
