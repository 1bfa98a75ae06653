"""The numbers of list items and headings of a Word document, as the document shows them."""

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from components.converters.office.numbering import NumberedLevels, numeral

_FORMS = {"decimal": "1", "decimalZero": "1", "lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i",
          "upperRoman": "I", "ordinal": "1"}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")
_DEEPEST = 8
_MOST_STYLES = 10  # above each other
_LISTS = ("list bullet", "list number")


@dataclass(frozen=True, slots=True)
class ItemNumber:
    """Where an item stands, and its number or letter; "" for a bullet."""

    depth: int
    mark: str


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


class DocxNumbering:
    """Counts the items of all lists of a document, in reading order."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, int]]] = {}
        self._counts: dict[str, NumberedLevels] = {}
        self._begun: set[str] = set()
        for part in (relation.target_part for relation in document.part.rels.values() if not relation.is_external):
            if part.content_type.endswith("numbering+xml"):
                self._learn(part.element)

    def _learn(self, numbering: Any) -> None:
        for node in numbering.iter(qn("w:abstractNum")):
            levels = {_whole(level.get(qn("w:ilvl")), 0): _level(level) for level in node.iterchildren(qn("w:lvl"))}
            self._abstract[node.get(qn("w:abstractNumId"), "")] = levels
        for node in numbering.iter(qn("w:num")):
            starts = {
                _whole(change.get(qn("w:ilvl")), 0): _whole(start.get(qn("w:val")), 1)
                for change in node.iterchildren(qn("w:lvlOverride"))
                for start in change.iterchildren(qn("w:startOverride"))
            }
            base = node.find(qn("w:abstractNumId"))
            self._lists[node.get(qn("w:numId"), "")] = (base.get(qn("w:val"), "") if base is not None else "", starts)

    def next(self, paragraph: Paragraph, style: str) -> ItemNumber | None:
        """Count a paragraph; None where it is no item of a list."""
        name, depth = _place(paragraph)
        if name is None or name == "0":
            return _by_style(style) if name is None else None
        base, starts = self._lists.get(name, ("", {}))
        levels = self._abstract.get(base, {})
        level = levels.get(depth)
        if level is None or level.form not in _FORMS:
            return ItemNumber(depth, "")
        if starts and name not in self._begun:  # a list that begins anew
            self._counts.pop(base, None)
        self._begun.add(name)
        first = [starts.get(each, levels[each].start if each in levels else 1) for each in range(depth + 1)]
        numbers = self._counts.setdefault(base, NumberedLevels()).step(depth, first)
        return ItemNumber(depth, _shown(level.text, numbers, levels))


def _shown(text: str, numbers: list[int], levels: dict[int, _Level]) -> str:
    """The number of an item by its pattern, such as "%1.%2)"."""

    def part(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        form = _FORMS.get(levels[at].form, "1") if at in levels else "1"
        return numeral(numbers[at], form) if at < len(numbers) else ""

    return _PLACE.sub(part, text)


def _place(paragraph: Paragraph) -> tuple[str | None, int]:
    """List and level of a paragraph, its own or those of its style."""
    properties: Any = paragraph._p.pPr
    style: Any = paragraph.style
    for _ in range(_MOST_STYLES):
        found = properties.numPr if properties is not None else None
        if found is not None and (found.numId is not None or found.ilvl is not None):
            depth = min(found.ilvl.val, _DEEPEST) if found.ilvl is not None else 0
            return (str(found.numId.val) if found.numId is not None else ""), depth
        if style is None:
            break
        properties, style = style.element.pPr, style.base_style
    return None, 0


def _by_style(style: str) -> ItemNumber | None:
    """An item of a document whose styles say nothing of numbers."""
    if not style.startswith(_LISTS):
        return None
    last = style.rsplit(" ", 1)[-1]
    return ItemNumber(min(int(last) - 1, _DEEPEST) if last.isdecimal() and len(last) < 3 else 0, "")


def _level(node: Any) -> _Level:
    values = {name: node.find(qn(f"w:{name}")) for name in ("numFmt", "lvlText", "start")}
    found = {name: each.get(qn("w:val"), "") if each is not None else "" for name, each in values.items()}
    return _Level(found["numFmt"], found["lvlText"], _whole(found["start"], 1))


def _whole(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else default
