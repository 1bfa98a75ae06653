"""Questions and passages -> the same, worded or surrounded otherwise; what is asked and answered stays. Pure.

Every function takes the random numbers to use, so that a run can be repeated, and gives its input back where its rule
does not apply.
"""

import random
import re
from collections.abc import Mapping, Sequence

from training.pairs.rows import Row

_NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
"""Letters beside each other on a QWERTY keyboard."""

# White space is taken whole, behind a word: looked for at each of its own places it would take for ever.
_ASKED = re.compile(
    r"^(?P<asked>(?:in|on|at|for|to|from|by|with)?\s*(?:who|what|when|where|which|why|how)\b[^,?]*?)(?<!\s)\s++"
    r"(?:is|are|was|were|did|does|do|can|could|will|would|has|have|had|should|must)\s++"
    r"(?P<rest>[^?]+?)(?<!\s)\s*+\??$",
    re.IGNORECASE,
)

_BETWEEN_WORDS = re.compile(r"(\W+)")

SHORTEST_TYPO = 4
"""Letters of the shortest word that is mistyped; in shorter ones a slip makes another word."""


def lower_case(question: str) -> str:
    """As it is typed into a search box: in lower case, without the mark at the end."""
    return question.lower().rstrip("?!. ")


def typing_noise(question: str, chance: random.Random) -> str:
    """One slip in one word: two letters exchanged, one left out, one doubled, or its neighbour struck."""
    words = question.split(" ")
    fit = [at for at, word in enumerate(words) if word.isalpha() and word.isascii() and len(word) >= SHORTEST_TYPO]
    if not fit:
        return question
    at = chance.choice(fit)
    words[at] = _slip(words[at], chance)
    return " ".join(words)


def with_synonyms(question: str, near: Mapping[str, Sequence[str]], chance: random.Random, most: int = 3) -> str:
    """Up to ``most`` words exchanged for near ones; capitals inside the question are names, which have none.

    Args:
        question: any text.
        near: words in lower case -> words that can stand for them.
        chance: the random numbers.
        most: how many words at most; at least one where any is known.
    """
    words = _BETWEEN_WORDS.split(question)
    known = [at for at, word in enumerate(words) if near.get(word.lower()) and (at == 0 or word.islower())]
    for at in chance.sample(known, min(len(known), chance.randint(1, most))):
        new = chance.choice(near[words[at].lower()])
        words[at] = new.capitalize() if words[at][:1].isupper() else new
    return "".join(words)


def reordered(question: str) -> str:
    """What is asked for behind what is known of it, as people type in haste: "when was X built" -> "X built when"."""
    found = _ASKED.match(question.strip())
    if found is None:
        return question
    asked = found["asked"].strip()
    order = f"{found['rest']} {asked[:1].lower()}{asked[1:]}"
    if question[:1].isupper():
        order = order[:1].upper() + order[1:]
    return order + ("?" if question.rstrip().endswith("?") else "")


def with_distractor(row: Row, sentence: str, chance: random.Random) -> Row:
    """The passage with a sentence from elsewhere before or after it; the spans move along."""
    if chance.random() < 0.5:
        return row.moved(f"{sentence} {row.passage}", len(sentence) + 1)
    return row.moved(f"{row.passage} {sentence}", 0)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("exchange", "omit", "double", "neighbour"))
    if kind == "exchange" and at + 2 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "omit":
        return word[:at] + word[at + 1 :]
    if kind == "neighbour" and word[at].lower() in _NEIGHBOURS:
        return word[:at] + chance.choice(_NEIGHBOURS[word[at].lower()]) + word[at + 1 :]
    return word[:at] + word[at] + word[at:]
