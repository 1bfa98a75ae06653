"""Tables of numbered passages, which rows of other files name instead of repeating their text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.errors import InputError
from training.data.files import table_header, table_rows


class PassageFiles:
    """The passages of those tables that have the columns ``pid`` and ``text``, and ``title`` if they like.

    Args:
        tables: all tables that were given; those of another form are left alone.
    """

    def __init__(self, tables: Sequence[Path]) -> None:
        self.paths = frozenset(path for path in tables if {"pid", "text"} <= set(table_header(path)))
        self._passages: dict[str, tuple[str, str]] = {}
        for path in tables:
            if path in self.paths:
                for place, row in table_rows(path):
                    self._add(row, place)

    def get(self, number: Any, place: str) -> tuple[str, str]:
        """Title and text of the passage that a row names, by number or as the text itself."""
        if isinstance(number, str):
            return "", number
        found = self._passages.get(str(number))
        if found is None:
            given = ", ".join(str(path) for path in sorted(self.paths)) or "none"
            raise InputError(
                f"{place} names passage {number!r}, which no table of passages holds (given: {given}); give the table "
                "with the columns pid and text along"
            )
        return found

    def _add(self, row: dict[str, str], place: str) -> None:
        if "pid" not in row or "text" not in row:
            raise InputError(f"{place} lacks its pid or its text")
        if row["pid"] in self._passages:
            raise InputError(f"{place} repeats pid {row['pid']}; number the passages of all tables differently")
        self._passages[row["pid"]] = row.get("title", ""), row["text"]
