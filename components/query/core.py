"""A long question -> the part that asks. Pure.

Who writes at length tells a story first. The search takes all of it; a passage is judged by what is asked.
"""

import re

from components.languages.packs import any_word
from components.languages.scripts import word_count
from components.patterns import LazyPattern

LONG = 30
"""More words than these make a question long; two signs of a script without spaces count as one."""
_FEWEST_WORDS = 5
"""A part with fewer leans on what stands before it: "And how long?"."""

_MARKS = ("?", "？", "؟")
_SENTENCE = re.compile(r"(?:[^.!?。！？؟]|[.!?](?!\s|\Z))++[.!?。！？؟]*+")
_ASKS = LazyPattern.of(any_word(lambda pack: pack.question_words))


def core_of(question: str) -> str:
    """The sentences that ask, with the one before where they say little; the whole where it is short or none asks.

    Args:
        question: normalised.
    """
    if word_count(question) <= LONG:
        return question
    sentences = [found.group().strip() for found in _SENTENCE.finditer(question)]
    asking = [at for at, sentence in enumerate(sentences) if sentence.endswith(_MARKS)]
    asking = asking or [at for at, sentence in enumerate(sentences) if _ASKS.found_in(sentence)][-1:]
    if not asking:
        return question
    kept = set(asking)
    if sum(word_count(sentences[at]) for at in asking) < _FEWEST_WORDS:
        kept.add(max(0, asking[0] - 1))
    return " ".join(sentences[at] for at in sorted(kept))
