"""English."""

from components.languages.pack import Asked, Asks, Language, Rules, words
from components.patterns import LazyPattern, followed, up_to

# The beginning of the text or of a clause, with "and", "so", "please" before the question.
_OPEN = r"(?:^|[.,;:!?] )(?:(?:and|but|so|then|well|also|please|ok|okay|hi|hello|hey|excuse me)[\s,]++){0,6}"
_MORE = r"(?:more|less|better|worse|larger|bigger|smaller|faster|slower|longer|shorter|higher|lower|cheaper)"
_IN = r"(?:(?:in|on|at|for|from|to|under|with|by|of|through) )?"
_MEASURE = (
    r"(?:(?<!part )(?<!model )(?<!serial )(?<!phone )(?<!order )(?<!article )(?<!version )number|amount|percentage"
    r"|percent|proportion|price|cost|fee|temperature|pressure|age|size|weight|mass|height|width|depth|length|distance"
    r"|population|speed|rate|capacity|volume|voltage|duration|score|salary|budget|wattage|frequency|quantity"
    r"|load|output)s?"
)

_QUESTION_RULES: Rules = (
    ("number", LazyPattern.of(
        rf"{_OPEN}(?:\w+ )?how (?:many|much|long|far|old|tall|often|large|big|high|deep|heavy|wide|fast|hot|cold)\b",
        rf"{_OPEN}(?:\w+ )?how (?:loud|thick|warm|late|early|soon|frequently|strong)\b",
        followed(r"\bwhat (?:does|do|did|would|will) ", r"\bcost\b"),
    )),
    ("how-to", LazyPattern.of(
        rf"{_OPEN}how (?:do|can|could|should|shall|would|must|may|might) (?:i|we|you|one|someone|users?|people)\b",
        followed(rf"{_OPEN}how (?:does|do|is|are)\b", r"\b(?:works?|done|set up|installed|reset|cleaned|replaced)\b"),
        rf"{_OPEN}how to\b|\b(?:know|explain|me|on|of) how to\b|\b(?:explain|tell me|show me) how\b",
        rf"{_OPEN}what (?:should|must|do|can|shall) (?:i|we|you|one) do\b|\bwhat to do\b|\b(?:what|which) steps\b",
        r"\bwhat (?:is|are) the (?:steps?|procedure|process|instructions?|(?:best |right )?way) (?:to|for)\b",
        rf"{_OPEN}(?:steps|instructions|guide|procedure) (?:to|for)\b",
    )),
    ("why", LazyPattern.of(
        rf"{_OPEN}why\b|\bwhy (?:is|are|was|were|do|does|did|has|have|had|can|should)\b|\bhow come\b",
        r"\bwhat (?:is|was|are|were) the (?:\w+ )?(?:reasons?|causes?)\b|\bwhat cause[sd]?\b",
        r"\bfor (?:what|which) reasons?\b",
    )),
    ("date", LazyPattern.of(
        rf"{_OPEN}(?:since |until |till |by |from )?when (?:did|do|does|is|are|was|were|will|would|can|could)\b",
        rf"{_OPEN}(?:since |until |till |by |from )?when (?:should|has|have|had|must|may|exactly)\b|\bwhen\s*\?$",
        r"\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time|season|weekday|era|period)s?\b",
        r"\bwhat (?:is|was) the (?:\w+ )?date\b",
    )),
    ("number", LazyPattern.of(
        rf"\b(?:what|which) (?!(?:do|does|did|is|are|was|were|an?)\b)(?:\w+ )?{_MEASURE}\b",
        rf"\bwhat (?:is|was|are|were) (?:the|its|their|his|her)(?: [\w-]+){{0,2}} {_MEASURE}\b",
    )),
    ("comparison", LazyPattern.of(
        r"\bdiffer(?:s|ed|ences?)?\b|\b(?:versus|vs\.?)(?= )|\bcompared? (?:to|with) (?!what\b)|\bcomparison\b",
        followed(r"\b(?:which|what|who)\b", r"\bthat (?:the )?[\w.-]+ (?:cannot|can't|can not|does not|doesn't)\b"),
        followed(rf"\b{_MORE}\b", r"\bor\b(?! (?:more|less))"),
        followed(r"\bor\b(?! (?:more|less))", rf"\b{_MORE}\b"),
    )),
    ("list", LazyPattern.of(
        rf"{_OPEN}{_IN}which (?!(?:is|was|does|has)\b)(?!\w*(?:ss|us|is)\b)\w\w+s\b(?! (?:is|was|has)\b)",
        rf"{_OPEN}{_IN}which (?:[\w-]+ ){{1,2}}?(?!\w*(?:ss|us|is)\b)\w\w+s (?:are|were|must|do|did|can|may"
        rf"|have|had|should"
        r"|could|will|would|am|is|of|took|take|offer|give|support|need|apply|belong|count)\b",
        r"\b(?:what|which) (?:\w+ )?(?:kinds|types|sorts|forms|categories|levels|classes) of\b",
        r"\bwhat (?!(?:is|was|does|has|happens|makes|causes|comes|counts)\b)\w\w+s (?:are|do|can|must"
        r"|should|may|have)\b",
        r"\bwhat are (?:all )?(?:the|my|our|your|its) (?:[\w-]+ ){0,3}?(?!\w*(?:ss|us|is)\b)\w\w+s\b",
        rf"{_OPEN}(?:list|name|enumerate|give me|show me) (?:all|every|some|the)\b|\bwhat all\b",
        rf"{_OPEN}what (?:is|are|comes) (?:in|included|part of)\b",
        followed(rf"{_OPEN}what does\b", r"\b(?:include|consist of)\b"),
        rf"{_OPEN}who (?:is|are) (?:eligible|entitled|allowed|covered|exempt)\b",
        rf"{_OPEN}what (?:can|may|must|should) (?:i |we |you |one )?(?:not|never)\b",
        rf"{_OPEN}what (?:can't|cannot|must not)\b",
    )),
    ("definition", LazyPattern.of(
        r"\bwhat (?:is|are|was|were) meant by\b",
        followed(rf"{_OPEN}what (?:do|does|did)\b", r"\b(?:mean|stand for)\b"),
        rf"{_OPEN}(?:define|explain)\b|^(?:\w+ ){{0,4}}(?<!other )(?:definition|meaning) of\b",
        # What is (a) X, with nothing behind that makes it a question about X.
        rf"{_OPEN}what(?: is| are|'s) (?=an? {up_to(4)}"
        rf"|(?!(?:the|its|their|his|her|my|your|our|there|this|that|it|an?|one) ){up_to(3)})"
        r"(?!.*\b(?:to|as|for|of|in|on|at|by|from|with|called|made|used)\s*\?*$)",
        rf"{_OPEN}who (?:is|was) (?!the )[\w.]+(?: [\w.]+)?\?*$",
    )),
    ("yes-no", LazyPattern.of(
        # A choice ("is it red or blue?") asks for one of the two.
        r"^(?:(?:and|but|so|then|well|please|ok|hi|hello)[\s,]+)*(?:is|are|was|were|am|do|does|did|can|could|will"
        r"|would|should|shall|has|have|had|may|must|might)(?:n't)? (?!.* or (?!not\b))[\w'\"(]",
        r"^(?!.*\b(?:what|which|who|whom|where)\b).*[.,;:] (?:is|are|was|were|do|does|did|can|could|will|should|has"
        r"|have|may|must) (?:i|we|you|it|they|this|that|there|the|my|our)\b(?!.* or (?!not\b))",
    )),
)  # fmt: skip

