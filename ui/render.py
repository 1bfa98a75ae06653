"""Replies -> escaped HTML, as strings.

Pure: no files, no page framework, no clock. Whatever comes from a document or from the user goes through
:func:`escape`; only http, https and mailto addresses become links.
"""

import html
import re
from collections.abc import Iterable, Mapping

from components.types import Answer, Passage, Place, QueryKind, Reply

NOT_FOUND = "I could not find this in the documents."
"""What a reply without answers says first."""

_NEAREST = 3
_HEADING_STEP = " > "
_SEPARATOR = ' <span aria-hidden="true">·</span> '

_CONFIDENCE_WORDS = ((0.9, "Very likely"), (0.7, "Likely"), (0.5, "Possible"), (0.0, "Unsure"))

_ANSWER_LABELS = {"faq": "From a question and answer list", "passage": "Passage, no exact answer"}
_PASSAGE_LABELS = {"faq": "Question and answer", "table": "Table"}

_STAGES = {
    "understanding": "Understanding the question",
    "embedder": "Embedding the question",
    "lexical": "Analysing its words",
    "retriever": "Searching",
    "ranker": "Ranking passages",
    "reader": "Reading passages",
    "answering": "Composing answers",
    "total": "Total",
}

_SCORES = {"relevance": "relevance", "fused": "fused", "dense": "meaning", "lexical": "keywords"}

# A browser skips white space and control characters inside an address, so "java\tscript:" would be one.
_LINKABLE = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20\x7f]+", re.IGNORECASE)

