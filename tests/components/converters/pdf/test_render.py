"""Pages as pictures, drawn in a process of its own: what a damaged, hostile or wrong file gives."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.converters.formats import load
from components.converters.pdf import render
from components.converters.pdf.reader import decode_boxes
from components.converters.pdf.render import draw
from components.errors import LoadingError

MANUAL = Path(__file__).parents[4] / "examples" / "knowledge_base" / "user-manual.pdf"


def picture(start: int = 0, end: int = 0, page: int = 1, width: int = 300) -> Image.Image:
    boxes = decode_boxes(load(MANUAL).boxes or b"")
    drawn = render.page_picture(MANUAL, page, boxes, start, end, width)
    return Image.open(io.BytesIO(drawn))


def test_a_page_has_the_width_that_was_asked_for_and_its_words_are_marked() -> None:
    text = load(MANUAL).text
    start = text.index("Fenlark")
    plain, marked = picture(), picture(start, start + len("Fenlark"))
    assert (plain.format, plain.width, plain.size) == ("PNG", 300, marked.size)
    changed = np.argwhere(np.asarray(plain.convert("RGB")) != np.asarray(marked.convert("RGB")))
    assert 0 < len(np.unique(changed[:, 0])) < plain.height / 10


@pytest.mark.parametrize("page", [0, 10_000])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(LoadingError, match=f"so no page {page}"):
        picture(page=page)


def test_a_file_that_is_no_pdf(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"no PDF")
    with pytest.raises(LoadingError, match="cannot be drawn"):
        render.page_picture(wrong, 1, [], 0, 0, 300)


@pytest.mark.parametrize(
    ("body", "seconds", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", 60.0, "ended the program"),
        ("kept = [bytearray(10_000_000) for _ in range(100_000)]", 60.0, "memory"),
        ("while True: pass", 1.0, "longer than 1 seconds"),
        ("return 'PHNjcmlwdD4='", 60.0, "no picture"),
        ("return '%%%'", 60.0, "damaged picture"),
        ("return {'not': 'text'}", 60.0, "damaged picture"),
    ],
)
def test_a_renderer_that_a_file_takes_over_costs_that_picture_alone(
    body: str, seconds: float, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken_over.py").write_text(f"def draw(path, page, marks, width):\n    {body}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(render, "_DRAW", "taken_over:draw")
    monkeypatch.setattr(render, "_SECONDS", seconds)
    with pytest.raises(LoadingError, match=reason):
        render.page_picture(MANUAL, 1, [], 0, 0, 300)


def test_a_page_of_a_giant_is_drawn_no_larger_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_MOST_PIXELS", 10_000)
    drawn = Image.open(io.BytesIO(base64.b64decode(draw(MANUAL, 1, [], 2_000))))
    assert drawn.width * drawn.height <= 11_000
