"""JSON -> blocks: records (questions with answers, texts, rows), or the articles of a SQuAD-like file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.converters.assembly import TextBuilder
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.rows import add_row
from components.errors import LoadingError


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a JSON file: a list of objects, one object, or an object that holds one list of objects."""
    try:
        content = json.loads(decode(data))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise LoadingError(path, f"is not valid JSON at {place}: {error.msg}") from error
    builder = TextBuilder(limits)
    articles = _articles(content.get("data") if isinstance(content, dict) else content)
    for article in articles:
        _add_article(builder, article)
    if articles:
        return builder.build("json", None, {})
    records, meta = _records(content)
    for number, record in enumerate(records, start=1):
        add_record(builder, record, number, f"record {number}")
    return builder.build("json", None, own_fields(meta, "the file", strict=True))


def add_record(builder: TextBuilder, record: Any, row: int, origin: str) -> None:
    """Append an object, or a bare text, as one block."""
    if isinstance(record, Mapping):
        add_row(builder, record, row, columns=False, origin=origin)
    elif isinstance(record, str):
        builder.add(record, row=row)


def _articles(found: Any) -> list[dict[str, Any]]:
    """The ``data`` of a SQuAD-like file, titled articles of paragraphs; empty where this is something else."""
    if not isinstance(found, list):
        return []
    articles = [item for item in found if isinstance(item, dict) and isinstance(item.get("paragraphs"), list)]
    return articles if len(articles) == len(found) else []


def _add_article(builder: TextBuilder, article: dict[str, Any]) -> None:
    # A file's titles stand side by side; SQuAD writes their spaces as underscores.
    title = article.get("title")
    builder.add_heading(title.replace("_", " ") if isinstance(title, str) else "", 1)
    for paragraph in article["paragraphs"]:
        context = paragraph.get("context") if isinstance(paragraph, dict) else None
        if isinstance(context, str):
            builder.add(context)


def _records(content: Any) -> tuple[list[Any], dict[str, Any]]:
    """The records of a file, and the fields beside them."""
    if isinstance(content, list):
        return content, {}
    if isinstance(content, dict):
        lists = [name for name, value in content.items() if isinstance(value, list) and _holds_objects(value)]
        if len(lists) == 1:
            return content[lists[0]], {name: value for name, value in content.items() if name != lists[0]}
    return [content], {}


def _holds_objects(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values)
