"""A picture of a page, or a TIFF file of several -> their text by text recognition, as of a scanned PDF."""

from pathlib import Path

import numpy as np
from PIL import Image

from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.ocr.pages import PageReader, why_not
from components.converters.ocr.pictures import opened, page_size, shown
from components.converters.pdf.reader import Page, build
from components.errors import LoadingError, NoTextError

_MOST_FRAMES = 1_000
_LEAST_SIDE = 64  # pixels: what is smaller is an icon


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a picture."""
    how = why_not(limits)
    if how is not None:
        raise NoTextError(path, f"is a picture; if it shows text, {how}")
    with opened(data, path) as picture:
        count = _page_count(picture, path)
        reader = PageReader(path, limits)
        pages = []
        for number in range(count):
            picture.seek(number)
            page = shown(picture, path)
            size = page_size(page.size)
            read = reader.read(np.ascontiguousarray(np.asarray(page)[:, :, ::-1]), *size, count)
            pages.append(Page(size, read.lines, not read.lines, read.placement, read.score))
    if not any(page.lines for page in pages):
        raise NoTextError(path, "is a picture in which text recognition finds no text")
    return build(pages, "picture", {}, path, limits)


def _page_count(picture: Image.Image, path: Path) -> int:
    """How many pages there are.

    Raises:
        LoadingError: it moves, or there are too many.
        NoTextError: it is an icon.
    """
    if min(picture.size) < _LEAST_SIDE:
        raise NoTextError(path, f"is a picture of {picture.width} x {picture.height} pixels, too small to show text")
    count = int(getattr(picture, "n_frames", 1))
    if count > 1 and picture.format != "TIFF":
        raise LoadingError(path, f"is an animation of {count} pictures; save the one to be read")
    if count > _MOST_FRAMES:
        raise LoadingError(path, f"holds {count:,} pages, over the limit of {_MOST_FRAMES:,}; split it")
    return count
