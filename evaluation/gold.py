"""Where the paragraphs of an indexed file stand, so that a passage is judged by its place, not by its words."""

from dataclasses import dataclass
from pathlib import Path

from components.converters.extracted import Extracted
from components.converters.formats import MAX_BYTES, load
from components.errors import InputError


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text stands: its source, and code points in the source's extracted text, end exclusive."""

    source: str
    start: int
    end: int

    def is_held_by(self, other: "TextPlace") -> bool:
        """Whether a passage at another place is this text, a slice of it, or holds it beside short neighbours.

        A passage that only begins or ends with a sentence of the text is not it: they have to share half of the
        shorter one.
        """
        shared = min(self.end, other.end) - max(self.start, other.start)
        shorter = min(self.end - self.start, other.end - other.start)
        return self.source == other.source and shared > 0 and 2 * shared >= shorter

    def covers(self, other: "TextPlace") -> bool:
        """Whether all of another place lies inside this one."""
        return self.source == other.source and self.start <= other.start and other.end <= self.end


def paragraph_places(path: Path, count: int, source: str, max_bytes: int = MAX_BYTES) -> list[TextPlace]:
    """Where the paragraphs of a SQuAD-like file stand in its extracted text.

    Args:
        path: the file.
        count: how many paragraphs are labelled.
        source: the file's name in the index.
        max_bytes: limit of the file's size.

    Raises:
        InputError: the file's text has another number of paragraphs, so that places cannot be told.
    """
    return paragraphs_in(load(path, max_bytes=max_bytes), path, count, source)


def paragraphs_in(extracted: Extracted, path: Path, count: int, source: str) -> list[TextPlace]:
    """The same of a text that was extracted before; see :func:`paragraph_places`."""
    blocks = [block for block in extracted.blocks if block.kind != "heading"]
    if len(blocks) != count:
        raise InputError(
            f"{path}: {count} labelled paragraphs, but {len(blocks)} in the extracted text; a paragraph may be empty"
        )
    return [TextPlace(source, block.start, block.end) for block in blocks]
