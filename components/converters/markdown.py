"""Markdown -> its words without markup: paragraphs, lists and tables below their headings, and front matter.

The text is what a reader of the rendered page sees, so that an answer never begins inside ``**`` or a link.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from components.converters.assembly import TextBuilder, add_table, clean, line_joint, table_lines
from components.converters.dialects import plain
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.front_matter import front_matter
from components.converters.html import SUMMARY, add_fragment
from components.converters.limits import Limits
from components.converters.metadata import check_size, own_fields
from components.languages.asking import is_question
from components.languages.packs import united

_SPACES = re.compile(r"[ \t]{2,}")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_CLOSED = re.compile(r"</details\s{0,9}>", re.IGNORECASE)
_QUESTIONS = united(lambda pack: pack.question_columns)
_ANSWERS = united(lambda pack: pack.answer_columns)
_RENAMED = {"date": "created_at", "created": "created_at", "updated": "updated_at", "lastmod": "updated_at",
            "last_updated": "updated_at", "modified": "updated_at", "lang": "language", "keywords": "tags"}  # fmt: skip


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a Markdown file."""
    front = front_matter(clean(decode(data)), path)
    fields = front.fields
    check_size({name: value for name, value in fields.items() if not isinstance(value, dict)}, "front matter")
    title = _title(fields)
    builder = TextBuilder(limits)
    body = plain(front.body, front.shown, components=path.suffix.lower() == ".mdx")
    nodes = parsed(body)
    if title is not None and is_question(title) and not (nodes and nodes[0].tag == "h1"):
        builder.add_heading(title, 0)  # the whole page answers it
    if isinstance(answer := _first(fields, _ANSWERS), str):
        builder.add(answer)
    for node in nodes:
        add_node(builder, node)
    named = {_RENAMED.get(str(name).lower(), name): value for name, value in fields.items()}
    meta = own_fields(named, "front matter", strict=True)
    return builder.build("markdown", title if title is not None else builder.first_heading, meta)


def parsed(body: str) -> list[SyntaxTreeNode]:
    """The blocks of plain Markdown."""
    return SyntaxTreeNode(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)).children


def _title(fields: dict[Any, Any]) -> str | None:
    title = fields.pop("title", None)
    # Not one that is nested: its words would be those of all that it refers to, again and again.
    named = str(title) if isinstance(title, str | int | float | date) else None
    question = _first(fields, _QUESTIONS)
    return question if named is None and isinstance(question, str) else named


def _first(fields: dict[Any, Any], names: Iterable[str]) -> Any:
    return next((fields.pop(name) for name in names if name in fields), None)


def add_node(builder: TextBuilder, node: SyntaxTreeNode) -> None:
    """Append one block of Markdown."""
    if node.type == "heading":
        builder.add_heading(_words(node), int(node.tag[1:]))
    elif node.type in ("bullet_list", "ordered_list"):
        builder.add("\n".join(_items(node, 0)), "list")
    elif node.type == "table":
        header, *rows = [[_words(cell) for cell in row.children] for part in node.children for row in part.children]
        add_table(builder, header, rows)
    elif node.type in ("fence", "code_block"):
        builder.add(node.content.strip("\n"))
    elif node.type == "html_block":
        _add_markup(builder, node.content)
    elif node.type == "paragraph":
        builder.add(_words(node))
    else:
        for child in node.children:
            add_node(builder, child)


def _add_markup(builder: TextBuilder, markup: str) -> None:
    """Append a piece of HTML; the Markdown below an open ``<details>`` stands below its summary."""
    first, *others = _CLOSED.split(markup)
    add_fragment(builder, first, goes_on=True)
    for part in others:
        builder.leave_headings(SUMMARY)
        add_fragment(builder, part, goes_on=True)


def _items(node: SyntaxTreeNode, depth: int) -> Iterable[str]:
    """One line an item with its mark, inner lists indented below theirs."""
    number = int(node.attrs.get("start", 1))
    for item in node.children:
        mark = "- " if node.type == "bullet_list" else f"{number}. "
        number += 1
        margin = "  " * depth
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                yield from _items(child, depth + 1)
                continue
            for line in _block_lines(child):
                yield margin + mark + line
                mark = " " * len(mark)


def _block_lines(node: SyntaxTreeNode) -> Iterable[str]:
    """The lines of what stands inside a list item."""
    if node.type in ("fence", "code_block"):
        lines = node.content.strip("\n").split("\n")
    elif node.type == "html_block":
        inner = TextBuilder()
        add_fragment(inner, node.content)
        lines = inner.build("html", None, {}).text.split("\n")
    elif node.type == "table":
        header, *rows = [[_words(cell) for cell in row.children] for part in node.children for row in part.children]
        lines = table_lines(header, rows).split("\n")
    elif any(child.type == "inline" for child in node.children):
        lines = _words(node).split("\n")
    else:
        lines = [line for child in node.children for line in _block_lines(child)]
    return [line for line in lines if line.strip()]


def _words(node: SyntaxTreeNode) -> str:
    """The text of a block's inline content; a soft line break joins, a hard one stays."""
    pieces: list[str] = []
    for child in _leaves(node):
        if child.type == "softbreak":
            pieces.append("\n\0")  # resolved below, when both neighbours are known
        elif child.type == "hardbreak" or (child.type == "html_inline" and _BREAK.fullmatch(child.content)):
            pieces.append("\n")
        elif child.type in ("text", "code_inline", "image"):
            pieces.append(child.content)
    before, *lines = "".join(pieces).split("\n\0")
    for line in lines:
        before += line_joint(before, line) + line
    return _SPACES.sub(" ", before).strip()


def _leaves(node: SyntaxTreeNode) -> Iterable[SyntaxTreeNode]:
    for child in node.children:
        if child.children and child.type != "image":
            yield from _leaves(child)
        else:
            yield child
