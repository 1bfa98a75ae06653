"""What kind of value a question asks for, and whether an answer's words are such a value. Pure, no documents.

"How warm" asks for a temperature, "how long" for a time or a length, "on which day of the week" for a weekday: an
answer of another kind is doubtful however well it reads. A question that asks for no such value accepts any words.
"""

import re
from dataclasses import dataclass
from functools import cache

from components.types import QueryKind

_DIGITS = r"\d+(?:[.,\u00a0\u202f]\d+)*"
_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
    r"|half|quarter|dozen|none|zero"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|hundert|tausend"
    r"|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|veinte|treinta|cien|mil"
    r"|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|vingt|trente|cent|mille"
)
_NUMBER = rf"(?:{_DIGITS}|\b(?:{_WORDS})\b|[一二三四五六七八九十百千万两半]+)"
_TIME_UNIT = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|mins?|secs?|hrs?|ms|s|h"
    r"|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?"
    r"|segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?"
    r"|secondes?|heures?|jours?|semaines?|mois|ans?|années?)\b"
)
_CHINESE_TIME = r"(?:秒|分钟|分鐘|小时|小時|个小时|天|日|周|星期|个月|個月|月|年)"
_DURATION = (
    rf"{_NUMBER}[\s\u00a0-]*(?:\w+[\s-])?{_TIME_UNIT}|{_NUMBER}\s*{_CHINESE_TIME}"
    r"|\b(?:an? |per |every |each |once |twice )?(?:daily|weekly|monthly|yearly|annually)\b"
    r"|\b(?:immediately|sofort|indefinitely)\b"
)
_LENGTH = (
    rf"{_NUMBER}[\s\u00a0-]*(?:\w+[\s-])?(?:mm|cm|m|km|ft|in|inch(?:es)?|feet|foot|yards?|miles?|(?:kilo|centi|milli)?met(?:er|re)s?"
    r"|metros?|mètres?|pages?|characters?)\b|米|公里|厘米"
)
_TEMPERATURE = rf"{_NUMBER}\s*(?:°|º|degrees?\b|kelvin\b|k\b|grad\b|grados?\b|degrés?\b|℃|度|摄氏)"
_WEEKDAY = (
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?\b"
    r"|\b(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|(?:星期|周)[一二三四五六日天]"
)
_MONTH = (
    r"\b(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre"
    r"|décembre)\b"
)
_YEAR = r"(?<![\d.,])(?<![A-Za-z]-)[12]\d{3}(?![\d.,]*\d)s?|\b\d{1,4}\s?(?:bce?|ad|ce)\b"
# With a point only where it may be an hour of the day: "7.30", but not the price "0.00".
_CLOCK = (
    r"\b\d{1,2}:\d{2}\b|\b(?:1?[1-9]|10|2[0-4])\.[0-5]\d\b"
    r"|\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|uhr|o'clock)|\b(?:noon|midnight)\b|\d{1,2}\s?点"
)
_NAMED_TIME = (
    r"centur|\b(?:spring|summer|autumn|fall|winter|morning|evening|night|today|tomorrow|now|season)s?\b"
    r"|\b(?:before|after|until|during|when|while|as soon as|every)\b|年|月|日"
)
_PRESSURE = rf"{_NUMBER}\s*(?:m?bar|psi|[km]?pa|h?pascals?|atm(?:ospheres?)?|mmhg|torr|pounds?|percent|%)\b"
_FREQUENCY = r"\b(?:times?|attempts?|every|each|per|once|twice|\w*mal|jede[rnsm]?|veces|cada|fois|chaque)\b|次"
_MONEY = (
    rf"[£$€¥]\s*{_DIGITS}"
    rf"|{_DIGITS}\s*(?:[£$€¥]|gbp|eur|usd|pounds?|euros?|dollars?|cents?|pence|francs?|元|欧元|million|billion)"
)
_CURRENCIES = {
    "GBP": r"£|\bgbp\b|\b(?:british )?pounds?\b(?! per)|\bsterling\b",
    "EUR": r"€|\beur\b|\beuros?\b|欧元",
    "USD": r"\$|\busd\b|\bdollars?\b|美元",
    "CNY": r"¥|\bcny\b|\brmb\b|\byuan\b|人民币|元",
}
# A code, a number or a date in figures: no way of doing something, and no reason.
_FIGURES = r"[A-Z]{0,4}-?\d[\d.,:/-]*[%°]?"
_BARE = rf"{_FIGURES}(?:\s+{_FIGURES})*"


@cache
def _pattern(*parts: str) -> re.Pattern[str]:
    """Compiled at the first question that needs it: all of them would cost every start of a process 17 ms."""
    return re.compile("|".join(parts), re.IGNORECASE)


_ANY_DATE = (_WEEKDAY, _MONTH, _YEAR, _CLOCK, _DURATION, _NAMED_TIME)

_Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns of questions, each with those of its answers."""

# The first row whose question pattern is found decides.
_ASKED: _Rows = (
    (
        r"\b(?:which|what) (?:day of the week|weekday)|\bwelche[nrm] wochentag|\bqué día de la semana|星期几",
        (_WEEKDAY,),
    ),
    (
        r"\b(?:which|what) year\b|\bwelche[mns] jahr\b|\bqué año\b|\bquelle année\b|哪一?年",
        (_YEAR, "年"),
    ),
    (
        # A point in time, no length of time.
        r"\b(?:until|till|since|by|from) when\b|\b(?:bis|seit|ab) wann\b|\b(?:hasta|desde) cuándo\b",
        (_WEEKDAY, _MONTH, _YEAR, _CLOCK),
    ),
    (
        r"\b(?:which|what) century\b|\bwelche[ms] jahrhundert\b|\bqué siglo\b|\bquel siècle\b|哪个?世纪",
        (
            r"\b\d{1,2}(?:st|nd|rd|th|\.|e|er|ème)|\b\d+s\b|\b[xvi]+\b|世纪",
            r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|teenth|tieth)\b",
        ),
    ),
    (r"\b(?:which|what) month\b|\bwelche[nmr] monat\b|\bqué mes\b|\bquel mois\b", (_MONTH,)),
    (
        r"\bhow (?:soon|quickly|often|frequently)\b|\bwie (?:oft|häufig)\b|\bcuántas veces\b|多久",
        (_DURATION, _WEEKDAY, _FREQUENCY),
    ),
    (
        r"\bhow (?:long|far)\b|\bwie (?:lange?|weit)\b|\bcuánto tiempo\b|\bcombien de temps\b",
        (_DURATION, _LENGTH),
    ),
    (
        r"\bhow (?:warm|hot|cold)\b|\bwie (?:warm|hei(?:ß|ss)|kalt)\b|多[热熱冷]",
        (_TEMPERATURE,),
    ),
    (
        r"\b(?:what|which|welche\w*|qué|quelle)\b.*\b(?:temperatur\w*|température)\b|温度是?多少",
        (_TEMPERATURE,),
    ),
    (
        r"\b(?:what|which|welche\w*|wie hoch|qué|quelle)\b.*\b(?:pressure|\w*druck|presión|pression)\b",
        (_PRESSURE,),
    ),
)
# The same of questions for a name: a name of this form.
_NAMED: _Rows = (
    (
        r"\b(?:which|what|welche[rnms]?|quelle|qué) (?:\w+ )?versi[oó]n\b|哪个版本|什么版本",
        (r"(?<![\w.-])v?\d+(?:\.\d+)*(?![\w-])",),
    ),
    (
        r"\b(?:what|which)\b.*\be-?mail address\b|\b(?:welche|wie lautet)\b.*\be-?mail-?adresse\b"
        r"|\bcuál es\b.*\bcorreo electrónico\b|\bquelle est l'adresse (?:e-?mail|électronique)\b|邮箱(?:地址)?是",
        (r"[^\s@]+@[^\s@]+\.\w",),
    ),
    (
        r"\b(?:what|which)\b.*\b(?:tele)?phone number\b|\b(?:welcher?|wie lautet)\b.*\btelefonnummer\b"
        r"|\b(?:cuál es|qué)\b.*\bnúmero de teléfono\b|\bquel\b.*\bnuméro de téléphone\b|电话号?码?是",
        (r"\+?\d(?:[\s()/.-]*\d){4,}",),
    ),
)
_ASKS_PRICE = r"\bcosts?\b|\bprices?\b|\bfees?\b|\bkostet?n?\b|\bpreis\b|\bcuesta\b|\bprecio\b|\bprix\b|\bcoûte\b"


@dataclass(frozen=True, slots=True)
class ExpectedValue:
    """What the answer to a question should be; by default anything.

    Args:
        value: found in an answer's own words where they are of the right kind.
        currency: found in the answer's words or directly before them.
        prose: a way of doing something, or a reason; a table's cell is none, nor is a bare code or number.
    """

    value: re.Pattern[str] | None = None
    currency: re.Pattern[str] | None = None
    prose: bool = False

    def values(self, text: str) -> list[tuple[int, int]]:
        """Where values of the kind stand in a text; none where any words will do."""
        return [] if self.value is None else [found.span() for found in self.value.finditer(text)]

    def holds_value(self, words: str) -> bool:
        """Whether a value of the kind stands in the words; never where any words will do."""
        return self.value is not None and self.value.search(words) is not None

    def fits(self, answer: str, before: str = "", in_table: bool = False) -> float:
        """How well an answer is of the expected kind, in [0, 1].

        Args:
            answer: the answer's own words.
            before: what stands before them in the same cell or clause, such as the column's name.
            in_table: whether they stand in a table.
        """
        checks = [not in_table and _pattern(_BARE).fullmatch(answer) is None] if self.prose else []
        if self.value is not None:
            checks.append(self.holds_value(answer))
        if self.currency is not None:
            checks.append(self.currency.search(f"{before} {answer}") is not None)
        return sum(checks) / len(checks) if checks else 1.0


def expected_value(question: str, kind: QueryKind) -> ExpectedValue:
    """What kind of value a question of this kind asks for.

    Args:
        question: normalised.
        kind: "number" and "date" ask for a value, "how-to" and "why" for prose, "factoid" for a name, whose form some
            questions tell; the others accept any words.
    """
    if kind in ("how-to", "why"):
        return ExpectedValue(prose=True)
    if kind not in ("number", "date"):
        named = _asked_for(_NAMED, question) if kind == "factoid" else None
        return ExpectedValue(None if named is None else _pattern(*named))
    signs = next((signs for signs in _CURRENCIES.values() if _pattern(signs).search(question)), None)
    currency = None if signs is None else _pattern(signs)
    value = _asked_for(_ASKED, question)
    if value is None:
        value = _ANY_DATE if kind == "date" else (_NUMBER,)
        if currency is None and kind == "number" and _pattern(_ASKS_PRICE).search(question):
            currency = _pattern(_MONEY, *_CURRENCIES.values(), r"%|percent|prozent")
    return ExpectedValue(_pattern(*value), currency)


def _asked_for(rows: _Rows, question: str) -> tuple[str, ...] | None:
    """The patterns of the first row whose question pattern is found."""
    return next((answer for asks, answer in rows if _pattern(asks).search(question)), None)
