"""Answered questions -> questions and passages that do not go together, by rules. Pure.

As in SQuAD 2.0 (Rajpurkar et al. 2018, table 2) the passage still speaks of the same things: only a negation, a name
or a number makes the difference, or the sentence that answers is gone. A rule that does not apply gives None.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from components.languages.sentences import sentence_spans
from training.pairs.rows import Row

_VERB = re.compile(r"\b(is|are|was|were|did|does|do|can|could|will|would|has|have|had|should|must)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(not|never|no)\b|n't\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)[A-Z][\w'-]*[a-z][\w'-]*(?:\s+[A-Z][\w'-]*[a-z][\w'-]*)*")
_NUMBER = re.compile(r"\b\d+(?:[.,]\d+)*\b")
"""A name is told by its capitals, so it is never the first word of the question."""
_TRIED = 20


def negated(row: Row) -> Row | None:
    """The question with "not" behind its first verb; None where it has none or is negated already."""
    found = _VERB.search(row.question)
    if found is None or _NEGATED.search(row.question):
        return None
    return _empty(row, question=f"{row.question[: found.end()]} not{row.question[found.end() :]}")


def swapped(row: Row, names: Sequence[str], chance: random.Random) -> Row | None:
    """The question with one of its numbers or names exchanged for one that the passage does not hold.

    Args:
        row: an answered question.
        names: names from other questions.
        chance: the random numbers.
    """
    places = [*_NUMBER.finditer(row.question), *_NAME.finditer(row.question)]
    if not places:
        return None
    found = chance.choice(places)
    held = row.passage.lower()
    new = _other_number(found[0], chance) if found[0][0].isdigit() else _other_name(found[0], names, held, chance)
    if new is None or new.lower() in held:
        return None
    return _empty(row, question=row.question[: found.start()] + new + row.question[found.end() :])


def cut_out(row: Row) -> Row | None:
    """The passage without any sentence that holds the answer; None where too little is left, or the answer is."""
    sentences = sentence_spans(row.passage)
    kept = [
        (start, end)
        for start, end in sentences
        if not any(start < span_end and span_start < end for span_start, span_end in row.spans)
    ]
    passage = " ".join(row.passage[start:end].strip() for start, end in kept).strip()
    answers = {row.passage[start:end].lower() for start, end in row.spans}
    if len(kept) == len(sentences) or not passage or any(answer in passage.lower() for answer in answers):
        return None
    return _empty(row, passage=passage)


def names_in(question: str) -> list[str]:
    """The names in a question, told by their capitals."""
    return [found[0] for found in _NAME.finditer(question)]


def _empty(row: Row, *, question: str | None = None, passage: str | None = None) -> Row:
    return replace(
        row,
        question=row.question if question is None else question,
        passage=row.passage if passage is None else passage,
        spans=(),
        relevant=False,
        readable=True,
    )


def _other_number(number: str, chance: random.Random) -> str:
    digits = list(number)
    at = chance.choice([place for place, sign in enumerate(digits) if sign.isdigit()])
    least = "1" if at == 0 and len(digits) > 1 else "0"
    digits[at] = chance.choice([sign for sign in "0123456789" if sign != digits[at] and sign >= least])
    return "".join(digits)


def _other_name(name: str, names: Sequence[str], held: str, chance: random.Random) -> str | None:
    others = chance.sample(names, min(len(names), _TRIED))
    return next((each for each in others if each.lower() != name.lower() and each.lower() not in held), None)
