import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "mode",
    ["index", "random", *(pytest.param(mode, marks=[pytest.mark.slow]) for mode in ("rebuild", "random-rebuild"))],
)
@pytest.mark.timeout(1800)
def test_a_kill_at_any_moment_ends_in_the_index_of_an_uninterrupted_run(mode, tmp_path):
    command = [sys.executable, "-m", "tests.pipelines.kill_driver", mode, str(tmp_path)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=280 if mode != "random-rebuild" else 1700
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [], done.stderr
