"""What kind of value a question asks for, and whether an answer's words are such a value. Pure, no documents.

"How warm" asks for a temperature, "how long" for a time or a length, "on which day of the week" for a weekday: an
answer of another kind is doubtful however well it reads. A question that asks for no such value accepts any words.
"""

import re
from dataclasses import dataclass

from components.patterns import LazyPattern, followed
from components.types import QueryKind

# A number is taken whole, from its first digit on: to look again from each digit of a long one would take for ever.
_DIGITS = r"(?=\d)(?<!\d)(?<!\d[.,\u00a0\u202f])\d++(?:[.,\u00a0\u202f]\d++)*+"
_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
    r"|half|quarter|dozen|none|zero"
    r"|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|hundert|tausend"
    r"|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|veinte|treinta|cien|mil"
    r"|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|vingt|trente|cent|mille"
)
_HAN = "[一二三四五六七八九十百千万两半]"
_NUMBER = rf"(?:{_DIGITS}|\b(?:{_WORDS})\b|(?=[一-龥])(?<!{_HAN}){_HAN}++)"
# "Working" between a number and its unit.
_BETWEEN = r"[\s\u00a0-]*+(?:\w{1,40}+[\s-])?"
_TIME_UNIT = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|mins?|secs?|hrs?|ms|s|h"
    r"|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?"
    r"|segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?"
    r"|secondes?|heures?|jours?|semaines?|mois|ans?|années?)\b"
)
_CHINESE_TIME = r"(?:秒|分钟|分鐘|小时|小時|个小时|天|日|周|星期|个月|個月|月|年)"
_DURATION = (
    rf"{_NUMBER}{_BETWEEN}{_TIME_UNIT}|{_NUMBER}\s*{_CHINESE_TIME}"
    r"|\b(?:an? |per |every |each |once |twice )?(?:daily|weekly|monthly|yearly|annually)\b"
    r"|\b(?:immediately|sofort|indefinitely)\b"
)
_LENGTH = (
    rf"{_NUMBER}{_BETWEEN}(?:mm|cm|m|km|ft|in|inch(?:es)?|feet|foot|yards?|miles?|(?:kilo|centi|milli)?met(?:er|re)s?"
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
_CURRENCIES = (
    LazyPattern.of(r"£|\bgbp\b|\b(?:british )?pounds?\b(?! per)|\bsterling\b"),
    LazyPattern.of(r"€|\beur\b|\beuros?\b|欧元"),
    LazyPattern.of(r"\$|\busd\b|\bdollars?\b|美元"),
    LazyPattern.of(r"¥|\bcny\b|\brmb\b|\byuan\b|人民币|元"),
)
_ANY_PRICE = LazyPattern.of(_MONEY, *(part for signs in _CURRENCIES for part in signs.parts), r"%|percent|prozent")
# A code, a number or a date in figures: no way of doing something, and no reason.
_FIGURES = r"[A-Z]{0,4}-?\d[\d.,:/-]*[%°]?"
_BARE = LazyPattern.of(rf"{_FIGURES}(?:\s+{_FIGURES})*")

_ANY_DATE = LazyPattern.of(_WEEKDAY, _MONTH, _YEAR, _CLOCK, _DURATION, _NAMED_TIME)
_ANY_NUMBER = LazyPattern.of(_NUMBER)

_Rows = tuple[tuple[LazyPattern, LazyPattern], ...]
"""Patterns of questions, each with that of its answers."""


def _rows(*rows: tuple[str, tuple[str, ...]]) -> _Rows:
    return tuple((LazyPattern.of(asks), LazyPattern(answer)) for asks, answer in rows)


# The first row whose question pattern is found decides.
_ASKED = _rows(
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
        followed(r"\b(?:what|which|welche\w*|qué|quelle)\b", r"\b(?:temperatur\w*|température)\b") + "|温度是?多少",
        (_TEMPERATURE,),
    ),
    (
        followed(r"\b(?:what|which|welche\w*|wie hoch|qué|quelle)\b", r"\b(?:pressure|\w*druck|presión|pression)\b"),
        (_PRESSURE,),
    ),
)
# The same of questions for a name: a name of this form.
_NAMED = _rows(
    (
        r"\b(?:which|what|welche[rnms]?|quelle|qué) (?:\w+ )?versi[oó]n\b|哪个版本|什么版本",
        (r"(?<![\w.-])v?\d+(?:\.\d+)*(?![\w-])",),
    ),
    (
        "|".join(
            (
                followed(r"\b(?:what|which)\b", r"\be-?mail address\b"),
                followed(r"\b(?:welche|wie lautet)\b", r"\be-?mail-?adresse\b"),
                followed(r"\bcuál es\b", r"\bcorreo electrónico\b"),
                r"\bquelle est l'adresse (?:e-?mail|électronique)\b|邮箱(?:地址)?是",
            )
        ),
        (r"[^\s@]{1,64}+@[^\s@]{1,255}\.\w",),
    ),
    (
        "|".join(
            (
                followed(r"\b(?:what|which)\b", r"\b(?:tele)?phone number\b"),
                followed(r"\b(?:welcher?|wie lautet)\b", r"\btelefonnummer\b"),
                followed(r"\b(?:cuál es|qué)\b", r"\bnúmero de teléfono\b"),
                followed(r"\bquel\b", r"\bnuméro de téléphone\b"),
                "电话号?码?是",
            )
        ),
        (r"\+?\d(?:[\s()/.-]*\d){4,}",),
    ),
)
_ASKS_PRICE = LazyPattern.of(
    r"\bcosts?\b|\bprices?\b|\bfees?\b|\bkostet?n?\b|\bpreis\b|\bcuesta\b|\bprecio\b|\bprix\b|\bcoûte\b"
)


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
        checks = [not in_table and _BARE.compiled.fullmatch(answer) is None] if self.prose else []
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
        return ExpectedValue(None if named is None else named.compiled)
    signs = next((signs for signs in _CURRENCIES if signs.found_in(question)), None)
    value = _asked_for(_ASKED, question)
    if value is None:
        value = _ANY_DATE if kind == "date" else _ANY_NUMBER
        if signs is None and kind == "number" and _ASKS_PRICE.found_in(question):
            signs = _ANY_PRICE
    return ExpectedValue(value.compiled, None if signs is None else signs.compiled)


def _asked_for(rows: _Rows, question: str) -> LazyPattern | None:
    """The pattern of the answers of the first row whose question pattern is found."""
    return next((answer for asks, answer in rows if asks.found_in(question)), None)
