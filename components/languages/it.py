"""Italian."""

from components.languages.pack import Language, words

LANGUAGE = Language(
    code="it",
    stemmer="italian",
    articles=words("il lo la gli le un una"),
    negations=words("non senza"),
    list_marks=(r"passo\s+\d{1,3}\s*[:.)]\s*",),
    question_columns=("domanda",),
    answer_columns=("risposta",),
)
