"""RTF -> paragraphs, lists and tables below their headings, with the document's properties.

One pass over the control words; what is hidden or deleted, headers and footers, and pictures are left out. The names of
what holds no text, and of the code pages, are those of ``striprtf``.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from striprtf.striprtf import charset_map, destinations, specialchars

from components.converters.assembly import ItemList, TextBuilder, grid_text, spread
from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.converters.metadata import own_fields
from components.converters.titles import title_or_name

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_GAP = re.compile(r"\n[ \t\xa0]*+\n")
_SHOWN = frozenset(
    {"footnote", "shp", "shpinst", "shptxt", "result", "object", "listtext", "pntext", "field", "fldrslt"}
)
_UNSEEN = (frozenset(destinations) | {"listpicture", "pgdsctbl", "xmlopen", "datastore"}) - _SHOWN
_KEPT = frozenset({"title", "author", "keywords"})
_BREAKS = frozenset({"par", "sect", "page"})
_ENDS = frozenset({"cell", "row", "nestcell", "nestrow"})
_CHARACTERS = {
    word: text
    for word, text in specialchars.items()
    if word not in _BREAKS | _ENDS and (len(word) > 1 or word in "~{}\\_")
}
_CELL_MARKS = {"clmrg": "left", "clvmrg": "above"}
_SAME_EDGE = 60  # twips between edges that the eye takes for one
_MOST_COLUMNS = 200
_MOST_GROUPS = 1_000
_MOST_LEVELS = 9


@dataclass(slots=True)
class _Paragraph:
    style: int = 0
    outline: int | None = None
    depth: int = 0
    is_cell: bool = False


@dataclass(slots=True)
class _Group:
    """What a brace begins and the other ends."""

    codec: str
    target: str = "body"
    """"body", "note", "mark", "style", "fonts", a name of ``_KEPT``, or "" for nothing."""
    hidden: bool = False
    skipped: int = 1
    """Characters that follow one in Unicode, for programs that know none."""
    font: int | None = None
    paragraph: _Paragraph = field(default_factory=_Paragraph)

    def inner(self) -> "_Group":
        """What a brace inside it begins with."""
        return replace(self, paragraph=replace(self.paragraph))


@dataclass(slots=True)
class _Row:
    cells: list[str] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    is_header: bool = False


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read an RTF document."""
    builder = TextBuilder(limits)
    reader = _Reader(builder)
    reader.read(data)
    info = reader.texts
    title = title_or_name(path, info.get("title"), builder.first_heading)
    fields = {"author": info.get("author"), "tags": info.get("keywords", "").replace(";", ",")}
    return builder.build("rtf", title, own_fields(fields | reader.dates, "the document's properties"))


