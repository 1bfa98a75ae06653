"""Whether a word is spelt as a dictionary has it; those of ``pyspellchecker``, each loaded when it is first needed."""

from collections.abc import Iterable
from functools import cache

from components.languages.packs import PACKS


def is_in_dictionary(word: str, languages: Iterable[str]) -> bool:
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
