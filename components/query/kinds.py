"""What kind of answer a question asks for, and which part of a long one asks.

The rules of the language's pack, the first that matches decides. Pure; knows no documents. Factoids, numbers and dates
are answered by a few words, the others by whole statements: where in doubt, a question is a factoid.
"""

import re
from collections.abc import Iterable

from components.languages.packs import PACKS, any_word
from components.languages.scripts import LETTERS, word_count
from components.patterns import LazyPattern
from components.types import QueryKind

_MOST_KEYWORDS = 8
"""More words without any sign of a question are taken for a described problem, not for keywords."""
_HAN_SIGNS_A_WORD = 2
_RULES = {pack.code: pack.question_rules for pack in PACKS if pack.question_rules}
_ASKS = LazyPattern.of(any_word(lambda pack: pack.question_words))
# Machines write their messages in English, whatever their users speak.
_ERROR = LazyPattern.of(
    r"\berror\b|\w(?:error|exception)\b|\bexception:|\b(?:fatal|err|errno|traceback)\b",
    r"\b(?:failed|failure)(?::| to | with )",
    r"\b(?:crashes|dies|hangs|aborts|quits) with\b|\bexit (?:code|status) \d|\bstatus\W{1,4}[45]\d\d\b",
    # A message between quotation marks, and nothing that asks.
    r"\A[^?\"“”]*+[\"“][^\"“”?]{8,}+[\"”][^?]*+\Z",
)

LONG = 30
"""More words than these make a question long; two signs of a script without spaces count as one."""
_FEWEST_WORDS = 5
"""A part with fewer leans on what stands before it: "And how long?"."""

_MARKS = ("?", "？", "؟")
_SENTENCE = re.compile(r"(?:[^.!?。！？؟]|[.!?](?!\s|\Z))++[.!?。！？؟]*+")


def question_kind(text: str, language: str) -> QueryKind:
    """The kind of a question.

    Args:
        text: normalised, without inline filters.
        language: ISO 639-1; for one without rules, or "und", those of all languages are tried.
    """
    asked = text.strip()
    for kind, pattern in _rules_for(language):
        if pattern.found_in(asked):
            return kind
    if _ERROR.found_in(asked):
        return "error"
    return "keyword" if _is_keywords(asked) else "factoid"


def _rules_for(language: str) -> Iterable[tuple[QueryKind, LazyPattern]]:
    if language in _RULES:
        return _RULES[language]
    return (rule for rules in _RULES.values() for rule in rules)


def _is_keywords(text: str) -> bool:
    """A few words that neither ask nor end in a question mark."""
    if text.endswith(("?", "？", "؟", ";")) or _ASKS.found_in(text):
        return False
    han = len(LETTERS["zh"].compiled.findall(text))
    return len(text.split()) + han // _HAN_SIGNS_A_WORD <= _MOST_KEYWORDS


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
