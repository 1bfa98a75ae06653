"""Jupyter notebook -> its texts below their headings, its code, and the beginning of what the code printed."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.converters.assembly import TextBuilder, clean, repeated
from components.converters.dialects import plain
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.markdown import add_node, parsed
from components.errors import LoadingError

_MOST_PRINTED = 2_000
"""Characters of what one cell printed: the rest is rarely read."""


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a notebook of format 3 or 4."""
    try:
        content = json.loads(decode(data))
    except json.JSONDecodeError as error:
        raise LoadingError(path, f"is not valid JSON at line {error.lineno}: {error.msg}") from error
    cells = list(_cells(content))
    if not cells:
        raise LoadingError(path, "holds no cells; it may be no notebook")
    builder = TextBuilder(limits)
    for cell in cells:
        _add(builder, cell)
    meta = content.get("metadata")
    title = meta.get("title") if isinstance(meta, Mapping) else None
    return builder.build("ipynb", title if isinstance(title, str) else builder.first_heading, {})


def _cells(content: Any) -> Iterator[Mapping[str, Any]]:
    """The cells, which format 3 keeps in worksheets."""
    holders = [content, *_list(content, "worksheets")]
    yield from (cell for holder in holders for cell in _list(holder, "cells") if isinstance(cell, Mapping))


def _list(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, Mapping) else None
    return found if isinstance(found, list) else []


def _add(builder: TextBuilder, cell: Mapping[str, Any]) -> None:
    source = _text(cell.get("source", cell.get("input")))
    kind = cell.get("cell_type")
    if kind == "markdown":
        for node in parsed(plain(source, {})):
            add_node(builder, node)
    elif kind == "heading":
        level = cell.get("level")
        builder.add_heading(source, level if isinstance(level, int) else 1)
    else:
        builder.add(source.strip("\n"))
        printed = "\n".join(filter(None, map(_printed, _list(cell, "outputs")))).strip()
        builder.add(printed if len(printed) <= _MOST_PRINTED else f"{printed[: _MOST_PRINTED - 1]}…")


def _printed(output: Any) -> str:
    """The text of one output; a picture has none but its name."""
    if not isinstance(output, Mapping):
        return ""
    if output.get("output_type") in ("error", "pyerr"):
        return repeated(": ".join(_text(output.get(name)) for name in ("ename", "evalue") if output.get(name)))
    data = output.get("data")
    found = data.get("text/plain") if isinstance(data, Mapping) else output.get("text")
    text = _text(found).strip("\n")
    return "" if text.startswith("<") and text.endswith(">") else text[: 2 * _MOST_PRINTED]


def _text(value: Any) -> str:
    """A text, which notebooks store as a list of lines."""
    lines = value if isinstance(value, list) else [value]
    return clean("".join(line for line in lines if isinstance(line, str)))
