"""A system in a process of its own, so that its memory is its own and nothing that another one loaded helps it.

:mod:`benchmarks.speed.worker` is the other side.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.speed.systems import Asked, Task
from components import errors
from components.errors import QuaereError

_LAST_WORDS = 1500

_ROOT = str(Path(__file__).resolve().parents[2])
"""Goes first: other packages may bring a `benchmarks` of their own."""
_QUIET = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}
"""No peer may look for a newer model on a hub in the midst of a measurement."""


@dataclass(frozen=True, slots=True)
class Round:
    """Questions that one system was asked in one go."""

    seconds: float
    """Until the last answer."""
    asked: tuple[Asked | None, ...]
    """In the order of the questions; None where one failed."""
    errors: tuple[str, ...]

    @property
    def per_second(self) -> float:
        """Questions answered a second."""
        return sum(each is not None for each in self.asked) / self.seconds


class SystemProcess:
    """A running system; used as a context, at whose end the process is gone.

    Args:
        task: what to be.

    Raises (on entering and on every call):
        QuaereError: what the system says, or that its process has ended.
    """

    def __init__(self, task: Task) -> None:
        self.task = task

    def __enter__(self) -> Self:
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "benchmarks.speed.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
            env=os.environ | _QUIET | {"PYTHONPATH": os.pathsep.join([_ROOT, *filter(None, sys.path)])},
            # An interruption is for the parent, which then ends its children.
            start_new_session=True,
        )
        try:
            self._call(self.task.to_dict())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def prepare(self) -> None:
        """Make what the machine keeps of the models; another process is then the one to measure."""
        self._call({"do": "prepare"})

    def index(self) -> dict[str, Any]:
        """See :meth:`benchmarks.speed.worker.SystemWorker.index`."""
        return self._call({"do": "index"})

    def open(self) -> float:
        """Open the index; seconds until the first question can be asked."""
        return float(self._call({"do": "open"})["seconds"])

    def ask(self, questions: Sequence[str], clients: int = 1) -> Round:
        """Ask in a closed loop of this many clients."""
        reply = self._call({"do": "ask", "questions": list(questions), "clients": clients})
        asked = tuple(None if each is None else Asked.from_dict(each) for each in reply["asked"])
        return Round(float(reply["seconds"]), asked, tuple(reply["errors"]))

    def memory(self) -> dict[str, int]:
        """See :func:`benchmarks.memory.memory_of_this_process`."""
        return self._call({"do": "memory"})

    def close(self) -> None:
        """Let go of the index; what was written is on disk."""
        self._call({"do": "close"})

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the process was started without pipes")
        try:
            stdin.write(json.dumps(request) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise QuaereError(
                f"the process of the system {self.task.system.name} ended with {self._process.wait()}: "
                f"{self._last_words()}"
            )
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise getattr(errors, reply["kind"], QuaereError)(reply["error"])
        return reply

    def _last_words(self) -> str:
        self._said.seek(0)
        return self._said.read().decode("utf-8", errors="replace").strip()[-_LAST_WORDS:]

    def _end(self) -> None:
        if self._process.poll() is None:
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):  # what a dead process did not read is lost
                self._process.stdin.close()
        with self._process:  # closes the other pipe and waits
            pass
        self._said.close()
