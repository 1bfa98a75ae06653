"""Where each character stands on its page, packed into a few bytes a character; pure.

Goes in: a box (left, bottom, right, top) in points per code point, from the shown page's lower left corner.
Comes out: bytes, and from those again the boxes by text offset.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points (1/72 inch); the origin is the page's lower left corner as shown."""

_MAGIC = b"QBX1"
_PAGE = struct.Struct("<IIIff")  # page number, start, code points, width, height
_NONE = 0xFFFF
_NOWHERE: Box = (0.0, 0.0, 0.0, 0.0)
_STEPS = 0xFFFE  # a coordinate is stored in steps of the page's larger side


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """The boxes of the code points ``start`` to ``end`` (exclusive), which stand on one page."""

    page: int
    """1-based."""
    width: float
    height: float
    """Size of the page as shown, in points."""
    start: int
    packed: npt.NDArray[np.uint16]
    """(n_code_points, 4) in steps; a row of 0xFFFF where a character has no box."""

    @property
    def end(self) -> int:
        """The offset after the page's last code point."""
        return self.start + len(self.packed)

    def box(self, offset: int) -> Box | None:
        """The box of the code point at an offset into the text; None off this page, or for added separators."""
        if not self.start <= offset < self.end or self.packed[offset - self.start, 0] == _NONE:
            return None
        step = max(self.width, self.height) / _STEPS
        left, bottom, right, top = (float(value) * step for value in self.packed[offset - self.start])
        return left, bottom, right, top


def pack_page(page: int, size: tuple[float, float], start: int, boxes: Sequence[Box | None]) -> PageBoxes:
    """Take the boxes of one page; parts outside the page are cut off."""
    width, height = size
    step = max(width, height) / _STEPS
    corners = np.array([_NOWHERE if box is None else box for box in boxes], np.float64).reshape(-1, 4)
    packed = np.clip(np.rint(corners / step), 0, _STEPS).astype(np.uint16)
    packed[[box is None for box in boxes]] = _NONE
    return PageBoxes(page, width, height, start, packed)


def encode_boxes(pages: Sequence[PageBoxes]) -> bytes:
    """Compress the boxes of all pages."""
    parts = []
    for page in pages:
        parts.append(_PAGE.pack(page.page, page.start, len(page.packed), page.width, page.height))
        # Neighbours differ by little, so that the differences by column compress well.
        parts.append(np.diff(page.packed, axis=0, prepend=np.uint16(0)).astype("<u2").T.tobytes())
    return _MAGIC + zlib.compress(b"".join(parts), 6)


def decode_boxes(data: bytes) -> list[PageBoxes]:
    """Invert :func:`encode_boxes`; pages are in order of their text."""
    if not data.startswith(_MAGIC):
        raise ValueError(f"character boxes begin with {data[:4]!r}, expected {_MAGIC!r}; index the file again")
    raw = zlib.decompress(data[len(_MAGIC) :])
    pages, at = [], 0
    while at < len(raw):
        page, start, count, width, height = _PAGE.unpack_from(raw, at)
        at += _PAGE.size
        steps = np.frombuffer(raw, "<u2", 4 * count, at).reshape(4, count).T
        at += 8 * count
        pages.append(PageBoxes(page, width, height, start, np.cumsum(steps, axis=0, dtype=np.uint16)))
    return pages
