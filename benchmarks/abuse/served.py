"""``quaere`` as users start it, in processes of its own: one command, or a service for as long as a block runs."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.abuse.attack import Run
from benchmarks.abuse.environment import environment
from benchmarks.abuse.processes import Watch, end, watched
from components.errors import QuaereError
from service.database.connection import DATABASE_FILE, ServiceDatabase
from service.keys import KeyRing

QUICK = {"service.requests_per_minute": "1000000000"}
"""Settings of a service that attacks may ask as often as they like."""

_SECONDS_TO_START = 120
_SECONDS_TO_STOP = 15


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    status: int | None
    """None where it did not end in time, or took too much memory."""
    out: str
    err: str
    peak: int = 0
    """Bytes that it held at most."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    url: str
    data: Path
    process: subprocess.Popen[str]
    log: Path
    watch: Watch

    @property
    def lives(self) -> bool:
        """Whether its process runs."""
        return self.process.poll() is None

    def client(self, secret: str | None = None, *, seconds: float = 120.0) -> httpx.Client:
        """A client that shows this key; the service itself is asked, not a proxy that the environment names."""
        headers = {} if secret is None else bearer(secret)
        return httpx.Client(base_url=self.url, headers=headers, timeout=seconds, trust_env=False)

    def failures(self) -> list[str]:
        """What its log tells of faults of the program, each with the end of its traceback."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return [_shortened(line) for line in lines if '"level": "error"' in line or line.startswith("Traceback")]


def bearer(secret: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {secret}"}


def _shortened(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return line
    trace = str(told.get("exception", "")).strip().splitlines()
    place = next((each.strip() for each in reversed(trace) if each.lstrip().startswith("File ")), "")
    where = f"{told.get('method', '')} {told.get('route', '')}".strip()
    return " ".join(part for part in (str(told.get("message")), where, *trace[-1:], place) if part)


def program(data: Path, settings: Mapping[str, str], arguments: Sequence[str]) -> list[str]:
    """The words of a command."""
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return [sys.executable, "-m", "ui.cli.main", "--data", str(data), *given, *arguments]


def command(run: Run, data: Path, *arguments: str, seconds: float = 300.0) -> Done:
    """Run one command of ``quaere`` to its end, or until it has taken too long or too much memory."""
    out, err = run.folder / "stdout", run.folder / "stderr"
    with out.open("w", encoding="utf-8") as told, err.open("w", encoding="utf-8") as complained:
        process = subprocess.Popen(
            program(data, run.settings, arguments), cwd=run.folder, env=environment(), text=True,
            stdin=subprocess.DEVNULL, stdout=told, stderr=complained, start_new_session=True,
        )  # fmt: skip
        with watched(process.pid) as watch:
            try:
                status: int | None = process.wait(seconds)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                end(process.pid)
                process.wait()
    said, wrong = (path.read_text("utf-8", errors="replace") for path in (out, err))
    return Done(None if watch.killed else status, said, wrong, watch.peak)


def must(done: Done) -> Done:
    """The same, where it went well.

    Raises:
        QuaereError: it did not; an attack on what could not be prepared would prove nothing.
    """
    if done.status != 0:
        raise QuaereError(f"a preparation ended with {done.status}: {done.err.strip()[-800:]}")
    return done


def make_keys(data: Path, wanted: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> dict[str, str]:
    """Keys of a data folder, by name; each has roles and groups.

    Returns:
        Their secrets.
    """
    data.mkdir(parents=True, exist_ok=True)
    with ServiceDatabase(data / DATABASE_FILE) as database:
        ring = KeyRing(database)
        return {name: ring.make(name, roles, groups)[1] for name, (roles, groups) in wanted.items()}


def delete_key(data: Path, name: str) -> None:
    """Delete a key as ``quaere keys delete`` does, also while a service runs."""
    with ServiceDatabase(data / DATABASE_FILE) as database:
        KeyRing(database).delete(name)


@contextmanager
def serving(run: Run, data: Path, *, host: str = "127.0.0.1", settings: Mapping[str, str] = QUICK) -> Iterator[Service]:
    """A service of a data folder for as long as the block runs; nothing of it is left afterwards.

    Raises:
        QuaereError: it did not start.
    """
    log = run.folder / f"{data.name}.log"
    words = program(data, {**settings, **run.settings}, ["serve", "--port", "0", "--host", host])
    with (
        log.open("w", encoding="utf-8") as written,
        (run.folder / f"{data.name}.out").open("w", encoding="utf-8") as out,
    ):
        process = subprocess.Popen(
            words, cwd=run.folder, env=environment(), text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=out, stderr=written,
        )  # fmt: skip
        try:
            with watched(process.pid) as watch:
                url = _address(process, Path(out.name), log).replace("//0.0.0.0:", "//127.0.0.1:")
                yield Service(url, data, process, log, watch)
        finally:
            _stop(process)


def _address(process: subprocess.Popen[str], out: Path, log: Path) -> str:
    until = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        said = out.read_text("utf-8")
        if said.startswith("Open ") and "\n" in said:
            return said.split()[1].rstrip("/")
        time.sleep(0.05)
    raise QuaereError(f"the service did not start: {log.read_text('utf-8', errors='replace').strip()[-800:]}")


def _stop(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, subprocess.TimeoutExpired):
        process.send_signal(signal.SIGINT)
        process.wait(_SECONDS_TO_STOP)
    end(process.pid)
    process.wait()


def wait_for_job(client: httpx.Client, job_id: str, seconds: float = 300.0) -> dict[str, object]:
    """The job once it has ended, or as it is after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        job: dict[str, object] = client.get(f"/api/v1/jobs/{job_id}").json()
        if job.get("state") not in ("queued", "running") or time.monotonic() > until:
            return job
        time.sleep(0.05)
