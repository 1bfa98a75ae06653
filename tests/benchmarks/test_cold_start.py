import sys

import pytest

from benchmarks.cold_start import cold_start_seconds
from components.errors import QuaereError


def test_each_run_is_a_process_of_its_own():
    seconds = cold_start_seconds([sys.executable, "-c", "raise SystemExit(3)"], runs=2)
    assert len(seconds) == 2
    assert all(0 < value < 30 for value in seconds)


def test_a_run_that_fails_is_reported_with_its_error():
    command = [sys.executable, "-c", "import sys; sys.exit('no such index')"]
    with pytest.raises(QuaereError, match="ended with 1: no such index"):
        cold_start_seconds(command, runs=1)
