"""How long a service with many sources takes for what looks through all of them: ``python -m benchmarks.listing``.

Fills a data folder with small sources, embedded at random, and times over the API: a page of the list, a part of a
name, a source that there is not, a filter by a field that there is not, and the export of feedback. Prints medians.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import components  # noqa: F401  (before haystack, which would report its use)

# isort: split
import httpx
import numpy as np
from haystack import Document
from haystack.dataclasses import SparseEmbedding

from components.stores.catalogue.sources import FileState, SourceInfo, SourceRecord, SourceText
from components.stores.catalogue.tally import PassageTally
from components.stores.catalogue.visible import SourceQuery
from components.versions import digest, source_id_of
from evaluation.provenance import provenance
from pipelines.folder import OpenFolder
from pipelines.replacing import commit_sources
from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.feedback import Feedback, Mark
from service.keys import ROLES
from ui.api.app import build_api
from ui.api.middleware.access import GROUPS_HEADER

_TOGETHER = 500
_FIELDS = 40
"""Different fields of users, of which each source has one."""

_JUDGED = 200
_WORDS = ("pump", "valve", "warranty", "invoice", "holiday", "licence", "server", "contract", "boiler", "report")


@dataclass(frozen=True, slots=True)
class Operation:
    """A request to the API."""

    name: str
    method: str
    path: str
    status: int
    """That is expected."""
    body: dict[str, Any] | None = None

    @property
    def is_a_command(self) -> bool:
        """Whether it is asked by a command of the owner."""
        return self.path.startswith("/api/v1/own/")


@dataclass(frozen=True, slots=True)
class Figure:
    """How long one operation took."""

    name: str
    median_ms: float
    slowest_ms: float
    bytes: int
    """Of the last answer."""


def operations(sources: int) -> list[Operation]:
    """What is timed, with so many sources."""
    unknown = {"field": "meta.no_such_field", "operator": "==", "value": 1}
    return [
        Operation("first page of the list", "GET", "/api/v1/sources?limit=100", 200),
        Operation("last page of the list", "GET", f"/api/v1/sources?limit=100&offset={max(0, sources - 100)}", 200),
        Operation("part of a name", "GET", "/api/v1/sources?limit=100&contains=valve", 200),
        Operation("unknown id", "GET", f"/api/v1/sources/{uuid.UUID(int=0)}", 404),
        Operation("unknown name of a command", "POST", "/api/v1/own/source", 200, {"name": "manual-of-the-pmp.md"}),
        Operation("known fields", "POST", "/api/v1/search", 422, {"question": "How much?", "filters": unknown}),
        Operation("feedback export", "GET", "/api/v1/feedback/export", 200),
    ]


def run(data: Path, sources: int, repeats: int) -> list[Figure]:
    """Fill a new data folder, and time every operation on it.

    Args:
        data: an empty folder.
        sources: how many to make.
        repeats: times of each operation.
    """
    settings = Settings.load({"data": data, "service.requests_per_minute": 1_000_000})
    _fill(settings, sources)
    with QAService(settings) as service, open_backend(service) as backend:
        _judge(backend)
        return asyncio.run(_timed(backend, operations(sources), repeats))


async def _timed(backend: Backend, wanted: Sequence[Operation], repeats: int) -> list[Figure]:
    transport = httpx.ASGITransport(build_api(backend))
    secret = backend.keys.make("benchmark", ROLES)[1]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return [
            await _measure(client, each, backend.owner_token if each.is_a_command else secret, repeats)
            for each in wanted
        ]


async def _measure(client: httpx.AsyncClient, operation: Operation, secret: str, repeats: int) -> Figure:
    seconds = []
    for number in range(repeats):
        # Each time for another user, of whom nothing is remembered.
        groups = f"staff,of-{operation.name.replace(' ', '-')}-{number}"
        headers = {"Authorization": f"Bearer {secret}", GROUPS_HEADER: groups}
        began = time.perf_counter()
        answer = await client.request(operation.method, operation.path, json=operation.body, headers=headers)
        seconds.append(time.perf_counter() - began)
        if answer.status_code != operation.status:
            raise RuntimeError(f"{operation.name}: answered {answer.status_code}, {answer.text[:500]}")
    return Figure(operation.name, 1000 * median(seconds), 1000 * max(seconds), len(answer.content))


def _fill(settings: Settings, sources: int) -> None:
    """Make sources that need no model: their vectors are drawn, with a fixed seed."""
    drawn = np.random.default_rng(7)
    settings.data.mkdir(parents=True, exist_ok=True)
    folder = OpenFolder(settings, "benchmarks.listing")
    try:
        for start in range(0, sources, _TOGETHER):
            records = [_record(number) for number in range(start, min(start + _TOGETHER, sources))]
            folder.catalogue.begin([(each.text.source_id, each.text.version) for each in records])
            vectors = drawn.standard_normal((len(records), folder.store.dimension))
            folder.store.stage([_passage(each, vector) for each, vector in zip(records, vectors, strict=True)])
            commit_sources(folder.catalogue, folder.store, records)
        folder.store.optimise()
    finally:
        folder.close()


def _record(number: int) -> SourceRecord:
    first, second = _WORDS[number % len(_WORDS)], _WORDS[number // len(_WORDS) % len(_WORDS)]
    name = f"{first}-of-the-{second}-{number:06}.md"
    path = f"/documents/{number % 100:02}/{name}"
    text = f"The {first} of the {second} has the number {number}."
    source_id, version = source_id_of(path), digest(text)[:16]
    groups = ("staff",) if number % 10 == 0 else ("public",)
    info = SourceInfo(
        source=name,
        source_id=source_id,
        path=path,
        # Of rows it is looked up which are the caller's.
        format="csv" if number % 20 == 0 else "markdown",
        title=f"The {first} of the {second}",
        language="en",
        groups=groups,
        passages=1,
        bytes=len(text),
        version=version,
        indexed_at="2026-01-01T00:00:00+00:00",
        updated_at=None,
        tags=(first,),
    )
    meta = {"source": name, "groups": list(groups), "tags": [first], f"field_{number % _FIELDS}": number}
    block = {"start": 0, "end": len(text), "kind": "text"}
    state = FileState(len(text), 0, 0, digest(text), digest({}))
    content = SourceText(source_id, version, text, (block,), meta)
    tally = PassageTally()
    tally.add(_passage_meta(content))
    return SourceRecord(info, state, content, ("en",), passage_groups=tally.by_groups())


def _passage(record: SourceRecord, vector: np.ndarray[Any, np.dtype[np.float64]]) -> Document:
    text = record.text
    words = sorted({_number_of(word) for word in text.text.split()})
    return Document(
        id=f"{text.source_id}:0",
        content=text.text,
        embedding=(vector / np.linalg.norm(vector)).tolist(),
        sparse_embedding=SparseEmbedding(words, [1.0] * len(words)),
        meta=_passage_meta(text),
    )


def _passage_meta(text: SourceText) -> dict[str, Any]:
    place = {"source_id": text.source_id, "version": text.version, "start": 0, "end": len(text.text), "kind": "text"}
    return {**text.meta, **place, "language": "en"}


def _number_of(word: str) -> int:
    """A number for a word, the same in every run."""
    return int(digest(word)[:6], 16)


def _judge(backend: Backend) -> None:
    for info in backend.service.list_sources(SourceQuery(limit=_JUDGED), ("staff",)).sources:
        feedback = Feedback("Which number has it?", "right", Mark(info.source_id, 0, 3))
        backend.feedback.add(feedback, None, ("staff",))


def _lines(figures: Sequence[Figure]) -> Iterator[str]:
    for each in figures:
        yield f"{each.name:<28} {each.median_ms:10.1f} ms   slowest {each.slowest_ms:10.1f} ms   {each.bytes:,} bytes\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write a file of figures where one is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.listing", description=__doc__)
    parser.add_argument("--sources", type=int, default=50_000, help="how many to make")
    parser.add_argument("--repeats", type=int, default=7, help="times of each operation")
    parser.add_argument("--data", type=Path, help="an empty folder that stays; default: one that goes")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        figures = run(given.data if given.data is not None else Path(scratch), given.sources, given.repeats)
    sys.stdout.writelines(_lines(figures))
    if given.json is not None:
        report = {
            "benchmark": "listing",
            "provenance": provenance([]),
            "sources": given.sources,
            "repeats": given.repeats,
            "figures": [asdict(replace(each, median_ms=round(each.median_ms, 3))) for each in figures],
        }
        given.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
