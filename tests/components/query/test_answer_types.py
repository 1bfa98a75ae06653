import pytest

from components.query.answer_types import expected_value


@pytest.mark.parametrize(
    ("question", "kind", "right", "wrong"),
    [
        ("On which day of the week is the tank heated?", "date", "Sunday", "02:00"),
        ("What year was it built?", "date", "in 1873", "three years"),
        ("In what century was it built?", "date", "11th", "the century before"),
        ("In which century was it built?", "date", "the eleventh century", "under the dukes"),
        ("¿En qué siglo se construyó?", "date", "siglo XII", "la torre"),
        ("In which month does it end?", "date", "late October", "2024"),
        ("When will I get my money back?", "date", "within 14 days", "the owner"),
        ("Until when is the kit free?", "date", "31 March 2027", "bulletin A"),
        ("Since when is the kit free?", "date", "31 March 2027", "five minutes"),
        ("By when do I have to hand it in?", "date", "31 March 2027", "the owner"),
        ("By when do I have to hand it in?", "date", "within 30 days", "form H16"),
        ("Until when can I return it?", "date", "two weeks after delivery", "the box"),
        ("How far ahead must I book?", "number", "at least 14 days", "50 metres"),
        ("How long in advance must I book?", "number", "31 March", "50 metres"),
        ("Bis wann muss ich das einreichen?", "date", "innerhalb von 30 Tagen", "das Formular"),
        ("Wie weit im Voraus muss ich buchen?", "number", "zwei Wochen", "50 Meter"),
        ("¿Hasta cuándo puedo devolverlo?", "date", "30 días", "la bomba"),
        ("Jusqu'à quand puis-je le rendre ?", "date", "30 jours", "la pompe"),
        ("需要提前多久申请？", "number", "30天", "8米"),
        ("When does the shop open?", "date", "7.30", "0.00"),
        ("When does the shop open?", "date", "07:30", "112.00"),
        ("How soon must I register?", "number", "within 60 days of commissioning", "Pilot controller"),
        ("How often does it try again?", "number", "three attempts", "H16"),
        ("How often should I clean it?", "number", "every six months", "with a cloth"),
        ("How long is the data kept?", "number", "13 months", "30 litres"),
        ("How long is the cable?", "number", "50 metres", "8 °C"),
        ("How warm will it keep the house?", "number", "8 °C", "mild days"),
        ("What is the lowest flow temperature?", "number", "18 degrees", "2.5 percent"),
        ("What pressure should it have?", "number", "1.5 bar", "10 litres"),
        ("How many people can use it?", "number", "eight", "the owner"),
        ("Wie hoch soll der Wasserdruck sein?", "number", "1,5 bar", "einmal im Monat"),
        ("Wie oft prüfe ich das?", "number", "einmal im Monat", "der Fachbetrieb"),
        ("¿Cuánto tiempo dura?", "number", "seis años", "la bomba"),
        ("Wie lange gilt die Garantie?", "number", "sechs Jahre", "bei Inbetriebnahme"),
        ("多久清洗一次？", "number", "每六个月", "清"),
    ],
)
def test_an_answer_of_the_wrong_kind_does_not_fit(question, kind, right, wrong):
    expected = expected_value(question, kind)
    assert expected.fits(right) == 1.0
    assert expected.fits(wrong) == 0.0


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("Which version added the child lock?", "3.2", "SG-ready contacts"),
        ("What firmware version do I need?", "v4 or later", "H16"),
        ("In which version was it removed?", "version 4.0.1", "the controller"),
        ("Welche Version kann das?", "3.1", "der Regler"),
        ("¿Qué versión lo añade?", "la 3.2", "el regulador"),
        ("What is the e-mail address of support?", "help@example.org", "the service desk"),
        ("Unter welcher Telefonnummer erreiche ich ihn?", "0800 123 45", "montags"),
        ("What is the phone number of the service?", "+44 1632 960 961", "24 hours"),
    ],
)
def test_a_name_of_another_form_does_not_fit(question, right, wrong):
    expected = expected_value(question, "factoid")
    assert [expected.fits(words) for words in (right, wrong)] == [1.0, 0.0]
    assert expected_value(question, "yes-no").fits(wrong) == 1.0


@pytest.mark.parametrize("question", ["Which e-mail client works?", "Who answers the phone number of the service?"])
def test_a_question_about_such_a_name_accepts_any_words(question):
    assert expected_value(question, "factoid").fits("the service desk") == 1.0


def test_the_currency_may_stand_before_the_answer_in_its_cell():
    expected = expected_value("How much is FL-2620 in pounds?", "number")
    assert expected.fits("129.00", " Price GBP: ") == 1.0
    assert expected.fits("153.00", " Price EUR: ") == 0.5
    assert expected.fits("EUR: 153.00", " Price ") == 0.5


def test_a_price_is_a_number_with_a_currency_or_a_share():
    expected = expected_value("What does the extension cost?", "number")
    assert [expected.fits(words) for words in ("£420", "15 percent", "72 hours", "the owner")] == [1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize(("kind", "expected"), [("how-to", 0.0), ("why", 0.0), ("factoid", 1.0), ("yes-no", 1.0)])
def test_a_cell_is_neither_a_way_nor_a_reason(kind, expected):
    asked = expected_value("How do I clean the filter?", kind)
    assert asked.fits("every 6 months", in_table=True) == expected
    assert asked.fits("Rinse it under the tap") == 1.0


@pytest.mark.parametrize("words", ["W-201", "E1047", "24", "12/2024", "1.5", "40%", "3 4"])
def test_a_bare_code_or_number_is_neither_a_way_nor_a_reason(words):
    assert expected_value("Why does the pump stop?", "why").fits(words) == 0.0
    assert expected_value("Why does the pump stop?", "why").fits(f"because of {words}") == 1.0


def test_words_with_figures_are_a_way():
    assert expected_value("怎么重启？", "how-to").fits("先关闭2号阀门") == 1.0
    assert expected_value("How do I open it?", "how-to").fits("Press F1") == 1.0


@pytest.mark.parametrize("kind", ["factoid", "how-to", "why", "yes-no", "definition", "keyword"])
def test_other_kinds_of_question_accept_any_words(kind):
    assert expected_value("How warm is it, and why?", kind).fits("the owner") == 1.0


def test_no_words_are_no_value():
    assert expected_value("How many?", "number").fits("") == 0.0


def test_where_values_stand_in_a_text():
    text = "Check it every month. It should be 1.5 bar; below 0.8 bar it stops."
    asked = expected_value("What pressure should it have?", "number")
    assert [text[slice(*place)] for place in asked.values(text)] == ["1.5 bar", "0.8 bar"]
    assert asked.values("no figure") == []
    assert expected_value("Who built it?", "factoid").values(text) == []
    assert expected_value("How do I check it?", "how-to").values(text) == []
