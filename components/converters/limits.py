"""What one file may hold at most: a small one can stand for a text without end.

Each limit that is broken is told by what was found, the limit, and what to do. Knows no file format.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from components.converters.extracted import Block
from components.errors import InputError

MAX_BYTES = 50 * 1024 * 1024
"""Default limit of a file's size."""

MAX_CHARACTERS = 20_000_000
"""Default limit of a file's text: ten times a long novel."""

MAX_PASSAGES = 50_000
"""Default limit of a file's passages; each row and each question is one at least."""

OCR_SECONDS = 600.0
"""Default limit of the time that text recognition may take for one file."""

MAX_BLOCKS = 200_000
"""Paragraphs, lists, tables, headings and rows of one file."""

MAX_BLOCK = 1_000_000
"""Characters of one of them."""

MAX_HEADINGS = 10_000_000
"""Characters of the headings above all blocks, which are kept with each."""

MAX_CELLS = 2_000
"""Cells of one row of a table, fields of one record."""

_EXPANSION = 4
"""What is compressed may grow to this many times the limit of a file."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one file.

    Args:
        bytes: its size on disk.
        characters: its text.
        rows: rows and questions, since each is a passage at least.
        ocr_seconds: of text recognition; 0 for none.
        threads: of text recognition; without a value, all cores.
        own_process: whether this process reads this file alone, so that text recognition may raise its limits.
    """

    bytes: int = MAX_BYTES
    characters: int = MAX_CHARACTERS
    rows: int = MAX_PASSAGES
    ocr_seconds: float = OCR_SECONDS
    threads: int | None = None
    own_process: bool = False

    @property
    def most_characters(self) -> int:
        """Of the text; less for small limits of the size, so that these bound what a file expands to."""
        return min(self.characters, self.unpacked)

    @property
    def unpacked(self) -> int:
        """Bytes that compressed parts may unpack to."""
        return self.bytes * _EXPANSION

    def check_row(self, cells: int, origin: str) -> None:
        """Refuse a row of too many cells.

        Raises:
            InputError: names the row.
        """
        if cells > MAX_CELLS:
            raise InputError(f"{origin} has {cells:,} cells, over the limit of {MAX_CELLS:,}; leave columns out")

    def check_block(self, characters: int, kind: str) -> None:
        """Refuse a paragraph, list, table or row of too many characters."""
        if characters > MAX_BLOCK:
            raise InputError(
                f"holds a {_NAMES.get(kind, kind)} of {characters:,} characters, over the limit of {MAX_BLOCK:,}; "
                "divide it by blank lines or headings"
            )

    def check_headings(self, characters: int) -> None:
        """Refuse headings that, repeated for each block below them, would be longer than any text."""
        if characters > MAX_HEADINGS:
            raise InputError("has too many paragraphs below too long headings; split it into smaller files")

    def check_size(self, characters: int, blocks: int, rows: int) -> None:
        """Refuse a text of too many characters, blocks or rows, at its end or before."""
        if characters > self.most_characters:
            raise InputError(
                f"holds over {self.most_characters:,} characters of text; split it into smaller files, or raise "
                "index.max_file_characters"
            )
        if rows > self.rows:
            raise InputError(
                f"holds over {self.rows:,} rows, each a passage; split it into smaller files, or raise "
                "index.max_file_passages"
            )
        if blocks > MAX_BLOCKS:
            raise InputError(f"holds over {MAX_BLOCKS:,} paragraphs and rows; split it into smaller files")

    def check(self, text: str, blocks: Sequence[Block]) -> None:
        """Refuse a whole text that breaks any of these limits.

        Raises:
            InputError: says which.
        """
        self.check_size(len(text), len(blocks), sum(map(is_row, blocks)))
        for block in blocks:
            self.check_block(block.end - block.start, block.kind)


_NAMES = {"text": "paragraph", "faq": "question and answer"}


def is_row(block: Block) -> bool:
    """Whether the block shares its passages with no other."""
    return block.row is not None or block.kind == "faq"
