"""One record of a CSV, JSON or JSON Lines file -> a block: a question with its answer, a text, or a table row.

Knows no file syntax; the records come as mappings in file order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from components.converters.assembly import TextBuilder, table_line
from components.converters.extracted import Block
from components.converters.metadata import own_fields
from components.languages.packs import united

_QUESTION = united(lambda pack: pack.question_columns)
_ANSWER = united(lambda pack: pack.answer_columns)
_TEXT = ("text", "content", "body")
# What a table row keeps as metadata: where it leads, and who may read it when.
_ROW_FIELDS = ("url", "groups", "valid_from", "valid_until", "updated_at")
# Columns beside a text that say nothing of their own: with any other, a CSV row reads better as a whole.
_BESIDE_TEXT = frozenset({*_ROW_FIELDS, *_TEXT, "id", "pid", "title", "tags", "language", "author", "created_at"})


def add_row(builder: TextBuilder, record: Mapping[str, Any], row: int, *, columns: bool, origin: str) -> Block | None:
    """Append one record.

    Args:
        builder: receives the block.
        record: names and values in their order.
        row: 1-based number of the record.
        columns: whether the record is a row of a table, where a column named "text" may be one fact of several.
        origin: the file and row, for messages.

    Returns:
        The block, or None for a record without text.
    """
    builder.limits.check_row(len(record), origin)
    names = {name.strip().lower(): name for name in reversed(list(record))}
    question, answer = _first(record, names, _QUESTION), _first(record, names, _ANSWER)
    if question is not None and answer is not None:
        rest = _without(record, question, answer)
        return builder.add_faq(record[question], record[answer], row=row, meta=own_fields(rest, origin, strict=True))
    text = _first(record, names, _TEXT)
    if text is not None and (not columns or names.keys() <= _BESIDE_TEXT):
        return builder.add(record[text], row=row, meta=own_fields(_without(record, text), origin, strict=True))
    cells = [(str(name), _cell(value)) for name, value in record.items()]
    fields = {known: record[names[known]] for known in _ROW_FIELDS if known in names}
    line = table_line([name for name, _ in cells], [value for _, value in cells])
    return builder.add(line, "table", row=row, meta=own_fields(fields, origin, strict=True))


def has_header(cells: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: no number among the names, most set, and no two alike."""
    names = [name for name in cells if name]
    unique = len(set(names)) == len(names) and 2 * len(names) >= len(cells)
    return unique and not any(_is_number(name) for name in names)


def add_cells(
    builder: TextBuilder, header: Sequence[str] | None, cells: Sequence[str], row: int, *, origin: str
) -> None:
    """Append one row of a table; where two columns share a name, as plain cells."""
    builder.limits.check_row(len(cells), origin)
    if header is not None and len(set(header[: len(cells)])) >= len(cells):
        add_row(builder, dict(zip(header, cells, strict=False)), row, columns=True, origin=origin)
    else:
        builder.add(table_line(header, cells), "table", row=row)


def _is_number(cell: str) -> bool:
    return any(character.isdigit() for character in cell) and not any(character.isalpha() for character in cell)


def _first(record: Mapping[str, Any], names: Mapping[str, str], wanted: tuple[str, ...]) -> str | None:
    """The record's own spelling of the first of ``wanted`` that holds a text."""
    for name in wanted:
        value = record[names[name]] if name in names else None
        if isinstance(value, str) and value.strip():
            return names[name]
    return None


def _without(record: Mapping[str, Any], *taken: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in taken}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text}" for name, item in value.items() if (text := _cell(item)))
    return str(value)
