"""An example as its file states it, before anything is checked, and where its answers really stand. Pure."""

from dataclasses import dataclass

from components.languages.scripts import is_unspaced

Spans = tuple[tuple[int, int], ...]


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


def checked_spans(record: Record) -> tuple[Spans, bool]:
    """The places of a record's answers, in order and once each, and whether any had to be repaired.

    An answer that does not stand at its offset is looked for: where it occurs once, that is its place; where it
    occurs several times, every place counts. Places inside longer words count only where there is no other.

    Returns:
        Spans, empty where none of the answers stands in the passage.
    """
    found: dict[tuple[int, int], None] = {}
    repaired = False
    for answer in record.answers or ():
        stands = answer.start is not None and _stands(record.passage, answer.text, answer.start)
        if stands and not record.chosen:
            places = [answer.start or 0]
        else:
            places = occurrences(record.passage, answer.text)
            repaired = repaired or places != [answer.start]
        found.update(((start, start + len(answer.text.strip())), None) for start in _trimmed(places, answer.text))
    return tuple(sorted(found)), repaired


def occurrences(passage: str, answer: str) -> list[int]:
    """Where an answer begins, as whole words if it occurs so at all; empty where it does not occur."""
    starts: list[int] = []
    at = passage.find(answer) if answer else -1
    while at >= 0:
        starts.append(at)
        at = passage.find(answer, at + 1)
    whole = [start for start in starts if is_whole(passage, start, start + len(answer))]
    return whole or starts


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before or after a place; the signs of unspaced scripts are words of their own."""
    return not any(
        0 < at < len(text) and all(sign.isalnum() and not is_unspaced(sign) for sign in text[at - 1 : at + 1])
        for at in (start, end)
    )


def _stands(passage: str, answer: str, start: int) -> bool:
    return start >= 0 and bool(answer) and passage[start : start + len(answer)] == answer


def _trimmed(starts: list[int], answer: str) -> list[int]:
    # White space around an answer belongs to nobody's answer.
    before = len(answer) - len(answer.lstrip())
    return [start + before for start in starts]
