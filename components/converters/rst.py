"""reStructuredText -> paragraphs, lists and tables below their headings; read by docutils, which may open no file.

Directives that only Sphinx knows keep their words: see ``rst_source``.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import frontend, nodes, utils
from docutils.parsers.rst import Directive, Parser, directives

from components.converters.assembly import ItemList, TextBuilder, add_table, clean, line_joint, repeated, spread
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.html import SUMMARY
from components.converters.limits import Limits
from components.converters.rst_source import CODE, DROPPED, ENTRY, LONGEST_PARAGRAPH, TEXT, TITLED, readable
from components.languages.asking import is_question

_TARGET = re.compile(r"\s*<[^<>\n]{1,500}>\Z")
_SPACES = re.compile(r"[ \t]+")
_ROLE_SIGNS = re.compile(r"\A[~!]")
_SAFE = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 5, "warning_stream": "",
    "line_length_limit": LONGEST_PARAGRAPH, "syntax_highlight": "none", "tab_width": 8,
}  # fmt: skip


class _AnyOption(dict[str, Any]):
    """Options of a directive that nobody knows: all names, and values as they stand."""

    def __missing__(self, name: str) -> Any:
        return directives.unchanged


class _Kept(Directive):  # type: ignore[misc]
    """A directive whose words are kept: those behind its name and those below."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = _AnyOption({"class": directives.unchanged})
    kind = TEXT

    def run(self) -> list[nodes.Node]:
        """The words, in an element that tells the kind."""
        made = nodes.container(kind=self.kind)
        said = self.arguments[0] if self.arguments else ""
        made["argument"] = said
        made["said"] = nodes.paragraph("", "", *self.state.inline_text(said, self.lineno)[0])
        if self.kind == CODE:
            made["source"] = "\n".join(self.content)
        elif self.content and self.kind != DROPPED:
            self.state.nested_parse(self.content, self.content_offset, made)
        return [made]


