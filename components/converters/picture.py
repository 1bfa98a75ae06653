"""A picture of a page, or a TIFF file of several -> their text by text recognition, as of a scanned PDF."""

from pathlib import Path

import numpy as np

from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.ocr.pages import PageReader, why_not
from components.converters.ocr.pictures import opened, page_count, page_size, shown
from components.converters.pdf.reader import Page, build
from components.errors import NoTextError


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a picture."""
    how = why_not(limits)
    if how is not None:
        raise NoTextError(path, f"is a picture; if it shows text, {how}")
    with opened(data, path) as picture:
        count = page_count(picture, path)
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
    return build(pages, "picture", {}, limits)
