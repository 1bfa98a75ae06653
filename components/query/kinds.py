"""What kind of answer a question asks for: question and language in, kind out.

Rules, one table a language, the first that matches decides. Pure; knows no documents. How-to, why, yes-no and
definition lead to whole sentences, the others to a few words: where in doubt, a question is a factoid.
"""

import re
from collections.abc import Iterable

from components.patterns import followed
from components.types import QueryKind

_Rules = tuple[tuple[QueryKind, re.Pattern[str]], ...]

_MOST_KEYWORDS = 8
"""More words without any sign of a question are taken for a described problem, not for keywords."""


def _up_to(words: int) -> str:
    """At most so many words to the end of a question."""
    return rf"{_WORD}(?: {_WORD}){{0,{words - 1}}}+ ?\?*+$"


def _rules(*rows: tuple[QueryKind, tuple[str, ...]]) -> _Rules:
    return tuple((kind, re.compile("|".join(patterns), re.IGNORECASE)) for kind, patterns in rows)


# Whoever asks chooses the words, so that no repetition may be shared out in more than one way: words are taken whole
# and none is given back ("++", "*+"), and what may stand anywhere before the rest of a rule counts where it is first.
# The beginning of the text or of a clause, with "and", "so", "please" before the question.
_OPEN = r"(?:^|[.,;:!?] )(?:(?:and|but|so|then|well|also|please|ok|okay|hi|hello|hey|excuse me)[\s,]++){0,6}"
_WORD = r"[\w-]++"
_MEASURE = (
    r"(?:(?<!part )(?<!model )(?<!serial )(?<!phone )(?<!order )(?<!article )(?<!version )number|amount|percentage"
    r"|percent|proportion|price|cost|fee|temperature|pressure|age|size|weight|mass|height|width|depth|length|distance"
    r"|population|speed|rate|capacity|volume|voltage|duration|score|salary|budget|wattage|frequency|quantity"
    r"|load|output)s?"
)

_ENGLISH = _rules(
    ("number", (
        rf"{_OPEN}(?:\w+ )?how (?:many|much|long|far|old|tall|often|large|big|high|deep|heavy|wide|fast|hot|cold)\b",
        rf"{_OPEN}(?:\w+ )?how (?:loud|thick|warm|late|early|soon|frequently|strong)\b",
        followed(r"\bwhat (?:does|do|did|would|will) ", r"\bcost\b"),
    )),
    ("how-to", (
        rf"{_OPEN}how (?:do|can|could|should|shall|would|must|may|might) (?:i|we|you|one|someone|users?|people)\b",
        followed(rf"{_OPEN}how (?:does|do|is|are)\b", r"\b(?:works?|done|set up|installed|reset|cleaned|replaced)\b"),
        rf"{_OPEN}how to\b|\b(?:know|explain|me|on|of) how to\b|\b(?:explain|tell me|show me) how\b",
        rf"{_OPEN}what (?:should|must|do|can|shall) (?:i|we|you|one) do\b|\bwhat to do\b|\b(?:what|which) steps\b",
        r"\bwhat (?:is|are) the (?:steps?|procedure|process|instructions?|(?:best |right )?way) (?:to|for)\b",
        rf"{_OPEN}(?:steps|instructions|guide|procedure) (?:to|for)\b",
    )),
    ("why", (
        rf"{_OPEN}why\b|\bwhy (?:is|are|was|were|do|does|did|has|have|had|can|should)\b|\bhow come\b",
        r"\bwhat (?:is|was|are|were) the (?:\w+ )?(?:reasons?|causes?)\b|\bwhat cause[sd]?\b",
        r"\bfor (?:what|which) reasons?\b",
    )),
    ("date", (
        rf"{_OPEN}(?:since |until |till |by |from )?when (?:did|do|does|is|are|was|were|will|would|can|could)\b",
        rf"{_OPEN}(?:since |until |till |by |from )?when (?:should|has|have|had|must|may|exactly)\b|\bwhen\s*\?$",
        r"\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time|season|weekday|era|period)s?\b",
        r"\bwhat (?:is|was) the (?:\w+ )?date\b",
    )),
    ("number", (
        rf"\b(?:what|which) (?!(?:do|does|did|is|are|was|were|an?)\b)(?:\w+ )?{_MEASURE}\b",
        rf"\bwhat (?:is|was|are|were) (?:the|its|their|his|her)(?: [\w-]+){{0,2}} {_MEASURE}\b",
    )),
    ("definition", (
        r"\bwhat (?:is|are|was|were) meant by\b",
        followed(rf"{_OPEN}what (?:do|does|did)\b", r"\b(?:mean|stand for)\b"),
        rf"{_OPEN}(?:define|explain)\b|^(?:\w+ ){{0,4}}(?<!other )(?:definition|meaning) of\b",
        # What is (a) X, with nothing behind that makes it a question about X.
        rf"{_OPEN}what(?: is| are|'s) (?=an? {_up_to(4)}"
        rf"|(?!(?:the|its|their|his|her|my|your|our|there|this|that|it|an?|one) ){_up_to(3)})"
        r"(?!.*\b(?:to|as|for|of|in|on|at|by|from|with|called|made|used)\s*\?*$)",
        rf"{_OPEN}who (?:is|was) (?!the )[\w.]+(?: [\w.]+)?\?*$",
    )),
    ("yes-no", (
        # A choice ("is it red or blue?") asks for one of the two.
        r"^(?:(?:and|but|so|then|well|please|ok|hi|hello)[\s,]+)*(?:is|are|was|were|am|do|does|did|can|could|will"
        r"|would|should|shall|has|have|had|may|must|might)(?:n't)? (?!.* or (?!not\b))[\w'\"(]",
        r"^(?!.*\b(?:what|which|who|whom|where)\b).*[.,;:] (?:is|are|was|were|do|does|did|can|could|will|should|has"
        r"|have|may|must) (?:i|we|you|it|they|this|that|there|the|my|our)\b(?!.* or (?!not\b))",
    )),
)  # fmt: skip

