"""Replies made by hand, for what shows or describes them."""

from typing import Any

from components.types import Answer, Passage, Place, Query, Reply

PASSAGE = "You may return the device within 14 days of delivery. After that we repair it."


def an_answer(**changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "id": "a1",
        "text": "14 days",
        "sentence": "You may return the device within 14 days of delivery.",
        "confidence": 0.87,
        "kind": "span",
        "source": "handbook.pdf",
        "url": None,
        "title": "Handbook",
        "heading": "Returns > Deadlines",
        "page": 3,
        "start": 1033,
        "end": 1040,
        "passage": PASSAGE,
        "passage_start": 1000,
        "language": "en",
        "support": (
            Place(source="handbook.pdf", title="Handbook", page=3, start=1033, end=1040),
            Place(source="faq.csv", title=None, page=None, start=5, end=12),
        ),
        "scores": {"relevance": 4.2, "span": 7.1, "support": 2.0},
    }
    fields |= changes
    return Answer(**({"words_start": fields["start"], "words_end": fields["end"]} | fields))


def a_passage(**changes: Any) -> Passage:
    fields: dict[str, Any] = {
        "source": "handbook.pdf",
        "title": "Handbook",
        "heading": None,
        "page": 3,
        "start": 1000,
        "end": 1000 + len(PASSAGE),
        "text": PASSAGE,
        "kind": "text",
        "scores": {"relevance": 4.2, "dense": 0.71, "lexical": 12.5, "fused": 0.9},
    }
    return Passage(**(fields | changes))


def a_reply(**changes: Any) -> Reply:
    fields: dict[str, Any] = {
        "id": "r1",
        "query": Query(original="How long?", text="How long?", question="How long?", language="en", kind="number"),
        "answers": (an_answer(),),
        "no_answer_confidence": 0.05,
        "passages": (a_passage(),),
        "warnings": (),
        "index_generation": 2,
        "seconds": {"retriever": 0.011, "ranker": 0.7, "total": 0.75},
    }
    return Reply(**(fields | changes))