for _kind in (TEXT, TITLED, ENTRY, CODE, DROPPED):
    directives.register_directive(_kind, type(f"Kept{_kind}", (_Kept,), {"kind": _kind}))


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a reStructuredText file."""
    document = utils.new_document("", frontend.get_default_settings(Parser))
    for name, value in _SAFE.items():
        setattr(document.settings, name, value)
    document.reporter.report_level = document.reporter.halt_level = 5
    Parser().parse(readable(clean(decode(data))), document)
    builder = TextBuilder(limits)
    _Writer(builder, document).write(document, 1)
    return builder.build("rst", builder.first_heading, {})


class _Writer:
    """Appends the blocks of a document."""

    def __init__(self, builder: TextBuilder, document: nodes.document) -> None:
        self._builder = builder
        self._substitutions = {
            name: " ".join(node.astext().split()) for name, node in document.substitution_defs.items()
        }

    def write(self, node: nodes.Element, level: int) -> None:
        """Append what is in an element; ``level`` is that of a heading in it."""
        for child in node.children:
            if isinstance(child, nodes.section):
                self.write(child, level + 1)
            elif isinstance(child, nodes.title):
                self._builder.add_heading(self._words(child), level - 1 if level > 1 else 1)
            elif isinstance(child, nodes.Element):
                self._block(child, level)

    def _block(self, node: nodes.Element, level: int) -> None:
        if isinstance(node, nodes.paragraph | nodes.attribution | nodes.caption):
            self._builder.add(self._words(node))
        elif isinstance(node, nodes.literal_block | nodes.doctest_block | nodes.math_block):
            self._builder.add(node.astext())
        elif isinstance(node, nodes.bullet_list | nodes.enumerated_list):
            self._list(node)
        elif isinstance(node, nodes.definition_list):
            self._definitions(node)
        elif isinstance(node, nodes.field_list | nodes.docinfo | nodes.option_list):
            self._builder.add("\n".join(f"- {line}" for line in self._pairs(node)), "list")
        elif isinstance(node, nodes.table):
            self._table(node)
        elif isinstance(node, nodes.line_block):
            self._builder.add("\n".join(self._line_block(node)))
        elif isinstance(node, nodes.container) and "kind" in node:
            self._directive(node, level)
        elif isinstance(node, nodes.image):
            self._builder.add(str(node.get("alt", "")))
        elif isinstance(node, nodes.system_message):
            for literal in node.findall(nodes.literal_block):
                self._builder.add(literal.astext())
        elif not isinstance(node, nodes.comment | nodes.substitution_definition | nodes.target | nodes.pending):
            self.write(node, level)

    def _directive(self, node: nodes.Element, level: int) -> None:
        argument = self._words(node["said"])
        if node["kind"] == DROPPED:
            return
        if node["kind"] == CODE:
            self._builder.add(node["source"])
        elif node["kind"] == TITLED and is_question(argument) and node.children:
            self._builder.add_heading(argument, SUMMARY)
            self.write(node, level)
            self._builder.leave_headings(SUMMARY)
        elif node["kind"] == ENTRY and node.children and isinstance(node.children[0], nodes.paragraph):
            names = ", ".join(line.strip() for line in node["argument"].split("\n") if line.strip())
            self._builder.add(f"{names}: {self._words(node.children[0])}")
            self.write(nodes.container("", *node.children[1:]), level)
        else:
            self._builder.add(argument)
            self.write(node, level)

    def _list(self, node: nodes.Element) -> None:
        items = ItemList()
        self._items(node, items, 0)
        items.flush(self._builder)

    def _items(self, node: nodes.Element, items: ItemList, depth: int) -> None:
        numbered = isinstance(node, nodes.enumerated_list)
        start = int(node.get("start", 1)) if numbered else 1
        for item in node.children:
            inner = [child for child in item.children if _is_list(child)]
            own = " ".join(self._inner(child) for child in item.children if not _is_list(child))
            if own.strip():
                items.add(own, depth, numbered=numbered, start=start)
            for child in inner:
                self._items(child, items, depth + 1)

    def _inner(self, node: nodes.Node) -> str:
        """The words of a block inside an item, a cell or a definition, in one line."""
        inner = TextBuilder(self._builder.limits)
        below = _Writer.__new__(_Writer)
        below._builder, below._substitutions = inner, self._substitutions
        if isinstance(node, nodes.Element):
            below._block(node, SUMMARY)
        return " ".join(inner.build("rst", None, {}).text.split())

    def _definitions(self, node: nodes.Element) -> None:
        terms = [self._words(term) for term in node.findall(nodes.term)]
        if 2 * sum(map(is_question, terms)) > len(terms):
            for item in node.children:
                self._builder.add_heading(self._words(item.children[0]), SUMMARY)
                self.write(nodes.container("", *item.children[1:]), SUMMARY)
            self._builder.leave_headings(SUMMARY)
        else:
            self._builder.add("\n".join(f"- {line}" for line in self._pairs(node)), "list")

    def _pairs(self, node: nodes.Element) -> Iterator[str]:
        """One line for each name with what is said of it."""
        for item in node.children:
            names = [child for child in item.children if isinstance(child, _NAMES)]
            rest = [self._inner(child) for child in item.children if not isinstance(child, _NAMES)]
            name = repeated(", ".join(" ".join(self._words(each).split()) for each in names))
            said = " ".join(part for part in rest if part)
            yield f"{name}: {said}" if name and said else name or said

    def _table(self, table: nodes.Element) -> None:
        caption = next((self._words(title) for title in table.findall(nodes.title)), "")
        rows = [self._cells(row) for row in table.findall(nodes.row)]
        heads = sum(len(list(head.children)) for head in table.findall(nodes.thead))
        header = [" ".join(dict.fromkeys(filter(None, names))) for names in zip(*rows[:heads], strict=False)]
        if not heads and rows:
            header, heads = [""] * max(map(len, rows)), 0
        add_table(self._builder, header, rows[heads:], caption)

    def _cells(self, row: nodes.Element) -> list[str]:
        found: list[str] = []
        for entry in row.children:
            text = " ".join(self._inner(child) for child in entry.children)
            found += spread(text, min(1 + int(entry.get("morecols", 0)), 50))
        return found

    def _line_block(self, node: nodes.Element) -> Iterator[str]:
        for child in node.children:
            if isinstance(child, nodes.line_block):
                yield from self._line_block(child)
            else:
                yield self._words(child)

    def _words(self, node: nodes.Element) -> str:
        """The text of a paragraph in one line; a line break inside it joins as its words do."""
        lines = "".join(self._pieces(node)).split("\n")
        text = lines[0]
        for line in lines[1:]:
            text += line_joint(text, line) + line
        return _SPACES.sub(" ", text).strip()

    def _pieces(self, node: nodes.Element) -> Iterable[str]:
        for child in node.children:
            if isinstance(child, nodes.Text):
                yield child.astext()
            elif isinstance(child, nodes.substitution_reference):
                yield self._substitutions.get(child.get("refname", ""), child.astext())
            elif isinstance(child, nodes.title_reference):
                yield _ROLE_SIGNS.sub("", _TARGET.sub("", child.astext()))
            elif isinstance(child, nodes.image):
                yield str(child.get("alt", ""))
            elif isinstance(child, nodes.Element) and not isinstance(child, nodes.footnote_reference):
                yield from self._pieces(child)


_NAMES = (nodes.term, nodes.classifier, nodes.field_name, nodes.option_group)


def _is_list(node: nodes.Node) -> bool:
    return isinstance(node, nodes.bullet_list | nodes.enumerated_list)
