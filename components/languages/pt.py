"""Portuguese."""

from components.languages.pack import Language

LANGUAGE = Language(
    code="pt",
    stemmer="portuguese",
    question_columns=("pergunta",),
    answer_columns=("resposta",),
    question_openings=(r"(?:como|por qu[eê]|quando|onde|quem|o qu[eê]|qua(?:l|is)|quant[oa]s?) [^.]*",),
    question_labels=("p", "pergunta"),
    answer_labels=("r", "resposta"),
    faq_names=(r"perguntas (?:mais )?frequentes", r"perguntas e respostas"),
    related_names=(r"artigos relacionados|ver também|veja também|saiba mais",),
)
