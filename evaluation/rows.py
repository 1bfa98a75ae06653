"""Per-question rows on disk: appended one by one, so that an interrupted run goes on where it stopped."""

import json
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from components.errors import ConfigurationError
from components.writing import write_whole


class RowFile:
    """A JSON Lines file of rows with an ``id``, headed by the settings that they were made with.

    Opening it drops a line that a kill left unfinished. Rows made with other settings are refused, or dropped.

    Args:
        path: made where it is missing.
        settings: plain JSON.
        renew: begin anew instead of refusing rows that were made with other settings.
    """

    def __init__(self, path: Path, settings: dict[str, Any], *, renew: bool = False) -> None:
        self.path = path
        self.settings = settings
        self.renew = renew
        self.rows: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        lines = self.path.read_text("utf-8").split("\n") if self.path.is_file() else []
        finished = [json.loads(line) for line in lines[:-1] if line]
        if finished and finished[0].get("settings") != self.settings and self.renew:
            finished = []
        if finished and finished[0].get("settings") != self.settings:
            raise ConfigurationError(
                f"{self.path} holds rows made with {finished[0].get('settings')}, this run is set to {self.settings}; "
                "delete it or write to another file"
            )
        self.rows = {row["id"]: row for row in finished[1:]}
        kept = [{"settings": self.settings}, *self.rows.values()]
        write_whole(self.path, "".join(_line(record) for record in kept))
        self._file = self.path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Append rows and hand them to the system."""
        for row in rows:
            self._file.write(_line(row))
            self.rows[row["id"]] = row
        self._file.flush()


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
