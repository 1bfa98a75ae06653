"""Paths -> stated examples, each file read by its form: SQuAD-like JSON, JSON Lines, CSV or TSV; plain or gzipped."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from components.errors import InputError
from training.data.files import json_lines, suffix_of, table_rows
from training.data.groups import grouped_records, is_grouped
from training.data.passages import PassageFiles
from training.data.record import Record
from training.data.rows import row_records
from training.data.squad import squad_records

_FORMS = ".json, .jsonl, .csv or .tsv, each also with .gz"


def read_records(
    paths: Sequence[Path], *, on_unusable: Callable[[str, str], None] = lambda reason, place: None
) -> Iterator[Record]:
    """The examples of all files, in order.

    Args:
        paths: of ``.json`` (SQuAD 1.1 or 2.0, or exported feedback), ``.jsonl``, ``.csv`` and ``.tsv``. A table
            with the columns ``pid`` and ``text`` holds passages that rows of the other files name by number.
        on_unusable: is told reason and place of what is well-formed and yet no example, as a correction in own words.

    Raises:
        InputError: a file cannot be read or is of no known form, or a row lacks something; the message names it.
    """
    passages = PassageFiles([path for path in paths if suffix_of(path) in (".csv", ".tsv")])
    for path in paths:
        suffix = suffix_of(path)
        if suffix == ".json":
            yield from squad_records(path, on_unusable)
        elif suffix in (".jsonl", ".ndjson"):
            rows = list(json_lines(path))
            if rows and is_grouped(rows[0][1]):
                yield from grouped_records(path, rows)
                continue
            for place, row in rows:
                yield from row_records(row, place, passages)
        elif suffix not in (".csv", ".tsv"):
            raise InputError(f"{path}: files of this name are not read; give {_FORMS}")
        elif path not in passages.paths:
            for place, row in table_rows(path):
                yield from row_records(row, place, passages)
