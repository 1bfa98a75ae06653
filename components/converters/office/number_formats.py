"""A number and the format that a workbook gives it -> the number as a person reads it there; pure.

Covers what says something of the value: decimals, leading zeros, percent, and units such as "kg" or "€". Groups of
thousands are not parted, since that differs by country. Any other format gives the plain number.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext

# A quoted text, an escaped character, a currency or colour in brackets, a gap or filler, or one character.
_TOKEN = re.compile(r'"([^"]*)"|\\(.)|\[([^\]]*)\]|[_*].|(.)', re.DOTALL)
_CURRENCY = re.compile(r"\$([^-\]]*)")
_DIGITS = re.compile(r"[#,]*(0*)(?:\.(0*)(#*))?")
_LITERAL = frozenset(" $€£¥%+-()")
_MAX_PLACES = 30

LONGEST_FORMAT = 255
"""Characters; Excel keeps no longer one."""


def shown(value: float, number_format: str) -> str:
    """The number as its format shows it.

    Args:
        value: an int or a float.
        number_format: such as ``General``, ``0.00%`` or ``#,##0.00 "€"``; of several sections the first counts.
    """
    parts = _parts(number_format.split(";", 1)[0]) if len(number_format) <= LONGEST_FORMAT else None
    digits = _DIGITS.fullmatch(parts[1]) if parts is not None else None
    if parts is None or digits is None or not parts[1] or (isinstance(value, float) and not math.isfinite(value)):
        return plain(value)
    before, _, after = parts
    least, optional = len(digits[2] or ""), len(digits[3] or "")
    if least + optional > _MAX_PLACES or len(digits[1]) > _MAX_PLACES:
        return plain(value)
    size = (Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")).copy_abs()
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP  # as workbooks do: 2.5 is shown as 3
        text = f"{size.scaleb(2) if '%' in before + after else size:.{least + optional}f}"
    whole, _, decimals = text.partition(".")
    kept = decimals[:least] + decimals[least:].rstrip("0")
    whole = whole.zfill(len(digits[1]))
    sign = "-" if value < 0 and text.strip("0.") else ""
    return f"{sign}{before}{whole}{'.' if kept else ''}{kept}{after}".strip()


def plain(value: float) -> str:
    """Without a format: 1.0 is "1", and what binary arithmetic adds to 0.1 + 0.2 is left out."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _parts(section: str) -> tuple[str, str, str] | None:
    """What stands before the digits, the digits' own signs, and what follows; None for another kind of format."""
    before, digits, after = "", "", ""
    for quoted, escaped, bracket, char in _TOKEN.findall(section):
        if char and char in "0#,.":
            if after:  # digits in two places, as in a telephone number
                return None
            digits += char
            continue
        if char and char not in _LITERAL:
            return None
        currency = _CURRENCY.match(bracket)
        text = quoted or escaped or char or (currency[1] if currency is not None else "")
        if digits:
            after += text
        else:
            before += text
    return before, digits, after
