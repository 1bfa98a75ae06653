"""What came of one labelled question: the row that figures, failures, comparisons and reports are computed from.

Knows no metric and no pipeline: whoever asks fills it in, whoever reports reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Task = Literal["reading", "answering", "retrieval", "faq"]
"""Reading a given paragraph; answering from a whole corpus; ranking passages; matching a question with a FAQ row."""

Judge = Literal["span", "containment"]
"""Whether an answer's own words are compared with the accepted ones, or what it shows has only to hold them."""

Failure = Literal[
    "not_extracted",
    "not_indexed",
    "not_retrieved",
    "lost_by_reranker",
    "misread",
    "wrong_boundary",
    "wrongly_withheld",
    "wrongly_given",
]
"""The one stage that a wrong outcome is put down to; the first that lost the answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, what was expected, what came, and what that is worth."""

    id: str
    question: str
    task: Task
    references: tuple[str, ...]
    """Accepted answers; empty where the data do not answer the question, and in retrieval."""
    prediction: str = ""
    """The best answer, however unsure; "" where there is none."""
    confidence: float = 0.0
    """Of the best answer, in [0, 1]."""
    given: bool = True
    """Whether the best answer passes the threshold in force; what is withheld counts as no answer."""
    right: bool = False
    """Whether the best answer is right, given or not."""
    answerable: bool = True
    values: Mapping[str, float] = field(default_factory=dict)
    """Per-question metrics by stable name, as ``exact_match``, ``f1`` or ``ndcg@10``; each in [0, 1]."""
    ranks: Mapping[str, int | None] = field(default_factory=dict)
    """1-based rank of the first right passage, by stage: ``dense``, ``lexical``, ``fused``, ``reranked``; or None."""
    failure: Failure | None = None
    """None where nothing went wrong."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By stage."""
    language: str = ""
    kind: str = ""
    """Of the question, as the data call it, else as understood: factoid, number, how-to ..."""
    corpus: str = ""
    """That it was asked of, where the data have several."""
    passage: str = ""
    """The passage that the best answer comes from."""
    expected_passage: str = ""
    """The passage that should have been found; "" where the data do not say."""
    source: str = ""
    answering: tuple[float, ...] = ()
    """The ranker's logits of those candidates that answer the question; ``lacking`` has those of the others."""
    lacking: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One system on one data set."""

    system: str
    dataset: str
    task: Task
    outcomes: tuple[Outcome, ...]
    figures: Mapping[str, float]
    """By stable name; shares in [0, 1], seconds, bytes."""
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """95 % intervals of those figures that are means over questions."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
