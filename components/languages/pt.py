"""Portuguese."""

from components.languages.pack import Language

LANGUAGE = Language(
    code="pt",
    stemmer="portuguese",
    question_columns=("pergunta",),
    answer_columns=("resposta",),
)
