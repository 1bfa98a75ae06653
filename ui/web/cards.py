"""Answers and passages -> escaped HTML: what is said, where it stands, how sure that is.

Pure: no files, no page framework, no clock.
"""

from collections.abc import Iterable, Mapping

from components.types import Answer, Passage, Place, QueryKind
from ui.web.controls import judge_answer, open_button
from ui.web.escaping import escape, foreign, linkable, marked
from ui.web.texts import ENGLISH, Texts

SEPARATOR = ' <span class="qa-dot" aria-hidden="true">·</span> '
"""Between the parts of a line."""

_HEADING_STEP = " > "

_PAGE_ICON = (
    '<svg class="qa-icon" viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M4 1.75h5l3.25 3.25v9.25H4zM9 1.75V5h3.25"/></svg>'
)


def percent(confidence: float) -> str:
    """A probability in [0, 1] as whole percent; never "0 %" or "100 %" for what is not exactly that."""
    points = round(confidence * 100)
    if 0.0 < confidence < 1.0:
        points = min(max(points, 1), 99)
    return f"{points}\N{NO-BREAK SPACE}%"


def render_answer(
    answer: Answer,
    kind: QueryKind = "factoid",
    texts: Texts = ENGLISH,
    *,
    first: bool = False,
) -> str:
    """One answer as a card.

    Args:
        answer: the answer.
        kind: of the question; to some, the whole sentence or list leads, with the span marked in it.
        texts: the interface's language.
        first: whether it is the best one, which stands larger.
    """
    classes = "qa-card" + (" qa-first" if first else "") + (" qa-differs" if answer.differs else "")
    return (
        f'<article class="{classes}" data-answer="{escape(answer.id)}">'
        f"{_tags(answer, texts)}{_wording(answer, kind)}"
        f'<div class="qa-facts">{_source_line(answer, texts)}{_confidence(answer.confidence, texts)}</div>'
        f"{_support(answer, texts)}"
        f'<div class="qa-folds">{_passage_of(answer, texts)}{_evidence(answer.scores, texts)}</div>'
        f"{_deeds(answer, texts)}{_copy_button(answer, kind, texts)}</article>"
    )


def render_passage(passage: Passage, texts: Texts = ENGLISH) -> str:
    """One candidate passage with its source and scores."""
    label = texts.passage_kinds.get(passage.kind)
    tags = "" if label is None else f'<p class="qa-tags"><span class="qa-tag">{label}</span></p>'
    place = _source(passage.source, None, passage.title, passage.page, passage.heading, texts)
    opening = open_button(passage.source_id, passage.source, passage.start, passage.end, texts)
    return (
        f'<li class="qa-passage"><div class="qa-placed">{place}{opening}</div>{tags}'
        f'<p class="qa-text" {foreign()}>{escape(passage.text)}</p>'
        f"{_passage_scores(passage.scores, texts)}</li>"
    )


def rows(entries: Iterable[tuple[str, str]]) -> str:
    """A table of names and numbers; both are written as they are."""
    lines = "".join(f'<tr><th scope="row">{name}</th><td>{value}</td></tr>' for name, value in entries)
    return f'<table class="qa-numbers"><tbody>{lines}</tbody></table>'


def fold(summary: str, content: str, classes: str = "") -> str:
    """A part that opens when its summary is clicked."""
    return f'<details class="qa-fold {classes}"><summary>{summary}</summary>{content}</details>'


def _tags(answer: Answer, texts: Texts) -> str:
    labels = [texts.answer_kinds[answer.kind]] if answer.kind in texts.answer_kinds else []
    tags = "".join(f'<span class="qa-tag">{label}</span>' for label in labels)
    if answer.differs:
        tags += f'<span class="qa-tag qa-tag-differs">{texts.differs}</span>'
    return f'<p class="qa-tags">{tags}</p>' if tags else ""


def _wording(answer: Answer, kind: QueryKind) -> str:
    """The answer itself, and its sentence where that says more."""
    own = foreign(answer.language)
    text = escape(answer.text.strip())
    if answer.kind == "passage":
        return f'<blockquote class="qa-text" {own}>{_in_passage(answer)}</blockquote>'
    lead = f'<p class="qa-answer" {own}>{text}</p>'
    if answer.kind == "faq":
        question = answer.passage[: max(answer.start - answer.passage_start, 0)].strip()
        return f'<p class="qa-question" {own}>{escape(question)}</p>{lead}' if question else lead
    if answer.sentence.strip() == answer.text.strip():
        return f'<p class="qa-answer qa-whole" {own}>{text}</p>'
    if answer.lead(kind) != answer.text:
        return f'<p class="qa-answer qa-whole" {own}>{_in_sentence(answer)}</p>'
    return f'{lead}<blockquote class="qa-text" {own}>{_in_sentence(answer)}</blockquote>'


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


