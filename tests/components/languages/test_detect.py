import threading

import pytest

from components.languages import detect as languages
from components.languages.detect import UNDETERMINED, detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long does the battery last?", "en"),
        ("Wie lange ist die Garantie gültig?", "de"),
        ("¿Cuánto cuestan los repuestos?", "es"),
        ("Où est la clé de secours et quelle est sa taille ?", "fr"),
        ("Quanto costa la batteria di ricambio?", "it"),
        ("保修期是多久？", "zh"),
        ("保証期間はどのくらいですか？", "ja"),
        ("보증 기간은 얼마나 됩니까?", "ko"),
        ("Πόσο διαρκεί η εγγύηση;", "el"),
        ("ما هو الضمان على هذا المنتج؟", "ar"),
        ("Сколько стоит запасной аккумулятор для этого устройства?", "ru"),
        ("Quina és la garantia del producte i el preu de la bateria?", "ca"),
    ],
)
def test_languages_of_short_texts(text: str, language: str) -> None:
    found, probability = detect_language(text)
    assert found == language
    assert 0.0 < probability <= 1.0


@pytest.mark.parametrize("text", ["", "   ", "E-1047", "12345", "?!", "RMA", "👩🏽‍🚀"])
def test_too_little_to_tell_is_undetermined(text: str) -> None:
    assert detect_language(text)[0] == UNDETERMINED


def test_chinese_question_with_a_product_name_is_chinese() -> None:
    assert detect_language("Quaere X200 的保修期是多久？")[0] == "zh"


def test_one_foreign_sign_does_not_decide() -> None:
    assert detect_language("What does the sign 龍 on the cover of this book mean?")[0] == "en"


def test_a_quoted_phrase_does_not_decide_a_long_text() -> None:
    italian = "La batteria deve essere caricata ogni settimana prima di usare il dispositivo. " * 4
    assert detect_language(italian + 'Il libro "What is the Matter" è in inglese.')[0] == "it"


def test_a_long_text_is_sampled_and_still_quick() -> None:
    assert detect_language("Das ist ein Satz über die Katze und den Hund. " * 50_000)[0] == "de"


def test_common_questions_do_not_load_the_model() -> None:
    languages._model.cache_clear()
    detect_language("What is the price of the battery?")
    detect_language("保修期是多久？")
    assert languages._model.cache_info().currsize == 0


def test_threads_share_one_model() -> None:
    languages._model.cache_clear()
    found: list[str] = []
    text = "Quanto costa la batteria di ricambio?"
    threads = [threading.Thread(target=lambda: found.append(detect_language(text)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["it"] * 4
    assert languages._model.cache_info().misses == 1
