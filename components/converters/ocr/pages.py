"""Reads pages of which there is only a picture, one at a time and within a time limit.

Goes in: a picture, and how large its page is. Comes out: lines as those of a text layer.
"""

import importlib.util
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.converters.limits import Limits
from components.converters.ocr.arrangement import Fragment, LetterSizes, Placement, in_order, reach_of, score_of
from components.converters.pdf.glyphs import Line
from components.errors import LoadingError

if TYPE_CHECKING:  # OpenCV takes memory and time to import, and most files hold no scan
    from components.converters.ocr.detection import Picture
    from components.converters.ocr.recogniser import FoundLine

_BOLD = 1.25  # of the usual stroke: bold letters have thicker ones
_LINE = 1.15  # of the letters' size: a line with what parts it from the next
_FULL = 0.8  # of a quad's height: ink that reaches so far is a rule's or another line's too
_USUAL_SIZE = 0.53  # of letters, as a share of their quad's height
INSTALL = 'install text recognition (pip install "quaere[ocr]") and index it again'
"""What to do where a page is a picture and nothing reads it."""

MEMORY_BYTES = 1 << 30
"""Address space that the networks and their libraries take, 600 MiB of it in use; the limit of a file's own process
grows by it when they are loaded."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The lines of a picture of a page, laid straight."""

    lines: list[Line]
    placement: Placement
    score: float
    """How sure the recogniser is of the page, in [0, 1]: the mean of its lines, by their characters."""


def why_not(limits: Limits) -> str | None:
    """What to do so that pictures of pages are read; None where they are."""
    if limits.ocr_seconds <= 0:
        return "turn text recognition on (index.ocr) and index it again"
    installed = all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "cv2"))
    return None if installed else INSTALL


class PageReader:
    """Reads the pictures of one file's pages.

    Args:
        path: the file, for messages.
        limits: of the file.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.pages = 0
        self._sizes = LetterSizes()
        if limits.own_process:
            _make_room(limits)
        from components.converters.ocr.recogniser import Recogniser

        self._recogniser = Recogniser(limits.threads)
        self._deadline = time.monotonic() + limits.ocr_seconds

    def read(self, picture: "Picture", width: float, height: float, wanted: int) -> ReadPage:
        """Read the next page.

        Args:
            picture: of the page, as shown.
            width: of the page, in points.
            height: of the page, in points.
            wanted: how many pages of the file are to be read so, for the message.

        Raises:
            LoadingError: the time is over; all pages are refused, since nobody would miss those that lack.
        """
        try:
            found = self._recogniser.read(picture, self._check_time)
        except TimeoutError as error:
            limit = f"{self.limits.ocr_seconds:g} seconds"
            reason = f"is a scan: text recognition read {self.pages:,} of {wanted:,} pages in {limit}"
            raise LoadingError(self.path, f"{reason}; raise index.ocr_seconds, or split it") from error
        self.pages += 1
        placement = Placement(width, height, found.turns, found.angle)
        scale = width / picture.shape[1]
        bold = _BOLD * usual_stroke([(line.stroke, len(line.read.text)) for line in found.lines])
        fragments = [_fragment(line, scale, placement, line.stroke > bold) for line in found.lines]
        return ReadPage(in_order(fragments, self._sizes), placement, score_of(fragments))

    def _check_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise TimeoutError


def usual_stroke(strokes: Sequence[tuple[float, int]]) -> float:
    """The thickness of strokes that half of the characters do not exceed, of lines with their numbers of characters."""
    half = sum(characters for _, characters in strokes) / 2
    for stroke, characters in sorted(strokes):
        half -= characters
        if half <= 0:
            return stroke
    return 0.0


def _fragment(line: "FoundLine", scale: float, placement: Placement, bold: bool) -> Fragment:
    corners = [(float(across) * scale, float(down) * scale) for across, down in line.quad]
    size = line.height / reach_of(line.read.text) if line.height < _FULL else _USUAL_SIZE
    return Fragment.of(line.read, corners, placement, _LINE * size, bold)


def _make_room(limits: Limits) -> None:
    """Raise the soft limits of this process, which reads one file, by what text recognition may take."""
    import resource  # absent on Windows, where the process has none

    cores = limits.threads if limits.threads is not None else os.cpu_count() or 1
    for kind, more in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, int(limits.ocr_seconds * cores))):
        soft, hard = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY:
            resource.setrlimit(kind, (soft + more if hard == resource.RLIM_INFINITY else min(soft + more, hard), hard))