_ASKS_FOR: dict[Asked, Asks] = {
    "weekday": Asks((r"\b(?:which|what) (?:day of the week|weekday)",)),
    "year": Asks((r"\b(?:which|what) year\b",)),
    "deadline": Asks((r"\b(?:until|till|by) when\b", r"\bhow (?:far|long) (?:ahead|in advance|before(?:hand)?)\b")),
    "moment": Asks((r"\b(?:since|from) when\b",)),
    "century": Asks((r"\b(?:which|what) century\b",)),
    "month": Asks((r"\b(?:which|what) month\b",)),
    "frequency": Asks((r"\bhow (?:soon|quickly|often|frequently)\b",)),
    "extent": Asks((r"\bhow (?:long|far)\b",)),
    "warmth": Asks((r"\bhow (?:warm|hot|cold)\b",)),
    "temperature": Asks(leads=("what", "which"), nouns=("temperatures?",)),
    "pressure": Asks(leads=("what", "which"), nouns=("pressure",)),
    "version": Asks((r"\b(?:which|what) (?:\w+ )?version\b",)),
    "email": Asks((followed(r"\b(?:what|which)\b", r"\be-?mail address\b"),)),
    "phone": Asks((followed(r"\b(?:what|which)\b", r"\b(?:tele)?phone number\b"),)),
    "price": Asks((r"\b(?:costs?|prices?|fees?)\b",)),
}

