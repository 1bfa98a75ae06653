import pytest

from components.query.kinds import question_kind
from components.types import QueryKind

CASES: list[tuple[str, QueryKind, str]] = [
    ("en", "number", "How long does the battery last?"),
    ("en", "number", "By how much does quiet mode lower the sound?"),
    ("en", "number", "What is the maximum flow temperature?"),
    ("en", "number", "What does it cost to extend the warranty?"),
    ("en", "factoid", "What is the part number of the remote control?"),
    ("en", "factoid", "What do a number of researchers think?"),
    ("en", "date", "When was the article published?"),
    ("en", "date", "In what year did production start?"),
    ("en", "factoid", "What happens when the filter is full?"),
    ("en", "how-to", "How do I reset the controller?"),
    ("en", "how-to", "My screen is frozen, how can I reboot it?"),
    ("en", "how-to", "how to descale the tank"),
    ("en", "how-to", "What should I do if it leaks?"),
    ("en", "factoid", "How was religion handled in the empire?"),
    ("en", "factoid", "Who normally instructs members how to vote?"),
    ("en", "why", "Why does the unit lock?"),
    ("en", "why", "What causes error E-1047?"),
    ("en", "yes-no", "Can I chip the ice off?"),
    ("en", "yes-no", "The unit is covered in ice, can I chip it off?"),
    ("en", "yes-no", "Isn't it covered by the warranty?"),
    ("en", "factoid", "Is it pro-life or pro-choice?"),
    ("en", "factoid", "Which architect, famous for his dome, is represented here?"),
    ("en", "definition", "What is a twin prime?"),
    ("en", "definition", "What does RMA stand for?"),
    ("en", "definition", "what is DECnet"),
    ("en", "factoid", "What is the capital of France?"),
    ("en", "factoid", "What are stators attached to?"),
    ("en", "factoid", "Who killed Begter?"),
    ("en", "keyword", "battery life H12"),
    ("en", "keyword", "E-1047"),
    ("en", "factoid", "My heat pump shows a code and it is not heating since this morning"),
    ("de", "number", "Wie lange ist die Garantie gültig?"),
    ("de", "number", "Was kostet der Versand?"),
    ("de", "how-to", "Wie setze ich den Regler zurück?"),
    ("de", "factoid", "Wie nennt man die Massenproduktion?"),
    ("de", "why", "Warum blinkt die Lampe?"),
    ("de", "date", "In welchem Jahr wurde sie gebaut?"),
    ("de", "yes-no", "Kann ich das Gerät selbst öffnen?"),
    ("de", "factoid", "Ist das Gehäuse rot oder blau?"),
    ("de", "definition", "Was ist ein Pufferspeicher?"),
    ("de", "factoid", "Wer gab ihnen ihren Namen?"),
    ("de", "keyword", "Garantie Verlängerung Preis"),
    ("es", "number", "¿Cuánto dura la garantía?"),
    ("es", "how-to", "¿Cómo puedo reiniciar el controlador?"),
    ("es", "factoid", "¿Cómo se llamaba la primera red?"),
    ("es", "why", "¿Por qué parpadea la luz?"),
    ("es", "factoid", "Además de eso, ¿por qué otra cosa era conocido?"),
    ("es", "date", "¿En qué año se inauguró?"),
    ("es", "yes-no", "¿Puedo abrir la unidad?"),
    ("es", "definition", "¿Qué es una bomba de calor?"),
    ("es", "keyword", "garantía batería"),
    ("fr", "number", "Combien de temps dure la garantie ?"),
    ("fr", "how-to", "Comment puis-je réinitialiser le régulateur ?"),
    ("fr", "why", "Pourquoi la lampe clignote-t-elle ?"),
    ("fr", "date", "En quelle année a-t-il été construit ?"),
    ("fr", "yes-no", "Est-ce que je peux ouvrir l'appareil ?"),
    ("fr", "definition", "Qu'est-ce qu'une pompe à chaleur ?"),
    ("fr", "factoid", "Où se trouve le filtre ?"),
    ("fr", "keyword", "garantie batterie"),
    ("zh", "number", "保修期是多久？"),
    ("zh", "how-to", "我怎么重置控制器？"),
    ("zh", "how-to", "如何安装滤网？"),
    ("zh", "why", "为什么指示灯闪烁？"),
    ("zh", "factoid", "这种数字称为什么？"),
    ("zh", "date", "什么时候开始生产？"),
    ("zh", "yes-no", "可以自己打开外机吗？"),
    ("zh", "factoid", "哪项条款界定精神是否异常？"),
    ("zh", "definition", "什么是热泵？"),
    ("zh", "factoid", "谁开发了指示器？"),
    ("zh", "keyword", "保修 电池"),
    ("und", "how-to", "Wie setze ich das zurück?"),
    ("it", "factoid", "Quanto dura?"),
    ("it", "keyword", "garanzia batteria"),
    ("en", "keyword", ""),
]


@pytest.mark.parametrize(("language", "kind", "question"), CASES)
def test_kinds(language: str, kind: QueryKind, question: str) -> None:
    assert question_kind(question, language) == kind


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "zh", "und"])
def test_long_nonsense_takes_no_time(language: str) -> None:
    for piece in ("what ", "what is a ", "wie ", "cómo se ", "是什么", "a-", "when"):
        question_kind(piece * (2000 // len(piece)), language)
