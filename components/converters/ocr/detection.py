"""Where lines of text stand in a picture, from what the detector's network says of each pixel, and cutting them out.

Quads are (4, 2) arrays in pixels of the picture: the line's corners from its upper left one, clockwise as it is read.
Knows no network.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""(height, width, 3), blue first as the networks were trained."""

Quad = npt.NDArray[np.float32]

SIDE = 1280
"""Pixels of the longer side that the detector sees; memory and time grow with its square."""

LINE_HEIGHT = 48
"""Pixels of the lines that are cut out."""

_STEP = 32  # the detector's sides are multiples of it
_IS_TEXT = 0.3
_LEAST_SCORE = 0.5
_MOST_LINES = 1_000
_LEAST_PIXELS = 3.0
_GROWTH = 1.6  # the network is trained on lines shrunk by area x this / perimeter
_UPRIGHT = 2.5  # a box this many times as high as wide is a line that is turned, and no single letter
_INKED = 0.1  # of the row with most ink: rows with more belong to the letters
_MOST_WIDTHS = 75  # of a line's height: what is longer is squeezed


def detector_input(picture: Picture) -> npt.NDArray[np.float32]:
    """(1, 3, height, width), the picture no larger than the detector may see it."""
    height, width = picture.shape[:2]
    ratio = min(1.0, SIDE / max(height, width))
    sides = [max(_STEP, round(side * ratio / _STEP) * _STEP) for side in (width, height)]
    return scaled(np.asarray(cv2.resize(picture, sides, interpolation=cv2.INTER_AREA), np.uint8))[None]


def scaled(picture: Picture) -> npt.NDArray[np.float32]:
    """(3, height, width) in [-1, 1]."""
    return np.ascontiguousarray((picture.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1))


def find_quads(heat: npt.NDArray[np.float32], picture: Picture) -> list[Quad]:
    """The lines of a picture; ``heat`` is (height, width) in [0, 1], of the picture as the detector saw it."""
    mask = cv2.dilate((heat > _IS_TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([picture.shape[1] / heat.shape[1], picture.shape[0] / heat.shape[0]], np.float32)
    quads = []
    for contour in contours[:_MOST_LINES]:
        (across, down), (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _LEAST_PIXELS or _score(heat, contour) < _LEAST_SCORE:
            continue
        grown = _GROWTH * width * height / (width + height)  # half the perimeter, twice the distance
        box = cv2.boxPoints(((across, down), (width + grown, height + grown), angle))
        quads.append(_in_order(np.asarray(box, np.float32) * scale))
    return quads


def _score(heat: npt.NDArray[np.float32], contour: npt.NDArray[Any]) -> float:
    """How sure the network is that this is text: its mean inside."""
    left, top, width, height = cv2.boundingRect(contour)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [contour - (left, top)], 1)
    return float(cv2.mean(heat[top : top + height, left : left + width], inside)[0])


def _in_order(corners: npt.NDArray[np.float32]) -> Quad:
    """Corners from the upper left one, clockwise; of a box that is read from top to bottom, as if it lay."""
    by_side = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (side[np.argsort(side[:, 1], kind="stable")] for side in (by_side[:2], by_side[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def size_of(quad: Quad) -> tuple[float, float]:
    """Width and height."""
    return float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))


def is_upright(quad: Quad) -> bool:
    """Whether the line runs from top to bottom, or from bottom to top."""
    width, height = size_of(quad)
    return height > _UPRIGHT * width


def angle_of(quads: Sequence[Quad]) -> float:
    """By how much the lines fall to the right, in radians: the median of the long ones."""
    wide = [quad for quad in quads if size_of(quad)[0] > 5 * size_of(quad)[1]]
    turns = [float(np.arctan2(*(quad[1] - quad[0])[::-1])) for quad in wide]
    return float(np.median(turns)) if turns else 0.0


def cut_out(picture: Picture, quad: Quad) -> Picture:
    """The line, laid straight and as high as the recogniser wants it."""
    width, height = size_of(quad)
    across = round(LINE_HEIGHT * min(max(width / max(height, 1.0), 0.5), _MOST_WIDTHS))
    corners = np.array([[0, 0], [across, 0], [0, LINE_HEIGHT]], np.float32)
    turn = cv2.getAffineTransform(quad[[0, 1, 3]], corners)
    line = cv2.warpAffine(picture, turn, (across, LINE_HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(line, np.uint8)


def ink_of(line: Picture) -> tuple[float, float]:
    """The height of the letters of a line that was cut out and the thickness of their strokes, as shares of its height.

    The thickness is that around an average pixel of ink, which tells bold letters of any size.
    """
    _, ink = cv2.threshold(line[:, :, 1], 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if ink.mean() > 0.5:  # dark letters on light paper
        ink = 1 - ink
    if not ink.any():
        return 1.0, 0.0
    rows = ink.sum(axis=1)
    inked = np.flatnonzero(rows > _INKED * rows.max())
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    return (float(inked[-1] - inked[0]) + 1) / LINE_HEIGHT, float(depth[ink > 0].mean()) / LINE_HEIGHT
