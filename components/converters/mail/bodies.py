"""The body of a mail -> paragraphs and lists, with what it quotes and its signature apart from its own words.

Goes in: plain text or HTML. Knows no mail format.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from lxml import etree, html

from components.converters.assembly import TextBuilder, clean, is_item, line_joint
from components.converters.html import add_fragment

_QUOTE = re.compile(r"(?:>[ \t]?)++")
_GAP = re.compile(r"\n[ \t\xa0]*+\n")
# "On Monday, Ada wrote:", "Am 3. Mai schrieb Ada:", and the lines that Outlook draws.
_ATTRIBUTION = re.compile(
    r"\b(?:wrote|writes|schrieb|escribió|a écrit|ha scritto|escreveu|schreef)\b|写道", re.IGNORECASE
)
_DASHED = re.compile(r"(?<!-)-{3,20}+ ?(?=[^\s-])[^-]{1,60}(?<=[^\s-]) ?-{3,20}")
_LONGEST_ATTRIBUTION = 300
_ATTRIBUTION_LINES = 3
_WRAPPED = 66
"""Characters; a line that would be longer with the next word was probably cut by the program that sent it."""
_RULE = "_" * 20

_QUOTES = "//blockquote[@type='cite'] | " + " | ".join(
    f"//*[contains(@class, '{name}')]"
    for name in ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")
)
_OUTLOOK = "//div[@id='divRplyFwdMsg' or @id='appendonsend' or contains(@id, 'mail-editor-reference-message')]"


def add_plain(builder: TextBuilder, text: str, level: int, *, is_flowed: bool = False) -> None:
    """Append a body of plain text.

    Args:
        builder: receives the blocks.
        text: the body.
        level: of the headings that stand above what is quoted.
        is_flowed: whether a space at a line's end means that its paragraph goes on.
    """
    heading = ""
    for is_quoted, lines in _runs(clean(text).split("\n")):
        if is_quoted:
            builder.add_heading(heading, level)
            _add_paragraphs(builder, lines, is_flowed)
            heading = ""
            builder.leave_headings(level)
            continue
        own, forwarded = _forwarded(lines)
        own, heading = _attribution(own) if not forwarded else (own, "")
        _add_own(builder, own, is_flowed)
        if forwarded:
            builder.add_heading(forwarded[0].strip("-_ "), level)
            _add_paragraphs(builder, forwarded[1:], is_flowed)
    builder.add(heading)


def add_html(builder: TextBuilder, markup: str, level: int) -> None:
    """Append a body of HTML; ``level`` is that of the headings above what is quoted."""
    try:
        root = html.document_fromstring(markup.replace("\0", "").encode("utf-8", "replace"), _parser())
    except etree.ParserError:  # nothing but comments or white space
        return
    quoted = _detached(root)
    add_fragment(builder, html.tostring(root, encoding="unicode"))
    for part in quoted:
        lines = "".join(part.itertext()).strip().split("\n", 1)
        if _is_attribution(lines[0].strip()) and len(lines) == 1:
            builder.add_heading(lines[0], level)
        else:
            add_fragment(builder, html.tostring(part, encoding="unicode"))
    builder.leave_headings(level)


def _parser() -> Any:
    return html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)


def _detached(root: Any) -> list[Any]:
    """What a mail quotes, taken out of it, in its order: elements that programs mark, and all below Outlook's line."""
    found = []
    for node in root.xpath(_QUOTES):
        if not any(each in found for each in node.iterancestors()):
            found.append(node)
    for node in root.xpath(_OUTLOOK)[:1]:
        found += [node, *node.itersiblings()]
    for node in found:
        node.drop_tree() if node.getparent() is not None else None
    return found


def _runs(lines: Sequence[str]) -> Iterator[tuple[bool, list[str]]]:
    """Lines of the writer's own and such that are quoted, in turn, without the marks; blank lines part neither."""
    marked = []
    is_quoted = False
    for line in lines:
        mark = _QUOTE.match(line)
        is_quoted = mark is not None or (is_quoted and not line.strip())
        marked.append((is_quoted, line[mark.end() :] if mark is not None else line))
    for kind, run in groupby(marked, key=lambda each: each[0]):
        yield kind, [line for _, line in run]


def _forwarded(lines: list[str]) -> tuple[list[str], list[str]]:
    """A writer's own lines, and those from a line on such as "-----Original Message-----"."""
    for number, line in enumerate(lines):
        if len(line) < _LONGEST_ATTRIBUTION and _DASHED.fullmatch(line.strip()) is not None:
            return lines[:number], lines[number:]
        if line.startswith(_RULE) and number + 1 < len(lines) and ":" in lines[number + 1][:10]:
            return lines[:number], lines[number + 1 :]
    return lines, []


def _attribution(lines: list[str]) -> tuple[list[str], str]:
    """A writer's own lines, and the last of them where they say who wrote what is quoted below."""
    end = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 0)
    for first in range(end - 1, max(-1, end - 1 - _ATTRIBUTION_LINES), -1):
        text = " ".join(" ".join(lines[first:end]).split())
        if not lines[first].strip():
            break
        if _is_attribution(text) and " " in text:
            return lines[:first], text
    return lines, ""


def _is_attribution(text: str) -> bool:
    is_short = len(text) <= _LONGEST_ATTRIBUTION and text.endswith((":", "："))
    return is_short and _ATTRIBUTION.search(text) is not None


def _add_own(builder: TextBuilder, lines: list[str], is_flowed: bool) -> None:
    """A writer's own words, then the signature, whose lines stay as they are."""
    end = next((number for number, line in enumerate(lines) if line in ("-- ", "--")), len(lines))
    _add_paragraphs(builder, lines[:end], is_flowed)
    builder.add("\n".join(line.strip() for line in lines[end + 1 :] if line.strip()))


def _add_paragraphs(builder: TextBuilder, lines: list[str], is_flowed: bool) -> None:
    for paragraph in _GAP.split("\n".join(lines)):
        joined = _joined(paragraph.split("\n"), is_flowed)
        items = [line for line in joined if is_item(line)]
        builder.add("\n".join(joined), "list" if len(items) > 1 and items[0] == joined[0] else "text")


def _joined(lines: list[str], is_flowed: bool) -> list[str]:
    """The lines of a paragraph, put together where the sending program cut them."""
    whole: list[list[str]] = []
    before = ""
    for line in lines:
        words = line.strip()
        if _goes_on(before, words, is_flowed):
            whole[-1] += [line_joint(whole[-1][-1], words), words]
        else:
            whole.append([words])
        before = line
    return [line for parts in whole if (line := "".join(parts))]


def _goes_on(before: str, words: str, is_flowed: bool) -> bool:
    if not words or not before.strip() or is_item(words):
        return False
    return before.endswith(" ") if is_flowed else len(before) + len(words.split(maxsplit=1)[0]) >= _WRAPPED
