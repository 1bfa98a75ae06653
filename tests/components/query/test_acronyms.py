import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.query.acronyms import MOST_CHARACTERS, acronym_pairs, is_acronym, long_form


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("You have 20 days of paid time off (PTO) a year.", [("PTO", "paid time off")]),
        ("PTO (paid time off) is granted.", [("PTO", "paid time off")]),
        ("The Return-Merchandise Authorization (RMA) is needed.", [("RMA", "return merchandise authorization")]),
        ("heat shock transcription factor (HSF)", [("HSF", "heat shock transcription factor")]),
        ("Zahlung per Allgemeine Geschäftsbedingungen (AGB) geregelt", [("AGB", "allgemeine geschäftsbedingungen")]),
        ("Acuerdo de Nivel de Servicio (ANS)", [("ANS", "acuerdo de nivel de servicio")]),
        ("the European Union (EU) and a virtual private network (VPN)", [
            ("EU", "european union"), ("VPN", "virtual private network"),
        ]),
        # No word begins with the first letter, another sentence, lower case, a figure, nothing before it.
        ("Click the button (OK).", []),
        ("Paid time. Off (PTO)", []),
        ("the pump (see below)", []),
        ("in the year (2024)", []),
        ("(PTO)", []),
        ("()", []),
    ],
)  # fmt: skip
def test_pairs(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(acronym_pairs(text)) == pairs


def test_a_word_in_capitals_is_an_acronym() -> None:
    assert [word for word in ("PTO", "K8S", "PhD", "us", "It", "E-1047", "2FA", "A" * 11) if is_acronym(word)] == [
        "PTO", "K8S", "PhD",
    ]  # fmt: skip


def test_the_long_form_is_the_shortest_that_ends_the_text() -> None:
    assert long_form("PTO", "paid time off paid time off") == "paid time off"
    assert long_form("PTO", "please ask for paid time") is None


@given(st.text(alphabet="aAbB( )\n.-", max_size=400))
def test_any_text_is_read(text: str) -> None:
    for short, long in acronym_pairs(text):
        assert is_acronym(short)
        assert 0 < len(long) <= MOST_CHARACTERS


def test_many_brackets_are_read_once() -> None:
    assert list(acronym_pairs("(" * 200_000)) == []
    assert len(list(acronym_pairs("paid time off (PTO) " * 20_000))) == 20_000