LANGUAGE = Language(
    code="en",
    stemmer="english",
    own_words=words(
        "the what which how does did of with when where why who should this these there from much many you your are "
        "been have would could about"
    ),
    question_rules=_QUESTION_RULES,
    question_words=words("what which who whom whose when where why how name tell give list describe explain find show"),
    asks_for=_ASKS_FOR,
    number_words=words(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half "
        "quarter dozen none zero"
    ),
    weekdays=words("mondays? tuesdays? wednesdays? thursdays? fridays? saturdays? sundays?"),
    months=words(
        "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sep(?:t(?:ember)?)? oct(?:ober)? "
        "nov(?:ember)? dec(?:ember)?"
    ),
    units={
        "time": words("seconds? minutes? hours? days? weeks? months? years? decades? centur(?:y|ies) mins? secs? hrs?"),
        "length": words(
            "ft in inch(?:es)? feet foot yards? miles? (?:kilo|centi|milli)?met(?:er|re)s? pages? characters?"
        ),
        "temperature": ("degrees?",),
        "pressure": ("atmospheres?", "pounds?", "percent"),
        "hour": ("am", "pm", r"a\.m\.", r"p\.m\.", "o'clock"),
        "era": ("bce?", "ad", "ce"),
        "money": ("pounds?", "euros?", "dollars?", "cents?", "pence", "million", "billion"),
        "ordinal": ("st", "nd", "rd", "th"),
    },
    values={
        "duration": (
            r"\b(?:an? |per |every |each |once |twice )?(?:daily|weekly|monthly|yearly|annually)\b",
            r"\b(?:immediately|indefinitely)\b",
        ),
        "clock": (r"\b(?:noon|midnight)\b",),
        "named time": (
            r"centur",
            r"\b(?:spring|summer|autumn|fall|winter|morning|evening|night|today|tomorrow|now|season)s?\b",
            r"\b(?:before|after|until|during|when|while|as soon as|every)\b",
        ),
        "century": (
            r"\b\d+s\b",
            r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|teenth|tieth)\b",
        ),
        "frequency": (r"\b(?:times?|attempts?|every|each|per|once|twice)\b",),
        "percent": ("percent",),
    },
    currencies={
        "gbp": (r"\b(?:british )?pounds?\b(?! per)", r"\bsterling\b"),
        "eur": (r"\beuros?\b",),
        "usd": (r"\bdollars?\b",),
        "cny": (r"\byuan\b", r"\brmb\b"),
    },
    articles=words("a an the"),
    negations=words("not no never without nor none cannot"),
    list_marks=(r"step\s+\d{1,3}\s*[:.)]\s*",),
    question_columns=("question",),
    answer_columns=("answer",),
    question_openings=(
        r"how (?:do|does|did|can|could|should|would|will|is|are|to|much|many|long|often|far|old|big|large|soon)\b",
        r"(?:what|when|where|why|which|who|whose) (?:do|does|did|can|could|should|would|will|is|are|was|were|has)\b",
        r"(?:what|where|who) (?:happens?|if|else|kinds?|types?|to do)\b",
        r"(?:can|could|do|does|may|must|should|will|am|are|is) (?:i|we|you|it|they|there)\b",
    ),
    question_labels=("q", "question"),
    answer_labels=("a", "answer"),
    faq_names=(r"\bfaqs?\b", r"\bq ?& ?a\b", r"frequently asked", r"common questions", r"questions (?:and|&) answers"),
    related_names=(
        r"related (?:articles?|topics?|pages?|links?|information|documentation|questions)",
        r"see also|further reading|next steps|learn more|additional resources",
    ),
)
