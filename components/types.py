"""The small frozen values that travel between stages beside Haystack's ``Document``, up to the reply and its JSON.

Offsets are code points into the source's extracted text, end exclusive, unless a line says otherwise.
:class:`Reply` and its parts are the one definition of the contract that ``docs/reply.schema.json`` describes; write
that file with ``python -m ui.api.schemas.replies > docs/reply.schema.json``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from haystack import Document
from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema

Item = TypeVar("Item")

SCHEMA_VERSION = "1.3"
"""Version of the reply's JSON; the minor number grows with added fields, the major with changed ones."""

PUBLIC_GROUP = "public"
"""The group of a passage that names none; every caller is a member."""

QueryKind = Literal[
    "factoid", "number", "date", "how-to", "why", "yes-no", "definition", "list", "comparison", "error", "keyword"
]
AnswerKind = Literal["span", "sentence", "row", "list", "passage", "section", "faq"]
"""The unit of an answer: exact words, the sentence or list item, the table's row, the list with its lead-in, or the
passage that holds them, that passage with what follows in its section; of a stored question its whole answer."""
PassageKind = Literal["text", "table", "faq"]

WHOLE_STATEMENT: frozenset[QueryKind] = frozenset(
    {"how-to", "why", "yes-no", "definition", "list", "comparison", "error", "keyword"}
)
"""Kinds of question that a few words do not answer: the whole sentence, list or table row around them does.

Who types only "E-1047" wants what is said about it."""

ENUMERATING: frozenset[QueryKind] = frozenset({"how-to", "list", "comparison"})
"""Kinds of question whose answer is often a list: steps, members, sides."""


Confidence = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, description="The name under which the document was indexed.")]
SourceId = Annotated[
    str, Field(description="Of the source, for `/api/v1/sources/{source_id}`; empty where there is none.")
]
Title = Annotated[str | None, Field(description="The document's title, or null.")]
Heading = Annotated[
    str | None, Field(description='The headings above the passage, outermost first, joined by " > ", or null.')
]
Page = Annotated[int | None, Field(ge=1, description="Page, counted from 1, or null where the format has no pages.")]
Start = Annotated[Offset, Field(description="Where it starts.")]
End = Annotated[Offset, Field(description="Where it ends, exclusive.")]


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


class ReplyPart:
    """What every part of a reply has in common: in its JSON nothing is missing, and nothing is added."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", json_schema_serialization_defaults_required=True
    )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON; the names are those of the reply's schema."""
        kind: type = type(self)
        plain: dict[str, Any] = _adapter(kind).dump_python(self, mode="json")
        return plain