_GERMAN = _rules(
    ("number", (
        r"\bwie\s?(?:viele?n?|lange?|oft|hoch|gro(?:ß|ss)|schwer|weit|alt|tief|breit|teuer|schnell|warm|hei(?:ß|ss))\b",
        r"\bwie (?:kalt|laut|dick|häufig|stark)\b|\bwieviel\w*|\bwas koste(?:t|n)\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:anzahl|prozentsatz|anteil|temperatur|druck|höhe|größe|gewicht|länge|preis)\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:menge|betrag|alter|leistung)\b",
    )),
    ("how-to", (
        r"\bwie (?!nenn|hei[ßs])(?:\w+ ){1,2}(?:ich|man|wir)\b|^wie (?:funktioniert|funktionieren|geht)\b",
        r"\bwas (?:muss|soll|sollte|kann|darf|mache?) (?:ich|man|wir)\b|\bwas (?:ist zu )?tun\b",
        r"^(?:anleitung|schritte)\b",
    )),
    ("why", (
        r"\b(?:warum|wieso|weshalb|weswegen)\b|\baus welche[mn] gr[uü]nde?n?\b|\bwas verursacht\w*",
        r"\bwas (?:ist|war|waren|sind) (?:der|die) (?:gr[uü]nde?|ursachen?)\b",
    )),
    ("date", (
        r"(?:^|, )(?:ab |bis |seit |von )?wann\b|\bum wie viel uhr\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:jahr\w*|datum|tage?|monat|uhrzeit|zeitraum|wochentag)\b",
    )),
    ("definition", (
        r"^was (?:ist|sind) (?:eine?n? )?(?!der |die |das |mit |es |dies)" + _up_to(3),
        r"^was (?:bedeutet|bedeuten|heißt|heisst)\b|\bwas versteht man unter\b|^wofür steht\b",
        r"^wer (?:ist|war) (?!der |die )[\w.]+(?: [\w.]+)?\?*$|^(?:definition|bedeutung)\b",
    )),
    ("yes-no", (
        r"(?:^|, )(?:ist|sind|war|waren|bin|hat|haben|habe|hatten?|kann|können|konnte|darf|dürfen|muss|müssen) "
        r"(?!.* oder (?!nicht\b))\w",
        r"^(?:soll|sollen|sollte|wird|werden|wurden?|gibt es|gilt|gelten|funktioniert|brauche?t?|benötigt|lässt|geht"
        r"|passt|enthält|gehört|bekomme|bekommt) (?!.* oder (?!nicht\b))\w",
    )),
)  # fmt: skip

