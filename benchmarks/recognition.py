"""How well, how fast and in how much memory text recognition reads pages: ``python -m benchmarks recognition``.

Prints the texts of the sample knowledge base onto pages, spoils these as a scanner does (a slight turn, grey paper,
noise, blur, JPEG), reads them as pictures, and compares what comes out with what was printed.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import components  # noqa: F401  (before haystack, which would report its use)

# isort: split
import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.memory import memory_of_this_process
from components.converters.formats import load
from evaluation.provenance import provenance

SAMPLES = Path(__file__).resolve().parents[1] / "examples" / "knowledge_base"
_PRINTED = ("*.md", "*.txt", "*.html", "de/*.md", "es/*.html")
_FONTS = ("DejaVuSerif.ttf", "DejaVuSans.ttf")
_INCHES = (8.27, 11.69)  # A4
_MARGIN = 0.9  # inches
_POINTS = 10.5
_LINE = 1.35  # of the letters' height
GREY, INK, _NOISE = 232, 45, 9.0  # of 255
_DEGREES = 0.8
_QUALITY = 60


@dataclass(frozen=True, slots=True)
class Recognised:
    """One page that was read."""

    source: str
    dpi: int
    characters: int
    wrong_characters: int
    words: int
    wrong_words: int
    seconds: float


def printed_pages(paths: Sequence[Path], font: Path | None, dpi: int) -> Iterator[tuple[str, str, Image.Image]]:
    """The pages of all texts: source, what stands on the page, and its picture as scanned.

    Args:
        paths: of the documents.
        font: a TrueType font that has all their characters; default: two by turns, which come with matplotlib.
        dpi: dots an inch.
    """
    drawn = np.random.default_rng(3)
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for number, path in enumerate(paths):
        chosen = font if font is not None else folder / _FONTS[number % len(_FONTS)]
        letters = ImageFont.truetype(str(chosen), round(_POINTS * dpi / 72))
        lines = list(broken_lines(load(path).text, letters, (_INCHES[0] - 2 * _MARGIN) * dpi))
        pitch = _LINE * _POINTS * dpi / 72
        fit = int((_INCHES[1] - 2 * _MARGIN) * dpi / pitch)
        for start in range(0, len(lines), fit):
            page = lines[start : start + fit]
            sheet = Image.new("L", (round(_INCHES[0] * dpi), round(_INCHES[1] * dpi)), GREY)
            pen = ImageDraw.Draw(sheet)
            for row, line in enumerate(page):
                pen.text((_MARGIN * dpi, _MARGIN * dpi + row * pitch), line, INK, letters)
            yield path.name, "\n".join(page), scanned(sheet, drawn)


def broken_lines(text: str, letters: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """The text, broken where the line is full."""
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and letters.getlength(longer) > width:
                yield line
                line = word
            else:
                line = longer
        yield line


def scanned(sheet: Image.Image, drawn: np.random.Generator) -> Image.Image:
    """A grey page as a scanner gives it: a little askew, blurred, noisy, as a JPEG."""
    turned = sheet.rotate(drawn.uniform(-_DEGREES, _DEGREES), Image.Resampling.BICUBIC, fillcolor=GREY)
    blurred = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    noisy = np.clip(blurred + drawn.normal(0, _NOISE, blurred.shape), 0, 255).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(noisy).save(written, "JPEG", quality=_QUALITY)
    return Image.open(written)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and replacements that make one sequence the other (Levenshtein)."""
    keys = {item: number for number, item in enumerate({*one, *other})}
    right = np.array([keys[item] for item in other], np.int64)
    steps: npt.NDArray[np.int64] = np.arange(len(other) + 1, dtype=np.int64)
    row = steps.copy()
    for number, item in enumerate(one, start=1):
        kept = row[:-1] + (right != keys[item])
        row = np.concatenate([[number], np.minimum(row[1:] + 1, kept)])
        row = np.minimum.accumulate(row - steps) + steps  # insertions, from the left
    return int(row[-1])


def measure(paths: Sequence[Path], font: Path | None, dpi: int, pages: int) -> list[Recognised]:
    """Read the first pages of the documents.

    Args:
        paths: of the documents.
        font: see :func:`printed_pages`.
        dpi: dots an inch.
        pages: how many.
    """
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for source, printed, picture in islice(printed_pages(paths, font, dpi), pages):
            file = Path(folder, "page.png")
            picture.save(file)
            began = time.perf_counter()
            read = load(file).text
            seconds = time.perf_counter() - began
            expected, found = printed.split(), read.split()
            wrong = distance(" ".join(expected), " ".join(found))
            counts = (len(" ".join(expected)), wrong, len(expected), distance(expected, found))
            measured.append(Recognised(source, dpi, *counts, seconds))
    return measured


def summary(pages: Sequence[Recognised]) -> dict[str, float]:
    """Error rates over all pages, and the median of the seconds a page."""
    return {
        "pages": len(pages),
        "character_error_rate": sum(page.wrong_characters for page in pages) / sum(page.characters for page in pages),
        "word_error_rate": sum(page.wrong_words for page in pages) / sum(page.words for page in pages),
        "seconds_a_page": float(np.median([page.seconds for page in pages])),
    }


def main() -> None:
    """Measure and print as JSON; what goes on as lines on the error stream."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks recognition", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="documents to print; default: the sample knowledge base")
    parser.add_argument("--dpi", type=int, nargs="+", default=[150, 200], help="dots an inch")
    parser.add_argument("--pages", type=int, default=12, help="how many pages of each resolution")
    parser.add_argument("--font", type=Path, help="a TrueType font with the documents' characters, such as Chinese")
    given = parser.parse_args()
    paths = given.paths or [path for pattern in _PRINTED for path in sorted(SAMPLES.glob(pattern))]
    report: dict[str, object] = {"provenance": provenance(paths)}
    for dpi in given.dpi:
        pages = measure(paths, given.font, dpi, given.pages)
        report[f"{dpi} dpi"] = summary(pages) | {"each": [asdict(page) for page in pages]}
        sys.stderr.write(f"{dpi} dpi: {summary(pages)}\n")
    report["memory"] = memory_of_this_process()
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
