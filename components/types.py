"""The small frozen values that travel between stages beside Haystack's ``Document``.

Offsets are code points into the source's extracted text, end exclusive, unless a line says otherwise.
The ``to_dict`` of :class:`Reply` is the stable contract that ``docs/reply.schema.json`` describes.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self, TypeVar

from haystack import Document

Item = TypeVar("Item")

SCHEMA_VERSION = "1.2"
"""Version of the reply's JSON; the minor number grows with added fields, the major with changed ones."""

PUBLIC_GROUP = "public"
"""The group of a passage that names none; every caller is a member."""

QueryKind = Literal["factoid", "number", "date", "how-to", "why", "yes-no", "definition", "keyword"]
AnswerKind = Literal["span", "faq", "passage"]
PassageKind = Literal["text", "table", "faq"]

WHOLE_SENTENCE: frozenset[QueryKind] = frozenset({"how-to", "why", "yes-no", "definition", "keyword"})
"""Kinds of question that a few words do not answer: the whole sentence, list or table row around them does.

Who types only "E-1047" wants what is said about it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood: what the user wrote, and what is searched."""

    original: str
    text: str
    """Normalised, without inline filters, with synonyms added: what is searched."""
    question: str
    """Normalised, without inline filters, without synonyms: what the ranker and the reader see."""
    language: str
    """ISO 639-1 code, or "und" where three words do not tell."""
    kind: QueryKind
    filters: dict[str, Any] | None = None
    """Haystack's filter syntax; the caller's and the inline filters, joined by AND."""
    groups: tuple[str, ...] = ()
    """The caller's groups, without the public one."""

    def to_dict(self) -> dict[str, Any]:
        """The ``query`` part of a reply."""
        return {
            "original": self.original,
            "text": self.text,
            "language": self.language,
            "kind": self.kind,
            "filters": self.filters,
        }


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the confidence of one answer is computed from; the calibrator persists on these names.

    Logits are unbounded, higher is better; a missing signal is NaN-free: the stage's neutral value.
    """

    VERSION = 2

    relevance: float
    """Cross-encoder logit of (question, passage)."""
    span: float
    """Start plus end logit of the span, minus the passage's null score; 0 means undecided."""
    dense: float
    """Cosine of question and passage, in [-1, 1]; 0 where the dense list did not hold the passage."""
    lexical: float
    """BM25 score of the passage divided by that of the list's best, in [0, 1]."""
    margin: float
    """What the passage was sorted by (``relevance`` and the search's weighted score), minus the best of those that do
    not support the answer."""
    support: float
    """How many passages state the answer, at least 1."""
    faq: float
    """1 where the passage is a question with its answer, else 0."""
    codes: float
    """Share of the question's codes and numbers in the answer's surroundings, in [0, 1]; 1 where it has none."""
    near: float
    """Share of the question's words in the answer's sentence, title and heading, in [0, 1]."""
    coverage: float
    """Share of the question's words in the passage, title and heading, in [0, 1]."""
    behind: float
    """How far the span's score is below that of the passage's best span that fits as well, at least 0."""
    fits: float
    """Whether the words are of the kind of value that the question asks for, in [0, 1]; 1 where it asks for none."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names in their persisted order."""
        return tuple(cls.__slots__)

    def values(self) -> tuple[float, ...]:
        """The values in the order of :meth:`names`."""
        return tuple(getattr(self, name) for name in self.names())


@dataclass(frozen=True, slots=True)
class Place:
    """One place that states an answer."""

    source: str
    title: str | None
    page: int | None
    start: int
    end: int
    source_id: str = ""
    """As an answer's."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """Verbatim words that answer the question, with their place and a calibrated confidence."""

    id: str
    text: str
    """Exactly ``source text[start:end]``."""
    sentence: str
    """The whole sentence or list item around the span; the whole list for a how-to."""
    confidence: float
    """In [0, 1]: of the answers at 0.8, eight in ten are right."""
    kind: AnswerKind
    source: str
    url: str | None
    title: str | None
    heading: str | None
    page: int | None
    start: int
    end: int
    passage: str
    passage_start: int
    language: str
    support: tuple[Place, ...] = ()
    """Every place that states the answer, the answer's own first."""
    differs: bool = False
    """True where another confident answer says something else."""
    scores: dict[str, float] = field(default_factory=dict)
    """The evidence by name."""
    source_id: str = ""
    """Of the source, as the catalogue knows it; empty where a passage did not come from there."""

    def lead(self, kind: QueryKind) -> str:
        """What is said first to a question of this kind: the span, or the whole sentence or list that holds it."""
        return self.sentence if kind in WHOLE_SENTENCE and self.kind == "span" else self.text

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; the names are those of the reply's schema."""
        names = (name for name in self.__slots__ if name != "support")
        return {name: getattr(self, name) for name in names} | {"support": [place.to_dict() for place in self.support]}


@dataclass(frozen=True, slots=True)
class Passage:
    """A candidate after reranking, as a reply shows it."""

    source: str
    title: str | None
    heading: str | None
    page: int | None
    start: int
    end: int
    text: str
    kind: PassageKind
    scores: dict[str, float]
    """By stage: ``dense`` (cosine), ``lexical`` (BM25), ``fused`` in [0, 1], ``relevance`` (logit), ``ranking``
    (what the passages are sorted by)."""
    source_id: str = ""
    """As an answer's."""

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Build from a passage ``Document`` (see ``components.preprocessors.splitter`` for its ``meta``)."""
        meta = document.meta
        return cls(
            source=meta["source"],
            title=meta.get("title"),
            heading=meta.get("heading"),
            page=meta.get("page"),
            start=meta["start"],
            end=meta["end"],
            text=document.content or "",
            kind=meta.get("kind", "text"),
            scores=dict(meta.get("scores", {})),
            source_id=str(meta.get("source_id", "")),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; the names are those of the reply's schema."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything the service says to one question."""

    id: str
    query: Query
    answers: tuple[Answer, ...]
    """Best first; empty when the documents do not hold the answer."""
    no_answer_confidence: float
    """In [0, 1]: how sure it is that the documents do not hold the answer."""
    passages: tuple[Passage, ...]
    warnings: tuple[str, ...]
    index_generation: int
    seconds: dict[str, float]
    """Wall-clock seconds by stage, and ``total``."""

    def to_dict(self) -> dict[str, Any]:
        """The stable JSON contract, described by ``docs/reply.schema.json``."""
        return {
            "schema_version": SCHEMA_VERSION,
            "id": self.id,
            "query": self.query.to_dict(),
            "answers": [answer.to_dict() for answer in self.answers],
            "no_answer_confidence": self.no_answer_confidence,
            "passages": [passage.to_dict() for passage in self.passages],
            "warnings": list(self.warnings),
            "index_generation": self.index_generation,
            "seconds": self.seconds,
        }


class Candidates(list[Item]):
    """Documents, or what was read in them, between stages, shared instead of copied.

    Haystack deep-copies the inputs of every component (17 ms for 30 documents with embeddings through four
    components). No stage changes what it was given, so the copy may be the list itself.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