# HTML has no way to write these; a lone surrogate cannot even be sent. The signs are as long as what they replace.
_UNWRITABLE = (
    {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\f\r"}
    | {0x7F: "\N{SYMBOL FOR DELETE}"}
    | dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
)


def writable(text: str) -> str:
    """The text with characters that HTML cannot hold replaced by visible signs; as long as before."""
    return text.translate(_UNWRITABLE)


def escape(text: str) -> str:
    """The text as it may stand between tags or in a quoted attribute."""
    return html.escape(writable(text), quote=True)


def marked(text: str, start: int, end: int) -> str:
    """The escaped text with the characters from ``start`` to ``end`` in a ``<mark>``; none if they are not in it."""
    if not 0 <= start < end <= len(text):
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def percent(confidence: float) -> str:
    """A probability in [0, 1] as whole percent; never "0 %" or "100 %" for what is not exactly that."""
    points = round(confidence * 100)
    if 0.0 < confidence < 1.0:
        points = min(max(points, 1), 99)
    return f"{points} %"


def confidence_words(confidence: float) -> str:
    """A confidence in [0, 1] in words."""
    return next(words for least, words in _CONFIDENCE_WORDS if confidence >= least)


def render_reply(reply: Reply) -> str:
    """Everything the page shows of a reply: notices, answers or their absence, passages, timings."""
    parts = [_notices(reply.warnings)]
    if reply.answers:
        parts.append(_answers(reply.answers, reply.query.kind))
        parts.append(_passage_list(reply.passages))
    else:
        parts.append(_not_found(reply))
    parts.append(_timings(reply.seconds))
    return f'<div class="qa-reply" data-reply="{escape(reply.id)}">{"".join(parts)}</div>'


def render_answer(answer: Answer, kind: QueryKind = "factoid", *, first: bool = False) -> str:
    """One answer as a card.

    Args:
        answer: the answer.
        kind: of the question; to some, the whole sentence or list leads, with the span marked in it.
        first: whether it is the best one, which stands larger.
    """
    classes = "qa-card" + (" qa-first" if first else "") + (" qa-differs" if answer.differs else "")
    return (
        f'<article class="{classes}" data-answer="{escape(answer.id)}">'
        f"{_tags(answer)}{_wording(answer, kind)}{_source_line(answer)}"
        f"{_confidence(answer.confidence)}{_support(answer)}{_passage_of(answer)}</article>"
    )


def render_passage(passage: Passage) -> str:
    """One candidate passage with its source and scores."""
    label = _PASSAGE_LABELS.get(passage.kind)
    tags = "" if label is None else f'<p class="qa-tags"><span class="qa-tag">{label}</span></p>'
    return (
        f'<li class="qa-passage">{tags}<p class="qa-text" dir="auto">{escape(passage.text)}</p>'
        f"{_source(passage.source, None, passage.title, passage.page, passage.heading)}"
        f"{_scores(passage.scores)}</li>"
    )


def render_notice(text: str, *, kind: str = "info", code: str | None = None) -> str:
    """A message to the user: ``kind`` is "info" or "problem"; ``code`` is a command to type, on a line of its own."""
    command = "" if code is None else f"<pre><code>{escape(code)}</code></pre>"
    return f'<div class="qa-notice qa-{escape(kind)}"><p dir="auto">{escape(text)}</p>{command}</div>'


def linkable(url: str | None) -> bool:
    """Whether an address is one that the page may link to."""
    return url is not None and _LINKABLE.fullmatch(url) is not None


def _notices(warnings: Iterable[str]) -> str:
    return "".join(render_notice(warning) for warning in warnings)


def _answers(answers: tuple[Answer, ...], kind: QueryKind) -> str:
    cards = [render_answer(answer, kind, first=number == 0) for number, answer in enumerate(answers)]
    # Answers that contradict each other stand side by side as equals, so that none looks like the only one.
    side_by_side = [card for card, answer in zip(cards, answers, strict=True) if answer.differs]
    others = [card for card, answer in zip(cards, answers, strict=True) if not answer.differs]
    pair = f'<div class="qa-pair">{"".join(side_by_side)}</div>' if side_by_side else ""
    blocks = [pair, *others] if answers[0].differs else [*others, pair]
    return f'<section class="qa-answers" aria-label="Answers">{"".join(blocks)}</section>'


def _not_found(reply: Reply) -> str:
    how_sure = f"{percent(reply.no_answer_confidence)} sure that they do not hold the answer."
    nearest, further = reply.passages[:_NEAREST], reply.passages[_NEAREST:]
    head = (
        f'<section class="qa-none" aria-label="No answer"><h2>{NOT_FOUND}</h2>'
        f'<p class="qa-muted">{how_sure} Other words for the same thing may help.</p>'
    )
    if not nearest:
        return f"{head}</section>"
    listed = "".join(map(render_passage, nearest))
    return f'{head}<h3>Nearest passages</h3><ol class="qa-list">{listed}</ol></section>{_passage_list(further)}'


def _passage_list(passages: tuple[Passage, ...]) -> str:
    if not passages:
        return ""
    listed = "".join(map(render_passage, passages))
    count = "1 passage" if len(passages) == 1 else f"{len(passages)} passages"
    return (
        f'<details class="qa-fold qa-passages"><summary>More from the documents: {count}</summary>'
        f'<ol class="qa-list">{listed}</ol></details>'
    )


def _tags(answer: Answer) -> str:
    labels = [_ANSWER_LABELS[answer.kind]] if answer.kind in _ANSWER_LABELS else []
    tags = "".join(f'<span class="qa-tag">{label}</span>' for label in labels)
    if answer.differs:
        tags += '<span class="qa-tag qa-tag-differs">Differs from another answer</span>'
    return f'<p class="qa-tags">{tags}</p>' if tags else ""


def _wording(answer: Answer, kind: QueryKind) -> str:
    """The answer itself, and its sentence where that says more."""
    if answer.kind == "passage":
        return f'<blockquote class="qa-text" dir="auto">{_in_passage(answer)}</blockquote>'
    lead = f'<p class="qa-answer" dir="auto">{escape(answer.text.strip())}</p>'
    if answer.kind == "faq":
        question = answer.passage[: max(answer.start - answer.passage_start, 0)].strip()
        return f'<p class="qa-question" dir="auto">{escape(question)}</p>{lead}' if question else lead
    if answer.sentence.strip() == answer.text.strip():
        return f'<p class="qa-answer qa-whole" dir="auto">{escape(answer.text.strip())}</p>'
    if answer.lead(kind) != answer.text:
        return f'<p class="qa-answer qa-whole" dir="auto">{_in_sentence(answer)}</p>'
    return f'{lead}<blockquote class="qa-text" dir="auto">{_in_sentence(answer)}</blockquote>'


def _in_sentence(answer: Answer) -> str:
    """The sentence with the answer marked: at the place it has in the passage, as its words may occur twice."""
    start, end = answer.start - answer.passage_start, answer.end - answer.passage_start
    length = len(answer.sentence)
    first = answer.passage.find(answer.sentence, max(end - length, 0), start + length) if start >= 0 else -1
    if first < 0:
        found = answer.sentence.find(answer.text)
        return marked(answer.sentence, found, found + len(answer.text))
    return marked(answer.sentence, start - first, end - first)


def _in_passage(answer: Answer) -> str:
    start, end = answer.start - answer.passage_start, answer.end - answer.passage_start
    if (start, end) == (0, len(answer.passage)):
        return escape(answer.passage)
    return marked(answer.passage, start, end)


def _passage_of(answer: Answer) -> str:
    if answer.kind == "passage":
        return ""
    text = f'<p class="qa-text" dir="auto">{_in_passage(answer)}</p>'
    return f'<details class="qa-fold"><summary>Show it in the passage</summary>{text}</details>'


def _source_line(answer: Answer) -> str:
    return _source(answer.source, answer.url, answer.title, answer.page, answer.heading)


def _source(source: str, url: str | None, title: str | None, page: int | None, heading: str | None) -> str:
    name = _file(source)
    if url is not None and linkable(url):
        name = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    parts = [name, *_where(source, title, page, heading)]
    return f'<p class="qa-source">{_SEPARATOR.join(parts)}</p>'


def _file(source: str) -> str:
    """The source's path, its last part emphasised."""
    folder, slash, file = source.rpartition("/")
    return f'<bdi>{escape(folder + slash)}<span class="qa-file">{escape(file)}</span></bdi>'


def _where(source: str, title: str | None, page: int | None, heading: str | None = None) -> list[str]:
    """Title, page and heading, as far as they say more than the source and each other."""
    if title == source or (heading is not None and heading.split(_HEADING_STEP)[0] == title):
        title = None
    parts = [] if title is None else [f"<bdi>{escape(title)}</bdi>"]
    parts += [] if page is None else [f"page {page}"]
    parts += [] if heading is None else [f"<bdi>{escape(heading)}</bdi>"]
    return parts


def _confidence(confidence: float) -> str:
    words, number = confidence_words(confidence), percent(confidence)
    return (
        f'<p class="qa-confidence" title="Of the answers at this confidence, about {number} are right.">'
        f'<svg viewBox="0 0 100 10" aria-hidden="true"><rect width="100" height="10" rx="5"/>'
        f'<rect class="qa-level" width="{100 * confidence:.1f}" height="10" rx="5"/></svg>'
        f"<span>{words}</span>{_SEPARATOR}<span>{number}</span></p>"
    )


def _support(answer: Answer) -> str:
    own = (answer.source, answer.start, answer.end)
    others = [place for place in answer.support if (place.source, place.start, place.end) != own]
    if not others:
        return ""
    places = "".join(f"<li>{_place(place)}</li>" for place in others)
    return f'<div class="qa-support"><p>Also stated in</p><ul>{places}</ul></div>'


def _place(place: Place) -> str:
    return _SEPARATOR.join([f"<bdi>{escape(place.source)}</bdi>", *_where(place.source, place.title, place.page)])


def _scores(scores: Mapping[str, float]) -> str:
    shown = [f"{words} {scores[name]:.2f}" for name, words in _SCORES.items() if name in scores]
    return f'<p class="qa-scores">{_SEPARATOR.join(shown)}</p>' if shown else ""


def _timings(seconds: Mapping[str, float]) -> str:
    if not seconds:
        return ""
    total = seconds.get("total", sum(seconds.values()))
    rows = "".join(
        f'<tr><th scope="row">{escape(_STAGES.get(stage, stage))}</th><td>{1000 * value:,.0f} ms</td></tr>'
        for stage, value in seconds.items()
    )
    return (
        f'<details class="qa-fold qa-timings"><summary>Answered in {total:.2f} seconds</summary>'
        f"<table><tbody>{rows}</tbody></table></details>"
    )
