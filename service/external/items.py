"""What became of each item of a site or an export: one state with its reason, on disk at once, so that a run resumes.

Knows neither the network nor the index.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from components.errors import StoreError
from components.private_files import make_private
from components.writing import write_whole

ItemState = Literal["queued", "new", "unchanged", "skipped", "failed", "gone"]
"""``queued`` waits for its turn; ``new`` was read in this run, for the first time or changed; ``gone`` is no more."""

KEPT: frozenset[ItemState] = frozenset({"new", "unchanged"})
"""States of items whose document belongs in the index."""


@dataclass(frozen=True, slots=True)
class ExternalItem:
    """One page, ticket or article."""

    key: str
    """What it is known by: its address, or the kind of record and its number."""
    state: ItemState
    reason: str = ""
    """One clause in plain words, where the state is not all there is to say."""
    run: int = 0
    """The run that gave it this state."""
    sha256: str = ""
    """Of the content that is kept; empty where there is none."""
    suffix: str = ""
    """The ending of the kept document."""
    depth: int = 0
    """Links between the start and a page."""
    etag: str = ""
    modified: str = ""
    """The date of its version, as its host gave it."""
    canonical: str = ""
    """The address under which the page wants to be known, where that is another."""

    @property
    def has_document(self) -> bool:
        """Whether a document of it is to be in the index: also where the last try failed."""
        return bool(self.sha256) and (self.state in KEPT or self.state in ("failed", "queued"))


_NAMES = frozenset(field.name for field in fields(ExternalItem))


class ItemLog:
    """The items of one site or export, in a file of one JSON object a line; of an item the last line counts.

    Args:
        path: the file; its folder is made where it is missing.

    Raises:
        StoreError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run = 0
        self.is_whole = True
        """Whether the last run came to its end."""
        self.meta: dict[str, Any] = {}
        """Fields for every document."""
        self.done = self.known = 0
        """Items of this run that have had their turn, and all of this run."""
        self._items: dict[str, ExternalItem] = {}
        try:
            make_private(path.parent)
            for line in _lines(path):
                self._take(line)
            self._file = path.open("a", encoding="utf-8")
            os.chmod(path, 0o600)
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(f"{path}: cannot be read or written ({error})") from error

    def __getitem__(self, key: str) -> ExternalItem:
        return self._items[key]

    def __contains__(self, key: str) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: str) -> ExternalItem | None:
        """The item, or None where it is unknown."""
        return self._items.get(key)

    def items(self) -> list[ExternalItem]:
        """All items, those that changed last at the end."""
        return list(self._items.values())

    def of_run(self) -> list[ExternalItem]:
        """The items that this run has come to."""
        return [item for item in self._items.values() if item.run == self.run]

    def waiting(self) -> list[ExternalItem]:
        """The items of this run that wait for their turn, in order."""
        return [item for item in self.of_run() if item.state == "queued"]

    def counts(self) -> dict[str, int]:
        """How many items of this run have each state."""
        return dict(Counter(item.state for item in self.of_run()))

    def begin(self, meta: Mapping[str, Any] | None = None) -> bool:
        """Begin a run, or go on with one that was interrupted; tells which.

        Args:
            meta: fields for every document from now on; None or none for those of the last run.
        """
        self.meta = dict(meta) if meta else self.meta
        resumes = not self.is_whole
        if not resumes:
            self.run += 1
        self.is_whole = False
        self.known = len(self.of_run())
        self.done = self.known - len(self.waiting())
        self._write(self._head())
        return resumes

    def end(self) -> None:
        """The run has come to its end; the file is written anew with what counts."""
        self.is_whole = True
        lines = [self._head(), *map(_brief, self._items.values())]
        self._file.close()
        write_whole(self.path, "".join(f"{json.dumps(line)}\n" for line in lines), private=True)
        self._file = self.path.open("a", encoding="utf-8")

    def set(self, item: ExternalItem) -> ExternalItem:
        """Note what became of an item in this run."""
        told = replace(item, run=self.run)
        before = self._items.pop(told.key, None)
        if before is None or before.run != self.run:
            self.known += 1
        else:
            self.done -= before.state != "queued"
        self.done += told.state != "queued"
        self._items[told.key] = told
        self._write(_brief(told))
        return told

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written ({error}); free some space") from error

    def _head(self) -> dict[str, Any]:
        return {"run": self.run, "whole": self.is_whole, "meta": self.meta}

    def _take(self, line: dict[str, Any]) -> None:
        if "key" not in line:
            self.run, self.is_whole, self.meta = int(line["run"]), bool(line["whole"]), dict(line["meta"])
            return
        item = ExternalItem(**{name: value for name, value in line.items() if name in _NAMES})
        self._items.pop(item.key, None)
        self._items[item.key] = item


def _brief(item: ExternalItem) -> dict[str, Any]:
    """An item without what is as in any other."""
    return {name: value for name, value in asdict(item).items() if value or name in ("key", "state")}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file; the last one may be torn where the process was killed, and is then cut off."""
    if not path.is_file():
        return
    whole = 0
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            yield dict(json.loads(line))
            whole += len(line)
    if whole < path.stat().st_size:
        os.truncate(path, whole)
