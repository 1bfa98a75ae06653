"""German."""

from components.languages.pack import Asked, Asks, Language, Rules, words
from components.patterns import LazyPattern, followed, up_to

_MORE = r"(?:mehr|weniger|besser|schlechter|größer|kleiner|schneller|länger|kürzer|höher|niedriger|billiger)"

_QUESTION_RULES: Rules = (
    ("number", LazyPattern.of(
        r"\bwie\s?(?:viele?n?|lange?|oft|hoch|gro(?:ß|ss)|schwer|weit|alt|tief|breit|teuer|schnell|warm|hei(?:ß|ss))\b",
        r"\bwie (?:kalt|laut|dick|häufig|stark)\b|\bwieviel\w*|\bwas koste(?:t|n)\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:anzahl|prozentsatz|anteil|temperatur|druck|höhe|größe|gewicht|länge|preis)\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:menge|betrag|alter|leistung)\b",
    )),
    ("how-to", LazyPattern.of(
        r"\bwie (?!nenn|hei[ßs])(?:\w+ ){1,2}(?:ich|man|wir)\b|^wie (?:funktioniert|funktionieren|geht)\b",
        r"\bwas (?:muss|soll|sollte|kann|darf|mache?) (?:ich|man|wir)\b|\bwas (?:ist zu )?tun\b",
        r"^(?:anleitung|schritte)\b",
    )),
    ("why", LazyPattern.of(
        r"\b(?:warum|wieso|weshalb|weswegen)\b|\baus welche[mn] gr[uü]nde?n?\b|\bwas verursacht\w*",
        r"\bwas (?:ist|war|waren|sind) (?:der|die) (?:gr[uü]nde?|ursachen?)\b",
    )),
    ("date", LazyPattern.of(
        r"(?:^|, )(?:ab |bis |seit |von )?wann\b|\bum wie viel uhr\b",
        r"\bwelche[rsmn]? (?:\w+ )?(?:jahr\w*|datum|tage?|monat|uhrzeit|zeitraum|wochentag)\b",
    )),
    ("comparison", LazyPattern.of(
        r"\bunterschied\w*|\bunterscheide\w*|\bim vergleich (?:zu|mit)\b|\bverglichen mit\b|\b(?:versus|vs\.?)(?= )",
        followed(rf"\b{_MORE}\b", r"\boder\b"),
        followed(r"\boder\b", rf"\b{_MORE}\b"),
    )),
    ("list", LazyPattern.of(
        r"\bwelche \w+(?:en|er|e|s) (?:sind|waren|muss|müssen|kann|können|darf|dürfen|gibt|gelten|gehören"
        r"|haben|werden)\b",
        r"\bwelche (?:arten|typen|formen|sorten|möglichkeiten|schritte|optionen|voraussetzungen|dokumente"
        r"|unterlagen)\b",
        r"\bwas (?:gehört|zählt) (?:alles )?(?:zu|zum|zur|dazu)\b|\bwas alles\b|^(?:nenne?|liste|zähle)\b",
        r"\bwas (?:kann|darf|soll|muss) (?:ich |man |wir )?nicht\b|\bwer (?:ist|hat) (?:berechtigt|anspruch)\b",
    )),
    ("definition", LazyPattern.of(
        r"^was (?:ist|sind) (?:eine?n? )?(?!der |die |das |mit |es |dies)" + up_to(3),
        r"^was (?:bedeutet|bedeuten|heißt|heisst)\b|\bwas versteht man unter\b|^wofür steht\b",
        r"^wer (?:ist|war) (?!der |die )[\w.]+(?: [\w.]+)?\?*$|^(?:definition|bedeutung)\b",
    )),
    ("yes-no", LazyPattern.of(
        r"(?:^|, )(?:ist|sind|war|waren|bin|hat|haben|habe|hatten?|kann|können|konnte|darf|dürfen|muss|müssen) "
        r"(?!.* oder (?!nicht\b))\w",
        r"^(?:soll|sollen|sollte|wird|werden|wurden?|gibt es|gilt|gelten|funktioniert|brauche?t?|benötigt|lässt|geht"
        r"|passt|enthält|gehört|bekomme|bekommt) (?!.* oder (?!nicht\b))\w",
    )),
)  # fmt: skip

