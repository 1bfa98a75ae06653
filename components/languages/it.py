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
    question_openings=(r"(?:come|perch[eé]|quando|dove|chi|cosa|che cosa|qual[ei]?|quant[oaie]) [^.]*",),
    question_labels=("d", "domanda"),
    answer_labels=("r", "risposta"),
    faq_names=(r"domande (?:pi[uù] )?frequenti", r"domande e risposte"),
    related_names=(r"articoli correlati|vedi anche|per saperne di pi[uù]",),
)