def _passage_of(answer: Answer, texts: Texts) -> str:
    if answer.kind == "passage":
        return ""
    text = f'<p class="qa-text" {foreign(answer.language)}>{_in_passage(answer)}</p>'
    return fold(texts.in_passage, text, "qa-in-passage")


def _source_line(answer: Answer, texts: Texts) -> str:
    return _source(answer.source, answer.url, answer.title, answer.page, answer.heading, texts)


def _source(
    source: str, url: str | None, title: str | None, page: int | None, heading: str | None, texts: Texts
) -> str:
    name = _file(source)
    if url is not None and linkable(url):
        name = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{name}</a>'
    line = SEPARATOR.join([name, *_where(source, title, page, heading, texts)])
    return f'<p class="qa-source">{_PAGE_ICON}<span>{line}</span></p>'


def _file(source: str) -> str:
    """The source's path, its last part emphasised."""
    folder, slash, file = source.rpartition("/")
    return f'<bdi>{escape(folder + slash)}<span class="qa-file">{escape(file)}</span></bdi>'


def _where(source: str, title: str | None, page: int | None, heading: str | None, texts: Texts) -> list[str]:
    """Title, page and heading, as far as they say more than the source and each other."""
    if title == source or (heading is not None and heading.split(_HEADING_STEP)[0] == title):
        title = None
    parts = [] if title is None else [f"<bdi>{escape(title)}</bdi>"]
    parts += [] if page is None else [texts.page.format(page=page)]
    parts += [] if heading is None else [f"<bdi>{escape(heading)}</bdi>"]
    return parts


def _confidence(confidence: float, texts: Texts) -> str:
    number = percent(confidence)
    return (
        f'<p class="qa-confidence" title="{texts.confidence_meaning.format(percent=number)}">'
        f'<svg viewBox="0 0 100 10" aria-hidden="true"><rect width="100" height="10" rx="5"/>'
        f'<rect class="qa-level" width="{100 * confidence:.1f}" height="10" rx="5"/></svg>'
        f"<span>{texts.confidence.of(confidence)}{SEPARATOR}{number}</span></p>"
    )


def _support(answer: Answer, texts: Texts) -> str:
    own = (answer.source, answer.source_id, answer.start, answer.end)
    # Two spans on one page read as the same line twice.
    others: dict[tuple[str, str], Place] = {}
    for place in answer.support:
        if (place.source, place.source_id, place.start, place.end) != own:
            others.setdefault((place.source_id, _place(place, texts)), place)
    if not others:
        return ""
    listed = ""
    for (source_id, line), place in others.items():
        opening = open_button(source_id, place.source, place.start, place.end, texts, line)
        listed += f"<li>{opening if opening else line}</li>"
    return f'<div class="qa-support"><p>{texts.also_in}</p><ul>{listed}</ul></div>'


def _place(place: Place, texts: Texts) -> str:
    where = _where(place.source, place.title, place.page, None, texts)
    return SEPARATOR.join([f"<bdi>{escape(place.source)}</bdi>", *where])


def _deeds(answer: Answer, texts: Texts) -> str:
    opening = open_button(answer.source_id, answer.source, answer.start, answer.end, texts)
    return f'<div class="qa-deeds">{opening}{judge_answer(answer, texts)}</div>' if opening else ""


def _evidence(scores: Mapping[str, float], texts: Texts) -> str:
    shown = [(texts.evidence.get(name, escape(name)), f"{value:.2f}") for name, value in scores.items()]
    return fold(texts.scores, rows(shown), "qa-evidence") if shown else ""


def _passage_scores(scores: Mapping[str, float], texts: Texts) -> str:
    shown = [f"{words} {scores[name]:.2f}" for name, words in texts.passage_scores.items() if name in scores]
    return f'<p class="qa-scores">{SEPARATOR.join(shown)}</p>' if shown else ""


def _copy_button(answer: Answer, kind: QueryKind, texts: Texts) -> str:
    """Copies the answer and, on a line of its own, where it stands."""
    where = [answer.source] + ([] if answer.page is None else [texts.page.format(page=answer.page)])
    if answer.url is not None and linkable(answer.url):
        where.append(answer.url)
    copied = f"{answer.lead(kind).strip()}\n— {', '.join(where)}"
    return (
        f'<button type="button" class="qa-quiet qa-copy" data-copy="{escape(copied)}" '
        f'data-done="{texts.copied}">{texts.copy}</button>'
    )
