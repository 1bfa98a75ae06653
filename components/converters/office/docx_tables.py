"""A table of a Word document -> its lines, each cell with the name of its column."""

from collections.abc import Iterable, Sequence
from typing import Any

from docx.oxml.ns import qn

from components.converters.assembly import LONGEST_NAME, grid_text, spread, table_line
from components.converters.headers import count_names, first_of, may_name
from components.converters.office.docx_words import flow, words_of

_MOST_COLUMNS = 50  # that one cell covers
_PLAIN_FILLS = ("auto", "FFFFFF", "ffffff", "")


def table_text(table: Any, document: Any) -> str:
    """All rows of a table; ``document`` knows the styles."""
    elements = list(_rows(table))
    rows: list[list[str]] = []
    for row in elements:
        rows.append(_cells(row, rows[-1] if rows else []))
    return grid_text(rows, headers=_count_headers(table, elements, rows, document))


def _rows(table: Any) -> Iterable[Any]:
    """The rows, those inside content controls too."""
    return _inside(table, qn("w:tr"))


def _inside(parent: Any, tag: str) -> Iterable[Any]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _inside(child, tag)


def _cells(row: Any, above: list[str]) -> list[str]:
    """The texts of a row, that of a merged cell in every column and row that it covers."""
    texts: list[str] = []
    for cell in _inside(row, qn("w:tc")):
        at = len(texts)
        goes_on = cell.vMerge == "continue" and at < len(above)
        text = above[at] if goes_on else _cell(cell)
        texts += spread(text if not goes_on or len(text) <= LONGEST_NAME else "", min(cell.grid_span, _MOST_COLUMNS))
    return texts


def _cell(cell: Any) -> str:
    """The text of a cell; a table inside it is written row by row."""
    parts = [_inner(part) if part.tag == qn("w:tbl") else words_of(part) for part in flow(cell)]
    return " ".join("\n".join(parts).split())


def _inner(table: Any) -> str:
    lines = (table_line(None, [_cell(cell) for cell in _inside(row, qn("w:tc"))]) for row in _rows(table))
    return "\n".join(line for line in lines if line)


def _count_headers(table: Any, elements: Sequence[Any], rows: Sequence[Sequence[str]], document: Any) -> int:
    """How many of the first rows name the columns."""
    marked = next((at for at, row in enumerate(elements) if not _is_repeated(row)), len(elements))
    if 0 < marked < len(elements):
        return marked
    first = first_of(rows)
    if first + 1 >= len(rows) or not may_name(rows[first]):
        return 0
    is_styled = _has_look(table) and _style_has_header(table, document)
    if is_styled or (_stands_out(elements[first]) and not _stands_out(elements[first + 1])):
        return first + 1
    return count_names(rows)


def _is_repeated(row: Any) -> bool:
    """Whether a row stands at the top of every page."""
    properties = row.find(qn("w:trPr"))
    mark = properties.find(qn("w:tblHeader")) if properties is not None else None
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false", "off")


def _has_look(table: Any) -> bool:
    look = next(table.iter(qn("w:tblLook")), None)
    if look is None:
        return False
    first, bits = look.get(qn("w:firstRow")), look.get(qn("w:val"))
    if first is not None:
        return first in ("1", "true", "on")
    try:
        return bool(int(bits or "0", 16) & 0x20)
    except ValueError:
        return False


def _style_has_header(table: Any, document: Any) -> bool:
    """Whether the look of the table's style sets its first row apart."""
    style = next(table.iter(qn("w:tblStyle")), None)
    if style is None:
        return False
    name = style.get(qn("w:val"))
    for known in document.styles.element.iterchildren(qn("w:style")):
        if known.get(qn("w:styleId")) == name:
            return any(part.get(qn("w:type")) == "firstRow" for part in known.iterchildren(qn("w:tblStylePr")))
    return False


def _stands_out(row: Any) -> bool:
    """Whether all cells of a row are in bold or shaded."""
    cells = [cell for cell in _inside(row, qn("w:tc")) if _cell(cell)]
    return bool(cells) and (all(map(_is_bold, cells)) or all(map(_is_shaded, cells)))


def _is_bold(cell: Any) -> bool:
    runs = [run for run in cell.iter(qn("w:r")) if words_of(run).strip()]
    return bool(runs) and all(_is_on(run, "w:b") for run in runs)


def _is_on(run: Any, name: str) -> bool:
    properties = run.find(qn("w:rPr"))
    mark = properties.find(qn(name)) if properties is not None else None
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false", "off")


def _is_shaded(cell: Any) -> bool:
    properties = cell.find(qn("w:tcPr"))
    shade = properties.find(qn("w:shd")) if properties is not None else None
    return shade is not None and shade.get(qn("w:fill"), "") not in _PLAIN_FILLS
