"""The order in which a page is read: as the file writes it, but nothing before what stands above it; pure."""

import heapq
from collections.abc import Sequence

from components.converters.pdf.layout import Piece

_MOST_PIECES = 400  # of a page: each is compared with all others
_SLACK = 2.0  # points by which two pieces may overlap


def in_reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Sort pieces so that what stands above comes first where both share some of the page's width."""
    if len(pieces) < 2 or len(pieces) > _MOST_PIECES:
        return list(pieces)
    areas = [_area(piece) for piece in pieces]
    waits = [0] * len(pieces)
    frees: list[list[int]] = [[] for _ in pieces]
    for upper, above in enumerate(areas):
        for lower, below in enumerate(areas):
            if upper != lower and _is_above(above, below):
                waits[lower] += 1
                frees[upper].append(lower)
    ready = [number for number, waiting in enumerate(waits) if not waiting]
    found = []
    while ready:
        number = heapq.heappop(ready)
        found.append(pieces[number])
        for lower in frees[number]:
            waits[lower] -= 1
            if not waits[lower]:
                heapq.heappush(ready, lower)
    return found


def _area(piece: Piece) -> tuple[float, float, float, float]:
    boxes = [glyph.box for glyph in piece.glyphs if glyph.box is not None]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _is_above(above: tuple[float, float, float, float], below: tuple[float, float, float, float]) -> bool:
    """Whether one area ends above the other's top, or nearly, and both share some width."""
    if above[0] >= below[2] or below[0] >= above[2]:
        return False
    return above[1] >= below[3] - _SLACK and above[3] > below[3]
