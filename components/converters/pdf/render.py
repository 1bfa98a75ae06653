"""A page of a PDF, or a picture of a page, as a picture with the boxes of some characters marked. Knows no index."""

import base64
import io
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from components.converters.formats import is_picture
from components.converters.ocr.pictures import opened, page_size, shown
from components.converters.pdf.boxes import Box, PageBoxes
from components.converters.sandbox import SandboxTask, only, run_in_sandbox
from components.errors import LoadingError

if TYPE_CHECKING:
    from PIL.Image import Image

_MARK = (255, 214, 10, 110)
"""Red, green, blue and opacity of the marker."""

_PNG = b"\x89PNG\r\n\x1a\n"
_DRAW = "components.converters.pdf.render:draw"

_MOST_PIXELS = 16_000_000
"""A page may be as narrow and high as its author likes."""


_AT_ONCE = threading.BoundedSemaphore(2)
_SECONDS = 20.0


def page_picture(path: Path, page: int, boxes: Sequence[PageBoxes], start: int, end: int, width: int) -> bytes:
    """Draw a page, in a process of its own, since a file can make its renderer crash or fill the memory.

    Args:
        path: a PDF or a picture.
        page: counted from 1.
        boxes: of the whole document.
        start: of the characters to mark, in the document's extracted text.
        end: exclusive; nothing is marked where it equals ``start``.
        width: of the picture, in pixels; a very high page gives a narrower one.

    Returns:
        A PNG.

    Raises:
        LoadingError: the file cannot be read, has no such page, or takes more time or memory than it may.
    """
    given = {"page": page, "marks": _lines(_of(boxes, page, start, end)), "width": width}
    with _AT_ONCE:
        made = run_in_sandbox(
            path,
            SandboxTask(
                _DRAW, given, prepare=((__name__, ()), ("pypdfium2", ()), ("PIL.ImageDraw", ())), seconds=_SECONDS
            ),
            only,
        )
    try:
        picture = base64.b64decode(made, validate=True)
    except (TypeError, ValueError) as error:
        raise LoadingError(path, "made its renderer give a damaged picture") from error
    if not picture.startswith(_PNG):
        # It is handed to browsers, under this page's own address.
        raise LoadingError(path, "made its renderer give what is no picture")
    return picture


def draw(path: Path, page: int, marks: Sequence[Box], width: int) -> str:
    """Draw a page here and now.

    Args:
        path: a PDF or a picture.
        page: counted from 1.
        marks: what to mark.
        width: of the picture, in pixels; a very high page gives a narrower one.

    Returns:
        A PNG in Base64.

    Raises:
        LoadingError: the file cannot be read or has no such page.
    """
    # Only the process that draws needs them.
    from PIL import Image, ImageDraw

    drawn, scale = _drawn_picture(path, page, width) if is_picture(path) else _drawn_page(path, page, width)
    picture = drawn.convert("RGBA")
    marker = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(marker)
    for left, bottom, right, top in marks:
        pen.rectangle(
            [left * scale, picture.height - top * scale, right * scale, picture.height - bottom * scale], fill=_MARK
        )
    written = io.BytesIO()
    Image.alpha_composite(picture, marker).convert("RGB").save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode("ascii")


def _drawn_page(path: Path, page: int, width: int) -> tuple["Image", float]:
    """A page of a PDF, and its pixels a point."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        try:
            _check_page(path, page, len(document))
            drawn = document[page - 1]
            across, high = drawn.get_size()
            scale = min(width / across, (_MOST_PIXELS / (across * high)) ** 0.5)
            return drawn.render(scale=scale).to_pil(), scale
        finally:
            document.close()
    except (pypdfium2.PdfiumError, OSError) as error:
        raise LoadingError(path, f"cannot be drawn ({error})") from error


def _drawn_picture(path: Path, page: int, width: int) -> tuple["Image", float]:
    """A picture that is a page, and its pixels a point."""
    try:
        with opened(path.read_bytes(), path) as picture:
            _check_page(path, page, getattr(picture, "n_frames", 1))
            picture.seek(page - 1)
            upright = shown(picture, path)
    except OSError as error:
        raise LoadingError(path, f"cannot be drawn ({error})") from error
    across, high = page_size(upright.size)
    scale = min(width / across, (_MOST_PIXELS / (across * high)) ** 0.5)
    return upright.resize((round(across * scale), round(high * scale))), scale


def _check_page(path: Path, page: int, pages: int) -> None:
    if not 1 <= page <= pages:
        raise LoadingError(path, f"has {pages} pages, so no page {page}")


def _of(boxes: Sequence[PageBoxes], page: int, start: int, end: int) -> Iterable[Box]:
    for each in boxes:
        if each.page == page:
            for offset in range(max(start, each.start), min(end, each.end)):
                if (box := each.box(offset)) is not None:
                    yield box


def _lines(boxes: Iterable[Box]) -> list[Box]:
    """Neighbours on one line joined, so that the marker has no gaps between letters."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _overlap(lines[-1], box) and box[2] >= lines[-1][0]:
            last = lines[-1]
            lines[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            lines.append(box)
    return lines


def _overlap(one: Box, other: Box) -> bool:
    """Whether they stand on one line: more than half of the lower one's height in common."""
    common = min(one[3], other[3]) - max(one[1], other[1])
    return common > 0.5 * min(one[3] - one[1], other[3] - other[1])
