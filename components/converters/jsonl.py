"""JSON Lines -> one block an object: a question with its answer, a text, or a row."""

import json
from pathlib import Path

from components.converters.assembly import TextBuilder
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.json_file import add_record
from components.converters.limits import Limits
from components.errors import LoadingError


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a JSON Lines file; one bad line refuses the file, since half of it would answer unnoticed."""
    builder = TextBuilder(limits)
    row = 0
    # Split at line feeds only: a text may hold U+2028, which splitlines would break at.
    for number, line in enumerate(decode(data).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            place = f"line {number}, column {error.colno}"
            raise LoadingError(path, f"is not valid JSON in {place}: {error.msg}") from error
        if not isinstance(record, dict | str):
            raise LoadingError(path, f"holds no object in line {number} but {type(record).__name__}")
        row += 1
        add_record(builder, record, row, f"line {number}")
    return builder.build("jsonl", None, {})
