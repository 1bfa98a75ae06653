"""Small real files that the loading tests read; the PDF is written by hand, since no library here writes one."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest

from components.converters.extracted import Extracted

Save = Callable[[str, bytes], Path]

Placed = tuple[float, float, float, str]
"""x, y, font size, text."""


def build_pdf(pages: Sequence[Sequence[Placed]], info: str = "", trailer: str = "", rotate: int = 0) -> bytes:
    """A PDF in Helvetica of 612 x 792 points a page."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
    ]
    kids = []
    for page in pages:
        shown = b"".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm (%s) Tj ET\n" % (size, x, y, _literal(text)) for x, y, size, text in page
        )
        objects.append(b"<< /Length %d >>\nstream\n%sendstream" % (len(shown), shown))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (rotate, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    tail = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + head + tail.encode("latin-1")


def _literal(text: str) -> bytes:
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


@pytest.fixture
def pdf() -> Callable[..., bytes]:
    return build_pdf


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A Word file with headings, a list, a table and properties."""
    document = docx.Document()
    document.core_properties.author = "Ada Byron"
    document.core_properties.title = "Handbook"
    document.core_properties.keywords = "pumps; valves"
    document.add_heading("Care", 1)
    document.add_paragraph("Clean the filter every month.")
    document.add_heading("Steps", 2)
    for step in ("Switch off.", "Open the lid."):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph("Gloves", style="List Bullet")
    document.add_heading("Prices", 1)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Model", "Price"
    for model, price in (("X200", "49 EUR"), ("X300", "79 EUR")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = model, price
    path = tmp_path / "handbook.docx"
    document.save(str(path))
    return path


@pytest.fixture
def slides(tmp_path: Path) -> Path:
    """A presentation of one slide with a list and notes."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Care"
    slide.placeholders[1].text_frame.text = "Clean the filter.\nDry it."
    slide.notes_slide.notes_text_frame.text = "Use a soft cloth."
    deck.core_properties.author = "Ada Byron"
    path = tmp_path / "slides.pptx"
    deck.save(str(path))
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook of one sheet with a header and two rows."""
    book = openpyxl.Workbook()
    for row in (["Model", "Price", "valid_until"], ["X200", 49, date(2026, 12, 31)], ["X300", 79.5, None]):
        book.active.append(row)
    book.properties.creator = "Ada Byron"
    path = tmp_path / "workbook.xlsx"
    book.save(path)
    return path


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a file of the test's own and returns its path."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def blocks_of(extracted: Extracted) -> list[tuple[str, str]]:
    """Kind and text of each block."""
    return [(block.kind, extracted.text[block.start : block.end]) for block in extracted.blocks]
