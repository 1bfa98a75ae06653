"""Encodings, each on a sentence that a document could hold."""

from pathlib import Path

import pytest

from components.converters.encoding import UndecodableError, decode
from components.converters.formats import load

GERMAN = "Die Größe der Maschine beträgt 30 cm. Öffnen Sie das Gehäuse nur für die Wartung."
SPANISH = "El período de garantía es de dos años. No abra la máquina, señor."
FRENCH = "La pièce détachée coûte 20 euros à l'unité, été comme hiver. Où est-elle?"
POLISH = "Urządzenie należy czyścić co trzy miesiące. Gwarancja wynosi dwa lata."
RUSSIAN = "Гарантия на устройство составляет два года. Не открывайте корпус."
CHINESE = "保修期为两年。请勿打开机器外壳。每三个月清洁一次。"
TAIWANESE = "保固期為兩年。請勿打開機器外殼。每三個月清潔一次。"
JAPANESE = "保証期間は二年間です。本体を開けないでください。三か月ごとに掃除してください。"
KOREAN = "보증 기간은 2년입니다. 기기를 열지 마십시오."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "latin-1"),
        (SPANISH, "latin-1"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
        (GERMAN, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (JAPANESE, "utf-32"),
        (KOREAN, "utf-8"),
    ],
)
def test_decoded(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert load(path).text == text


def test_csv_in_a_legacy_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"型号,说明\nX200,{CHINESE}\n".encode("gb18030"))
    assert load(path).text == f"型号: X200; 说明: {CHINESE}"


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    assert decode(RUSSIAN.encode() * 10 + b"\xff" + CHINESE.encode()) == RUSSIAN * 10 + "\ufffd" + CHINESE


def test_a_declared_encoding_counts_where_utf8_does_not_fit() -> None:
    assert decode("Да".encode("cp1251"), "windows-1251") == "Да"
    assert decode("Да".encode(), "windows-1251") == "Да"
    assert decode(GERMAN.encode("cp1252"), "no-such-encoding") == GERMAN
    assert decode(b"", "idna") == ""


def test_binary_data_is_no_text() -> None:
    with pytest.raises(UndecodableError, match="binary"):
        decode(bytes(range(256)) * 4)