class _Reader:
    """Follows groups and paragraphs, and hands on each paragraph, list and table as it ends."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._items = ItemList()
        self._default = "cp1252"
        self._groups = [_Group(self._default)]
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, tuple[str, int | None]] = {}
        self._bytes = bytearray()
        self._pieces: dict[str, list[str]] = {}
        self._is_item = False
        self._definition = _Paragraph()
        self._row = _Row()
        self._rows: list[_Row] = []
        self._notes: list[str] = []
        self._mark = ""
        self._moment: dict[str, int] = {}
        self._in_moment = ""
        self._too_many = 0
        self._to_skip = 0
        self._starred = False
        self.texts: dict[str, str] = {}
        self.dates: dict[str, datetime] = {}

    def read(self, data: bytes) -> None:
        """Take in the whole document."""
        for word, number, code, sign, brace, text in _tokens(data):
            if text is not None or code is not None:
                self._take(text if text is not None else bytes.fromhex((code or b"").decode()))
                continue
            self._decode()
            if brace:
                self._open() if brace == b"{" else self._close()
            elif sign == b"*":
                self._starred = True
            elif sign is not None:
                self._say(_CHARACTERS.get(sign.decode("latin-1"), ""))
                if sign in b"\r\n":
                    self._end_paragraph()
            elif word is not None:
                self._control(word.decode().lower(), None if number is None else int(number))
        self._decode()
        self._end_paragraph()
        self._flush()

    @property
    def _group(self) -> _Group:
        return self._groups[-1]

    def _open(self) -> None:
        if len(self._groups) < _MOST_GROUPS:
            self._groups.append(self._group.inner())
        else:
            self._too_many += 1
        self._starred = False
        self._to_skip = 0

    def _close(self) -> None:
        self._to_skip = 0
        if self._too_many:
            self._too_many -= 1
        elif len(self._groups) > 1:
            ended = self._groups.pop()
            if ended.target != self._group.target:
                self._end_target(ended.target)

    def _end_target(self, target: str) -> None:
        text = "".join(self._pieces.pop(target, ())) if target not in ("body", "") else ""
        if target == "note":
            self._notes.append(text)
        elif target == "mark":
            self._mark, self._is_item = text, True
        elif target in _KEPT:
            self.texts.setdefault(target, text.strip())
        self._in_moment = ""

    def _take(self, found: bytes) -> None:
        skipped = min(self._to_skip, len(found))
        self._to_skip -= skipped
        if self._group.target and not self._group.hidden:
            self._bytes += found[skipped:]

    def _decode(self) -> None:
        if self._bytes:
            text = bytes(self._bytes).decode(self._group.codec, "replace")
            self._bytes.clear()
            self._say(text)

    def _say(self, text: str) -> None:
        target = self._group.target
        if not text or not target or self._group.hidden:
            return
        if target == "style":
            self._define(text)
        elif target != "fonts":
            self._pieces.setdefault(target, []).append(text)

    def _define(self, text: str) -> None:
        """A style's name ends with a semicolon; what stood before it said its number and level."""
        if ";" in text:
            self._styles[self._definition.style] = text.split(";")[0].strip().lower(), self._definition.outline
            self._definition = _Paragraph()

    def _control(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        group = self._group
        if self._in_moment and number is not None:
            self._moment[word] = number
            if word == "min":
                self._keep_moment()
        elif word in ("creatim", "revtim"):
            self._in_moment, self._moment, group.target = word, {}, ""
        elif word in ("stylesheet", "fonttbl", "listtext", "pntext", "footnote", *_KEPT):
            names = {
                "stylesheet": "style",
                "fonttbl": "fonts",
                "footnote": "note",
                "listtext": "mark",
                "pntext": "mark",
            }
            if group.target:
                group.target = names.get(word, word)
        elif word == "info":
            group.target = "info"
        elif word in _UNSEEN or (starred and word not in _SHOWN):
            group.target = ""
        elif group.target == "style":
            self._style(self._definition, word, number)
        elif word in _BREAKS | _ENDS and group.target in ("body", "note"):
            self._end(word)
        elif not self._look(group, word, number) and group.target == "body":
            self._style(group.paragraph, word, number)
            self._table(word, number)

    def _look(self, group: _Group, word: str, number: int | None) -> bool:
        """Follow what changes how characters are read or whether they are seen."""
        if word in _CHARACTERS:
            self._say(_CHARACTERS[word])
        elif word == "u" and number is not None:
            self._say(chr(number % 0x10000))
            self._to_skip = group.skipped
        elif word == "uc":
            group.skipped = number if number is not None and 0 <= number < 10 else 1
        elif word in ("v", "deleted"):
            group.hidden = number != 0
        elif word == "plain":
            group.hidden, group.font, group.codec = False, None, self._default
        elif word == "ansicpg" and number is not None:
            self._default = group.codec = _codec(f"cp{number}", self._default)
        elif word in ("mac", "pc", "pca"):
            self._default = group.codec = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "f" and number is not None:
            group.font, group.codec = number, self._fonts.get(number, self._default)
        elif word == "fcharset" and group.target == "fonts" and group.font is not None:
            name = charset_map.get(number or 0, self._default)
            self._fonts[group.font] = self._default if number in (0, 2) else _codec(name, self._default)
        else:
            return False
        return True

    @staticmethod
    def _style(paragraph: _Paragraph, word: str, number: int | None) -> None:
        if word == "pard":
            paragraph.style, paragraph.outline, paragraph.depth = 0, None, 0
            paragraph.is_cell = False
        elif word == "s":
            paragraph.style = number or 0
        elif word == "outlinelevel":
            paragraph.outline = number
        elif word == "ilvl":
            paragraph.depth = min(number or 0, 8)
        elif word == "intbl":
            paragraph.is_cell = True

    def _table(self, word: str, number: int | None) -> None:
        if word == "trowd":
            self._row = _Row(self._row.cells)
        elif word == "trhdr":
            self._row.is_header = True
        elif word in _CELL_MARKS:
            self._row.marks += [""] * (len(self._row.edges) - len(self._row.marks)) + [_CELL_MARKS[word]]
        elif word == "cellx" and len(self._row.edges) < _MOST_COLUMNS:
            self._row.edges.append(number or 0)

    def _end(self, word: str) -> None:
        if self._group.target == "note" or word == "nestcell" or (word == "par" and self._group.paragraph.is_cell):
            self._say("\n")
        elif word == "cell":
            self._row.cells.append(self._spoken())
            self._mark, self._is_item = "", False
        elif word == "row":
            self._items.flush(self._builder)
            self._rows.append(self._row)
            self._row = _Row(edges=self._row.edges, marks=self._row.marks)
        elif word != "nestrow":
            self._end_paragraph()

    def _spoken(self) -> str:
        return _whole("".join(self._pieces.pop("body", ()))).strip()

    def _end_paragraph(self) -> None:
        text, mark, is_item, paragraph = self._spoken(), self._mark, self._is_item, self._group.paragraph
        self._mark, self._is_item = "", False
        if not text:
            return
        self._end_table()
        name, outline = self._styles.get(paragraph.style, ("", None))
        level = _level(name, paragraph.outline if paragraph.outline is not None else outline)
        if is_item and level is None:
            self._items.add_marked(text, paragraph.depth, mark)
            return
        self._items.flush(self._builder)
        if level is not None:
            self._builder.add_heading(f"{mark.strip()} {text}" if any(map(str.isalnum, mark)) else text, level)
        else:
            for part in _GAP.split(text):
                self._builder.add(part)
        self._add_notes()

    def _flush(self) -> None:
        self._items.flush(self._builder)
        self._end_table()
        self._add_notes()

    def _add_notes(self) -> None:
        for note in self._notes:
            self._builder.add(_whole(note))
        self._notes.clear()

    def _end_table(self) -> None:
        if self._rows:
            self._builder.add(_table_text(self._rows), "table")
            self._rows = []

    def _keep_moment(self) -> None:
        name = {"creatim": "created_at", "revtim": "updated_at"}[self._in_moment]
        parts = [self._moment.get(part, 0) for part in ("yr", "mo", "dy", "hr", "min")]
        self._in_moment = ""
        try:
            self.dates[name] = datetime(*parts)  # type: ignore[arg-type]
        except ValueError:  # a year of 0
            return


def _tokens(data: bytes) -> Iterator[tuple[bytes | None, ...]]:
    """The parts of each token; raw bytes, of a picture for example, are passed over."""
    place = 0
    while (found := _TOKEN.search(data, place)) is not None:
        place = found.end()
        if found[1] == b"bin" and found[2] is not None:
            place += max(0, int(found[2]))
        else:
            yield found.groups()


def _codec(name: str, default: str) -> str:
    try:
        return codecs.lookup({"cp10000": "mac_roman", "cp65001": "utf-8"}.get(name, name)).name
    except LookupError:
        return default


def _whole(text: str) -> str:
    """Characters that stand as two halves in UTF-16 become one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _level(name: str, outline: int | None) -> int | None:
    word, _, number = name.rpartition(" ")
    if word in ("heading", "überschrift", "titre", "título", "titolo") and number.isdecimal() and len(number) == 1:
        return int(number)
    return outline + 1 if outline is not None and 0 <= outline < _MOST_LEVELS else None


def _table_text(rows: list[_Row]) -> str:
    edges = _columns(rows)
    grid: list[list[str]] = []
    for row in rows:
        grid.append(_cells(row, edges, grid[-1] if grid else []))
    return grid_text(grid, headers=next((n for n, row in enumerate(rows) if not row.is_header), 0))


def _columns(rows: list[_Row]) -> list[int]:
    """The right edges of the columns that all rows together draw."""
    edges: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.edges}):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    return edges[:_MOST_COLUMNS]


def _cells(row: _Row, columns: list[int], above: list[str]) -> list[str]:
    """The texts of a row, that of a merged cell in every column and row that it covers."""
    texts: list[str] = []
    for number, cell in enumerate(row.cells):
        mark = row.marks[number] if number < len(row.marks) else ""
        edge = row.edges[number] if number < len(row.edges) else None
        width = 1 if edge is None else sum(column <= edge + _SAME_EDGE for column in columns[len(texts) :])
        if mark == "left" and texts:
            cell = spread(texts[-1], 2)[1]
        elif mark == "above" and len(texts) < len(above):
            cell = spread(above[len(texts)], 2)[1]
        texts += spread(" ".join(cell.split()), max(1, width))
    return texts
