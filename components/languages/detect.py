"""Which language a text is written in: text in, ISO 639-1 code and probability out.

Three looks, cheapest first: the script, a few words that only one language has, py3langid's model (loaded at
its first use, about a second). Pure but for that model; knows nothing of questions, documents or analysers.
"""

import re
import threading
from functools import cache
from typing import Any

from components.languages.packs import PACKS
from components.languages.scripts import ANY_LETTER, LETTERS, LETTERS_A_SIGN

UNDETERMINED = "und"
"""What stands for the language of a text that is too short, too mixed or wordless to tell."""

_LEAST_PROBABILITY = 0.3
"""Below this the model's guess is worth nothing: right answers lie above it 99 times in 100."""

_SAMPLE = 1200
"""Code points taken from the start, the middle and the end of a long text."""

_OWN_WORDS = {word: pack.code for pack in PACKS for word in pack.own_words}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_MODEL_LOCK = threading.Lock()


def detect_language(text: str) -> tuple[str, float]:
    """Tell the language of a question or a document.

    Args:
        text: any text; of a long one, its start, middle and end are looked at.

    Returns:
        The ISO 639-1 code, or ``"und"``, and its probability in [0, 1].
    """
    sample = _sample(text)
    if not _WORD.search(sample):
        return UNDETERMINED, 0.0
    found = _by_script(sample)
    if found is None:
        found = _by_own_words(sample)
    if found is None:
        found = _by_model(sample)
    return found


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = (len(text) - _SAMPLE) // 2
    return "\n".join((text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]))


def _by_script(text: str) -> tuple[str, float] | None:
    if not ANY_LETTER.found_in(text):
        return None
    letters = sum(1 for character in text if character.isalpha())
    signs = {language: len(letter.compiled.findall(text)) for language, letter in LETTERS.items()}
    # Japanese is the language that mixes two of them: a few kana among Han signs settle it.
    if signs["ja"] * 12 >= signs["zh"] and signs["ja"]:
        signs["ja"] += signs.pop("zh")
    language, count = max(signs.items(), key=lambda item: item[1])
    weighted = count * LETTERS_A_SIGN.get(language, 1)
    share = weighted / max(1, letters - count + weighted)
    return (language, share) if share > 0.5 else None


def _by_own_words(text: str) -> tuple[str, float] | None:
    """Settle the common case without the model: two words of one language and none of another."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    own = [word for word in words if word in _OWN_WORDS]
    found = {_OWN_WORDS[word] for word in own}
    # Foreign words in a text (a title, a quotation) must not settle it: their share of all words counts.
    if len(found) == 1 and len(set(own)) >= 2 and len(own) * 8 >= len(words):
        return found.pop(), 0.99
    return None


@cache
def _model() -> Any:
    # Imported here: the model takes a second to unpack, and most questions never need it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    # Three-letter labels are dialects (Pidgin, Wu) that take short texts away from their larger neighbours.
    identifier.set_languages([label for label in identifier.labels if len(label) == 2])
    return identifier


def _by_model(text: str) -> tuple[str, float]:
    with _MODEL_LOCK:  # two threads would unpack it twice
        identifier = _model()
    language, probability = identifier.classify(text)
    return (language, probability) if probability >= _LEAST_PROBABILITY else (UNDETERMINED, probability)