@dataclass(frozen=True, slots=True)
class Correction(ReplyPart):
    """A word of a question that was taken for another."""

    written: Annotated[str, Field(description="As the user wrote it.")]
    searched: Annotated[str, Field(description="The word of the documents that stands in its place.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(ReplyPart):
    """The question as it was understood."""

    original: Annotated[str, Field(description="As the user wrote it.")]
    text: Annotated[
        str, Field(description="What was searched: normalised, without inline filters, with synonyms added.")
    ]
    language: Annotated[str, Field(description='ISO 639-1 code, or "und" where the words do not tell.')]
    kind: Annotated[QueryKind, Field(description="What kind of answer it asks for.")]
    filters: Annotated[
        dict[str, Any] | None, Field(description="The filters in force, in Haystack's syntax, or null.")
    ] = None
    """The caller's and the inline filters, joined by AND."""
    question: Annotated[str, Field(exclude=True)] = ""
    """Normalised, without inline filters, without synonyms: what the ranker and the reader see. Not in the JSON."""
    corrections: Annotated[
        tuple[Correction, ...],
        Field(description="Words that no document has, and the words of the documents that were searched instead."),
    ] = ()
    core: Annotated[
        str | None,
        Field(description="The part of a long question that asks, by which passages are judged; null for the whole."),
    ] = None
    groups: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """The caller's groups, without the public one. Not in the JSON."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the confidence of one answer is computed from; the calibrator persists on these names.

    Logits are unbounded, higher is better; a missing signal is NaN-free: the stage's neutral value.
    """

    VERSION = 3

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
    mass: float
    """The reader's probability that the answer lies in the unit, given its passage, as a logit; 0 where unread."""
    length: float
    """Natural logarithm of 1 plus the unit's words: long ones hold more by being long."""
    novel: float
    """Share of the unit's words that the question does not hold, in [0, 1]: an echo of the question answers nothing."""
    statement: float
    """1 where the question asks for a whole statement (see ``WHOLE_STATEMENT``), else 0."""
    enumerates: float
    """1 where the answer is often a list (see ``ENUMERATING``), else 0."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names in their persisted order."""
        return tuple(cls.__slots__)

    def values(self) -> tuple[float, ...]:
        """The values in the order of :meth:`names`."""
        return tuple(getattr(self, name) for name in self.names())


FindingKind = Literal[
    "garbled",
    "pages_without_text",
    "little_text",
    "torn",
    "leaders",
    "huge_table",
    "language_unknown",
    "no_headings",
    "no_title",
]
"""What may be wrong with the text that was read from a file."""

FAULTS: frozenset[FindingKind] = frozenset({"garbled", "pages_without_text", "little_text", "torn", "leaders"})
"""Those with which answers are lost; the others are remarks."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that did not read well."""

    kind: FindingKind
    measure: float
    """How much of it: a share in [0, 1], or a number of pages or characters."""

    @property
    def is_fault(self) -> bool:
        """Whether answers are likely to be lost."""
        return self.kind in FAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(ReplyPart):
    """One place in the documents."""

    source: Name
    source_id: SourceId = ""
    title: Title
    page: Page
    start: Start
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(ReplyPart):
    """Verbatim words of a document that answer the question."""

    id: Annotated[str, Field(min_length=1, description="The same place in the same source has the same id.")]
    text: Annotated[
        str, Field(min_length=1, description="What answers: exactly the document's text from start to end.")
    ]
    sentence: Annotated[str, Field(description="The sentence, list item or table row that holds the exact words.")]
    confidence: Annotated[
        Confidence,
        Field(description="Calibrated: the probability that the text holds the answer; at 0.8, eight in ten do."),
    ]
    kind: Annotated[
        AnswerKind,
        Field(
            description='The unit of the text. "span": exact words; "sentence", "row" (of a table), "list" (with the '
            'sentence that leads in), "passage" and "section" (the passage with what follows it below its heading): '
            'the shortest of these that probably holds the answer; "faq": the answer of a stored question.'
        ),
    ]
    source: Name
    source_id: SourceId = ""
    url: Annotated[str | None, Field(description="Address of the document, or null.")]
    title: Title
    heading: Heading
    page: Page
    start: Start
    end: End
    words_start: Annotated[Offset, Field(description="Where the exact words start that a display should mark.")]
    words_end: Annotated[Offset, Field(description="Where they end, exclusive; equal where none stand out.")]
    passage: Annotated[str, Field(description="The passage that holds the answer.")]
    passage_start: Annotated[Offset, Field(description="Where the passage starts.")]
    language: Annotated[str, Field(description="Language of the passage.")]
    support: Annotated[
        tuple[Place, ...], Field(description="Every place that states the answer, the answer's own first.")
    ] = ()
    differs: Annotated[bool, Field(description="True where another confident answer says something else.")] = False
    scores: Annotated[dict[str, float], Field(description="What the confidence was computed from, by name.")] = field(
        default_factory=dict
    )

    @property
    def words(self) -> str:
        """The exact words that a display should mark; empty where none stand out."""
        return self.passage[self.words_start - self.passage_start : self.words_end - self.passage_start]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(ReplyPart):
    """A candidate after reranking."""

    source: Name
    source_id: SourceId = ""
    title: Title
    heading: Heading
    page: Page
    start: Start
    end: End
    text: Annotated[str, Field(description="The passage.")]
    kind: Annotated[PassageKind, Field(description="What it was made from.")]
    scores: Annotated[
        dict[str, float],
        Field(
            description='By stage: "dense" (cosine), "lexical" (BM25), "lexical_share" (of the best BM25 score), '
            '"fused" (in [0, 1]), "relevance" (logit of the cross-encoder), "ranking" (what the passages are sorted '
            "by)."
        ),
    ]

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Build from a passage ``Document`` (see ``components.preprocessors.splitter`` for its ``meta``)."""
        meta = document.meta
        return cls(
            source=meta["source"],
            source_id=str(meta.get("source_id", "")),
            title=meta.get("title"),
            heading=meta.get("heading"),
            page=meta.get("page"),
            start=meta["start"],
            end=meta["end"],
            text=document.content or "",
            kind=meta.get("kind", "text"),
            scores=dict(meta.get("scores", {})),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(ReplyPart):
    """Everything Quaere says to one question.

    Offsets count Unicode code points in the document's extracted text; an end is exclusive.
    """

    schema_version: Annotated[
        str,
        Field(
            pattern=r"^1\.[0-9]+$",
            description="Version of this contract: the minor number grows with added fields, the major with changed "
            "ones.",
            examples=[SCHEMA_VERSION],
        ),
    ] = SCHEMA_VERSION
    id: Annotated[str | int, Field(description="Of this reply; in a batch, the id of the question as it was given.")]
    query: Query
    answers: Annotated[
        tuple[Answer, ...], Field(description="Best first; empty when the documents do not hold the answer.")
    ]
    no_answer_confidence: Annotated[
        Confidence, Field(description="How sure it is that the documents do not hold the answer.")
    ]
    passages: Annotated[tuple[Passage, ...], Field(description="The candidates after reranking, best first.")]
    warnings: Annotated[tuple[str, ...], Field(description="Remarks for the reader, such as that documents disagree.")]
    index_generation: Annotated[
        int,
        Field(ge=0, description="Grows with every change of the index; equal numbers mean the same documents."),
    ]
    seconds: Annotated[
        dict[str, float],
        Field(description='Wall-clock seconds by stage, and "total".'),
        WithJsonSchema(
            {
                "type": "object",
                "properties": {
                    "total": {"type": "number", "minimum": 0, "description": "From the question to the reply."}
                },
                "required": ["total"],
                "additionalProperties": {"type": "number", "minimum": 0},
            }
        ),
    ]


class Candidates(list[Item]):
    """Documents, or what was read in them, between stages, shared instead of copied.

    Haystack deep-copies the inputs of every component (17 ms for 30 documents with embeddings through four
    components). No stage changes what it was given, so the copy may be the list itself.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        super().__init__(items)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
