"""The straight lines that a page draws, level and upright, from pdfium; they tell the cells of its tables."""

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2.raw as raw

from components.converters.pdf.boxes import Box

_THIN = 3.0  # points: a filled area no thicker than this is a line
_SHORTEST = 4.0  # points
_MOST_OBJECTS = 20_000  # of a page; one that draws more is a picture
_MOST_RULES = 4_000


def rules_of(page: Any) -> list[Box]:
    """The lines as boxes on the page before cropping and turning; none where there are too many to be a table's."""
    count = raw.FPDFPage_CountObjects(page)
    if count > _MOST_OBJECTS:
        return []
    rules: list[Box] = []
    for number in range(count):
        drawn = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_PATH:
            rules += _rules(drawn)
        if len(rules) > _MOST_RULES:
            return []
    return rules


def _rules(path: Any) -> Iterator[Box]:
    """A thin area is one line; the outline of a stroked rectangle is four; of other paths each straight part is one."""
    bounds = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(path, *map(ctypes.byref, bounds))
    left, bottom, right, top = (bound.value for bound in bounds)
    if min(right - left, top - bottom) <= _THIN:
        if max(right - left, top - bottom) >= _SHORTEST:
            yield left, bottom, right, top
        return
    if not _is_stroked(path):
        return
    points = _points(path)
    for (x, y), (next_x, next_y) in pairwise(points):
        across, up = abs(x - next_x), abs(y - next_y)
        if min(across, up) < 1 and max(across, up) >= _SHORTEST:
            yield min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y)


def _is_stroked(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(stroke.value)


def _points(path: Any) -> list[tuple[float, float]]:
    """The corners of a path of straight parts on the page; none of one that is curved, long, or made of several."""
    count = raw.FPDFPath_CountSegments(path)
    if not 2 <= count <= 6:
        return []
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    points = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO or (kind == raw.FPDF_SEGMENT_MOVETO and number):
            return []
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        points.append(
            (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
        )
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    return points
