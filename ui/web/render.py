"""Replies -> escaped HTML, as strings.

Pure: no files, no page framework, no clock. Puts together what ``ui.web.cards`` makes of answers and passages; whatever
comes from a document or from the user goes through ``ui.web.escaping``.
"""

from collections.abc import Iterable, Mapping

from components.types import Answer, Passage, Reply
from ui.web.cards import fold, percent, render_answer, render_passage, rows
from ui.web.controls import judge_absence
from ui.web.escaping import escape
from ui.web.texts import ENGLISH, Texts

_NEAREST = 3


def render_reply(reply: Reply, texts: Texts = ENGLISH, *, link: str | None = None) -> str:
    """Everything the page shows of a reply: notices, answers or their absence, passages, timings.

    Args:
        reply: what to show.
        texts: the interface's language.
        link: address that asks this question again, relative to the page; None offers none.
    """
    parts = [_notices(reply.warnings)]
    if reply.answers:
        parts.append(_answers(reply, texts))
        further = reply.passages
    else:
        parts.append(_not_found(reply, texts))
        further = reply.passages[_NEAREST:]
    foot = f"{_passage_list(further, texts)}{_timings(reply.seconds, texts)}{_share(link, texts)}"
    parts.append(f'<div class="qa-foot">{foot}</div>' if foot else "")
    return f'<div class="qa-reply" data-reply="{escape(str(reply.id))}">{"".join(parts)}</div>'


def render_notice(text: str, *, kind: str = "info", code: str | None = None, detail: str | None = None) -> str:
    """A message to the user.

    Args:
        text: what is said.
        kind: "info" or "problem".
        code: a command to type, on a line of its own.
        detail: what the service says of it, in English.
    """
    command = "" if code is None else f'<pre tabindex="0"><code>{escape(code)}</code></pre>'
    told = "" if detail is None else f'<p class="qa-detail" lang="en" dir="auto">{escape(detail)}</p>'
    return f'<div class="qa-notice qa-{escape(kind)}"><p dir="auto">{escape(text)}</p>{told}{command}</div>'


def _notices(warnings: Iterable[str]) -> str:
    return "".join(render_notice(warning) for warning in warnings)


def _answers(reply: Reply, texts: Texts) -> str:
    """The best answer, and beside it those that contradict it, as equals; the others folded."""

    def card(answer: Answer, *, first: bool = False) -> str:
        return render_answer(answer, reply.query.kind, texts, first=first)

    best, differing = reply.answers[0], [answer for answer in reply.answers if answer.differs]
    others = [answer for answer in reply.answers[1:] if not answer.differs]
    cards = "" if best.differs else card(best, first=True)
    if differing:
        cards += f'<div class="qa-pair">{"".join(card(answer) for answer in differing)}</div>'
    folded = ""
    if others:
        listed = "".join(card(answer) for answer in others)
        folded = fold(texts.other_answers.of(len(others)), f'<div class="qa-others">{listed}</div>')
    return f'<div class="qa-answers">{cards}{folded}</div>'


def _not_found(reply: Reply, texts: Texts) -> str:
    how_sure = texts.how_sure.format(percent=percent(reply.no_answer_confidence))
    head = f'<div class="qa-none"><h3>{texts.not_found}</h3><p class="qa-muted">{how_sure} {texts.other_words}</p>'
    head += judge_absence(texts)
    nearest = reply.passages[:_NEAREST]
    if not nearest:
        return f"{head}</div>"
    return f'{head}<h4>{texts.nearest}</h4><ol class="qa-list">{_listed(nearest, texts)}</ol></div>'


def _passage_list(passages: tuple[Passage, ...], texts: Texts) -> str:
    if not passages:
        return ""
    listed = f'<ol class="qa-list">{_listed(passages, texts)}</ol>'
    return fold(texts.more_passages.of(len(passages)), listed, "qa-passages")


def _listed(passages: Iterable[Passage], texts: Texts) -> str:
    return "".join(render_passage(passage, texts) for passage in passages)


def _timings(seconds: Mapping[str, float], texts: Texts) -> str:
    if not seconds:
        return ""
    total = seconds.get("total", sum(seconds.values()))
    stages = ((texts.stages.get(stage, escape(stage)), f"{1000 * value:,.0f} ms") for stage, value in seconds.items())
    return fold(texts.answered_in.format(seconds=f"{total:.2f}"), rows(stages), "qa-timings")


def _share(link: str | None, texts: Texts) -> str:
    if link is None:
        return ""
    return (
        f'<button type="button" class="qa-quiet qa-share" data-link="{escape(link)}" '
        f'data-done="{texts.link_copied}">{texts.share}</button>'
    )
