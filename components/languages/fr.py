"""French."""

from components.languages.pack import Asked, Asks, Language, Rules, words
from components.patterns import LazyPattern, followed, up_to

_QUESTION_RULES: Rules = (
    ("number", LazyPattern.of(
        r"\bcombien\b",
        r"\bquel(?:le)?s? (?:(?:est|était|sont) (?:le|la|les|l')\s?)?(?:\w+ )?(?:nombre|prix|température|pression"
        r"|taille|poids|âge|hauteur|longueur|pourcentage|coût|vitesse|distance|population|durée|quantité|proportion)\b",
    )),
    ("how-to", LazyPattern.of(
        r"\bcomment (?:(?:est-ce que )?(?:je|j'|on|nous)\b|\w+(?:er|ir|re)\b|[\w'-]+-(?:je|on|nous)\b|faut-il\b)",
        r"^comment (?:ça marche|fonctionne)|\bque (?:dois-je|faut-il|faire|puis-je)\b|^(?:étapes|mode d'emploi)\b",
    )),
    ("why", LazyPattern.of(
        r"\bpourquoi\b|\bpour quelles? raisons?\b",
        r"\bquel(?:le)?s? (?:est|sont|était|étaient) (?:la|les|le) (?:raisons?|causes?|motifs?)\b",
    )),
    ("date", LazyPattern.of(
        r"^(?:et |depuis |jusqu'à )?quand\b(?!.*, (?:que|qui|comment))|\bquand\s?\?$",
        r"\bquel(?:le)?s? (?:années?|date|jour|mois|siècle|décennie|heure|époque)\b",
    )),
    ("comparison", LazyPattern.of(
        r"\bdifférences?\b|\bdiffère(?:nt)?\b|\bpar rapport à\b|\bcomparée?s? (?:à|avec)\b|\ben comparaison\b",
        followed(r"\b(?:plus|moins|mieux|meilleure?)\b", r"\bou\b"),
        followed(r"\bou\b", r"\b(?:plus|moins|mieux|meilleure?)\b"),
    )),
    ("list", LazyPattern.of(
        r"\bquel(?:le)?s (?:sont|étaient|types?|sortes|options|conditions|étapes|documents)\b",
        r"\bquel(?:le)?s \w+s (?:sont|dois-je|puis-je|faut-il|peut-on|existent|acceptez)\b",
        r"^(?:énumère|liste|nomme|cite)\w*\b|\bque comprend\b|\bqui (?:peut|a droit)\b",
    )),
    ("definition", LazyPattern.of(
        r"^qu'est-ce qu(?:e |')(?:c'est qu(?:e |'))?(?:une? )?(?!le |la |les |l')" + up_to(3),
        r"\bque (?:signifient?|veut dire)\b|\bqu'entend-on par\b|^(?:définition|signification) d",
        r"^qui (?:est|était) (?!le |la |l')[\w.]+(?: [\w.]+)?\s?\??$",
    )),
    ("yes-no", LazyPattern.of(
        r"^(?:est-ce qu(?:e |')|(?:est|sont|était|peut|peuvent|puis|dois|doit|faut|a-t|y a-t|existe-t)-"
        r"(?:ils?|elles?|on|je|ce)\b)(?!.* ou )",
        r"^(?!quel|qui|que|où|quand|comment|combien|pourquoi)[\w'-]+ (?:[\w-]+ ){0,3}(?:est|sont|peut|a-t|ont)-"
        r"(?:ils?|elles?|on)\b(?!.* ou )",
    )),
)  # fmt: skip

_ASKS_FOR: dict[Asked, Asks] = {
    "year": Asks((r"\bquelle année\b",)),
    "century": Asks((r"\bquel siècle\b",)),
    "month": Asks((r"\bquel mois\b",)),
    "deadline": Asks((r"\b(?:jusqu'à|avant) quand\b", r"\bcombien de temps (?:à l'avance|avant)\b")),
    "extent": Asks((r"\bcombien de temps\b",)),
    "temperature": Asks(leads=("quelle",), nouns=("température",)),
    "pressure": Asks(leads=("quelle",), nouns=("pression",)),
    "version": Asks((r"\bquelle (?:\w+ )?version\b",)),
    "email": Asks((r"\bquelle est l'adresse (?:e-?mail|électronique)\b",)),
    "phone": Asks((followed(r"\bquel\b", r"\bnuméro de téléphone\b"),)),
    "price": Asks((r"\b(?:prix|coûte)\b",)),
}

LANGUAGE = Language(
    code="fr",
    stemmer="french",
    own_words=words(
        "quel quelle quels quelles est-ce où combien pourquoi comment les dans une été du aux c'est est sont avec leur "
        "qu'est-ce"
    ),
    question_rules=_QUESTION_RULES,
    question_words=words("quoi quel(?:le)?s? qui quand où comment combien pourquoi lequel laquelle"),
    asks_for=_ASKS_FOR,
    number_words=words("deux trois quatre cinq sept huit neuf dix onze douze vingt trente cent mille"),
    weekdays=words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    months=words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    units={
        "time": words("secondes? minutes? heures? jours? semaines? mois ans? années?"),
        "length": ("mètres?", "pages?"),
        "temperature": ("degrés?",),
        "money": ("francs?",),
        "ordinal": ("e", "er", "ème"),
    },
    values={"frequency": (r"\b(?:fois|chaque)\b",)},
    articles=words("le la les un une"),
    negations=words("ne pas jamais sans non"),
    list_marks=(r"étape\s+\d{1,3}\s*[:.)]\s*",),
    question_columns=("question",),
    answer_columns=("réponse",),
    question_openings=(
        r"(?:comment|pourquoi|quand|combien|où|quels?|quelles?|qui|que) [^.]*",
        r"(?:est-ce|qu['’]est-ce|puis-je|dois-je|peut-on|faut-il)\b",
    ),
    question_labels=("q", "question"),
    answer_labels=("r", r"r[eé]ponse"),
    faq_names=(r"foire aux questions", r"questions (?:les plus )?fr[eé]quentes", r"questions (?:et|/) r[eé]ponses"),
    related_names=(r"articles? (?:associés?|connexes?|liés?)|voir aussi|pour en savoir plus|prochaines étapes",),
)