_SPANISH = _rules(
    ("number", (
        r"\bcu[aá]nt[oa]s?\b",
        r"\b(?:qu[eé]|cu[aá]l (?:es|era|fue) (?:el|la)) (?:\w+ )?(?:número|cantidad|porcentaje|temperatura|presión"
        r"|precio|edad|tamaño|peso|altura|distancia|velocidad|proporción|coste|costo|población)\b",
    )),
    ("how-to", (
        r"\bc[oó]mo (?:se )?(?:puedo|puede|podemos|debo|debe|hago|hace|hacer|cambiar|instalar|limpiar|configurar)\b",
        r"^¿?cómo (?:\w+o|funciona|se (?:cambia|instala|limpia|usa|utiliza|activa|conecta))\b",
        r"\bqu[eé] (?:debo|tengo que|hay que|puedo|debemos) hacer\b|\bqu[eé] hago\b|\b(?:pasos|instrucciones) para\b",
    )),
    ("why", (
        r"(?:^¿?|[,¿y] ?)por qu[eé]\b(?! otr)|\ba qu[eé] se debe",
        r"\bcu[aá]l(?:es)? (?:es|son|fue|fueron|era) (?:la|las|el|los) (?:razón|razones|causas?|motivos?)\b",
    )),
    ("date", (r"\bcu[aá]ndo\b|\bqu[eé] (?:años?|fecha|día|mes|siglo|década|hora|época)\b",)),
    ("definition", (
        r"^¿?qu[eé] (?:es|son) (?:una? )?(?!el |la |los |las |lo )" + _up_to(3),
        r"\bqu[eé] (?:significan?|quiere decir)\b|\bqu[eé] se entiende por\b|^(?:definición|significado) de\b",
        r"^¿?qui[eé]n (?:es|fue|era) (?!el |la )[\w.]+(?: [\w.]+)?\??$",
    )),
    ("yes-no", (
        r"^¿(?:es|son|está|están|era|fue|hay|tienen?|puedo|pueden?|podemos|debo|debe|se puede|se debe|ha|han|existen?"
        r"|funciona|incluye|cubre|necesit[oa])\b(?!.* o )",
    )),
)  # fmt: skip

_FRENCH = _rules(
    ("number", (
        r"\bcombien\b",
        r"\bquel(?:le)?s? (?:(?:est|était|sont) (?:le|la|les|l')\s?)?(?:\w+ )?(?:nombre|prix|température|pression"
        r"|taille|poids|âge|hauteur|longueur|pourcentage|coût|vitesse|distance|population|durée|quantité|proportion)\b",
    )),
    ("how-to", (
        r"\bcomment (?:(?:est-ce que )?(?:je|j'|on|nous)\b|\w+(?:er|ir|re)\b|[\w'-]+-(?:je|on|nous)\b|faut-il\b)",
        r"^comment (?:ça marche|fonctionne)|\bque (?:dois-je|faut-il|faire|puis-je)\b|^(?:étapes|mode d'emploi)\b",
    )),
    ("why", (
        r"\bpourquoi\b|\bpour quelles? raisons?\b",
        r"\bquel(?:le)?s? (?:est|sont|était|étaient) (?:la|les|le) (?:raisons?|causes?|motifs?)\b",
    )),
    ("date", (
        r"^(?:et |depuis |jusqu'à )?quand\b(?!.*, (?:que|qui|comment))|\bquand\s?\?$",
        r"\bquel(?:le)?s? (?:années?|date|jour|mois|siècle|décennie|heure|époque)\b",
    )),
    ("definition", (
        r"^qu'est-ce qu(?:e |')(?:c'est qu(?:e |'))?(?:une? )?(?!le |la |les |l')" + _up_to(3),
        r"\bque (?:signifient?|veut dire)\b|\bqu'entend-on par\b|^(?:définition|signification) d",
        r"^qui (?:est|était) (?!le |la |l')[\w.]+(?: [\w.]+)?\s?\??$",
    )),
    ("yes-no", (
        r"^(?:est-ce qu(?:e |')|(?:est|sont|était|peut|peuvent|puis|dois|doit|faut|a-t|y a-t|existe-t)-"
        r"(?:ils?|elles?|on|je|ce)\b)(?!.* ou )",
        r"^(?!quel|qui|que|où|quand|comment|combien|pourquoi)[\w'-]+ (?:[\w-]+ ){0,3}(?:est|sont|peut|a-t|ont)-"
        r"(?:ils?|elles?|on)\b(?!.* ou )",
    )),
)  # fmt: skip

