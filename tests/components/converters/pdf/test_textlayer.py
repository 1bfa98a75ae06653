"""What a page says as text is read only where its fonts tell the letters that they show."""

import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest

from components.converters.formats import load
from components.converters.pdf.textlayer import is_usable
from components.errors import NoTextError

TEXTS = {
    "English": "The warranty of this machine covers all parts for two years from the day of its delivery. "
    "Keep the invoice, since the workshop asks for it, and call 0800 123 before you send anything back.",
    "German": "Die Garantie dieser Maschine umfasst alle Teile und gilt zwei Jahre ab dem Tag der Lieferung. "
    "Heben Sie die Rechnung auf, denn die Werkstatt fragt danach, bevor sie etwas zurücknimmt.",
    "Polish": "Gwarancja na to urządzenie obejmuje wszystkie części i trwa dwa lata od dnia dostawy. "
    "Proszę zachować fakturę, ponieważ warsztat pyta o nią, zanim przyjmie cokolwiek z powrotem.",
    "Turkish": "Bu makinenin garantisi bütün parçaları kapsar ve teslim gününden itibaren iki yıl sürer. "
    "Faturayı saklayınız, çünkü servis bir şeyi geri almadan önce onu sorar.",
    "Russian": "Гарантия на эту машину распространяется на все детали и действует два года со дня поставки. "
    "Сохраните счёт, потому что мастерская спросит о нём, прежде чем что-либо принять обратно.",
    "Greek": "Η εγγύηση αυτής της μηχανής καλύπτει όλα τα μέρη για δύο χρόνια από την ημέρα της παράδοσης.",
    "Chinese": "本机保修两年，自交货之日起计算，包括所有零件。请保存发票，因为维修站会要求出示。",
    "Arabic": "يغطي ضمان هذه الآلة جميع الأجزاء لمدة عامين من يوم التسليم",
    "codes": "WH-2210 HTTP 404 XRQ-77 TCP/IP VLAN 12 SSH MQTT v1.2.3 CRC 0xFF12 E-1047 Q1/2024 EUR 12.50",
    "numbers": "1 2 3 4 5.5 6,7 (8) 9% 10 $11.00",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_language_is_usable(text: str) -> None:
    assert is_usable(text)
    assert is_usable(text * 20)


def test_no_letter_and_no_digit_is_no_text() -> None:
    assert not is_usable("") and not is_usable(" \n\t ") and not is_usable("– • ·\n—")


@pytest.mark.parametrize("shift", [-29, 1, 3, 13])
@pytest.mark.parametrize("language", ["English", "German"])
def test_shifted_letters_are_garbage(language: str, shift: int) -> None:
    assert not is_usable("".join(char if char == " " else chr(max(1, ord(char) + shift)) for char in TEXTS[language]))


def test_swapped_letters_are_garbage() -> None:
    swapped = random.Random(4).sample(string.ascii_lowercase, 26)
    assert not is_usable(TEXTS["English"].lower().translate(str.maketrans(string.ascii_lowercase, "".join(swapped))))


@pytest.mark.parametrize("sign", ["\ufffd", "\ue012", "\x03", "\0", "\U000f0001"])
def test_signs_that_mean_nothing_are_garbage(sign: str) -> None:
    assert not is_usable(TEXTS["English"].replace("e", sign))
    assert is_usable(f"{TEXTS['English']} {sign}")


def test_symbols_between_letters_are_garbage_but_addresses_are_not() -> None:
    assert not is_usable("fo|ky; l{kk ds f}rh; o\"kZ esa i<+kbZ g{kk dk le; vkSj f'k{kd d{;k dk uke " * 3)
    assert is_usable("https://example.org/a?b=c;d~e_f ada@example.org files and addresses " * 5)


def test_a_page_of_garbage_counts_as_one_without_text(tmp_path: Path, pdf: Callable[..., bytes]) -> None:
    broken = "".join(char if char == " " else chr(ord(char) + 3) for char in "".join(TEXTS["English"].split(".")))
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([[(72, 700, 8, "Read this page.")], [(72, 700, 8, broken)]]))
    extracted = load(path, ocr_seconds=0)  # it would read the picture of the garbage
    assert (extracted.text, extracted.pages) == ("Read this page.", 2)
    path.write_bytes(pdf([[(72, 700, 8, broken)]]))
    with pytest.raises(NoTextError, match="no text on its 1 pages that can be read"):
        load(path, ocr_seconds=0)
