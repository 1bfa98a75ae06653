"""Plain text -> paragraphs and lists; the text is kept as it stands."""

import re
from collections.abc import Iterator
from pathlib import Path

from components.converters.assembly import clean, is_item
from components.converters.encoding import decode
from components.converters.extracted import Block, Extracted
from components.converters.limits import MAX_BLOCK, Limits

_GAP = re.compile(r"\n\s*\n|\f")


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a text file; a blank line or a form feed ends a paragraph, and one without them is cut between lines."""
    text = clean(decode(data))
    edges = [0, *(edge for gap in _GAP.finditer(text) for edge in gap.span()), len(text)]
    parts = (part for run in zip(edges[::2], edges[1::2], strict=True) for part in _parts(text, *run))
    runs = (_block(text, start, end) for start, end in parts)
    return Extracted(text, tuple(block for block in runs if block is not None), None, {}, "text")


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run of lines, cut where it is too long for one block; a line is never cut."""
    while end - start > MAX_BLOCK and (cut := text.rfind("\n", start + 1, start + MAX_BLOCK)) >= 0:
        yield start, cut
        start = cut
    yield start, end


def _block(text: str, start: int, end: int) -> Block | None:
    run = text[start:end]
    words = run.strip()
    if not words:
        return None
    begin = start + len(run) - len(run.lstrip())
    is_list = is_item(words) and sum(is_item(line) for line in words.splitlines()) > 1
    return Block(begin, begin + len(words), "list" if is_list else "text")
