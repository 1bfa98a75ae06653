import pytest

from components.converters.extracted import Block
from components.converters.quality import ReadText, findings_of, is_unlikely

SENTENCE = "The guarantee of a pump lasts for two years from the day on which you bought it. "
WORDS = (
    "the guarantee of every hydraulic pump begins with its delivery and covers broken bearings, leaking valves, "
    "damaged electronics and missing accessories; complaints about transport are settled by the forwarding agent. "
)
HALF = "The guarantee of a pump lasts for two years from the day on which you bought"


def read(*paragraphs, kind="text", heading=("Guarantee",), pages=None, **others):
    """A document of these paragraphs, one a page where there are pages."""
    text, blocks = "", []
    for number, paragraph in enumerate(paragraphs, 1):
        page = None if pages is None else number
        blocks.append(Block(len(text), len(text) + len(paragraph), kind, heading, page))
        text += paragraph + "\n\n"
    facts = {"format": "pdf", "title": "Manual", "language": "en", "size": 10_000, **others}
    return ReadText(text=text, blocks=tuple(blocks), pages=pages, **facts)


def kinds(found):
    return [finding.kind for finding in findings_of(found)]


def test_a_good_text_has_no_findings():
    assert kinds(read(*[SENTENCE * 3] * 30)) == []
    assert kinds(read("Die Gewährleistung beträgt „zwei Jahre“ (§ 437 BGB); C++-Code: `max_size=5`. " * 20)) == []
    assert kinds(read("保修期为两年，自购买之日起计算。" * 40, language="zh")) == []
    assert kinds(read("Run `docker-compose up` in https://example.com/a_b?c=d, then see src/main.py:12. " * 20)) == []


@pytest.mark.parametrize(
    "garbage",
    ["\ufffd\ufffd", "\ue001\ue002", "(cid:12)(cid:7)", "\x02\x03"],
)
def test_signs_that_no_document_means(garbage):
    (finding,) = findings_of(read(SENTENCE * 10 + garbage * 12))
    assert finding.kind == "garbled"
    assert finding.measure >= 0.01
    assert finding.is_fault


def test_a_font_without_its_letters_makes_unlikely_words():
    # Glyph numbers for letters: each is 29 places before its own.
    shifted = "".join(chr(ord(letter) - 29) if letter.islower() else letter for letter in WORDS)
    assert shifted.startswith("WKH JXDUDQWHH")
    assert kinds(read(shifted * 10)) == ["garbled"]
    assert kinds(read(WORDS * 10)) == []
    assert kinds(read("wrtfg plkmn bdfgh qwrtp zxcvb " * 30)) == ["garbled"]


@pytest.mark.parametrize(
    ("word", "unlikely"),
    [
        ("guarantee", False), ("plkmnb", True), ("don't", False), ("Überweisung", False),
        ("e-mail", False), ("ab%cd", True), ("a/b/c_d", False), ("HTTPS,", True), ("max_size", False),
    ],
)  # fmt: skip
def test_words_that_no_language_has(word, unlikely):
    assert is_unlikely(word) == unlikely


def test_paragraphs_that_end_in_the_middle_of_a_sentence():
    (finding,) = findings_of(read(*[HALF] * 6, *[SENTENCE] * 6))
    assert (finding.kind, finding.measure) == ("torn", 0.5)
    assert kinds(read(*[HALF] * 3, *[SENTENCE] * 9)) == []
    # Rows and short lines are no paragraphs, and a few tell nothing.
    assert kinds(read(*[HALF] * 12, format="xlsx")) == []
    assert kinds(read(*["Name and first name"] * 30)) == []
    assert kinds(read(*[HALF] * 5)) == []


def test_dots_pages_and_little_text():
    assert kinds(read("Chapter one . . . . . . . . . . . . . . 5\n" * 30)) == ["leaders"]
    (finding,) = findings_of(read(*[SENTENCE * 3] * 3, pages=10))
    assert (finding.kind, finding.measure) == ("pages_without_text", 7.0)
    assert kinds(read(*[SENTENCE * 3] * 9, pages=10)) == []
    assert kinds(read("Fig. 1", size=500_000)) == ["little_text"]
    assert kinds(read("Fig. 1", size=500)) == []


def test_remarks_come_after_faults():
    long = SENTENCE * 600
    assert kinds(read(long, heading=())) == ["no_headings"]
    assert kinds(read(long, heading=(), format="csv")) == []
    assert kinds(read("a: 1; b: 2\n" * 12_000, kind="table")) == ["huge_table"]
    assert kinds(read(SENTENCE, title=None)) == ["no_title"]
    assert kinds(read(SENTENCE, title=None, format="text")) == []
    found = read(*[HALF] * 20, title=None, language="und")
    assert kinds(found) == ["torn", "language_unknown", "no_title"]


def test_nothing_at_all():
    assert kinds(ReadText("", (), "pdf", "Title", "und", None, 10)) == []
