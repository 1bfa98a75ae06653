"""Scans and pictures of pages, read by the real networks; and what hostile, tiny, moving and torn pictures give."""

import io
import socket
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from PIL import Image, ImageDraw, ImageFont

from components.converters.formats import load
from components.converters.ocr.recogniser import models_folder
from components.converters.pdf.boxes import decode_boxes
from components.converters.pdf.render import draw
from components.converters.sandbox import load_in_sandbox
from components.errors import LoadingError, NoTextError

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
WORDS = ("Check the filter every", "three months and keep", "the invoice 4711.")


def page(*lines: str, size: int = 26) -> Image.Image:
    sheet = Image.new("L", (560, 40 + 60 * len(lines)), 235)
    letters = ImageFont.truetype(str(FONT), size)
    for row, line in enumerate(lines):
        ImageDraw.Draw(sheet).text((30, 30 + 55 * row), line, 40, letters)
    return sheet


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "scan.pdf"
    page(*WORDS).save(path, "PDF")
    return path


def test_a_scanned_pdf_is_read_without_a_network_with_scores_and_boxes(
    scan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("text recognition asks for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    extracted = load(scan, threads=1)
    assert " ".join(extracted.text.split()) == " ".join(WORDS)
    assert extracted.meta["ocr_pages"] == 1 and "unread_pages" not in extracted.meta
    assert all(0.9 < block.meta["ocr_score"] <= 1 for block in extracted.blocks)
    (boxes,) = decode_boxes(extracted.boxes or b"")
    first = boxes.box(extracted.text.index("4711"))
    last = boxes.box(extracted.text.index("4711") + 3)
    assert first is not None and last is not None
    assert 0.3 * boxes.width < first[0] < last[2] < 0.6 * boxes.width and first[3] < 0.5 * boxes.height


def test_the_sandbox_has_room_for_the_networks(scan: Path) -> None:
    assert "4711" in load_in_sandbox(scan, threads=1).text


@pytest.mark.parametrize("degrees", [90, 180])
def test_a_picture_that_lies_on_its_side_or_head(degrees: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page(*WORDS).rotate(degrees, expand=True).save(path)
    extracted = load(path, threads=1)
    assert " ".join(extracted.text.split()) == " ".join(WORDS)
    assert (extracted.format, extracted.pages) == ("picture", 1)
    assert draw(path, 1, [], 200)


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    path = tmp_path / "a.tiff"
    page("First page.").save(path, save_all=True, append_images=[page("Second page.")])
    extracted = load(path, threads=1)
    assert (extracted.pages, [block.page for block in extracted.blocks]) == (2, [1, 2])


def test_a_page_with_text_is_not_read_again(tmp_path: Path, pdf: Callable[..., bytes]) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[(72, 700, 12, "A text layer.")]]))
    assert "ocr_pages" not in load(path).meta


def test_without_the_extra_or_switched_off_the_reason_says_what_to_do(
    scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoTextError, match=r"turn text recognition on \(index\.ocr\)"):
        load(scan, ocr_seconds=0)
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(NoTextError, match=r'pip install "quaere\[ocr\]"'):
        load(scan)
    page("words").save(tmp_path / "a.png")
    with pytest.raises(NoTextError, match=r'is a picture.*pip install "quaere\[ocr\]"'):
        load(tmp_path / "a.png")
    with pytest.raises(ImportError, match=r"quaere\[ocr\]"):
        models_folder()


def test_a_time_limit_refuses_the_whole_file(scan: Path) -> None:
    with pytest.raises(LoadingError, match=r"read 0 of 1 pages in 1e-09 seconds; raise index\.ocr_seconds"):
        load(scan, ocr_seconds=1e-9, threads=1)


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says that it is very large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def animation() -> bytes:
    written = io.BytesIO()
    page("one").save(written, "WEBP", save_all=True, append_images=[page("two")])
    return written.getvalue()


def torn() -> bytes:
    written = io.BytesIO()
    page(*WORDS).save(written, "PNG")
    return written.getvalue()[:400]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("wide.png", bomb(9_000, 9_000), "9,000 x 9,000 pixels, over the limit of 50 million"),
        ("bomb.png", bomb(400_000, 400_000), "too many pixels"),
        ("moves.webp", animation(), "is an animation of 2 pictures"),
        ("torn.png", torn(), "truncated or damaged"),
        ("head.png", b"\x89PNG\r\n\x1a\n", "truncated or damaged"),
        ("icon.png", bomb(32, 32), "too small to show text"),
        ("not.png", b"GIF89a" + bytes(20), "seems to be a GIF picture"),
    ],
)
def test_hostile_pictures_end_in_a_reason(name: str, data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(LoadingError, match=reason):
        load(path, threads=1)


def test_a_picture_without_text(tmp_path: Path) -> None:
    path = tmp_path / "a.bmp"
    Image.new("L", (300, 200), 128).save(path)
    with pytest.raises(NoTextError, match="finds no text"):
        load(path, threads=1)
