"""AsciiDoc -> paragraphs, lists and tables below their headings; what is included from other files is left out.

Goes through the lines once. Attributes that the file itself sets are filled in.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from components.converters.asciidoc_inline import LONGEST_LINE, words
from components.converters.assembly import ItemList, TextBuilder, add_table, clean, line_joint, spread
from components.converters.encoding import decode
from components.converters.extracted import Extracted
from components.converters.front_matter import front_matter
from components.converters.html import SUMMARY, add_fragment
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.languages.asking import is_question

_HEADING = re.compile(r"\A(={1,6}|#{1,6})[ \t]+(\S.*)\Z")
_NAME = re.compile(r"\A:(!?)([\w][\w-]{0,80})(!?):(?:[ \t]+(.*))?\Z")
_ATTRIBUTES = re.compile(r"\A\[([^\[\]\n]{0,1000})\][ \t]*\Z")
_ANCHOR = re.compile(r"\A\[\[[^\[\]\n]{1,200}\]\][ \t]*\Z")
_FENCE = re.compile(r"\A(-{4,}|\.{4,}|\+{4,}|={4,}|\*{4,}|_{4,}|/{4,}|--|`{3,}[\w-]*)[ \t]*\Z")
_TABLE = re.compile(r"\A[|,:!]={3,}[ \t]*\Z")
_MACRO = re.compile(r"\A(include|ifdef|ifndef|ifeval|endif|toc|video|audio|image)::(\S*)\[(.*)\][ \t]*\Z")
_RULE = re.compile(r"\A(?:'{3,}|<{3,}|-{3}|\*{3})[ \t]*\Z")
_ADMONITION = re.compile(r"\A(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_ITEM = re.compile(
    r"\A[ \t]*(\*{1,6}|-{1,2}|\.{1,6}|\d{1,4}\.|[a-z]\.|<(?:\d{1,3}|\.)>)[ \t]+(?:\[[ xX*]\][ \t]+)?(\S.*)\Z"
)
_TERM = re.compile(r"\A[ \t]*(\S[^\n]{0,400}?)(:{2,4}|;;)(?:[ \t]+(\S.*))?\Z")
_CELL = re.compile(r"(?<!\\)(?:(?P<times>\d{1,3})\*|(?P<span>\d{1,3})?(?:\.\d{1,3})?\+)?[<^>.]{0,4}[adehlmsv]?\|")
_COLUMNS = re.compile(r"""\bcols\s{0,3}=\s{0,3}(?:"([^"\n]{1,500})"|'([^'\n]{1,500})'|(\w[^,\]\n]{0,50}))""")
_COMMAS = re.compile(r"[,;]")
_TIMES = re.compile(r"\A\s*(\d{1,3})\*")
_CODE = ("-", ".", "`")
_LONGEST_VALUE = 200
"""Characters of an attribute, which may name others again and again."""


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read an AsciiDoc file."""
    front = front_matter(clean(decode(data)), path)
    builder = TextBuilder(limits)
    _AsciiDocReader(builder).read(front.body)
    title = front.fields.pop("title", None)
    return builder.build(
        "asciidoc", title if isinstance(title, str) else builder.first_heading, own_fields(front.fields, "front matter")
    )


class _AsciiDocReader:
    """Goes through the lines and appends the blocks."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._names: dict[str, str] = {}
        self._lines: list[str] = []
        self._at = 0
        self._paragraph: list[str] = []
        self._items = ItemList()
        self._in_list = False
        self._asked = False  # whether terms are questions
        self._marks: list[str] = []  # of the lists that the last item is in
        self._item: tuple[int, bool] | None = None
        self._attributes = ""
        self._caption = ""

    def read(self, source: str) -> None:
        self._lines = source.split("\n")
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip()
            self._at += 1
            self._line(line)
        self._end_list()

    def _line(self, line: str) -> None:
        if len(line) > LONGEST_LINE:
            self._paragraph.append(line)
        elif not line:
            self._end_paragraph()
        elif line == "+" and self._in_list:
            self._paragraph.append("")  # what follows belongs to the item
        elif line.startswith("//") and not line.startswith("////"):
            return
        elif (name := _NAME.match(line)) is not None:
            self._end_paragraph()
            self._names[name[2].lower()] = (
                "" if name[1] or name[3] else words((name[4] or "").strip(), self._names)[:_LONGEST_VALUE]
            )
        elif not (self._is_block(line) or self._is_item(line)):
            self._paragraph.append(line)

    def _is_block(self, line: str) -> bool:
        """Whether a line begins a block of its own, which is then taken."""
        if (macro := _MACRO.match(line)) is not None:
            self._end_paragraph()
            if macro[1] == "image":
                self._builder.add(words(macro[3].partition(",")[0].strip('"'), self._names))
            elif macro[1] in ("ifdef", "ifndef") and macro[3]:
                self._paragraph.append(macro[3])
        elif _ANCHOR.match(line) is not None or _RULE.match(line) is not None:
            self._end_paragraph()
        elif self._paragraph and self._paragraph[-1] and not _FENCE.match(line) and not _TABLE.match(line):
            return False
        elif (heading := _HEADING.match(line)) is not None:
            self._end_list()
            self._asked = False
            self._builder.add_heading(self._words(heading[2]), len(heading[1]))
        elif (found := _ATTRIBUTES.match(line)) is not None:
            self._attributes = found[1]
        elif line.startswith(".") and len(line) > 1 and line[1] not in ". ":
            self._caption = self._words(line[1:])
        elif _TABLE.match(line) is not None:
            self._end_list()
            self._table(line)
        elif (fence := _FENCE.match(line)) is not None:
            self._fenced(fence[1])
        else:
            return False
        return True

    def _fenced(self, fence: str) -> None:
        """Code as it stands; of other blocks only the fences go, and of comments all."""
        mark = fence[0]
        if mark == "/":
            self._until(fence)
        elif mark in _CODE and fence != "--":
            code = "\n".join(self._until("```" if mark == "`" else fence))
            self._end_list()
            self._take_caption()
            self._builder.add(code.strip("\n"))
        elif mark == "+":
            self._end_list()
            add_fragment(self._builder, "\n".join(self._until(fence)))
        else:
            self._end_paragraph()
            self._take_caption()

    def _until(self, fence: str) -> list[str]:
        begin = self._at
        while self._at < len(self._lines) and self._lines[self._at].rstrip() != fence:
            self._at += 1
        self._at += 1
        self._attributes = ""
        return self._lines[begin : self._at - 1]

    def _is_item(self, line: str) -> bool:
        if (item := _ITEM.match(line)) is not None and not (self._paragraph and not self._in_list):
            self._end_item()
            self._begin_item(item[1], item[2])
            return True
        term = _TERM.match(line) if "::" in line or ";;" in line else None
        if term is None or (self._paragraph and not (self._in_list or self._asked)):
            return False
        if self._marks == [":"]:
            self._end_item()
        else:
            self._end_list()
        self._term(self._words(term[1]), term[3])
        return True

    def _begin_item(self, mark: str, text: str) -> None:
        kind = mark if mark[0] in "*.-" else mark[-1]
        if kind in self._marks:
            del self._marks[self._marks.index(kind) + 1 :]
        else:
            self._marks.append(kind)
        self._in_list = True
        self._item = (len(self._marks) - 1, mark[0] not in "*-")
        self._paragraph = [text]

    def _term(self, term: str, rest: str | None) -> None:
        """A term with what is said of it; one that is a question stands above its answer."""
        if is_question(term):
            self._end_list()
            self._asked = True
            self._builder.add_heading(term, SUMMARY)
            self._paragraph = [rest] if rest is not None else []
            return
        self._builder.leave_headings(SUMMARY)
        self._in_list, self._marks = True, [":"]
        self._item = (0, False)
        self._paragraph = [f"{term}: {rest}" if rest is not None else f"{term}:"]

    def _end_paragraph(self) -> None:
        if self._in_list:
            self._end_item_at_gap()
            return
        if self._paragraph:
            self._take_caption()
            text = self._joined(self._paragraph)
            self._builder.add(_ADMONITION.sub("", text, count=1) if _ADMONITION.match(text) else text)
        self._paragraph = []
        self._attributes = ""

    def _end_item_at_gap(self) -> None:
        """A blank line ends a list, unless an item or what belongs to the last one follows."""
        following = next((line for line in self._lines[self._at : self._at + 3] if line.strip()), "")
        is_term = self._paragraph and len(self._paragraph) == 1 and self._paragraph[0].endswith(":")
        goes_on = _ITEM.match(following) is not None or following.strip() == "+" or following.startswith((" ", "\t"))
        if not goes_on and not is_term:
            self._end_list()

    def _end_item(self) -> None:
        if self._item is not None:
            depth, numbered = self._item
            self._items.add(self._joined(self._paragraph), depth, numbered=numbered)
        elif self._paragraph:
            self._builder.add(self._joined(self._paragraph))
        self._item, self._paragraph = None, []

    def _end_list(self) -> None:
        if self._in_list:
            self._end_item()
            self._take_caption()
            self._items.flush(self._builder)
            self._in_list, self._marks = False, []
        else:
            self._end_paragraph()

    def _take_caption(self) -> None:
        self._builder.add(self._caption)
        self._caption = ""

    def _words(self, source: str) -> str:
        return " ".join(words(source, self._names).split())

    def _joined(self, lines: list[str]) -> str:
        """A paragraph in one line; after one that ends in " +", a new line begins."""
        joined: list[list[str]] = [[]]
        for line in lines:
            part = line.strip()
            row = joined[-1]
            row.append((line_joint(row[-1], part) if row else "") + part.removesuffix(" +"))
            if part.endswith(" +"):
                joined.append([])
        return "\n".join(self._words("".join(row)) for row in joined).strip()

    def _table(self, fence: str) -> None:
        attributes, caption = self._attributes, self._caption
        self._caption = ""
        lines = self._until(fence)
        rows = list(self._rows(lines, attributes))
        has_header = "header" in attributes or _begins_with_names(lines)
        if not rows:
            return
        header = rows.pop(0) if has_header else [""] * len(rows[0])
        add_table(self._builder, header, rows, caption)

    def _rows(self, lines: list[str], attributes: str) -> Iterator[list[str]]:
        first = next((line for line in lines if line.strip()), "")
        width = _width(attributes) or len(self._cells(first))
        cells = self._cells("\n".join(lines))
        for at in range(0, len(cells), max(1, width)):
            yield cells[at : at + width]

    def _cells(self, source: str) -> list[str]:
        """The cells; the text of one that covers several columns stands in each."""
        marks = list(_CELL.finditer(source))
        cells: list[str] = []
        for mark, after in zip(marks, [*marks[1:], None], strict=True):
            text = self._words(source[mark.end() : after.start() if after is not None else None].replace("\\|", "|"))
            count = min(int(mark["span"] or mark["times"] or 1), 50)
            cells += spread(text, max(1, count))
        return cells


def _width(attributes: str) -> int:
    """The number of columns that a table's attributes name; 0 where they name none."""
    found = _COLUMNS.search(attributes)
    if found is None:
        return 0
    value = next(part for part in found.groups() if part is not None)
    if (times := _TIMES.match(value)) is not None:
        return int(times[1])
    return len([part for part in _COMMAS.split(value) if part.strip()]) if not value.isdecimal() else int(value)


def _begins_with_names(lines: list[str]) -> bool:
    """Whether a blank line parts the first row from the others."""
    return len(lines) > 2 and lines[0].startswith("|") and not lines[1].strip()
