"""How texts ask: whether a heading is a question, what opens a question and its answer, and what a FAQ is called.

In the words of all packs of languages at once, since a file may hold several. Pure; knows no file and no block.
"""

from typing import Literal

from components.languages.packs import united
from components.patterns import LazyPattern

LONGEST_QUESTION = 300
"""Code points; what is longer tells something, and asks at its end at most."""

LONGEST_LABEL = LONGEST_QUESTION + 40
"""Code points by which a label is told: one that ends in a full stop only by the question mark behind it."""

Part = Literal["question", "answer"]

_MARKS = ("?", "？", "؟")
_AROUND = " \t\n\"'“”„»«’‘*_`:："
_BRACKETS = {")": "(", "]": "[", "）": "（"}
_FEWEST_WORDS = 3
_NUMBER = LazyPattern.of(r"\A\d{1,3}(?:\.\d{1,3}){0,3}[.)]?\s{1,4}")
_SPACED = LazyPattern.of(rf"\A(?:{'|'.join(united(lambda pack: pack.question_openings, spaced=True))})")
_UNSPACED = LazyPattern.of(rf"\A(?:{'|'.join(united(lambda pack: pack.question_openings, spaced=False))})")
_FAQ = LazyPattern.of(*united(lambda pack: pack.faq_names))
_RELATED = LazyPattern.of(rf"\A(?:{'|'.join(united(lambda pack: pack.related_names))})\W*\Z")
_QUESTION_LABEL = LazyPattern.of(
    rf"\A[ \t]{{0,8}}(?:{'|'.join(united(lambda pack: pack.question_labels))})[ \t]?\d{{0,3}}[ \t]?"
    r"(?:[:：]|[.)](?=[^?？\n]{1,300}[?？]))[ \t]{0,8}"
)
_ANSWER_LABEL = LazyPattern.of(
    rf"\A[ \t]{{0,8}}(?:[-*•][ \t])?(?:{'|'.join(united(lambda pack: pack.answer_labels))})[ \t]?\d{{0,3}}[ \t]?"
    r"[:：][ \t]{0,8}"
)
_LABELS: tuple[tuple[Part, LazyPattern], ...] = (("question", _QUESTION_LABEL), ("answer", _ANSWER_LABEL))


def has_question_mark(text: str) -> bool:
    """Whether a short text ends in a question mark; quotes and what stands in brackets behind it do not count."""
    return 1 < len(text) <= LONGEST_QUESTION and _core(text).endswith(_MARKS)


def is_question(text: str) -> bool:
    """Whether a heading asks something: by its mark, or by the words that it opens with."""
    if not 1 < len(text) <= LONGEST_QUESTION:
        return False
    core = _core(text)
    if core.endswith(_MARKS):
        return True
    if core.endswith((".", "!", "。")):
        return False
    long_enough = len(core.split()) >= _FEWEST_WORDS
    return (long_enough and _SPACED.found_in(core)) or _UNSPACED.found_in(core)


def label_of(line: str) -> tuple[Part, int] | None:
    """What a line is labelled as ("Q: ", "Answer: "), and where its words begin; None for any other line."""
    for part, pattern in _LABELS:
        if (found := pattern.compiled.match(line)) is not None:
            return part, found.end()
    return None


def is_faq_name(heading: str) -> bool:
    """Whether a heading announces questions with their answers."""
    return len(heading) <= LONGEST_QUESTION and _FAQ.found_in(heading)


def leads_elsewhere(heading: str) -> bool:
    """Whether a heading announces other pages only ("Related articles")."""
    return len(heading) <= LONGEST_QUESTION and _RELATED.found_in(heading.strip())


def _core(text: str) -> str:
    """The text without quotes, marks of emphasis, its number and a remark in brackets at its end."""
    core = _NUMBER.compiled.sub("", text.strip(_AROUND))
    if core and (opening := _BRACKETS.get(core[-1])) is not None:
        before = core[: core.rfind(opening) + 1][:-1].strip(_AROUND)
        return before if before.endswith(_MARKS) else core
    return core
