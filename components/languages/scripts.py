"""The signs of scripts: which language they tell, whether words have edges there, how BM25 and line breaks take them.

One table, of which all else here is made. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from components.patterns import LazyPattern


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs that are all treated alike."""

    language: str
    """The language that (nearly) alone writes them; "" where several do."""
    ranges: str
    """As a regular expression's class lists them, without the brackets."""
    letters: bool = True
    """Whether they are counted where a text's language is told."""
    edges: bool = True
    """Whether words have edges there that a span could be measured against; in Korean, whose words take their endings
    without a space, they have none, nor in scripts written without spaces."""
    paired: bool = False
    """Whether BM25 takes a run of them by overlapping pairs."""
    joined: bool = False
    """Whether a line break between two of them stands for nothing, not for a space."""


# Arabic, Cyrillic, Devanagari and Latin are not among them: many languages share each.
SIGNS: tuple[Signs, ...] = (
    Signs("ja", "\u3041-\u3096\u30a1-\u30fa", edges=False, paired=True, joined=True),
    Signs("ja", "\u3040\u3097-\u30a0\u30fb-\u30ff", letters=False, edges=False, paired=True, joined=True),
    Signs("ja", "\u31f0-\u31ff", letters=False, edges=False, paired=True),
    Signs("ja", "\uff66-\uff9d", edges=False),
    Signs("ja", "\uff9e\uff9f", letters=False, edges=False),
    Signs("ko", "\uac00-\ud7a3", edges=False, paired=True),
    Signs("ko", "\u1100-\u11ff\u3131-\u318e", edges=False),
    Signs("zh", "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\U00020000-\U0003134f", edges=False, paired=True, joined=True),
    Signs("zh", "\u3005", letters=False, edges=False, paired=True, joined=True),
    # Radicals, the zero, and Han signs that are newer than the language's tables.
    Signs("zh", "\u2e80-\u2fdf\u3006\u3007\U00031350-\U0003ffff", letters=False, edges=False, joined=True),
    # The punctuation and the full-width forms of Chinese and Japanese.
    Signs("", "\u2fe0-\u3004\u3008-\u303f\u4dc0-\u4dff\uff00-\uff60", letters=False, joined=True),
    # No script of their own tells of them, but every index holds them as pairs: Yi, Tai and others, private signs.
    Signs("", "\ua000-\uabff\ud7a4-\uf8ff", letters=False, paired=True),
    Signs("th", "\u0e01-\u0e5b", edges=False),
    Signs("lo", "\u0e81-\u0edf", edges=False),
    Signs("my", "\u1000-\u109f", edges=False),
    Signs("km", "\u1780-\u17ff", edges=False),
    Signs("he", "\u05d0-\u05ea"),
    Signs("el", "\u0370-\u03e1\u1f00-\u1fff"),
    Signs("hy", "\u0531-\u058a"),
    Signs("ka", "\u10a0-\u10ff"),
    Signs("ta", "\u0b82-\u0bfa"),
    Signs("te", "\u0c00-\u0c7f"),
    Signs("kn", "\u0c80-\u0cff"),
    Signs("ml", "\u0d00-\u0d7f"),
    Signs("gu", "\u0a81-\u0aff"),
    Signs("pa", "\u0a01-\u0a76"),
    Signs("si", "\u0d81-\u0df4"),
)

LETTERS_A_SIGN = {"zh": 3, "ja": 3, "ko": 2}
"""How many letters of an alphabet one sign says as much as, where that is more than one."""

_FIRST_WITHOUT_EDGES = "\u0e01"


def signs_where(chosen: Callable[[Signs], bool]) -> str:
    """The ranges of all signs that are chosen, for a regular expression's class."""
    return "".join(signs.ranges for signs in SIGNS if chosen(signs))


def _one_of(ranges: str, times: str = "") -> LazyPattern:
    return LazyPattern((f"[{ranges}]{times}",), exact=True)


def _letters_of(language: str) -> str:
    return signs_where(lambda signs: signs.letters and signs.language == language)


LETTERS = {signs.language: _one_of(_letters_of(signs.language)) for signs in SIGNS if signs.letters}
"""By language: one letter of a script that it alone writes."""

ANY_LETTER = _one_of(signs_where(lambda signs: signs.letters))
"""One letter of any of these scripts."""
PAIRED_RUN = _one_of(signs_where(lambda signs: signs.paired), "+")
"""A run of signs that BM25 takes by pairs."""
JOINED = _one_of(signs_where(lambda signs: signs.joined))
"""One sign that a line break may part from another without a space."""
_WITHOUT_EDGES = _one_of(signs_where(lambda signs: not signs.edges))


def is_unspaced(character: str) -> bool:
    """Whether the character belongs to a script without word edges that a span could cut."""
    return character >= _FIRST_WITHOUT_EDGES and _WITHOUT_EDGES.compiled.match(character) is not None


def word_count(text: str) -> int:
    """Words of a text; where no spaces part them, two signs count as one."""
    return len(text.split()) + sum(map(is_unspaced, text)) // 2


def by_character(word: str) -> list[str]:
    """A word cut into the signs of scripts without word edges, and the runs of others between them."""
    parts: list[str] = []
    spaced = ""
    for character in word:
        if is_unspaced(character):
            parts.extend([spaced, character])
            spaced = ""
        else:
            spaced += character
    return [part for part in (*parts, spaced) if part]
