"""One (question, passage) pair to learn from, and the piece of a long passage that still holds the answer. Pure."""

import random
from dataclasses import dataclass, replace
from typing import Any

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a passage, and what a model should say of them."""

    question: str
    passage: str
    context: str = ""
    """Title and heading, read before the passage; gives no spans."""
    spans: Spans = ()
    """Start and end in characters of the passage, end exclusive."""
    relevant: bool = False
    """Whether the passage answers the question."""
    readable: bool = True
    """Whether a reader learns from it: it does not where the passage answers with words that nobody marked."""

    def moved(self, passage: str, by: int) -> "Row":
        """The row with another passage, in which the spans stand ``by`` characters further on."""
        spans = tuple((start + by, end + by) for start, end in self.spans)
        return replace(self, passage=passage, spans=spans)


class RandomWindow:
    """Cuts passages down to windows of random length, at a random place around the answer.

    A model that always sees whole paragraphs with the answer in the middle learns where answers stand instead of what
    they are, and passages at work begin and end anywhere.

    Args:
        tokenizer: a fast tokenizer of ``tokenizers``.
        shortest: tokens.
        longest: tokens.
    """

    def __init__(self, tokenizer: Any, shortest: int, longest: int) -> None:
        self._tokenizer = tokenizer
        self._shortest = shortest
        self._longest = longest

    def __call__(self, row: Row, chance: random.Random) -> Row:
        """The row with a window of its passage; spans outside it are gone, at least one is inside."""
        offsets = self._tokenizer.encode(row.passage, add_special_tokens=False).offsets
        size = chance.randint(self._shortest, self._longest)
        if len(offsets) <= size:
            return row
        first, last = _tokens_of(chance.choice(row.spans), offsets) if row.spans else (0, len(offsets) - 1)
        if not row.spans or last - first + 1 >= size:
            low = high = chance.randint(0, len(offsets) - size) if not row.spans else first
            size = max(size, last - first + 1) if row.spans else size
        else:
            low, high = max(0, last - size + 1), min(first, len(offsets) - size)
        begin = chance.randint(low, high)
        start, end = offsets[begin][0], offsets[min(begin + size, len(offsets)) - 1][1]
        return _cut(row, start, end)


def _tokens_of(span: tuple[int, int], offsets: list[tuple[int, int]]) -> tuple[int, int]:
    """First and last token that a span touches."""
    touched = [at for at, (start, end) in enumerate(offsets) if start < span[1] and span[0] < end]
    return (touched[0], touched[-1]) if touched else (0, 0)


def _cut(row: Row, start: int, end: int) -> Row:
    inside = tuple((first, last) for first, last in row.spans if start <= first and last <= end)
    kept = Row(row.question, row.passage, row.context, inside, row.relevant, row.readable)
    return kept.moved(row.passage[start:end], -start)