_CHINESE = _rules(
    ("why", (
        r"(?<![称名作成认变视定])为什么|(?<![稱名作成認變視定])為什麼|为何|為何|为啥|什么原因|什麼原因|原因是什|何以",
    )),
    ("date", (
        r"什么时候|什麼時候|什么时间|什麼時間|何时|何時|哪一?年|哪一?天|[几幾][月号號日]|[几幾][点點]|多[会會]儿|日期是",
        r"哪个?(?:月|世纪|年代|日子)|哪個?(?:月|世紀|年代|日子)",
    )),
    ("number", (r"多少|多[长長久大高远遠重快深宽寬厚热熱冷]|[几幾](?![乎何经經])",)),
    ("how-to", (
        r"(?:怎么|怎麼|怎样|怎樣|如何)(?:才能|可以|能够|能夠|去|进行|進行|使用|安装|安裝|设置|設置|重置|更换|更換|清洁|清潔)",
        r"(?:怎么|怎麼|怎样|怎樣|如何)(?:打开|打開|关闭|關閉|操作|办|辦|做|处理|處理|申请|申請)|步骤|步驟",
        r"^(?:应该|應該|该|該|要|能)?(?:怎么|怎麼|如何)|我.{0,4}(?:怎么|怎麼|怎样|怎樣|如何)",
    )),
    ("definition", (
        r"^什么是|^什麼是|^何谓|^何謂|什么意思|什麼意思|指的是什么|指的是什麼|的定义|的定義",
        r"^[^的，,]{1,10}是什[么麼][？?]?$|^[^的，,]{1,8}是[谁誰][？?]?$",
    )),
    ("yes-no", (
        r"^(?!.*(?:哪|什[么麼]|[谁誰]|多少|怎|还是|還是))(?:.*[吗嗎][？?。]?$"
        r"|.*(?:是否|能不能|可不可以|是不是|有没有|有沒有|会不会|會不會|要不要|能否|可否))",
    )),
)  # fmt: skip

_TABLES: dict[str, _Rules] = {"en": _ENGLISH, "de": _GERMAN, "es": _SPANISH, "fr": _FRENCH, "zh": _CHINESE}

_ASKS = re.compile(
    r"\b(?:what|which|who|whom|whose|when|where|why|how|name|tell|give|list|describe|explain|find|show"
    r"|was|welch\w*|wer|wen|wem|wessen|wann|wo|woher|wohin|warum|wie|wof[uü]r|womit|nenne\w*"
    r"|qu[eé]|cu[aá]l(?:es)?|qui[eé]n(?:es)?|cu[aá]ndo|d[oó]nde|c[oó]mo|cu[aá]nt[oa]s?"
    r"|quoi|quel(?:le)?s?|qui|quand|où|comment|combien|pourquoi|lequel|laquelle)\b"
    r"|什[么麼]|哪|谁|誰|怎|如何|多少|几|吗|嗎|呢|何",
    re.IGNORECASE,
)
_HAN_SIGNS_A_WORD = 2


def question_kind(text: str, language: str) -> QueryKind:
    """The kind of a question.

    Args:
        text: normalised, without inline filters.
        language: ISO 639-1; for one without a table, or "und", all tables are tried.
    """
    asked = text.strip()
    for kind, pattern in _rules_for(language):
        if pattern.search(asked):
            return kind
    return "keyword" if _is_keywords(asked) else "factoid"


def _rules_for(language: str) -> Iterable[tuple[QueryKind, re.Pattern[str]]]:
    if language in _TABLES:
        return _TABLES[language]
    return (rule for table in _TABLES.values() for rule in table)


def _is_keywords(text: str) -> bool:
    """A few words that neither ask nor end in a question mark."""
    if text.endswith(("?", "？", "؟", ";")) or _ASKS.search(text):
        return False
    han = sum("\u4e00" <= sign <= "\u9fff" for sign in text)
    return len(text.split()) + han // _HAN_SIGNS_A_WORD <= _MOST_KEYWORDS
