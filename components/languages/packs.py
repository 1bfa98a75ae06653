"""All packs of languages, and what those of all languages say together. Pure."""

from collections.abc import Callable, Iterable

from components.languages import de, en, es, fr, it, pt, zh
from components.languages.pack import Language

PACKS: tuple[Language, ...] = (
    en.LANGUAGE,
    de.LANGUAGE,
    es.LANGUAGE,
    fr.LANGUAGE,
    it.LANGUAGE,
    pt.LANGUAGE,
    zh.LANGUAGE,
)
"""In the order in which they are asked where the language is not known."""


def united(chosen: Callable[[Language], Iterable[str]], *, spaced: bool | None = None) -> tuple[str, ...]:
    """What is chosen of each pack, in their order, each once.

    Args:
        chosen: the words or phrases of one pack.
        spaced: only of the languages with spaces between words, or only of those without.
    """
    packs = [pack for pack in PACKS if spaced is None or pack.spaced is spaced]
    return tuple(dict.fromkeys(each for pack in packs for each in chosen(pack)))


def any_word(chosen: Callable[[Language], Iterable[str]]) -> str:
    """An expression for one of the chosen words of all packs: as a whole word where spaces part words."""
    parted = rf"\b(?:{'|'.join(united(chosen, spaced=True))})\b"
    return "|".join((parted, *united(chosen, spaced=False)))
