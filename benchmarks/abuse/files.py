"""Hostile files, uploaded one after the other and then indexed by the command: each ends, and nobody else notices.

While they are uploaded, another client asks all the time; its longest wait is the freeze. The memory is that of the
service itself; the processes that read files have limits of their own.
"""

import os
import time
from collections import Counter

import httpx

from benchmarks.abuse.attack import Check, Outcome, Run, spread
from benchmarks.abuse.hostile import FILES, Hostile, hostile_files
from benchmarks.abuse.material import ANSWER, QUESTION, answers, write_documents
from benchmarks.abuse.probe import probing
from benchmarks.abuse.served import QUICK, command, make_keys, must, serving, wait_for_job

MOST_MEMORY = 1500.0
"""Megabytes of the service, and of the command."""

MOST_FREEZE = 1.0
"""Seconds that another client waits at most."""

SECONDS = 900
"""A file that takes longer has no end; as many passages as a file may have take minutes to embed."""

_SECONDS_OF_THE_COMMAND = 60
"""For each file, on the average."""


def files(run: Run) -> Outcome:
    """Both ways in."""
    chosen = spread(hostile_files(), run.count(FILES, 5))
    docs, data = run.folder / "docs", run.folder / "data"
    write_documents(docs, 3)
    must(command(run, data, "index", str(docs)))
    uploaded, faults = _uploaded(run, chosen)
    indexed, more = _indexed(run, chosen)
    return Outcome([*uploaded[0], *indexed[0]], faults + more, uploaded[1] | indexed[1])


_Found = tuple[list[Check], dict[str, object]]
"""Checks, and what else was measured."""


def _uploaded(run: Run, chosen: list[Hostile]) -> tuple[_Found, list[str]]:
    data = run.folder / "data"
    secrets = make_keys(data, {"sender": (["read", "write"], []), "probe": (["read"], [])})
    states: Counter[str] = Counter()
    faults: list[str] = []
    slowest: dict[str, float] = {}
    with (
        serving(run, data, settings={**QUICK, "service.question_seconds": "120"}) as service,
        service.client(secrets["sender"], seconds=SECONDS) as client,
    ):
        client.get("/health/ready")
        with probing(service.url, secrets["probe"]) as probed:
            for done, file in enumerate(chosen):
                began = time.monotonic()
                state = _sent(client, file)
                slowest[file.name] = round(time.monotonic() - began, 2)
                states[state.partition(":")[0]] += 1
                if state.partition(":")[0] not in ("done", "failed", "refused"):
                    faults.append(f"{file.name!r}: {state}")
                run.tell(done + 1, 2 * len(chosen))
                if not service.lives:
                    faults.append(f"{file.name!r}: the service died or took more memory than there is for it")
                    break
            alive = answers(service, secrets["probe"])
        megabytes = service.watch.peak / 1e6
        figures: dict[str, object] = {"states": dict(states), "probe": probed, "slowest": _largest(slowest)}
        figures |= {"megabytes": int(megabytes), "megabytes_of_a_reader": int(service.watch.peak_of_children / 1e6)}
        faults += [f"logged: {line}" for line in service.failures()]
    checks = [
        Check("files uploaded", sum(states.values()), len(chosen), at_least=True),
        Check("uploads without an end, or with a fault of the program", len(faults), 0),
        Check("memory of the service", megabytes, MOST_MEMORY, "MB"),
        Check("longest freeze that another client saw", probed["live"]["longest"], MOST_FREEZE, "s"),
        Check("longest question of another client", probed["ask"]["longest"], MOST_FREEZE, "s"),
        Check("right answers afterwards", alive, 1, at_least=True),
    ]
    return (checks, figures), faults


def _sent(client: httpx.Client, file: Hostile) -> str:
    """What became of an upload."""
    try:
        response = client.post("/api/v1/sources/files", files=[("files", (file.name, file.make()))])
        if response.status_code in (413, 422):
            return "refused"
        if response.status_code != 202:
            return f"status {response.status_code}: {response.text[:200]}"
        job = wait_for_job(client, response.json()["job_id"], SECONDS)
        return f"{job.get('state')}: {str(job.get('failures'))[:200]}"
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: no reply"


def _indexed(run: Run, chosen: list[Hostile]) -> tuple[_Found, list[str]]:
    """All of them in a folder, given to ``quaere index``."""
    folder, data = run.folder / "hostile", run.folder / "by-command"
    folder.mkdir()
    for file in chosen:
        with (folder / file.name).open("wb") as written:
            written.write(file.make())
    (folder / os.fsdecode(b"caf\xe9.md")).write_bytes(b"# Words\n\nA file whose name is not UTF-8.\n")
    write_documents(folder, 1)
    done = command(run, data, "index", str(folder), seconds=_SECONDS_OF_THE_COMMAND * (len(chosen) + 1))
    run.tell(2 * len(chosen), 2 * len(chosen))
    asked = command(run, data, "ask", QUESTION, "--threshold", "0", "--json")
    faults = []
    if done.status not in (0, 4):
        faults.append(f"`quaere index` ends with {done.status}: {done.err.strip()[-400:]}")
    if "Traceback" in done.err or "unexpected " in done.err:
        faults.append(f"`quaere index` shows a fault of the program: {done.err.strip()[-400:]}")
    checks = [
        Check("faults of `quaere index` over all files", len(faults), 0),
        Check("memory of `quaere index`", done.peak / 1e6, MOST_MEMORY, "MB"),
        Check("right answers from that folder", int(ANSWER in asked.out), 1, at_least=True),
    ]
    return (checks, {"command_megabytes": round(done.peak / 1e6)}), faults


def _largest(seconds: dict[str, float]) -> dict[str, float]:
    return dict(sorted(seconds.items(), key=lambda each: -each[1])[:10])
