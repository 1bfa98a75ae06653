"""A misspelt word of a question -> the word of the documents that it is nearest to.

Only a word that neither a document nor a dictionary has is corrected, and only to one that the asker could have read in
a document. Numbers, codes, names in capitals and scripts without spaces are left as they are.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from components.languages.packs import PACKS
from components.languages.scripts import is_unspaced
from components.query.vocabulary import LONGEST, Vocabulary, bucket
from components.types import Correction

_SHORTEST = 4
_LETTERS_FOR_ANY_SLIP = 6
"""From here on one letter may stand in another's place; in shorter words that makes another word."""
_LETTERS_FOR_TWO_SLIPS = 8
_MOST_CHECKED, _MOST_CORRECTED = 60, 6
"""Words of a question that are looked up, and that are compared with others."""
_MOST_NEAR = 50

# Whole words: no part of a code, a path, an address or an identifier.
_WORD = re.compile(r"(?<!\w)(?<!\w[-_./:@#+\\])[^\W\d_]++(?![-_./:@#+\\]?\w)")


def find_corrections(
    question: str, vocabulary: Vocabulary, language: str, languages: Iterable[str] | None = None
) -> list[tuple[int, Correction]]:
    """Where in a question which word is taken for another.

    Args:
        question: normalised.
        vocabulary: of the documents that the asker may read.
        language: of the question; what its dictionary has, or that of the index's languages, is spelt right.
        languages: those of the index, by whose stemmers "pumps" is "pump"; all where None.
    """
    words = [(found.start(), found.group()) for found in _WORD.finditer(question) if _is_checked(found.group())]
    words = words[:_MOST_CHECKED]
    forms = {form for _, word in words for form in (word.casefold(), word.upper())}
    known = {form.casefold() for form in vocabulary.frequencies(forms)}
    unknown = [(start, word) for start, word in words if word.casefold() not in known]
    # A question in a language that no document is written in consists of unknown words.
    if len(unknown) > max(2, len(words) // 2):
        return []
    codes = None if languages is None else list(languages)
    spelt = dict.fromkeys([language, *(codes or ())])
    doubted = list(dict.fromkeys(word for _, word in unknown))[:_MOST_CORRECTED]
    nearest = {word: _nearest(word, vocabulary, codes) for word in doubted}
    right = {word for word, found in nearest.items() if found is not None and _is_in_dictionary(word.casefold(), spelt)}
    return [
        (start, Correction(word, found))
        for start, word in unknown
        if word not in right and (found := nearest.get(word)) is not None
    ]


def corrected(question: str, corrections: Iterable[tuple[int, Correction]]) -> str:
    """The question with these words in the place of those that were written."""
    parts, end = [], 0
    for start, correction in corrections:
        parts += [question[end:start], correction.searched]
        end = start + len(correction.written)
    return "".join([*parts, question[end:]])


def _is_checked(word: str) -> bool:
    return _SHORTEST <= len(word) <= LONGEST and word[1:].islower() and not is_unspaced(word[0])


def _nearest(word: str, vocabulary: Vocabulary, languages: Sequence[str] | None) -> str | None:
    """The nearest word of the documents, written as the word was; None where it is none but the word itself, bent."""
    written = word.casefold()
    slips = 2 if len(written) >= _LETTERS_FOR_TWO_SLIPS else 1
    buckets = {bucket(written[0], len(written) + more) for more in range(-slips, slips + 1)}
    # The first two letters in the wrong order.
    buckets.add(bucket(written[1], len(written)))
    candidates = sorted({each.casefold() for each in vocabulary.in_buckets(buckets)})
    near = process.extract(written, candidates, scorer=OSA.distance, score_cutoff=slips, limit=_MOST_NEAR)
    distances = {each: int(distance) for each, distance, _ in near if _is_slip(written, each)}
    if not distances or vocabulary.share_stem(written, distances, languages):
        return None
    forms = [form for each in distances for form in (each, each.upper())]
    counts = vocabulary.frequencies(forms)
    best = min(
        distances,
        key=lambda each: (
            distances[each],
            each[0] != written[0],
            -counts.get(each, 0) - counts.get(each.upper(), 0),
            each,
        ),
    )
    return best.capitalize() if word[0].isupper() else best


def _is_slip(written: str, other: str) -> bool:
    """Whether one can be written for the other by a slip; a short word with another letter is another word."""
    if len(written) >= _LETTERS_FOR_ANY_SLIP or sorted(written) == sorted(other):
        return True
    return len(written) > _SHORTEST and len(written) != len(other)


def _is_in_dictionary(word: str, languages: Iterable[str]) -> bool:
    """Whether the dictionary of any of these languages has a word.

    Args:
        word: in lower case.
        languages: ISO 639-1 codes; those that have no dictionary know no word.
    """
    return any(word in _dictionary(code) for code in languages)


@cache
def _dictionary(language: str) -> frozenset[str]:
    # Imported here: most questions have no word that needs it.
    from spellchecker import SpellChecker

    if language not in {pack.code for pack in PACKS} & set(SpellChecker.languages()):
        return frozenset()
    return frozenset(SpellChecker(language=language).word_frequency.dictionary)
