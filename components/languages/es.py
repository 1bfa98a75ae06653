"""Spanish."""

from components.languages.pack import Asked, Asks, Language, Rules, words
from components.patterns import LazyPattern, followed, up_to

_QUESTION_RULES: Rules = (
    ("number", LazyPattern.of(
        r"\bcu[aá]nt[oa]s?\b",
        r"\b(?:qu[eé]|cu[aá]l (?:es|era|fue) (?:el|la)) (?:\w+ )?(?:número|cantidad|porcentaje|temperatura|presión"
        r"|precio|edad|tamaño|peso|altura|distancia|velocidad|proporción|coste|costo|población)\b",
    )),
    ("how-to", LazyPattern.of(
        r"\bc[oó]mo (?:se )?(?:puedo|puede|podemos|debo|debe|hago|hace|hacer|cambiar|instalar|limpiar|configurar)\b",
        r"^¿?cómo (?:\w+o|funciona|se (?:cambia|instala|limpia|usa|utiliza|activa|conecta))\b",
        r"\bqu[eé] (?:debo|tengo que|hay que|puedo|debemos) hacer\b|\bqu[eé] hago\b|\b(?:pasos|instrucciones) para\b",
    )),
    ("why", LazyPattern.of(
        r"(?:^¿?|[,¿y] ?)por qu[eé]\b(?! otr)|\ba qu[eé] se debe",
        r"\bcu[aá]l(?:es)? (?:es|son|fue|fueron|era) (?:la|las|el|los) (?:razón|razones|causas?|motivos?)\b",
    )),
    ("date", LazyPattern.of(r"\bcu[aá]ndo\b|\bqu[eé] (?:años?|fecha|día|mes|siglo|década|hora|época)\b")),
    ("comparison", LazyPattern.of(
        r"\bdiferencias?\b|\bse diferencian?\b|\bdifieren?\b|\ben comparación con\b|\bcomparad[oa]s? con\b",
        followed(r"\b(?:más|menos|mejor|peor|mayor|menor)\b", r"\bo\b"),
        followed(r"\bo\b", r"\b(?:más|menos|mejor|peor|mayor|menor)\b"),
    )),
    ("list", LazyPattern.of(
        r"\bcu[aá]les (?:son|eran|fueron)\b|\bqu[eé] (?:tipos?|clases?|formas|opciones|requisitos|pasos|documentos) ",
        r"\bqu[eé] \w+s (?:son|se|hay|puedo|puede|pueden|debo|necesito|tengo|existen|acepta|aceptan)\b",
        r"^¿?(?:enumera|lista|nombra|dime todos)\b|\bqu[eé] incluyen?\b|\bqui[eé]nes? (?:puede|pueden|tiene derecho)\b",
    )),
    ("definition", LazyPattern.of(
        r"^¿?qu[eé] (?:es|son) (?:una? )?(?!el |la |los |las |lo )" + up_to(3),
        r"\bqu[eé] (?:significan?|quiere decir)\b|\bqu[eé] se entiende por\b|^(?:definición|significado) de\b",
        r"^¿?qui[eé]n (?:es|fue|era) (?!el |la )[\w.]+(?: [\w.]+)?\??$",
    )),
    ("yes-no", LazyPattern.of(
        r"^¿(?:es|son|está|están|era|fue|hay|tienen?|puedo|pueden?|podemos|debo|debe|se puede|se debe|ha|han|existen?"
        r"|funciona|incluye|cubre|necesit[oa])\b(?!.* o )",
    )),
)  # fmt: skip

_ASKS_FOR: dict[Asked, Asks] = {
    "weekday": Asks((r"\bqué día de la semana",)),
    "year": Asks((r"\bqué año\b",)),
    "deadline": Asks((r"\b(?:hasta|para) cuándo\b", r"\bcuánt[ao] (?:tiempo de )?(?:antelación|anticipación)\b")),
    "moment": Asks((r"\bdesde cuándo\b",)),
    "century": Asks((r"\bqué siglo\b",)),
    "month": Asks((r"\bqué mes\b",)),
    "frequency": Asks((r"\bcuántas veces\b",)),
    "extent": Asks((r"\bcuánto tiempo\b",)),
    "temperature": Asks(leads=("qué",), nouns=("temperaturas?",)),
    "pressure": Asks(leads=("qué",), nouns=("presión",)),
    "version": Asks((r"\bqué (?:\w+ )?versi[oó]n\b",)),
    "email": Asks((followed(r"\bcuál es\b", r"\bcorreo electrónico\b"),)),
    "phone": Asks((followed(r"\b(?:cuál es|qué)\b", r"\bnúmero de teléfono\b"),)),
    "price": Asks((r"\b(?:cuesta|precio)\b",)),
}

LANGUAGE = Language(
    code="es",
    stemmer="spanish",
    own_words=words(
        "qué cuál cuáles cómo cuándo dónde quién quiénes cuánto cuántos cuánta cuántas el los las y fue fueron hay "
        "puedo está están"
    ),
    question_rules=_QUESTION_RULES,
    question_words=words("qu[eé] cu[aá]l(?:es)? qui[eé]n(?:es)? cu[aá]ndo d[oó]nde c[oó]mo cu[aá]nt[oa]s?"),
    asks_for=_ASKS_FOR,
    number_words=words("dos tres cuatro cinco seis siete ocho nueve diez doce veinte treinta cien mil"),
    weekdays=words("lunes martes miércoles jueves viernes sábado domingo"),
    months=words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    units={
        "time": words("segundos? minutos? horas? días? semanas? mes(?:es)? años?"),
        "length": ("metros?",),
        "temperature": ("grados?",),
    },
    values={"frequency": (r"\b(?:veces|cada)\b",)},
    articles=words("el la los las un una"),
    negations=words("no nunca sin"),
    list_marks=(r"paso\s+\d{1,3}\s*[:.)]\s*",),
    question_columns=("pregunta",),
    answer_columns=("respuesta",),
    question_openings=(
        "¿",
        r"(?:c[oó]mo|qué|por qué|cu[aá]ndo|d[oó]nde|qui[eé]n(?:es)?|cu[aá]l(?:es)?|cu[aá]nt[oa]s?) [^.]*",
    ),
    question_labels=("p", "pregunta"),
    answer_labels=("r", "respuesta"),
    faq_names=(r"preguntas (?:m[aá]s )?frecuentes", r"preguntas y respuestas"),
    related_names=(r"artículos relacionados|véase también|ver también|más información|próximos pasos",),
)
