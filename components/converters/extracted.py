"""What loading hands on: the text of one file, the blocks that it consists of, and where each stood.

Offsets are code points into :attr:`Extracted.text`, end exclusive: ``text[block.start:block.end]`` is the block.
Knows no file format and no passage.
"""

from base64 import b64encode
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

_CHARACTERS_A_PART = 500_000
_BLOCKS_A_PART = 500
_BYTES_A_PART = 1 << 20

BlockKind = Literal["text", "list", "table", "heading", "faq"]


def page_at(page: int | None, breaks: Sequence[int], offset: int) -> int | None:
    """The page that an offset stands on, of words that begin on ``page``; ``breaks``, in order, begin the next ones."""
    return None if page is None else page + bisect_right(breaks, offset)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of the text that belongs together; blocks are ordered, not empty, and do not overlap.

    Between two blocks stand separators only. The text of a ``faq`` block is the question, a line feed (or a
    blank line), and the answer.
    """

    start: int
    end: int
    kind: BlockKind
    heading: tuple[str, ...] = ()
    """The headings above the block, outermost first; a heading does not hold itself."""
    page: int | None = None
    """1-based page of a PDF, slide of a presentation."""
    row: int | None = None
    """1-based data row of a CSV, JSON or JSON Lines file; a workbook's row as its sheet numbers it."""
    question_end: int | None = None
    """``faq`` only: the question is ``text[start:question_end]``."""
    breaks: tuple[int, ...] = ()
    """Where the following pages begin, of a paragraph that runs over a page's end."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Fields of this block alone, such as the ``url`` of its row."""

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        return self  # nobody changes it, and pipelines copy their inputs

    def page_at(self, offset: int) -> int | None:
        """The page that a place of the block stands on."""
        return page_at(self.page, self.breaks, offset)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, without what is unset."""
        values = {
            "start": self.start,
            "end": self.end,
            "kind": self.kind,
            "heading": list(self.heading),
            "page": self.page,
            "row": self.row,
            "question_end": self.question_end,
            "breaks": list(self.breaks),
            "meta": dict(self.meta),
        }
        return {name: value for name, value in values.items() if value not in (None, [], {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert :meth:`to_dict`."""
        return cls(**{**data, "heading": tuple(data.get("heading", ())), "breaks": tuple(data.get("breaks", ()))})


@dataclass(frozen=True, slots=True)
class Extracted:
    """The whole text of one file with its blocks and its own metadata."""

    text: str
    blocks: tuple[Block, ...]
    title: str | None
    meta: dict[str, Any]
    """The document's own fields (author, created_at, tags, groups ...), normalised by ``metadata``."""
    format: str
    """Of the reader: "text", "markdown", "rst", "asciidoc", "ipynb", "html", "pdf", "docx", "xlsx", "csv" and so on."""
    boxes: bytes | None = None
    """PDF only: character boxes for ``components.converters.pdf.reader.decode_boxes``."""
    pages: int | None = None
    """PDF only: how many there are, those without text included."""

    def to_parts(self) -> Iterator[dict[str, Any]]:
        """Plain JSON in parts of a few megabytes at most, since whoever reads one of them can do nothing else."""
        head = {"title": self.title, "meta": self.meta, "format": self.format, "pages": self.pages}
        yield head | {"has_boxes": self.boxes is not None}
        yield from text_parts(self.text)
        yield from block_parts(self.blocks)
        boxes = self.boxes if self.boxes is not None else b""
        for start in range(0, len(boxes), _BYTES_A_PART):
            yield {"boxes": b64encode(boxes[start : start + _BYTES_A_PART]).decode("ascii")}


def text_parts(text: str) -> Iterator[dict[str, Any]]:
    """A text as plain JSON in parts."""
    for start in range(0, len(text), _CHARACTERS_A_PART):
        yield {"text": text[start : start + _CHARACTERS_A_PART]}


def block_parts(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Blocks as plain JSON in parts."""
    for start in range(0, len(blocks), _BLOCKS_A_PART):
        yield {"blocks": [block.to_dict() for block in blocks[start : start + _BLOCKS_A_PART]]}
