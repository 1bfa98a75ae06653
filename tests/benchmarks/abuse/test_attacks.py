"""Each attack at a tiny scale, as the command runs it: figures with limits, and nothing left behind.

Whether the limits are kept is for the whole attack to say; of a small one on a busy machine, times prove nothing.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.abuse.catalogue import ATTACKS
from benchmarks.abuse.processes import begin, descendants, end, ended, in_child, memory, watched

ROOT = Path(__file__).resolve().parents[3]
TINY = {"kills": 0.004, "calls": 0.005, "memory": 0.012, "leaks": 0.006, "files": 0.05, "damage": 0.05}
COUNTED = ("kills after", "calls answered with 500", "responses with something")
"""Beginnings of checks that hold at every scale and on every machine."""


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.abuse", "--json", str(folder / "report.json"), *words]


def run(folder: Path, *words: str, seconds: int = 900) -> subprocess.CompletedProcess:
    environment = os.environ | {"TMPDIR": str(folder)}
    return subprocess.run(
        command(folder, *words), cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=seconds
    )


def left_of(folder: Path) -> list[str]:
    """Processes and folders of a run that are still there."""
    processes = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_text("utf-8", errors="replace")
        except OSError:
            continue
        if str(folder) in words:
            processes.append(words.replace("\0", " "))
    return processes + [path.name for path in folder.iterdir() if path.name != "report.json"]


@pytest.mark.slow
@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_tells_figures_with_limits_and_leaves_nothing(name, tmp_path):
    done = run(tmp_path, "--only", name, "--scale", str(TINY.get(name, 0.01)))
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    found = report["attacks"][name]
    assert found["checks"] and {"name", "figure", "limit", "passed"} <= found["checks"][0].keys()
    assert (done.returncode == 0) is found["passed"]
    assert {"date", "commit", "machine"} <= report["provenance"].keys()
    assert f"{name}: {'pass' if found['passed'] else 'FAIL'}" in done.stdout
    assert left_of(tmp_path) == []
    broken = [each for each in found["checks"] if each["name"].startswith(COUNTED) and not each["passed"]]
    assert broken == [], found["faults"]


@pytest.mark.slow
def test_an_attack_that_the_report_has_is_not_carried_out_again(tmp_path):
    run(tmp_path, "--only", "leaks", "--scale", "0.001")
    began = time.monotonic()
    again = run(tmp_path, "--only", "leaks", "--scale", "0.001")
    assert "leaks: pass" in again.stdout
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert time.monotonic() - began < report["attacks"]["leaks"]["seconds"] + 5
    assert report["complete"] == ["leaks"]


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_attack_leaves_nothing(sign, tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    words = command(tmp_path, "--only", "memory")
    with subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 120
        while not any("serve" in each for each in left_of(tmp_path)) and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(sign)
        assert process.wait(60) == 130
        assert process.stderr is not None and "interrupted" in process.stderr.read()
    assert left_of(tmp_path) == []


def test_an_attack_that_is_not_known_is_refused(tmp_path):
    done = run(tmp_path, "--only", "nothing", seconds=100)
    assert done.returncode == 2
    assert "kills" in done.stderr


def test_the_exit_status_and_the_end_of_a_fork():
    assert in_child(lambda: None) == 0
    assert in_child(lambda: os._exit(7)) == 7
    pid = begin(lambda: time.sleep(60))
    end(pid)
    assert ended(pid) == -signal.SIGKILL


def test_children_and_memory_of_a_process():
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        assert process.pid in descendants(os.getpid())
        assert memory(process.pid) > 0
        end(process.pid)
    assert memory(process.pid) == 0


def test_a_process_that_takes_too_much_memory_is_killed():
    words = [sys.executable, "-c", "held = bytearray(200_000_000); import time; time.sleep(60)"]
    with subprocess.Popen(words) as process, watched(process.pid, 100_000_000) as watch:
        assert process.wait(30) == -signal.SIGKILL
    assert watch.killed and watch.peak > 100_000_000
