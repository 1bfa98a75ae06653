"""The file of figures: written whole after every part, so that a run that was stopped goes on behind the last one."""

import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.writing import write_whole
from evaluation.provenance import provenance

_PEERS = ("bm25s", "qdrant-client", "qdrant-haystack", "sentence-transformers", "sentence-transformers-haystack")
_MORE_PEERS = ("transformers-haystack",)


class Results:
    """A report that grows part by part.

    Args:
        what: which benchmark.
        settings: what it was told.
        data: the files that were measured on.
        path: where the report is kept; None keeps it in memory only.
        go_on: whether an unfinished report in the file is continued, if it is of the same benchmark, settings, data,
            commit, machine and versions. Any other one is replaced.

    Raises:
        InputError: the file cannot be written, which is better known before an hour of measuring than after.
    """

    def __init__(
        self, what: str, settings: dict[str, Any], data: Iterable[Path], path: Path | None, *, go_on: bool = False
    ) -> None:
        self.path = path
        begun = {
            "benchmark": what,
            "finished": False,
            "complete": [],
            "provenance": provenance(data) | {"peers": _versions()},
            "settings": settings,
        }
        kept = _unfinished(path, begun) if go_on and path is not None else None
        self.report: dict[str, Any] = begun if kept is None else kept
        self._write()

    def is_complete(self, part: str) -> bool:
        """Whether a part was measured to its end, now or before the run was stopped."""
        return part in self.report["complete"]

    def put(self, name: str, value: Any) -> None:
        """Set a field, and write the report."""
        self.report[name] = value
        self._write()

    def complete(self, part: str) -> None:
        """Say that a part wants nothing more."""
        if not self.is_complete(part):
            self.put("complete", [*self.report["complete"], part])

    def finish(self) -> dict[str, Any]:
        """Say that nothing is missing, and give the report."""
        del self.report["complete"]
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


def _unfinished(path: Path, begun: dict[str, Any]) -> dict[str, Any] | None:
    """The report in the file, if it was begun as this one is and not finished."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(report, dict) or report.get("finished") is not False or "complete" not in report:
        return None
    return report if _compared(report) == _compared(begun) else None


def _compared(report: dict[str, Any]) -> dict[str, Any]:
    """What two reports must share to be parts of one; as JSON, where tuples are lists."""
    made_by = {name: value for name, value in report.get("provenance", {}).items() if name != "date"}
    shared = {"benchmark": report.get("benchmark"), "settings": report.get("settings"), "provenance": made_by}
    compared: dict[str, Any] = json.loads(json.dumps(shared))
    return compared


def _versions() -> dict[str, str]:
    found = {}
    for name in (*_PEERS, *_MORE_PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
