"""PDF -> paragraphs, lists, tables and headings with their page, and a box for every character.

Only this module knows the PDF library; ``layout`` makes paragraphs of its characters.
"""

import ctypes
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from components.converters.assembly import TextBuilder
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.ocr.arrangement import Placement
from components.converters.ocr.pages import PageReader, why_not
from components.converters.pdf.boxes import Box, PageBoxes, decode_boxes, encode_boxes, pack_page
from components.converters.pdf.drawn import rules_of
from components.converters.pdf.glyphs import HYPHEN, Glyph, Line, text_of
from components.converters.pdf.grid import lines_with_tables
from components.converters.pdf.layout import Piece, Setting, with_pages_joined
from components.converters.pdf.order import in_reading_order
from components.converters.pdf.running import drop_running_lines
from components.converters.pdf.tables import pieces
from components.converters.pdf.textlayer import is_usable
from components.errors import LoadingError, NoTextError

__all__ = ["PDFIUM_LOCK", "decode_boxes", "extract"]

PDFIUM_LOCK = threading.Lock()
"""Held around every use of pdfium, which is not thread-safe, here and where pages are drawn."""

_DOTS_PER_INCH = 200  # of the pictures that are read
_LONGEST_SIDE = 3000  # of them, in pixels

_UNKNOWN = "\0"
"""A sign that the page shows, but whose meaning its font does not tell."""

_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:([+-])(\d{2})'?(\d{2})?|Z)?")


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a PDF."""
    with PDFIUM_LOCK:
        fields, pages = _read(data, path, limits)
    unread = sum(page.is_unread for page in pages)
    if not any(page.lines for page in pages):
        raise NoTextError(path, f"holds no text on its {len(pages)} pages{_remark(unread, limits)}")
    built = build(pages, "pdf", fields, limits)
    return replace(built, meta=built.meta | {"unread_pages": unread}) if unread else built


def build(pages: Sequence["Page"], format_name: str, fields: dict[str, Any], limits: Limits) -> Extracted:
    """Put the lines of all pages together.

    Args:
        pages: in order; one holds lines at least.
        format_name: "pdf" or "picture".
        fields: the document's properties.
        limits: of the file.
    """
    lines = drop_running_lines([page.lines for page in pages], [page.laid_height for page in pages])
    setting = Setting.of(lines)
    grouped = with_pages_joined([in_reading_order(pieces(each, setting)) for each in lines], setting)
    builder = TextBuilder(limits)
    boxes = _add_pages(builder, grouped, pages)
    title = fields.pop("title", None) or builder.first_heading
    recognised = {"ocr_pages": count} if (count := sum(page.placement is not None for page in pages)) else {}
    own = own_fields(fields, "the document's properties") | recognised
    return replace(builder.build(format_name, title, own, encode_boxes(boxes)), pages=len(pages))


def _remark(unread: int, limits: Limits) -> str:
    if not unread:
        return ""
    how = why_not(limits)
    if how is None:
        return " that can be read, and text recognition finds none"
    return f" that can be read, only pictures or fonts that do not tell their letters; {how}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, with the lines of its text layer or of its picture."""

    size: tuple[float, float]
    """Width and height as shown, in points."""
    lines: list[Line]
    is_unread: bool = False
    """Whether it shows something and no text could be had of it."""
    placement: Placement | None = None
    """How the lines that were recognised in its picture were laid straight."""
    score: float = 0.0
    """How sure that was, in [0, 1]."""

    @property
    def laid_height(self) -> float:
        """Height of the page as its lines are laid out."""
        return self.size[1] if self.placement is None else self.placement.laid[1]

    @property
    def meta(self) -> dict[str, Any]:
        """Fields of the page's blocks."""
        return {"ocr_score": round(self.score, 2)} if self.placement is not None else {}

    def shown(self, box: Box | None) -> Box | None:
        """Where on the page as shown a box of its lines stands."""
        return box if box is None or self.placement is None else self.placement.shown(box)


def _read(data: bytes, path: Path, limits: Limits) -> tuple[dict[str, Any], list[Page]]:
    """The document's properties and its pages."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise LoadingError(path, "is encrypted; remove the password and index it again") from error
        raise LoadingError(path, f"is truncated or damaged ({error}); copy or print it again") from error
    try:
        pages = []
        for number in range(len(document)):
            page = document[number]
            size = (float(page.get_width()), float(page.get_height()))
            lines = _page_lines(page)
            is_picture = not lines and raw.FPDFPage_CountObjects(page) > 0
            pages.append(Page(size, lines, is_unread=is_picture))
            page.close()
        if any(page.is_unread for page in pages) and why_not(limits) is None:
            pages = _recognised(document, pages, PageReader(path, limits))
        return _properties(document.get_metadata_dict(skip_empty=True)), pages
    finally:
        document.close()


def _recognised(document: Any, pages: Sequence[Page], reader: PageReader) -> list[Page]:
    """The pages, with what is read in the pictures of those that have no text."""
    wanted = sum(page.is_unread for page in pages)
    found = []
    for number, page in enumerate(pages):
        if page.is_unread:
            drawn = document[number]
            scale = min(_DOTS_PER_INCH / 72, _LONGEST_SIDE / max(page.size))
            picture = drawn.render(scale=scale).to_numpy()
            read = reader.read(np.ascontiguousarray(_in_colour(picture)), *page.size, wanted)
            drawn.close()
            page = Page(page.size, read.lines, not read.lines, read.placement, read.score)
        found.append(page)
    return found


def _in_colour(picture: Any) -> Any:
    """(height, width, 3), from what may be grey or hold an opacity."""
    return np.repeat(picture[:, :, :1], 3, axis=2) if picture.shape[2] < 3 else picture[:, :, :3]


def _page_lines(page: Any) -> list[Line]:
    """The lines of a page's text; none where it is the garbage of a broken font."""
    glyphs = list(_glyphs(page))
    if not is_usable(text_of(glyphs).replace(HYPHEN, "-")):
        return []
    corner, turn = page.get_bbox(), page.get_rotation()
    rules = [_shown(rule, corner, turn) for rule in rules_of(page)]
    return lines_with_tables([glyph for glyph in glyphs if glyph.char != _UNKNOWN], rules)


