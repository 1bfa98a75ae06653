"""What is killed while files are indexed, rebuilt and deleted, and how an index is looked at afterwards."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from components.embedders.bm25 import question_vector
from pipelines.service import QAService
from pipelines.settings import Settings

_DIMENSION = 384
"""Of the default embedder."""

_ALL = 1000
"""More passages than there are: which of equal ones comes first is not promised."""

_QUESTIONS = ("How long is the warranty of the Aria pump?", "alpha pump", "E-1047")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that is killed.

    Args:
        prepare: makes what is there before, in the data folder and beside it.
        work: is killed; done again, it must lead to the same end.
        look: sees what is wrong right after the kill; a list of complaints.
        snapshot: all that a user could notice, as JSON.
    """

    prepare: Callable[[Path], None]
    work: Callable[[Path], None]
    look: Callable[[Path], list[str]]
    snapshot: Callable[[Path], str]


def quiet() -> None:
    """A fork that is killed has nothing to say; its complaints would only fill the screen."""
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def opened(data: Path) -> QAService:
    """The service of a data folder, quick to load."""
    return QAService(Settings.load({"data": data, "models.threads": 1}), purpose="kills")


def prose(word: str, sentences: int = 8) -> str:
    """Text of several passages that all hold a word."""
    return " ".join(f"The {word} pump of row {n} runs at {n * 7} bar and never stops." for n in range(sentences))


def write(folder: Path, name: str, text: str) -> None:
    """A document of a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def docs_of(data: Path) -> Path:
    """The documents of a scenario; all its data folders lie beside them."""
    return data.parent / "docs"


def state(service: QAService) -> dict[str, Any]:
    """Sources, passages, texts and replies, in an order of their own."""
    sources = sorted(service.sources(), key=lambda info: info.source)
    details = [service.source(info.source_id) for info in sources]
    return {
        "sources": [[Path(info.source).name, info.version, info.passages, list(info.tags)] for info in sources],
        "texts": [each.text for each in details],
        "passages": [[[p.start, p.end, p.text] for p in each.passages] for each in details],
        "dense": [_dense(service, seed) for seed in range(3)],
        "lexical": {question: _lexical(service, question) for question in _QUESTIONS},
    }


def _dense(service: QAService, seed: int) -> list[Any]:
    # No model is loaded only to look: any vector finds all passages, each with its own score.
    vector = np.random.default_rng(seed).normal(size=_DIMENSION)
    found = service._open_folder().store.search_dense((vector / np.linalg.norm(vector)).tolist(), limit=_ALL)
    return sorted([Path(each.meta["source"]).name, each.meta["start"], round(each.score or 0, 4)] for each in found)


def _lexical(service: QAService, question: str) -> list[Any]:
    found = service._open_folder().store.search_lexical(question_vector(question), limit=_ALL)
    return sorted([Path(each.meta["source"]).name, each.meta["start"], round(each.score or 0, 4)] for each in found)


def snapshot(data: Path) -> str:
    """The state of a data folder."""
    with opened(data) as service:
        return json.dumps(state(service))


def halves(service: QAService) -> list[str]:
    """Sources of which the index holds more or less than the catalogue says."""
    found = []
    for info in service.sources():
        held = service.source(info.source_id).passages
        if len(held) != info.passages:
            found.append(
                f"{Path(info.source).name} has {len(held)} passages in the index, {info.passages} in the catalogue"
            )
    return found


def look(data: Path) -> list[str]:
    """What a search would see at once."""
    with opened(data) as service:
        return halves(service)


def _prepare(data: Path) -> None:
    docs = docs_of(data)
    for name in ("a", "b", "c", "e", "f"):
        write(docs, f"{name}.txt", prose(name * 3, 6))
    write(docs, "keep.md", f"# Kept\n\n{prose('alpha', 40)}")
    with opened(data) as service:
        service.index([str(docs)])


def _prepare_change(data: Path) -> None:
    """Of the files that are indexed, some are then changed, one is removed, and some are new."""
    _prepare(data)
    docs = docs_of(data)
    write(docs, "a.txt", prose("changed", 5))
    (docs / "b.txt").unlink()
    for name in ("d", "g", "h"):
        write(docs, f"{name}.txt", prose(f"E-1047 {name}", 12))


def _index(data: Path) -> None:
    with opened(data) as service:
        service.index([str(docs_of(data))], prune=True)


def _rebuild(data: Path) -> None:
    with opened(data) as service:
        service.rebuild()


def _delete(data: Path) -> None:
    with opened(data) as service:
        gone = [info.source_id for info in service.sources() if Path(info.source).name in ("a.txt", "keep.md")]
        service.delete(gone)


INDEX = Scenario(_prepare_change, _index, look, snapshot)
REBUILD = Scenario(_prepare, _rebuild, look, snapshot)
DELETE = Scenario(_prepare, _delete, look, snapshot)
