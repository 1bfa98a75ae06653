"""reStructuredText as Sphinx and others extend it -> the one that docutils itself knows, with all words kept.

Each directive becomes one of a few kinds by what is to be done with it, and roles go: only their words are read.
Goes through the lines once; blocks of code stay as they are.
"""

import re
from collections.abc import Iterator

from components.errors import InputError

LONGEST_PARAGRAPH = 40_000
"""Characters without a blank line: docutils reads longer ones again and again."""

MOST_CHARACTERS = 5_000_000
"""Of a file, for the same reason."""

TEXT, TITLED, ENTRY, CODE, DROPPED = "kept-text", "kept-titled", "kept-entry", "kept-code", "kept-nothing"
"""Kinds of directives: words around words, words below a title, words that explain a name, code, and no words."""

_DIRECTIVE = re.compile(r"(\s{0,400}\.\. (?:\|[^|\n]{1,200}\| )?)([\w][\w:.+-]{0,80})::(?=\s|\Z)")
_ROLE = re.compile(
    r"(?<![\w:]):[A-Za-z][\w+.-]{0,40}(?::[\w+.-]{1,40}){0,2}:(?=`)|(?<=[^`\s]`):[A-Za-z][\w+.:-]{0,40}:(?!`)"
)
_LITERAL = re.compile(r"``(?!`)[^\n]{1,500}?``(?!`)")
_OWN = frozenset({"table", "csv-table", "list-table", "image", "figure", "replace", "unicode", "math"})
_CODE = frozenset({
    "code", "code-block", "sourcecode", "prompt", "console", "parsed-literal", "highlight-block", "ipython", "doctest",
    "testcode", "testoutput", "code-cell", "jupyter-execute", "productionlist", "terminal",
})  # fmt: skip
_NO_WORDS = frozenset({
    "toctree", "include", "literalinclude", "graphviz", "digraph", "graph", "uml", "mermaid", "plantuml", "index",
    "contents", "sectnum", "section-numbering", "meta", "role", "default-role", "default-domain", "highlight", "raw",
    "currentmodule", "py:currentmodule", "module", "py:module", "autosummary", "automodule", "autoclass",
    "autofunction", "tags", "date", "target-notes", "header", "footer", "inheritance-diagram",
    "sectionauthor", "codeauthor", "tabularcolumns", "program", "video", "youtube", "click", "argparse", "feed-entry",
})  # fmt: skip
_ENTRIES = frozenset({
    "option", "cmdoption", "envvar", "confval", "describe", "object", "setting", "function", "class", "method",
    "attribute", "data", "exception", "decorator", "property", "macro", "type", "var", "token", "rst:directive",
    "command",
})  # fmt: skip
_TITLED = frozenset({
    "dropdown", "collapse", "details", "topic", "sidebar", "admonition", "tab", "tab-item", "group-tab", "card",
    "grid-item-card", "rubric", "faq", "question",
})  # fmt: skip
_VERSIONS = {
    "versionadded": "Added in version", "versionchanged": "Changed in version",
    "deprecated": "Deprecated since version", "versionremoved": "Removed in version",
}  # fmt: skip


def readable(source: str) -> str:
    """The source with kinds in the place of the names of directives.

    Raises:
        InputError: it is too long, or a paragraph in it is.
    """
    if len(source) > MOST_CHARACTERS:
        raise InputError(f"holds {len(source):,} characters, over {MOST_CHARACTERS:,} of this format; split it")
    return "\n".join(_lines(source.expandtabs(8).split("\n")))


def _lines(lines: list[str]) -> Iterator[str]:
    code: int | None = None  # the indent of what leads code in
    length = 0
    for line in lines:
        words = line.strip()
        length = length + len(line) if words else 0
        if length > LONGEST_PARAGRAPH:
            raise InputError(f"holds a paragraph of over {LONGEST_PARAGRAPH:,} characters; divide it by blank lines")
        indent = len(line) - len(line.lstrip())
        if code is not None and words and indent <= code:
            code = None
        if code is None:
            line, is_code = _line(line)
            code = indent if is_code else None
        yield line


def _line(line: str) -> tuple[str, bool]:
    """The line as docutils reads it, and whether code follows."""
    found = _DIRECTIVE.match(line)
    if found is None:
        return _without_roles(line), line.rstrip().endswith("::")
    name = found[2].lower()
    rest = line[found.end() :]
    if name in _OWN:
        return line, name == "math"
    if (said := _VERSIONS.get(name)) is not None:
        return f"{found[1]}{TITLED}:: {said}{rest}", False
    kind = kind_of(name)
    return f"{found[1]}{kind}::{rest}", kind == CODE


def kind_of(name: str) -> str:
    """What is done with a directive of this name; one that nobody knows keeps its words."""
    if name in _CODE:
        return CODE
    if name in _NO_WORDS:
        return DROPPED
    if name in _ENTRIES or (":" in name and name.rpartition(":")[2] in _ENTRIES):
        return ENTRY
    return TITLED if name in _TITLED else TEXT


def _without_roles(line: str) -> str:
    if "`" not in line or ":" not in line:
        return line
    pieces, at = [], 0
    for literal in _LITERAL.finditer(line):
        pieces += [_ROLE.sub("", line[at : literal.start()]), literal[0]]
        at = literal.end()
    return "".join((*pieces, _ROLE.sub("", line[at:])))