def _glyphs(page: Any) -> Iterator[Glyph]:
    """A page's characters in content order; line breaks as pdfium sees them."""
    text = page.get_textpage()
    corner, turn = page.get_bbox(), page.get_rotation()
    rectangle = raw.FS_RECTF()
    high: int | None = None
    bold: bool | None = None  # of the word, since asking takes longer than all else
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:  # the first half of a pair; both halves have the same box
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high is not None else 0xFFFD
        high = None
        char = HYPHEN if code in (2, 0xFFFE) else chr(code)
        if 0 < code < 32 and char not in "\t\r\n" + HYPHEN:
            continue
        if raw.FPDFText_IsGenerated(text, index) == 1 or not raw.FPDFText_GetLooseCharBox(
            text, index, ctypes.byref(rectangle)
        ):
            yield Glyph(char, None)
            bold = None
            continue
        box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        if bold is None:
            bold = _is_bold(text, index)
        yield Glyph(char, _shown(box, corner, turn), bold)
        if char.isspace():
            bold = None
    text.close()


def _is_bold(text: Any, index: int) -> bool:
    """Whether the font's name says so; the weight is unset in most files."""
    name = ctypes.create_string_buffer(256)
    raw.FPDFText_GetFontInfo(text, index, name, len(name), None)
    return any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))


def _shown(box: Box, corner: Box, turn: int) -> Box:
    """From the page's own coordinates to those of the page as shown: cropped, and turned clockwise."""
    left, bottom, right, top = box[0] - corner[0], box[1] - corner[1], box[2] - corner[0], box[3] - corner[1]
    width, height = corner[2] - corner[0], corner[3] - corner[1]
    if turn == 90:
        return bottom, width - right, top, width - left
    if turn == 180:
        return width - right, height - top, width - left, height - bottom
    if turn == 270:
        return height - top, left, height - bottom, right
    return left, bottom, right, top


def _add_pages(builder: TextBuilder, grouped: list[list[Piece]], pages: Sequence[Page]) -> list[PageBoxes]:
    """Append all pieces; headings nest by the height of their letters."""
    heights = sorted({round(piece.size) for page in grouped for piece in page if piece.kind == "heading"}, reverse=True)
    found = [_Places() for _ in pages]
    for number, page in enumerate(grouped):
        for piece in page:
            glyphs = _stripped(piece)
            text = text_of(glyphs)
            if piece.kind == "heading":
                block = builder.add_heading(text, heights.index(round(piece.size)), page=number + 1)
            else:
                block = builder.add(text, piece.kind, page=number + 1, breaks=piece.breaks, meta=pages[number].meta)
            if block is None:
                continue
            for turned, (first, last) in enumerate(pairwise((0, *piece.breaks, len(glyphs)))):
                found[number + turned].add(block.start + first, glyphs[first:last])
    return [
        pack_page(number, page.size, places.start, [page.shown(box) for box in places.boxes])
        for number, (places, page) in enumerate(zip(found, pages, strict=True), start=1)
        if places.boxes
    ]


@dataclass(slots=True)
class _Places:
    """The boxes of one page's part of the text."""

    start: int = 0
    boxes: list[Box | None] = field(default_factory=list)

    def add(self, at: int, glyphs: Sequence[Glyph]) -> None:
        """Append the glyphs that stand from ``at`` on."""
        if not self.boxes:
            self.start = at
        self.boxes.extend([None] * (at - self.start - len(self.boxes)))
        self.boxes.extend(glyph.box for glyph in glyphs)


def _stripped(piece: Piece) -> list[Glyph]:
    """The piece's glyphs just as the builder will keep them: no doubled space in a heading, no bad character."""
    kept: list[Glyph] = []
    for glyph in piece.glyphs:
        if piece.kind == "heading" and glyph.char.isspace():
            if not kept or kept[-1].char != " ":
                kept.append(Glyph(" ", glyph.box))
        else:
            kept.append(glyph)
    return kept


def _properties(found: dict[str, str]) -> dict[str, Any]:
    return {
        "title": found.get("Title"),
        "author": found.get("Author"),
        "tags": found.get("Keywords", "").replace(";", ","),
        "created_at": _date(found.get("CreationDate", "")),
        "updated_at": _date(found.get("ModDate", "")),
    }


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign is not None else "+00:00"
    return f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"
