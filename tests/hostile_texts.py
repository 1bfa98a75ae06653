"""Texts on which a regular expression that is not linear takes long, made from the expression itself.

What such an expression repeats is repeated behind what stands before it, and then something comes that it cannot end
with. Besides, each sign that it names, and pairs of them, without end.
"""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from re import _constants as constants, _parser as parser  # isort: skip

Node = tuple[Any, Any]

WRONG_ENDS = ("", "!", "\0", "\n", " x", "中")
HAND_MADE = (
    "a", "A", "1", "é", "中", "一", "\u0301", "👩", "_", "-", "'", '"', "`", "(", ")", "[", "]", ":", ".", ",", "|",
    "*", " ", "\t", "\n", "\r\n", "\u00a0", "a ", "1 ", "1.", "1,", "a-", "-a", "a.", "a_1", "a1", "$1", "=", "@", "a@",
    "/", "\\", "<", "<a", "&", "? ", "! ", "what is a ", "what ", "how ", "is ", " or ", "source:", 'source:"', "_x",
)  # fmt: skip
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)
_LONG = 4
"""A repetition that may be longer can be repeated without end by a stranger."""
_CANDIDATES = [*map(chr, range(1, 128)), *"éßñ\u00a0\u202f中一年个？！。：，。“”’•①（）Ёא\u0301\u2013\u200d"]
_MOST_PAIRS = 30


def recipes(pattern: re.Pattern[str]) -> list[tuple[str, str, str]]:
    """What stands before, what is repeated, and what comes after, of all texts made from a pattern."""
    chance = random.Random(ascii(pattern.pattern))
    parsed = list(parser.parse(pattern.pattern, pattern.flags))
    units: dict[tuple[str, str], None] = {}
    for before, body in _repetitions(parsed, "", chance):
        for unit in dict.fromkeys(_example(body, chance) for _ in range(4)):
            if unit:
                units[before, unit] = None
                units["", before + unit] = None
    alphabet = sorted({sign for node in parsed for sign in _signs(node, chance)})
    units |= dict.fromkeys(("", unit) for unit in (*alphabet, *HAND_MADE))
    pairs = [first + second for first, second in product(alphabet, repeat=2) if first != second]
    units |= dict.fromkeys(("", pair) for pair in chance.sample(pairs, min(len(pairs), _MOST_PAIRS)))
    units |= dict.fromkeys(("", whole) for _ in range(8) if (whole := _example(parsed, chance)))
    whole_befores = dict.fromkeys(_example(parsed, chance) for _ in range(2))
    units |= {(before, unit): None for before in whole_befores for unit in alphabet[:40]}
    return [(before, unit, end) for before, unit in units for end in ("", chance.choice(WRONG_ENDS))]


def example(expression: str, chance: random.Random) -> str:
    """One text that an expression describes; what it looks ahead or back for is not minded."""
    return _example(list(parser.parse(expression)), chance)


def _repetitions(nodes: Sequence[Node], before: str, chance: random.Random) -> Iterator[tuple[str, Sequence[Node]]]:
    """Each repeated part, and an example of what stands before it."""
    for node in nodes:
        for inner in _parts(node):
            yield from _repetitions(inner, before, chance)
        if node[0] in _REPEATS and node[1][1] >= _LONG:
            yield before, list(node[1][2])
        before += _example([node], chance)


def _parts(node: Node) -> list[Sequence[Node]]:
    """The sequences inside a node."""
    kind, value = node
    if kind in _REPEATS:
        return [list(value[2])]
    if kind is constants.SUBPATTERN:
        return [list(value[3])]
    if kind is constants.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (constants.ASSERT, constants.ASSERT_NOT):
        return [list(value[1])]
    if kind is constants.ATOMIC_GROUP:
        return [list(value)]
    return []


def _example(nodes: Sequence[Node], chance: random.Random) -> str:
    """A text that matches, where nothing that is looked ahead for forbids it."""
    found = ""
    for node in nodes:
        kind, value = node
        if kind in _REPEATS:
            times = chance.randint(value[0], max(value[0], min(value[1], 3)))
            found += "".join(_example(list(value[2]), chance) for _ in range(times))
        elif kind not in (constants.ASSERT, constants.ASSERT_NOT):
            inner = _parts(node)
            found += _example(chance.choice(inner), chance) if inner else _sign(node, chance)
    return found


def _signs(node: Node, chance: random.Random) -> set[str]:
    """One of the signs that each part of a node may be."""
    inner = [sign for part in _parts(node) for each in part for sign in _signs(each, chance)]
    return {sign for sign in (*inner, *(_sign(node, chance) for _ in range(3))) if sign}


def _sign(node: Node, chance: random.Random) -> str:
    kind, value = node
    if kind is constants.LITERAL:
        return chr(value)
    if kind is constants.ANY:
        return "x"
    if kind is constants.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is constants.IN:
        return _of_class(value, chance)
    return ""


def _of_class(items: Sequence[Node], chance: random.Random) -> str:
    """A sign of a class, from those that people write where the class is wide."""
    negated = items[0][0] is constants.NEGATE
    named = [chr(value) for kind, value in items if kind is constants.LITERAL]
    named += [chr(value[0]) for kind, value in items if kind is constants.RANGE]
    categories = [_CATEGORIES[value] for kind, value in items if kind is constants.CATEGORY]
    ranges = [value for kind, value in items if kind is constants.RANGE]

    def holds(sign: str) -> bool:
        inside = sign in named or any(first <= ord(sign) <= last for first, last in ranges)
        return (inside or any(re.fullmatch(category, sign) for category in categories)) != negated

    found = [sign for sign in _CANDIDATES if holds(sign)] or ([] if negated else named)
    return chance.choice(found) if found else ""


_CATEGORIES = {
    constants.CATEGORY_DIGIT: r"\d",
    constants.CATEGORY_NOT_DIGIT: r"\D",
    constants.CATEGORY_SPACE: r"\s",
    constants.CATEGORY_NOT_SPACE: r"\S",
    constants.CATEGORY_WORD: r"\w",
    constants.CATEGORY_NOT_WORD: r"\W",
}
