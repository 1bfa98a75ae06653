"""Text -> HTML: everything foreign is escaped here, and tables and plots get their elements. Pure."""

from collections.abc import Iterable, Sequence

from evaluation.report.escaping import escape
from evaluation.report.plots import Plot
from evaluation.report.svg import style_of


def foreign(text: str, element: str = "p") -> str:
    """An element with text of documents or users, which has its own direction of writing."""
    return f'<{element} dir="auto">{escape(text)}</{element}>'


def marked(text: str, words: Sequence[tuple[str, str]], most: int = 2000) -> str:
    """The escaped text with the first place of each of the words in a ``<mark>``; places do not overlap.

    Args:
        text: a passage.
        words: what to mark, with the class of its mark; empty words and those that are not there are passed over.
        most: characters that are shown of a long passage, around the first mark.
    """
    places: list[tuple[int, int, str]] = []
    for sought, kind in words:
        start = text.find(sought) if sought else -1
        end = start + len(sought)
        if start >= 0 and all(end <= first or last <= start for first, last, _ in places):
            places.append((start, end, kind))
    first, last = _shown(text, min((start for start, _, _ in places), default=0), most)
    parts, done = ["… " if first else ""], first
    for start, end, kind in sorted(places):
        if start < last:
            parts += [escape(text[done:start]), f'<mark class="{kind}">{escape(text[start : min(end, last)])}</mark>']
            done = min(end, last)
    return "".join([*parts, escape(text[done:last]), " …" if last < len(text) else ""])


def _shown(text: str, mark: int, most: int) -> tuple[int, int]:
    """Start and end of what is shown of a text, a third of it before the mark."""
    first = max(0, min(mark - most // 3, len(text) - most))
    return first, min(len(text), first + most)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table that moves sideways within itself on a phone.

    The first cell names the row; of the others, what follows a line break is written small.
    """
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in columns)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    name = escape(caption)
    return (
        f'<div class="sideways" role="group" tabindex="0" aria-label="{name}"><table>'
        f'<caption class="spoken">{name}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def figure(plot: Plot) -> str:
    """A plot with its words, its key, and its numbers folded away."""
    keys = "".join(
        f'<li><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><path class="line {style_of(place)}" '
        f'd="M1 4H23"/></svg>{escape(name)}</li>'
        for place, name in enumerate(plot.keys)
    )
    listed = f'<ul class="keys">{keys}</ul>' if keys else ""
    return (
        f"<figure><figcaption><strong>{escape(plot.title)}</strong> <span>{escape(plot.caption)}</span></figcaption>"
        f"{plot.drawing}{listed}"
        f"<details><summary>Numbers</summary>{table(plot.columns, plot.rows, plot.title)}</details></figure>"
    )


def _cells(row: Sequence[str]) -> str:
    first, *others = row
    return f'<th scope="row" dir="auto">{escape(first)}</th>' + "".join(f"<td>{_cell(each)}</td>" for each in others)


def _cell(text: str) -> str:
    first, _, second = text.partition("\n")
    return escape(first) + (f"<small>{escape(second)}</small>" if second else "")
