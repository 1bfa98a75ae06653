"""BM25 vectors: analysers, lengths and, above all, exact codes."""

import random

import pytest
from haystack import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from components.embedders.bm25 import (
    LexicalDocumentEmbedder,
    LexicalTextEmbedder,
    analyser_of,
    average_length,
    codes,
    document_vector,
    question_vector,
)
from components.stores.documents import QuaereDocumentStore

CODES = ["E-1047", "QX-200/B", "10.0.3", "foo_bar", "N.4411-2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error E-1047.", ["e1047"]),
        ("e1047 or E_1047", ["e1047", "e1047"]),
        ("E\u20111047", ["e1047"]),
        ("Ｅ－1047", ["e1047"]),
        ("エラーE-1047が", ["e1047"]),
        ("10.0.3 is not 100.3", ["10.0.3", "100.3"]),
        ("a long-term plan and/or none", []),
        ("foo_bar __init__ _", ["foo.bar"]),
        ("in 2025 we sold 1,000", []),
        ("\u0387_\u0387", []),
        ("", []),
    ],
)
def test_codes(text, expected):
    assert codes(text) == expected


@settings(deadline=None)
@given(st.text())
def test_any_text_is_analysed(text):
    for language in ("en", "zh", "xx"):
        vector = document_vector(text, language)
        assert len(set(vector.indices)) == len(vector.indices) == len(vector.values)
        assert all(weight > 0 for weight in vector.values)
    question_vector(text)


def _store_of(tmp_path, documents):
    store = QuaereDocumentStore(str(tmp_path), dimension=2)
    store.write_documents(LexicalDocumentEmbedder().run(documents)["documents"])
    return store


def _distractors(code: str, number: int, seed: int) -> list[str]:
    """Codes that differ from the right one in a letter or digit, or have its parts apart."""
    draw = random.Random(seed)
    found: set[str] = set()
    while len(found) < number:
        letters = list(code)
        for place in draw.sample([i for i, letter in enumerate(code) if letter.isalnum()], draw.choice([1, 2])):
            alphabet = "0123456789" if letters[place].isdigit() else "ABCEFNQX"
            letters[place] = draw.choice(alphabet)
        found.add("".join(letters))
        parts = "".join(letter if letter.isalnum() else " " for letter in code).split()
        found.add(" is not ".join(reversed(parts)))
    return sorted(each for each in found if codes(each) != codes(code))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("question", ["{}", "What does {} mean?", "what does {} mean", "was bedeutet {}"])
def test_the_code_is_first_among_similar_ones(tmp_path, code, question):
    texts = [f"{each} means that the valve has to be checked by hand." for each in _distractors(code, 200, 7)]
    # Longer than all others, so that it cannot win by its length.
    ending = "Afterwards the cover is closed and the device is started again."
    meta = {"language": "en"}
    right = Document(id="right", content=f"{code} means that the valve has to be checked by hand. {ending}", meta=meta)
    store = _store_of(tmp_path, [Document(content=text, meta=meta) for text in texts] + [right])
    embedder = LexicalTextEmbedder()
    for written in (code, code.lower()):
        sparse = embedder.run(question.format(written))["sparse_embedding"]
        found = store.search_lexical(sparse, limit=5)
        assert found[0].id == "right"
        assert found[0].score > found[1].score * 1.1
    store.close()


def test_a_code_is_found_however_it_is_separated(tmp_path):
    store = _store_of(
        tmp_path, [Document(id="right", content="E-1047: pump"), Document(id="wrong", content="E-1048: pump, 1047 h")]
    )
    for written in ("E-1047", "e1047", "E 1047", "E/1047", "E–1047"):
        found = store.search_lexical(question_vector(written), limit=2)
        assert found[0].id == "right", written
    store.close()


def test_stems_and_stop_words_follow_the_language():
    english = document_vector("The pumps were running", "en")
    assert set(question_vector("pump run", ["en"]).indices) == set(english.indices)
    assert question_vector("what is the", ["en"]).indices == []
    german = document_vector("Die Häuser", "de")
    assert set(german.indices) == set(question_vector("das Haus", ["de"]).indices)


def test_a_question_is_analysed_in_every_language_of_the_index():
    united = set(question_vector("Pumpen laufen", ["de", "en"]).indices)
    assert united >= set(question_vector("Pumpen laufen", ["de"]).indices)
    assert united >= set(question_vector("Pumpen laufen", ["en"]).indices)
    assert set(question_vector("Pumpen laufen").indices) >= united


def test_scripts_without_spaces_are_segmented():
    for language, passage, words in (
        ("ja", "保証期間は二年です", "保証期間"),
        ("zh", "本退货政策适用于所有产品", "退货政策"),
        ("ko", "보증기간은 2년입니다", "보증기간"),
        ("th", "การรับประกันสองปี", "การรับประกัน"),
        ("en", "The label says 保証期間は二年です", "保証期間"),
    ):
        document = set(document_vector(passage, language).indices)
        assert len(document) > 2
        question = set(question_vector(words, [language]).indices)
        assert len(question & document) >= min(2, len(question)), language
    assert analyser_of("und") == analyser_of("pl") == "plain"


def test_long_passages_weigh_less_by_the_average_length():
    short, long = "pump", "pump " + " ".join(f"word{chr(97 + i)}" for i in range(20))
    [word] = question_vector("pump", ["en"]).indices

    def weight(text, length):
        vector = document_vector(text, "en", length)
        return dict(zip(vector.indices, vector.values, strict=True))[word]

    # BM25 by hand: tf (k + 1) / (tf + k (1 - b + b length / average)), k = 1.2, b = 0.75.
    assert weight(short, 10) == pytest.approx(2.2 / (1 + 1.2 * (0.25 + 0.75 * 1 / 10)), rel=1e-4)
    assert weight(long, 10) == pytest.approx(2.2 / (1 + 1.2 * (0.25 + 0.75 * 21 / 10)), rel=1e-4)


def test_average_length_counts_words_without_stop_words():
    assert average_length(["the pump and the hose", "pump pump pump pump"], ["en", "en"]) == 3.0
    assert average_length([], []) == 1.0
    assert average_length([" ".join(["pump"] * 300)], ["en"]) == 300.0


def test_documents_are_copied_and_title_and_heading_are_indexed():
    document = Document(content="It lasts two years.", meta={"title": "Warranty", "heading": "Pumps", "language": "en"})
    [embedded] = LexicalDocumentEmbedder().run([document])["documents"]
    assert document.sparse_embedding is None
    assert set(question_vector("warranty pump year", ["en"]).indices) <= set(embedded.sparse_embedding.indices)
    assert LexicalDocumentEmbedder().run([])["documents"] == []
    assert LexicalTextEmbedder().run("")["sparse_embedding"].indices == []
