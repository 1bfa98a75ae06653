"""Damage of a data folder, of many kinds: each must be told, or do no harm; never a traceback, never wrong words.

After each, ``quaere ask``, ``sources list``, ``keys list`` and ``check`` are run. Damage is told where one of them ends
with an error in a sentence that names what to do; it is harmless where all say what they said before, and ``check``
finds nothing.
"""

import json
import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.abuse.attack import Check, Outcome, Run, spread
from benchmarks.abuse.material import QUESTION, write_documents
from benchmarks.abuse.served import Done, command, make_keys, must, serving, wait_for_job
from components.stores.engine.sparse_copy import copy_folder

KINDS = 71

_AT_ONCE = 2
_SAYING = ("ask", "list", "keys")
"""Commands that must say what they said before, where no damage is told."""

_DOCUMENTS = 30
_QUESTIONS = (
    QUESTION,
    "What does the pump Model 3 cost?",
    "How much does the pump Model 4 weigh?",
    "What is the word of the upload?",
)
_HELPS = re.compile(r"rebuild|restore|back|index|newer|another release|permission|writable|folder", re.IGNORECASE)
_TRACES = ("Traceback (most recent call last)", "Error: unexpected ", "panicked at")


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind.

    Args:
        name: what is done to what.
        work: does it to a data folder.
    """

    name: str
    work: Callable[[Path], None]


def damage(run: Run) -> Outcome:
    """All kinds, each on a copy of the same folder."""
    good = _prepared(run)
    wanted = _looked(run, good)
    (run.folder / "words").write_text(
        "\n".join(text for done in wanted.values() for text in done.out.splitlines()), "utf-8"
    )
    kinds = spread(all_kinds(good), run.count(KINDS, 6))
    verdicts: dict[str, str] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for kind, verdict in zip(kinds, pool.map(lambda kind: _tried(run, good, kind, wanted), kinds), strict=True):
            verdicts[kind.name] = verdict
            run.tell(len(verdicts), len(kinds))
    faults = [
        f"{name}: {verdict}" for name, verdict in verdicts.items() if not verdict.startswith(("told", "harmless"))
    ]
    return Outcome(
        [
            Check("kinds of damage", len(verdicts), len(kinds), at_least=True),
            Check("not told, wrong words, or a traceback", len(faults), 0),
        ],
        faults,
        {"verdicts": {name: verdict[:200] for name, verdict in verdicts.items()}},
    )


def _prepared(run: Run) -> Path:
    """A data folder with indexed files, uploads, keys, feedback, a job and a synonym."""
    docs, data = run.folder / "docs", run.folder / "good"
    write_documents(docs, _DOCUMENTS)
    must(command(run, data, "index", str(docs)))
    make_keys(data, {"all": (["read", "write", "admin"], ["staff"])})
    secret = make_keys(data, {"other": (["read", "write"], [])})["other"]
    with serving(run, data) as service, service.client(secret) as client:
        sent = {
            "documents": [{"name": "sent.md", "text": "The word of the upload is marigold.", "meta": {"tags": ["x"]}}]
        }
        wait_for_job(client, client.post("/api/v1/sources/documents", json=sent).json()["job_id"])
        source = client.get("/api/v1/sources").json()["sources"][0]["source_id"]
        said = {"question": QUESTION, "verdict": "right", "answer": {"source_id": source, "start": 0, "end": 5}}
        client.post("/api/v1/feedback", json=said)
    return data


def _looked(run: Run, data: Path) -> dict[str, Done]:
    """What three commands say of a folder."""
    here = run.folder / f"{data.name}-look"
    here.mkdir()
    alone = Run(here, run.scale, run.seed, run.settings)
    questions = here / "questions.jsonl"
    questions.write_text(
        "".join(json.dumps({"id": str(n), "question": q}) + "\n" for n, q in enumerate(_QUESTIONS)), "utf-8"
    )
    words = {
        "ask": ("ask", "--batch", str(questions), "--threshold", "0"),
        "list": ("sources", "list", "--json"),
        "keys": ("keys", "list"),
        "check": ("check",),
    }
    found = {name: command(alone, data, *given, seconds=120) for name, given in words.items()}
    shutil.rmtree(here)
    return found


def _tried(run: Run, good: Path, kind: Damage, wanted: dict[str, Done]) -> str:
    """What becomes of one kind."""
    data = run.folder / f"damaged-{re.sub(r'[^a-z0-9]+', '-', kind.name.lower())[:80]}"
    copy_folder(good, data)
    try:
        kind.work(data)
        return verdict_of(wanted, _looked(run, data))
    finally:
        shutil.rmtree(data, ignore_errors=True)


def verdict_of(wanted: dict[str, Done], found: dict[str, Done]) -> str:
    """What the commands made of it: "told ...", "harmless", or what is wrong."""
    for name, done in found.items():
        trace = next((sign for sign in _TRACES if sign in done.err), None)
        if trace is not None or done.status is None or done.status < 0:
            return f"{name} ends with {done.status} and {trace or 'a signal'}: {done.err[-300:]}"
    invented = sorted(_words(found["ask"]) - _words(wanted["ask"]))
    teller = next((name for name, done in found.items() if _tells(done) and not _tells(wanted[name])), None)
    if invented and not _is_known(invented, wanted):
        return f"wrong words: {invented[:3]}"
    if teller is not None:
        said = _said(found[teller])
        return (
            f"told by {teller}: {said[-300:]}"
            if _HELPS.search(said)
            else f"{teller} does not say what to do: {said[-300:]}"
        )
    same = all(_compared(found[name]) == _compared(wanted[name]) for name in _SAYING)
    return "harmless" if same else f"silent: {_first_difference(wanted, found)}"


def _tells(done: Done) -> bool:
    """Whether it ends with an error, or one for each question of the batch."""
    return done.status in (1, 4)


def _said(done: Done) -> str:
    """The sentence of the error."""
    told = [str(reply["error"]) for reply in _replies(done) if "error" in reply]
    # A check tells what it found on standard output.
    return told[0] if told else done.err.strip() or done.out.strip()


def _words(done: Done) -> set[str]:
    """The texts of all answers."""
    return {answer["text"] for reply in _replies(done) for answer in reply.get("answers", ())}


def _is_known(texts: Sequence[str], wanted: dict[str, Done]) -> bool:
    """Whether all stand in some passage of the undamaged replies."""
    known = "\n".join(passage["text"] for reply in _replies(wanted["ask"]) for passage in reply.get("passages", ()))
    return all(text in known for text in texts)


def _replies(done: Done) -> Iterator[dict[str, Any]]:
    for line in done.out.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _compared(done: Done) -> object:
    """What a command says, without what differs between any two runs of it."""
    text = re.sub(r'"[a-z_]+": [0-9.e+-]+,?', "", done.out)
    return (done.status, re.sub(r"[\w./-]*damaged-[\w-]+|[\w./-]*/good\b", "", text))


def _first_difference(wanted: dict[str, Done], found: dict[str, Done]) -> str:
    for name in _SAYING:
        if found[name].status != wanted[name].status:
            return f"{name} ends with {found[name].status} instead of {wanted[name].status}"
        if _compared(wanted[name]) == _compared(found[name]):
            continue
        for before, after in zip(wanted[name].out.splitlines(), found[name].out.splitlines(), strict=False):
            if before != after:
                place = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
                return f"{name} says {after[place : place + 120]!r} instead of {before[place : place + 120]!r}"
    return "less is said"


# Kinds of damage


def all_kinds(good: Path) -> list[Damage]:
    """All of them, for the files that this folder has."""
    found = [*_of_files(good), *_of_tables(), *_of_folders()]
    assert len(found) == KINDS, len(found)
    return found


_FILES: dict[str, tuple[str, ...]] = {
    "catalogue.sqlite": ("gone", "empty", "half", "zeros", "noise", "flipped", "a folder"),
    "service.sqlite": ("gone", "empty", "half", "zeros", "noise"),
    "index/manifest.json": ("gone", "empty", "half", "noise", "another"),
    "index/points/edge_config.json": ("gone", "empty", "half", "noise"),
    "*/segment.json": ("gone", "empty", "half"),
    "*/version.info": ("gone", "empty", "noise"),
    "*/mutable_id_tracker.mappings": ("gone", "empty", "half", "noise"),
    "*/mutable_id_tracker.versions": ("gone", "empty", "noise"),
    "*/payload_storage/page_0.dat": ("gone", "zeros", "half", "flipped"),
    "*/payload_storage/tracker.dat": ("gone", "zeros"),
    "*/payload_storage/config.json": ("gone", "noise"),
    "*/vector_storage-dense/vectors/chunk_0.mmap": ("gone", "zeros", "half", "flipped"),
    "*/vector_storage-dense/vectors/status.dat": ("gone", "noise"),
    "*/vector_storage-text/store/page_0.dat": ("gone", "zeros", "flipped"),
    "*/vector_storage-text/store/tracker.dat": ("zeros",),
    "*/payload_index/config.json": ("gone", "noise"),
    "*/wal/open-1": ("gone", "zeros"),
}
"""File, by how its path begins or ends, and what is done to it."""


def _of_files(good: Path) -> list[Damage]:
    return [
        Damage(f"{pattern.removeprefix('*/')} {kind}", partial(_to_file, _path_of(good, pattern), _WORKS[kind]))
        for pattern, kinds in _FILES.items()
        for kind in kinds
    ]


def _to_file(path: Path, work: Callable[[Path], None], data: Path) -> None:
    work(data / path)


def _path_of(good: Path, pattern: str) -> Path:
    if not pattern.startswith("*/"):
        return Path(pattern)
    matching = sorted(path for path in good.rglob("*") if path.is_file() and str(path).endswith(pattern[1:]))
    return matching[0].relative_to(good)


def _of_tables() -> list[Damage]:
    statements = {
        "catalogue: no sources": ("catalogue.sqlite", "DELETE FROM sources"),
        "catalogue: no texts": ("catalogue.sqlite", "DELETE FROM texts"),
        "catalogue: some sources gone": ("catalogue.sqlite", "DELETE FROM sources WHERE rowid % 3 = 0"),
        "catalogue: some texts gone": ("catalogue.sqlite", "DELETE FROM texts WHERE rowid % 3 = 0"),
        "catalogue: texts of others": (
            "catalogue.sqlite",
            "UPDATE texts SET text = 'The warranty is 999 months, and wrong.'",
        ),
        "catalogue: no manifest": ("catalogue.sqlite", "DELETE FROM manifest"),
        "catalogue: a table gone": ("catalogue.sqlite", "DROP TABLE texts"),
        "catalogue: a column gone": ("catalogue.sqlite", "ALTER TABLE sources DROP COLUMN groups"),
        "catalogue: more passages than there are": ("catalogue.sqlite", "UPDATE sources SET passages = passages + 5"),
        "service: a table gone": ("service.sqlite", "DROP TABLE keys"),
        "service: of a newer release": ("service.sqlite", "UPDATE alembic_version SET version_num = 'ffff'"),
    }
    return [Damage(name, partial(_execute, file, words)) for name, (file, words) in statements.items()]


def _of_folders() -> list[Damage]:
    return [
        Damage("index gone", lambda data: shutil.rmtree(data / "index")),
        Damage("points gone", lambda data: shutil.rmtree(data / "index/points")),
        Damage("segments gone", lambda data: shutil.rmtree(data / "index/points/segments")),
        Damage("an upload's file gone", _no_uploads),
    ]


def _no_uploads(data: Path) -> None:
    for path in (data / "uploads").rglob("file.*"):
        path.unlink()


def _execute(file: str, statement: str, data: Path) -> None:
    with closing(sqlite3.connect(data / file)) as database:
        database.execute(statement)
        database.commit()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _half(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _zeros(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(0)
        file.truncate(size)


def _noise(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(max(8, min(path.stat().st_size, 1 << 20))))


def _flipped(path: Path) -> None:
    """One bit in every seventh of the bytes that are not zero, in the first megabyte."""
    draw = random.Random(2)
    with path.open("r+b") as file:
        held = bytearray(file.read(1 << 20))
        for place in [index for index, byte in enumerate(held) if byte][::7]:
            held[place] ^= 1 << draw.randrange(8)
        file.seek(0)
        file.write(held)


def _another(path: Path) -> None:
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({name: "other" for name in manifest}), "utf-8")


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


_WORKS: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "empty": _empty,
    "half": _half,
    "zeros": _zeros,
    "noise": _noise,
    "flipped": _flipped,
    "another": _another,
    "a folder": _a_folder,
}
