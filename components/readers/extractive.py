"""Passages -> the spans in them that may answer the question, each scored against its passage's null score."""

from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import ExtractedAnswer

from components.languages.sentences import line_spans, paragraph_spans, statement_spans
from components.logits import sigmoid
from components.models.conversion import Precision
from components.models.distribution import SpanDistribution
from components.models.encoder import ModelOptions, PairLogits
from components.models.ensemble import PairScorer, pair_scorer
from components.models.inference import Backend
from components.passages import pair_of
from components.query.answer_types import ExpectedValue, expected_value
from components.readers.spans import Span, best_span_holding, best_spans, null_score
from components.types import Candidates, QueryKind


@component
class ExtractiveReader:
    """Reads every passage and proposes its best spans; whether one answers is decided later.

    Example:
        >>> passage = Document(content="The warranty lasts 24 months.")
        >>> reader = ExtractiveReader(answers_per_passage=1)
        >>> [answer.data for answer in reader.run("How long is the warranty?", [passage])["answers"]]
        ['24 months']
    """

    def __init__(
        self,
        model: str = "quaere-joint",
        *,
        top_k: int | None = None,
        answers_per_passage: int = 3,
        max_answer_tokens: int = 30,
        with_context: bool = True,
        precision: Precision = "auto",
        backend: Backend = "openvino",
        threads: int | None = None,
        cache: str | None = None,
    ) -> None:
        """Store the parameters.

        Args:
            model: a bundled name, a folder or a hub name of an extractive question-answering model; several with
                " + " between them read by their mean logits.
            top_k: how many passages to read, from the first; None reads all.
            answers_per_passage: spans per passage at most; they do not overlap.
            max_answer_tokens: longest span in the reader's tokens.
            with_context: whether title and heading are read before the passage.
            precision: "auto", "int8" or "fp32".
            backend: "openvino" or "torch".
            threads: threads of one call; None leaves it to the backend.
            cache: folder for converted models; None for the user's cache.
        """
        self.model = model
        self.top_k = top_k
        self.answers_per_passage = answers_per_passage
        self.max_answer_tokens = max_answer_tokens
        self.with_context = with_context
        self.precision = precision
        self.backend = backend
        self.threads = threads
        self.cache = cache
        self._encoder: PairScorer | None = None

    def warm_up(self) -> None:
        """Load the model."""
        self._ready()

    @component.output_types(answers=list[ExtractedAnswer], distributions=dict[str, SpanDistribution])
    def run(
        self, query: str, documents: list[Document], top_k: int | None = None, kind: QueryKind | None = None
    ) -> dict[str, Any]:
        """Find answer spans.

        Args:
            query: the question.
            documents: passages; one without text gives no spans.
            top_k: overrides the parameter of the same name.
            kind: of the question. Where it asks for a number or a date of some kind and none of a passage's best
                spans holds one, the best span that does is proposed beside them, if it is better than no answer.

        Returns:
            ``answers``: best first. ``document_offset`` and ``context_offset`` are code points in the passage, end
            exclusive; ``score`` is in [0, 1]; ``meta`` holds ``span`` (start plus end minus null logit), ``null``
            and ``rank`` (0-based, among the passage's spans). ``distributions``: by the passage's id, how likely the
            answer lies in any part of it.
        """
        limit = top_k if top_k is not None else self.top_k
        readable = [document for document in documents[:limit] if (document.content or "").strip()]
        if not readable:
            return {"answers": Candidates(), "distributions": {}}
        pairs = [pair_of(query, document, self.with_context) for document in readable]
        wanted = ExpectedValue() if kind is None else expected_value(query, kind)
        read = list(zip(readable, self._ready().encode(pairs), strict=True))
        answers = [answer for document, logits in read for answer in self._answers(query, document, logits, wanted)]
        answers.sort(key=lambda answer: -answer.meta["span"])
        distributions = {
            document.id: SpanDistribution.of(logits.windows, self.max_answer_tokens) for document, logits in read
        }
        return {"answers": Candidates(answers), "distributions": distributions}

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(
            self,
            model=self.model,
            top_k=self.top_k,
            answers_per_passage=self.answers_per_passage,
            max_answer_tokens=self.max_answer_tokens,
            with_context=self.with_context,
            precision=self.precision,
            backend=self.backend,
            threads=self.threads,
            cache=self.cache,
        )

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ExtractiveReader":
        """Build from :meth:`to_dict`'s result."""
        return default_from_dict(cls, data)

    def _ready(self) -> PairScorer:
        if self._encoder is None:
            options = ModelOptions(self.precision, self.backend, self.threads, self.cache)
            self._encoder = pair_scorer(self.model, "reader", options)
        return self._encoder

    def _answers(
        self, query: str, document: Document, logits: PairLogits, wanted: ExpectedValue
    ) -> list[ExtractedAnswer]:
        text = document.content or ""
        return [
            ExtractedAnswer(
                query=query,
                score=float(sigmoid(span.score)),
                data=text[span.start : span.end],
                document=document,
                context=text,
                document_offset=ExtractedAnswer.Span(span.start, span.end),
                context_offset=ExtractedAnswer.Span(span.start, span.end),
                meta={"span": span.score, "null": null_score(logits.windows), "rank": rank},
            )
            for rank, span in enumerate(self._spans(document, logits, wanted))
        ]

    def _spans(self, document: Document, logits: PairLogits, wanted: ExpectedValue) -> list[Span]:
        text, is_table = document.content or "", document.meta.get("kind") == "table"
        # A heading or a table's row is read with what stands below it, but no answer runs from one into the other.
        parts = line_spans(text) if is_table else paragraph_spans(text)
        spans = best_spans(logits.windows, self.max_answer_tokens, self.answers_per_passage, parts)
        # The whole text is looked through only where the spans do not settle it.
        if wanted.value is None or any(wanted.holds_value(text[span.start : span.end]) for span in spans):
            return spans
        values = wanted.values(text)
        if not values:
            return spans
        # Unguided, the span would run from the words that the reader likes to the value, over what stands between.
        statements = statement_spans(text, str(document.meta.get("language", "und")), is_table)
        holding = best_span_holding(logits.windows, values, self.max_answer_tokens, statements)
        # A value that the reader likes less than no answer is one that merely stands there.
        return spans if holding is None or holding.score <= 0 else [*spans, holding]
