"""A picture of a page -> its lines of text, by two small networks that OpenVINO runs.

The networks are the PP-OCR models that the package ``rapidocr`` carries (the extra ``ocr``): nothing is ever
downloaded. Its own program is not used: it brings six more packages into the sandbox, takes twice the memory, and
tells of a line neither where its characters are nor where it nearly saw a space.
"""

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import openvino

from components.converters.ocr.decoding import ReadLine, read_columns
from components.converters.ocr.detection import (
    LINE_HEIGHT,
    Picture,
    Quad,
    angle_of,
    cut_out,
    detector_input,
    find_quads,
    ink_of,
    is_upright,
    scaled,
    size_of,
)

LEAST_SCORE = 0.6
"""Lines of which the network is less sure are left out: most are smudges, stamps and scribbles."""

_LEAST_OF_ONE = 0.95  # of one character alone: bullets and specks are read as letters
_WIDTH_STEP = 160  # pixels; each further width of a line costs memory
_DETECTOR, _READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_MOST_THREADS = 8  # each takes 8 MiB of the address space, and a line is too short for more
_TRIED = 5  # lines that tell whether a page stands on its head
_GOOD = 0.8  # of their mean score: then it does not


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line of text and where it stands in the picture, which was turned before."""

    quad: Quad
    read: ReadLine
    height: float
    """Of its letters, from the strokes that rise to those that hang, as a share of the quad's height."""
    stroke: float
    """How thick the strokes of its letters are, as a share of the quad's height."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """The lines of one picture."""

    lines: tuple[FoundLine, ...]
    turns: int
    """Quarter turns, against the clock, that put the picture upright."""
    angle: float
    """By how much the lines of the upright picture fall to the right, in radians."""


class Recogniser:
    """Finds and reads lines; loads its networks when they are needed.

    Args:
        threads: of one call; without a value, all cores, and never more than eight.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = min(threads if threads is not None else os.cpu_count() or 1, _MOST_THREADS)
        cv2.setNumThreads(1)

    def read(self, picture: Picture, check_time: Callable[[], None]) -> FoundPage:
        """The lines of a picture, whichever way it lies.

        Args:
            picture: of a page, or of a part of one.
            check_time: called before each line; what it raises ends the reading.
        """
        quads = self._quads(picture)
        turns = 0
        if sum(map(is_upright, quads)) * 2 > len(quads):
            turns, picture = 1, _turned(picture, 1)
            quads = self._quads(picture)
        if self._is_upside_down(picture, quads):
            turns, picture = turns + 2, _turned(picture, 2)
            quads = self._quads(picture)
        quads = [quad for quad in quads if not is_upright(quad)]
        lines = []
        for quad in quads:
            check_time()
            line = cut_out(picture, quad)
            read = self._line(line)
            if read is not None and read.score >= (LEAST_SCORE if len(read.text) > 1 else _LEAST_OF_ONE):
                lines.append(FoundLine(quad, read, *ink_of(line)))
        return FoundPage(tuple(lines), turns, angle_of(quads))

    def _quads(self, picture: Picture) -> list[Quad]:
        request = self._detector.create_infer_request()
        heat = _inferred(request, detector_input(picture))[0]
        quads = find_quads(heat, picture)
        del request, heat
        self._detector.release_memory()  # more than the recogniser needs
        return quads

    def _is_upside_down(self, picture: Picture, quads: Sequence[Quad]) -> bool:
        """Whether the longest lines are read better when they are turned."""
        longest = sorted(quads, key=lambda quad: size_of(quad)[0])[-_TRIED:]
        lines = [cut_out(picture, quad) for quad in longest]
        upright = self._mean_score(lines)
        return upright < _GOOD and self._mean_score([_turned(line, 2) for line in lines]) > upright

    def _mean_score(self, lines: Sequence[Picture]) -> float:
        read = map(self._line, lines)
        scores = [line.score if line is not None else 0.0 for line in read]
        return sum(scores) / len(scores) if scores else 1.0

    def _line(self, line: Picture) -> ReadLine | None:
        width = line.shape[1]
        filled = np.zeros((3, LINE_HEIGHT, -(-width // _WIDTH_STEP) * _WIDTH_STEP), np.float32)
        filled[:, :, :width] = scaled(line)
        reader, characters = self._reader
        columns = _inferred(reader, filled[None])
        return read_columns(columns, characters, len(columns) * width / filled.shape[2])

    @cached_property
    def _detector(self) -> Any:
        return self._compiled(_network(_DETECTOR))

    @cached_property
    def _reader(self) -> tuple[Any, tuple[str, ...]]:
        """The network, and the characters of its classes after the first."""
        network = _network(_READER)
        told = network.get_rt_info(["framework", "character"]).astype(str)
        return self._compiled(network).create_infer_request(), (*told.splitlines(), " ")

    def _compiled(self, network: Any) -> Any:
        given = {"INFERENCE_NUM_THREADS": self.threads, "NUM_STREAMS": 1}
        return openvino.Core().compile_model(network, "CPU", given)


def _inferred(request: Any, given: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What a network makes of one input.

    Raises:
        MemoryError: there was too little, which OpenVINO tells in its own ways.
    """
    try:
        made: npt.NDArray[np.float32] = request.infer([given])[0]
    except RuntimeError as error:
        if "allocate" in str(error):
            raise MemoryError from error
        raise
    if not made.size:
        raise MemoryError
    first: npt.NDArray[np.float32] = made[0]
    return first


def _turned(picture: Picture, turns: int) -> Picture:
    return np.ascontiguousarray(np.rot90(picture, turns))


def _network(name: str) -> Any:
    return openvino.Core().read_model(models_folder() / name)


def models_folder() -> Path:
    """Where the package that carries the networks keeps them; it is not imported.

    Raises:
        ImportError: the extra ``ocr`` is not installed.
    """
    found = importlib.util.find_spec("rapidocr")
    if found is None or found.origin is None:
        raise ImportError('text recognition is not installed; run pip install "quaere[ocr]"')
    return Path(found.origin).parent / "models"
