"""Plain text -> paragraphs and lists; the text is kept as it stands."""

import re
from pathlib import Path

from components.loading.assembly import clean, is_item
from components.loading.encoding import decode
from components.loading.extracted import Block, Extracted

_GAP = re.compile(r"\n\s*\n|\f")


def extract(data: bytes, path: Path, max_bytes: int) -> Extracted:
    """Read a text file; a blank line or a form feed ends a paragraph."""
    text = clean(decode(data))
    edges = [0, *(edge for gap in _GAP.finditer(text) for edge in gap.span()), len(text)]
    runs = (_block(text, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True))
    return Extracted(text, tuple(block for block in runs if block is not None), None, {}, "text")


def _block(text: str, start: int, end: int) -> Block | None:
    run = text[start:end]
    words = run.strip()
    if not words:
        return None
    begin = start + len(run) - len(run.lstrip())
    is_list = is_item(words) and sum(is_item(line) for line in words.splitlines()) > 1
    return Block(begin, begin + len(words), "list" if is_list else "text")
