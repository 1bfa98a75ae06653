"""Prints the scan of the sample knowledge base: ``python -m benchmarks.sample_scan`` writes ``service-report.pdf``.

One page of grey paper that lay a little askew, without a text layer: only text recognition reads it.
"""

import time
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.recognition import GREY, INK, SAMPLES, scanned

_DPI = 150
_SIZE = (1240, 1754)  # A4
_LEFT = 130
_SCANNED = 1_770_912_000  # 12 February 2026
_PAGE = (
    ("DejaVuSans-Bold", 17, "Fenlark Service Report SR-20418"),
    ("DejaVuSans", 10.5, ""),
    ("DejaVuSans", 10.5, "Customer: Marlow Community Hall"),
    ("DejaVuSans", 10.5, "Unit: H12, serial number H12-0077-5103"),
    ("DejaVuSans", 10.5, "Date of visit: 12 February 2026"),
    ("DejaVuSans", 10.5, "Service engineer: Ines Albrecht"),
    ("DejaVuSans", 10.5, "Time on site: 2 hours and 40 minutes"),
    ("DejaVuSans", 10.5, ""),
    ("DejaVuSans-Bold", 12.5, "Reason for the visit"),
    ("DejaVuSans", 10.5, "The hall stayed cold on two mornings. The caretaker found ice on the outdoor unit and"),
    ("DejaVuSans", 10.5, "switched the system off before anybody could read a message on the display."),
    ("DejaVuSans", 10.5, ""),
    ("DejaVuSans-Bold", 12.5, "What was found"),
    ("DejaVuSans", 10.5, "Leaves covered the lower third of the fan guard. A bird had built its nest in the"),
    ("DejaVuSans", 10.5, "condensate drain, so that water ran back and froze on the base plate."),
    ("DejaVuSans", 10.5, ""),
    ("DejaVuSans-Bold", 12.5, "What was done"),
    ("DejaVuSans", 10.5, "The guard was cleared, the drain was flushed and fitted with a wire cage, and the base"),
    ("DejaVuSans", 10.5, "plate was thawed with warm water. The unit then ran for 45 minutes without a fault."),
    ("DejaVuSans", 10.5, ""),
    ("DejaVuSans-Bold", 12.5, "Advice to the customer"),
    ("DejaVuSans", 10.5, "Look at the fan guard once a week from October to December. The next service visit is due"),
    ("DejaVuSans", 10.5, "in February 2027."),
)


def report() -> Image.Image:
    """The page as it came out of the scanner."""
    sheet = Image.new("L", _SIZE, GREY)
    pen = ImageDraw.Draw(sheet)
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    high = 140.0
    for font, points, line in _PAGE:
        letters = ImageFont.truetype(str(folder / f"{font}.ttf"), round(points * _DPI / 72))
        pen.text((_LEFT, high), line, INK, letters)
        high += 1.5 * points * _DPI / 72
    return scanned(sheet, np.random.default_rng(5))


if __name__ == "__main__":
    then = time.gmtime(_SCANNED)
    given = {"title": _PAGE[0][2], "creationDate": then, "modDate": then}
    report().save(SAMPLES / "service-report.pdf", "PDF", resolution=_DPI, quality=30, **given)
