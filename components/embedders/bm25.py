"""Text -> BM25 sparse vectors, by an analyser for the language, with exact codes kept whole.

A vector's indices are hashes of words; the IDF part of BM25 is the store's business, in the search. Passages are
analysed by their own language; a question by every analyser in use, since three words do not tell a language.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from haystack import Document, component
from haystack.dataclasses import SparseEmbedding
from qdrant_edge import Bm25, Bm25Config, DisabledStemmer, StopwordsSet, TokenizerType

from components.languages.scripts import PAIRED_RUN
from components.languages.stemmers import SEGMENTED, STEMMERS
from components.passages import indexed_text
from components.types import Candidates

ANALYSER = "bm25-1"
"""Version of what is in a vector; it belongs into the index's fingerprint."""

K, B = 1.2, 0.75
"""BM25's saturation of repeated words, and its normalisation by length."""

AVERAGE_LENGTH = 90.0
"""Words of a passage, stop words not counted, where the corpus has not been measured."""

_SEGMENTING, _PLAIN = "multilingual", "plain"

# Letters of the scripts that codes are written in; others may touch a code without a space: エラーE-1047が.
_ALNUM = "0-9A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
_CODE = re.compile(f"(?<![{_ALNUM}])[{_ALNUM}]++(?:[-_./:#+][{_ALNUM}]++)*+")
_FIGURE = re.compile("[0-9_]")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_DASHES = re.compile("[\u00ad\u2010\u2011\u2012\u2013\u2014\u2212]")


def analyser_of(language: str) -> str:
    """The name of the analyser for an ISO 639-1 code; every unknown one gets words as they are written."""
    if language in SEGMENTED:
        return _SEGMENTING
    return STEMMERS.get(language, _PLAIN)


def codes(text: str) -> list[str]:
    """The codes in a text in canonical form: error codes, part numbers, versions, identifiers.

    A code has a digit and a letter or two parts, or an underscore. Separators between a letter and a digit are
    dropped, any other is a dot, and case does not matter: ``E-1047``, ``e1047`` and ``E_1047`` are the same code,
    ``10.0.3`` and ``100.3`` are not.
    """
    return [_canonical(each) for each in _CODE.findall(_normalised(text)) if _is_code(each)]


def document_vector(text: str, language: str, average_length: float = AVERAGE_LENGTH) -> SparseEmbedding:
    """BM25 weights of the words and codes of a passage; empty for a text without any."""
    vector = _analyser(analyser_of(language), average_length).embed_document(_words(text))
    weights = dict(zip(vector.indices, vector.values, strict=True))
    # The weight of a word that occurs once holds the length's part of the formula.
    once = min(weights.values(), default=1.0)
    saturation = (K + 1) / once - 1
    for index, count in _code_counts(text):
        weights[index] = weights.get(index, 0.0) + count * (K + 1) / (count + saturation)
    return _embedding(weights)


def question_vector(text: str, languages: Iterable[str] | None = None) -> SparseEmbedding:
    """The words and codes of a question, each with weight 1, by the analysers of these languages or by all."""
    known = [*STEMMERS.values(), _SEGMENTING, _PLAIN] if languages is None else map(analyser_of, languages)
    words = _words(text)
    indices = {index: None for index, _ in _code_counts(text)}
    for name in sorted(set(known)):
        indices |= dict.fromkeys(_analyser(name, AVERAGE_LENGTH).embed_query(words).indices)
    return _embedding(dict.fromkeys(indices, 1.0))


def average_length(texts: Sequence[str], languages: Sequence[str]) -> float:
    """The mean number of words of passages, stop words not counted, for BM25; at least 1."""
    lengths = [_length(text, language) for text, language in zip(texts, languages, strict=True)]
    return max(1.0, sum(lengths) / max(1, len(lengths)))


def lexical_fingerprint(length: float = AVERAGE_LENGTH) -> dict[str, str]:
    """What questions and passages must have in common, for the index's manifest."""
    return {"analyser": f"{ANALYSER} k={K:g} b={B:g}", "average_length": f"{length:g}"}


