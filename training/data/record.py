"""What a reader of one form gives: an example as its file states it, before anything is checked. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedAnswer:
    """An answer as a file states it."""

    text: str
    start: int | None = None
    """Characters into the passage; None where the file does not say."""


@dataclass(frozen=True, slots=True)
class Record:
    """An example as a file states it."""

    place: str
    """File and line, or file, article and paragraph: what an error names."""
    question: str
    """Blank where the file has it so."""
    passage: str
    id: str = ""
    """Empty where the file gives none."""
    title: str = ""
    answers: tuple[StatedAnswer, ...] | None = ()
    """Empty: the passage does not answer. None: it does, the file does not say with which words."""
    chosen: bool = False
    """The positions of the answers were chosen among several, so that they prove nothing."""
    negatives: tuple[str, ...] = ()
