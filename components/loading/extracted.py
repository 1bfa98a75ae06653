"""What loading hands on: the text of one file, the blocks that it consists of, and where each stood.

Offsets are code points into :attr:`Extracted.text`, end exclusive: ``text[block.start:block.end]`` is the block.
Knows no file format and no passage.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from components.pages import page_at

BlockKind = Literal["text", "list", "table", "heading", "faq"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of the text that belongs together; blocks are ordered, not empty, and do not overlap.

    Between two blocks stand separators only. The text of a ``faq`` block is the question, a line feed, and the answer.
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

    def page_at(self, offset: int) -> int | None:
        """The page that a place of the block stands on."""
        return page_at(self.page, self.breaks, offset)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, without what is unset."""
        values = asdict(self) | {"heading": list(self.heading), "breaks": list(self.breaks), "meta": dict(self.meta)}
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
    """"text", "markdown", "html", "pdf", "docx", "pptx", "xlsx", "csv", "json" or "jsonl"."""
    boxes: bytes | None = None
    """PDF only: character boxes for ``components.loading.pdf.decode_boxes``."""
    pages: int | None = None
    """PDF only: how many there are, those without text included."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "text": self.text,
            "blocks": [block.to_dict() for block in self.blocks],
            "title": self.title,
            "meta": self.meta,
            "format": self.format,
            "boxes": None if self.boxes is None else b64encode(self.boxes).decode("ascii"),
            "pages": self.pages,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Invert :meth:`to_dict`."""
        blocks = tuple(map(Block.from_dict, data["blocks"]))
        boxes = None if data["boxes"] is None else b64decode(data["boxes"], validate=True)
        return cls(data["text"], blocks, data["title"], data["meta"], data["format"], boxes, data["pages"])
