"""The file of figures: written whole after every part, so that an interruption leaves what was finished."""

import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from components.errors import InputError
from evaluation.provenance import provenance
from evaluation.writing import write_whole

_PEERS = ("bm25s", "qdrant-client", "qdrant-haystack", "sentence-transformers", "sentence-transformers-haystack")
_MORE_PEERS = ("transformers-haystack",)


class Results:
    """A report that grows part by part.

    Args:
        what: which benchmark.
        settings: what it was told.
        data: the files that were measured on.
        path: where the report is kept; None keeps it in memory only.

    Raises:
        InputError: the file cannot be written, which is better known before an hour of measuring than after.
    """

    def __init__(self, what: str, settings: dict[str, Any], data: Iterable[Path], path: Path | None) -> None:
        self.path = path
        self.report: dict[str, Any] = {
            "benchmark": what,
            "finished": False,
            "provenance": provenance(data) | {"peers": _versions()},
            "settings": settings,
        }
        self._write()

    def put(self, name: str, value: Any) -> None:
        """Set a part, and write the report."""
        self.report[name] = value
        self._write()

    def finish(self) -> dict[str, Any]:
        """Say that nothing is missing, and give the report."""
        self.put("finished", True)
        return self.report

    def _write(self) -> None:
        if self.path is None:
            return
        text = json.dumps(self.report, indent=2, allow_nan=False) + "\n"
        try:
            write_whole(self.path, text)
        except OSError as error:
            raise InputError(f"{self.path} cannot be written ({error.strerror}); name another file") from error


def _versions() -> dict[str, str]:
    found = {}
    for name in (*_PEERS, *_MORE_PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
