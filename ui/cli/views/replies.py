"""A reply -> what the terminal shows: answers marked inside their passages, or an honest "not found".

Pure: values in, Rich renderables out. All words from documents go through ``Text``, never through Rich's markup, and
through :func:`components.foreign_text.harmless`. Knows neither the console nor where the reply came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from components.foreign_text import harmless, one_line, shortened
from ui.text import place_parts, support_line

if TYPE_CHECKING:
    from components.types import Answer, Passage, Reply

_MARK = "bold reverse"
_QUIET = "dim"
_WARNING = "yellow"
_SCORES = ("dense", "lexical", "lexical_share", "fused", "relevance", "ranking")
_NEAREST = 3
_INDENT = 3


def reply_view(reply: Reply, *, marks: bool, stages: bool = False) -> RenderableType:
    """Everything a reply says.

    Args:
        reply: what to show.
        marks: True to mark answers by ``>>`` and ``<<``, for output without colours.
        stages: True to show the seconds of every stage, not only their total.
    """
    parts: list[RenderableType] = [warning_line(warning) for warning in reply.warnings]
    if reply.answers:
        for number, answer in enumerate(reply.answers, 1):
            parts += [answer_view(answer, number, marks=marks), Text()]
    else:
        parts += [*not_found_view(reply), Text()]
    parts.append(seconds_line(reply.seconds, stages=stages))
    return Group(*parts)


def answer_view(answer: Answer, number: int, *, marks: bool) -> RenderableType:
    """One answer: its words, confidence and place, and the passage with the answer marked in it."""
    head = Text().append(f"{number}. ", style="bold")
    # A whole list or table keeps its lines in the passage below; the headline is one line.
    head.append(one_line(answer.text), style="bold green")
    head.append(f"   confidence {answer.confidence:.2f}", style=_confidence_style(answer.confidence))
    if answer.kind in _KINDS:
        head.append(f"   {_KINDS[answer.kind]}", style=_QUIET)
    if answer.differs:
        head.append("   others say otherwise", style=_WARNING)
    lines: list[RenderableType] = [placed(answer.source, answer.page, answer.title, answer.heading)]
    if answer.url:
        lines.append(Text(one_line(answer.url), style="blue"))
    lines.append(marked_passage(answer, marks=marks))
    others = support_line(answer.support[1:])
    if others:
        lines.append(Text(others, style=_QUIET))
    return Group(head, Padding(Group(*lines), (0, 0, 0, _INDENT), expand=False))


_KINDS = {"faq": "from a question and its answer", "passage": "the passage that probably holds the answer"}


def marked_passage(answer: Answer, *, marks: bool) -> Text:
    """The passage, the exact words marked in it by colour, or by ``>>`` and ``<<``."""
    passage = harmless(answer.passage)
    start = max(0, answer.words_start - answer.passage_start)
    end = min(len(passage), answer.words_end - answer.passage_start)
    words = passage[start:end]
    text = Text(passage[:start])
    text.append(f">>{words}<<" if marks and words else words, style=_MARK)
    text.append(passage[end:])
    return text


def placed(source: str, page: int | None, title: str | None = None, heading: str | None = None) -> Text:
    """Where something stands, in one line."""
    where, around = place_parts(source, page, title, heading)
    line = Text(where, style="cyan")
    if around:
        line.append(f" — {around}", style=_QUIET)
    return line


def not_found_view(reply: Reply) -> list[RenderableType]:
    """That the documents do not answer, and what stands nearest to the question."""
    head = Text().append("The documents do not answer this", style="bold yellow")
    head.append(f"   confidence {reply.no_answer_confidence:.2f}", style=_QUIET)
    lines: list[RenderableType] = [head]
    if reply.passages:
        lines.append(Padding(Text("The nearest passages are", style=_QUIET), (0, 0, 0, _INDENT), expand=False))
    for passage in reply.passages[:_NEAREST]:
        line = placed(passage.source, passage.page, passage.title, passage.heading)
        line.append("\n" + shortened(passage.text, 160), style=_QUIET)
        lines.append(Padding(line, (0, 0, 0, _INDENT), expand=False))
    return lines


def explain_table(passages: Sequence[Passage]) -> Table:
    """Every candidate in its final order, with its score from each stage."""
    names = score_names(passage.scores for passage in passages)
    table = _score_table("Candidates", ["#", *names], "passage")
    for number, passage in enumerate(passages, 1):
        words = placed(passage.source, passage.page).append("\n").append(shortened(passage.text, 120), style=_QUIET)
        table.add_row(str(number), *(_score(passage.scores.get(name)) for name in names), words)
    return table


def evidence_table(answers: Sequence[Answer]) -> Table:
    """What each answer's confidence was computed from."""
    names = score_names(answer.scores for answer in answers)
    table = _score_table("Evidence", ["confidence", *names], "answer")
    for answer in answers:
        scores = (_score(answer.scores.get(name)) for name in names)
        table.add_row(f"{answer.confidence:.2f}", *scores, Text(shortened(answer.text, 120)))
    return table


def _score_table(title: str, numbers: Sequence[str], words: str) -> Table:
    """Columns of numbers, which are never cut, and one of words, which takes what is left."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, expand=False, pad_edge=False)
    for name in numbers:
        table.add_column(name.replace("_", "\n"), justify="right", no_wrap=True)
    table.add_column(words, overflow="fold", min_width=16)
    return table


def score_names(scores: Iterable[Mapping[str, float]]) -> list[str]:
    """The names that occur, in the order of the stages; unknown ones last, in the order they came."""
    found = dict.fromkeys(name for mapping in scores for name in mapping)
    return [name for name in _SCORES if name in found] + [name for name in found if name not in _SCORES]


def seconds_line(seconds: Mapping[str, float], *, stages: bool) -> Text:
    """The seconds in all, and of each stage if asked for."""
    total = seconds.get("total", sum(seconds.values()))
    line = Text(f"{total:.2f} s", style=_QUIET)
    parts = [f"{name} {value:.3f}" for name, value in seconds.items() if name != "total"]
    if stages and parts:
        line.append(": " + ", ".join(parts))
    return line


def warning_line(warning: str) -> Text:
    """A warning, which may quote the user or a document."""
    return Text(f"! {one_line(warning)}", style=_WARNING)


def _score(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _confidence_style(confidence: float) -> str:
    if confidence >= 0.75:
        return "green"
    return "yellow" if confidence >= 0.4 else "red"
