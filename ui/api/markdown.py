"""A reply -> Markdown for a chat front end.

Pure. Words from documents are shown as they are and never act: every sign that could is a character reference, which
CommonMark takes for text, and whatever a front end might make a link of stands in a code span.
"""

import re
from collections.abc import Iterable, Iterator

from components.answers.composer import DIFFER
from components.foreign_text import one_line
from components.types import Answer, Passage, Reply
from ui.text import answer_kind, confidence_word, percent, place_line, support_line
from ui.wording import ENGLISH

_NEAREST = 3
_BREAK = "  \n"

# Not by a backslash: front ends that set formulas take \( and \[ for the beginning of one, and those that look for
# tags before they read Markdown find them behind it.
_ACTIVE = re.compile(r"[\\`*\[\]<>~|$^{}]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")

# What makes a heading, a list or a definition of a line, or of the line above it a heading.
_LINE_BEGINS = re.compile(r"\A(?P<before>|\d{1,9}(?=[.)](?:\s|$)))(?P<sign>[#:.)]|[-+](?=\s|$)|[-=](?=[-=]*$))")

# Han, kana, hangul and full-width signs are written without spaces, and are in no address that is linked by itself.
_WORD = re.compile(r"[^\s<>`\[\]\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]+")
_LINKISH = re.compile(r"//|www\.|@|mailto:|xmpp:|[^\W_]\.[^\W\d_]{2}", re.IGNORECASE)
_AROUND = "(){}\"'*_.,;:!?"


def reply_text(reply: Reply) -> str:
    """The best answer and where it stands, those of other documents that say something else, or that there is none."""
    blocks = [escaped(warning) for warning in reply.warnings if warning != DIFFER]
    blocks += _answer(reply.answers[0]) if reply.answers else _not_found(reply.passages)
    if DIFFER in reply.warnings:
        blocks.append(escaped(DIFFER))
        for other in reply.answers[1:]:
            blocks += _answer(other) if other.differs else []
    return "\n\n".join(blocks)


def escaped(text: str) -> str:
    """Markdown that shows this text, line by line, and nothing else."""
    return _BREAK.join(_escaped_lines(text))


def _answer(answer: Answer) -> Iterator[str]:
    if kind_of_answer := answer_kind(ENGLISH, answer.kind):
        yield f"{kind_of_answer}:"
    yield escaped(answer.text)
    if answer.kind == "span" and one_line(answer.text) != one_line(answer.sentence):
        yield _BREAK.join(f"> {line}" for line in _escaped_lines(answer.sentence))
    place = escaped(place_line(answer.source, answer.page, answer.title, answer.heading))
    lines = [f"{place} · {confidence_word(ENGLISH, answer.confidence)}, {percent(answer.confidence)}"]
    others = support_line(answer.support[1:])
    if others:
        lines.append(escaped(others[:1].upper() + others[1:]))
    yield _BREAK.join(lines)


def _not_found(passages: Iterable[Passage]) -> Iterator[str]:
    yield ENGLISH.gettext("I could not find this in the documents.")
    places = (place_line(each.source, each.page, each.title, each.heading) for each in passages)
    nearest = list(dict.fromkeys(places))[:_NEAREST]
    if nearest:
        yield ENGLISH.gettext("Nearest passages") + ":\n\n" + "\n".join(f"- {escaped(place)}" for place in nearest)


def _escaped_lines(text: str) -> list[str]:
    """Without blank ones and without indentation, which would make a paragraph or code."""
    return [_escaped_line(line) for line in map(one_line, text.splitlines()) if line]


def _escaped_line(line: str) -> str:
    parts, done = [], 0
    for word in _WORD.finditer(line):
        code = word[0].strip(_AROUND)
        if _LINKISH.search(code):
            start = word.start() + word[0].index(code)
            parts += [_inactive(line[done:start]), f"`{code}`"]
            done = start + len(code)
    written = "".join(parts) + _inactive(line[done:])
    if begins := _LINE_BEGINS.match(written):
        return begins["before"] + _reference(begins["sign"]) + written[begins.end() :]
    return written


def _inactive(text: str) -> str:
    return _ACTIVE.sub(lambda match: _reference(match[0]), text)


def _reference(sign: str) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(sign, f"&#{ord(sign)};")
