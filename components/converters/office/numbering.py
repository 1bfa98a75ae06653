"""The numbers of list items and headings as an office program shows them; pure, knows no file format."""

from collections.abc import Sequence

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_MOST_ROMAN = 4_000
_MOST_LEVELS = 10


def numeral(number: int, form: str) -> str:
    """A number in digits, letters or Roman numerals.

    Args:
        number: 1 or more; another one is given in digits.
        form: "1", "a", "A", "i" or "I"; anything else means digits.
    """
    if number < 1 or form not in ("a", "A", "i", "I"):
        return str(number)
    if form in ("a", "A"):
        letter = chr(ord(form) + (number - 1) % 26)
        return letter * min((number - 1) // 26 + 1, 9)
    if number >= _MOST_ROMAN:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text if form == "i" else text.upper()


class NumberedLevels:
    """How far the items of one list are counted, level by level."""

    def __init__(self) -> None:
        self._counts: list[int] = []

    def step(self, level: int, starts: Sequence[int]) -> list[int]:
        """Count one item on; the numbers of all levels down to its own.

        Args:
            level: 0 for the outermost.
            starts: the first number of each level; 1 for levels beyond.
        """
        level = min(level, _MOST_LEVELS - 1)
        first = [starts[each] if each < len(starts) else 1 for each in range(level + 1)]
        if len(self._counts) > level:
            self._counts = [*self._counts[:level], self._counts[level] + 1]
        else:
            self._counts += first[len(self._counts) :]
        return list(self._counts)