@component
class LexicalDocumentEmbedder:
    """Gives every document its sparse embedding, analysed by ``meta["language"]``.

    Args:
        average_length: mean number of words of the corpus' passages; it belongs into the index's fingerprint.

    Example:
        >>> passages = LexicalDocumentEmbedder().run([Document(content="Pumps leak.")])["documents"]
        >>> len(passages[0].sparse_embedding.indices)
        2
    """

    def __init__(self, average_length: float = AVERAGE_LENGTH) -> None:
        self.average_length = average_length

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, Any]:
        """Return copies of the documents with ``sparse_embedding`` set."""
        return {"documents": Candidates(map(self._embedded, documents))}

    def _embedded(self, document: Document) -> Document:
        language = str(document.meta.get("language", ""))
        vector = document_vector(indexed_text(document), language, self.average_length)
        return replace(document, sparse_embedding=vector)


@component
class LexicalTextEmbedder:
    """Turns a question into its sparse embedding.

    Args:
        languages: ISO 639-1 codes of the index's passages, whose analysers see the question; all where None.

    Example:
        >>> question = LexicalTextEmbedder().run("Which pump leaks?")["sparse_embedding"]
        >>> passage = LexicalDocumentEmbedder().run([Document(content="Pumps leak.")])["documents"][0]
        >>> bool(set(passage.sparse_embedding.indices) & set(question.indices))
        True
    """

    def __init__(self, languages: list[str] | None = None) -> None:
        self.languages = languages

    @component.output_types(sparse_embedding=SparseEmbedding)
    def run(self, text: str, languages: list[str] | None = None) -> dict[str, Any]:
        """Analyse one question; ``languages`` overrides the parameter of the same name."""
        chosen = self.languages if languages is None else languages
        return {"sparse_embedding": question_vector(text, chosen)}


@lru_cache(maxsize=256)
def _analyser(name: str, length: float, k: float = K, b: float = B) -> Bm25:
    if name not in (_SEGMENTING, _PLAIN):
        return Bm25(Bm25Config(k=k, b=b, avg_len=length, language=name))
    tokenizer = TokenizerType.Multilingual if name == _SEGMENTING else TokenizerType.Word
    return _unstemmed(tokenizer, length, k, b)


def _unstemmed(tokenizer: TokenizerType, length: float, k: float = K, b: float = B) -> Bm25:
    no_stopwords = StopwordsSet(set(), set())
    config = Bm25Config(
        k=k, b=b, avg_len=length, tokenizer=tokenizer, stemmer=DisabledStemmer(), stopwords=no_stopwords
    )
    return Bm25(config)


@lru_cache(maxsize=1)
def _whole() -> Bm25:
    return _unstemmed(TokenizerType.Whitespace, AVERAGE_LENGTH)


def _code_counts(text: str) -> Iterator[tuple[int, int]]:
    counts = Counter(codes(text))
    # One call hashes all codes of the same count; which hash is whose does not matter.
    for count in set(counts.values()):
        # The prefix keeps a code apart from a word that is spelled like its canonical form.
        words = " ".join(f"code:{code}" for code, times in counts.items() if times == count)
        yield from ((index, count) for index in _whole().embed_query(words).indices)


def _length(text: str, language: str) -> int:
    # With b = 0 a weight depends on nothing but the word's count, and can be solved for it.
    vector = _analyser(analyser_of(language), AVERAGE_LENGTH, 1000.0, 0.0).embed_document(_words(text))
    return sum(round(1000.0 * weight / (1001.0 - weight)) for weight in vector.values)


def _normalised(text: str) -> str:
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    return _DASHES.sub("-", unicodedata.normalize("NFKC", whole))


def _words(text: str) -> str:
    # Han, kana and hangul: a segmenter cuts the same signs differently in a question and in a passage (保証期間 alone
    # passes for Chinese, within a Japanese sentence it does not). Overlapping pairs of signs are always the same.
    return PAIRED_RUN.compiled.sub(lambda run: f" {_pairs(run.group())} ", _normalised(text))


def _pairs(run: str) -> str:
    return " ".join(map("".join, pairwise(run))) if len(run) > 1 else run


def _is_code(word: str) -> bool:
    # Most words are none: one without a digit or an underscore is told quickly.
    if not _FIGURE.search(word):
        return False
    parts = _PARTS.findall(word)
    return len(parts) > 1 and ("_" in word or any(part.isdigit() for part in parts))


def _canonical(word: str) -> str:
    parts = list(_PARTS.finditer(word.casefold()))
    text = parts[0].group()
    for before, part in pairwise(parts):
        touching = before.group()[-1].isdigit() != part.group()[0].isdigit()
        text += part.group() if touching else f".{part.group()}"
    return text


def _embedding(weights: dict[int, float]) -> SparseEmbedding:
    ordered = sorted(weights.items())
    return SparseEmbedding([index for index, _ in ordered], [weight for _, weight in ordered])
