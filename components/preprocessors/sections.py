"""Which passages belong to one section: how far a passage goes on below its heading. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from components.languages.scripts import word_count
from components.preprocessors.dividing import PlannedPassage

SECTION_WORDS = 200
"""A passage with what follows it in its section has at most so many words: nobody pastes a page."""

_PIECES_A_SECTION = 12
"""Passages that are looked at after one; more do not fit, unless nearly all of each repeats the one before."""


def with_sections(text: str, pieces: Sequence[PlannedPassage]) -> list[PlannedPassage]:
    """The passages of a text, each with the end of what may be shown of its section."""
    return [replace(piece, section_end=_section_end(text, pieces, at)) for at, piece in enumerate(pieces)]


def _section_end(text: str, pieces: Sequence[PlannedPassage], number: int) -> int:
    """Up to where a passage is shown where its section answers: below its heading, within ``SECTION_WORDS``.

    Args:
        text: of the document.
        pieces: its passages, in order.
        number: which of them.

    Returns:
        The end of one of the passages that follow, or the passage's own.
    """
    first = pieces[number]
    end = first.end
    if first.block.kind in ("table", "faq"):
        return end
    for piece in islice(pieces, number + 1, number + 1 + _PIECES_A_SECTION):
        below = piece.block.heading[: len(first.block.heading)] == first.block.heading
        # Other fields may be for other readers.
        if not below or piece.block.kind == "faq" or piece.block.meta != first.block.meta:
            break
        if word_count(text[first.start : piece.end]) > SECTION_WORDS:
            break
        end = max(end, piece.end)
    return end