_ASKS_FOR: dict[Asked, Asks] = {
    "weekday": Asks((r"\bwelche[nrm] wochentag",)),
    "year": Asks((r"\bwelche[mns] jahr\b",)),
    "deadline": Asks((r"\bbis wann\b", r"\bwie (?:lange?|weit|viele? \w+) (?:im )?(?:voraus|vorher)\b")),
    "moment": Asks((r"\b(?:seit|ab) wann\b",)),
    "century": Asks((r"\bwelche[ms] jahrhundert\b",)),
    "month": Asks((r"\bwelche[nmr] monat\b",)),
    "frequency": Asks((r"\bwie (?:oft|häufig)\b",)),
    "extent": Asks((r"\bwie (?:lange?|weit)\b",)),
    "warmth": Asks((r"\bwie (?:warm|hei(?:ß|ss)|kalt)\b",)),
    "temperature": Asks(leads=(r"welche\w*",), nouns=(r"temperatur\w*",)),
    "pressure": Asks(leads=(r"welche\w*", "wie hoch"), nouns=(r"\w*druck",)),
    "version": Asks((r"\bwelche[rnms]? (?:\w+ )?version\b",)),
    "email": Asks((followed(r"\b(?:welche|wie lautet)\b", r"\be-?mail-?adresse\b"),)),
    "phone": Asks((followed(r"\b(?:welcher?|wie lautet)\b", r"\btelefonnummer\b"),)),
    "price": Asks((r"\b(?:kostet?n?|preis)\b",)),
}

LANGUAGE = Language(
    code="de",
    stemmer="german",
    own_words=words(
        "der das und ist nicht wie wird welche welcher welches wann warum wer wurde eine einen einer eines für auf mit "
        "zum zur kann ich sich sind haben wurden viele durch"
    ),
    question_rules=_QUESTION_RULES,
    question_words=words(r"was welch\w* wer wen wem wessen wann wo woher wohin warum wie wof[uü]r womit nenne\w*"),
    asks_for=_ASKS_FOR,
    number_words=words("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend"),
    weekdays=words("montags? dienstags? mittwochs? donnerstags? freitags? samstags? sonntags?"),
    months=words(
        "jan(?:uar)? feb(?:ruar)? märz apr(?:il)? mai juni? juli? aug(?:ust)? sep(?:t(?:ember)?)? okt(?:ober)? "
        "nov(?:ember)? dez(?:ember)?"
    ),
    units={
        "time": words("sekunden? minuten? stunden? tage?n? wochen? monate?n? jahre?n?"),
        "length": ("(?:kilo|milli)?meter",),
        "temperature": ("grad",),
        "hour": ("uhr",),
        "ordinal": (r"\.",),
    },
    values={
        "duration": (r"\bsofort\b",),
        "frequency": (r"\b(?:\w*mal|jede[rnsm]?)\b",),
        "percent": ("prozent",),
    },
    articles=words("der die das den dem des ein eine einen einem einer"),
    negations=words("nicht kein keine keinen nie ohne"),
    list_marks=(r"schritt\s+\d{1,3}\s*[:.)]\s*",),
    question_columns=("frage",),
    answer_columns=("antwort",),
    question_openings=(
        r"(?:wie|warum|wieso|weshalb|wann|wo|woher|wohin|wer|wem|womit|wof[uü]r|welche[rnms]?) [^.]*",
        r"was (?:ist|sind|bedeutet|passiert|mache|kann|muss|soll|tun|kostet|geschieht|heißt|brauche)\b",
        r"(?:kann|darf|muss|soll|werde|habe|bin|gibt|ist|sind) (?:ich|man|wir|es|sie)\b",
    ),
    question_labels=("f", "frage"),
    answer_labels=("a", "antwort"),
    faq_names=(r"h[aä]ufig(?:e|er)? (?:gestellte )?fragen", r"fragen und antworten"),
    related_names=(
        r"siehe auch|weiterf[uü]hrende (?:links|informationen)|verwandte (?:artikel|themen)|n[aä]chste schritte",
    ),
)
