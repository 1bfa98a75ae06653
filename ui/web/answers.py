"""What the templates ask of answers: what is marked where, what is said only once, what is copied.

Pure: no files, no page framework, no clock, no HTML.
"""

import re
from collections.abc import Sequence

from components.converters.metadata import is_web_address
from components.languages.detect import UNDETERMINED
from components.types import Answer, Passage, Place
from ui.wording import Words

_HEADING_STEP = " > "
_CODE = re.compile(r"[a-z]{2,3}")

Mark = tuple[int, int]
"""Start and end of what is marked in a text, end exclusive; none is marked where they are not in it."""


def is_code(language: str | None) -> bool:
    """Whether a document's language is known, so that HTML may name it."""
    return language is not None and language != UNDETERMINED and _CODE.fullmatch(language) is not None


def linkable(url: str | None) -> bool:
    """Whether an address is one that the page may link to: http or https, nothing that runs."""
    return url is not None and is_web_address(url)


def question_of(answer: Answer) -> str:
    """The question of an answer that is a row of questions and answers; empty where there is none."""
    return answer.passage[: max(answer.start - answer.passage_start, 0)].strip()


def mark_in_text(answer: Answer) -> Mark:
    """The exact words in what answers; not where they are all of it."""
    start, end = answer.words_start - answer.start, answer.words_end - answer.start
    return (0, 0) if (start, end) == (0, len(answer.text)) else (start, end)


def mark_in_sentence(answer: Answer) -> Mark:
    """The exact words in their sentence: at the place they have in the passage, as they may occur twice."""
    start, end = answer.words_start - answer.passage_start, answer.words_end - answer.passage_start
    length = len(answer.sentence)
    first = answer.passage.find(answer.sentence, max(end - length, 0), start + length) if start >= 0 else -1
    if first < 0:
        found = answer.sentence.find(answer.words)
        return found, found + len(answer.words)
    return start - first, end - first


def mark_in_passage(answer: Answer) -> Mark:
    """The exact words in their passage; not where they are all of it."""
    start, end = answer.words_start - answer.passage_start, answer.words_end - answer.passage_start
    return (0, 0) if (start, end) == (0, len(answer.passage)) else (start, end)


def title_of(at: Answer | Passage | Place, heading: str | None) -> str | None:
    """The title of a source, where it says more than its name and the heading."""
    if at.title == at.source or (heading is not None and heading.split(_HEADING_STEP)[0] == at.title):
        return None
    return at.title


def other_places(answer: Answer) -> Sequence[Place]:
    """The other places that state an answer; two spans on one page would read as the same line twice."""
    own = (answer.source, answer.source_id, answer.start, answer.end)
    others: dict[tuple[object, ...], Place] = {}
    for place in answer.support:
        if (place.source, place.source_id, place.start, place.end) != own:
            line = (place.source_id, place.source, title_of(place, None), place.page)
            others.setdefault(line, place)
    return list(others.values())


def copied(words: Words, answer: Answer) -> str:
    """What copying an answer gives: its text and, on a line of its own, where they stand."""
    where = [answer.source] + ([] if answer.page is None else [words.gettext("page {page}", page=answer.page)])
    if answer.url is not None and linkable(answer.url):
        where.append(answer.url)
    return f"{answer.text.strip()}\n— {', '.join(where)}"
