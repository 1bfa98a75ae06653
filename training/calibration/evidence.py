"""Asked questions -> rows of evidence, each with whether its answer is right.

Runs the asking pipeline up to its reader once a question and keeps what the calibrator is fitted on, so that fitting
can be repeated without asking again.
"""

from collections.abc import Sequence
from typing import Any

from haystack import Document, Pipeline

from components.answers.calibration import Calibrator
from components.answers.candidates import find
from components.answers.composer import Scored, scored_candidates, scored_passages
from components.answers.evidence import wanted_of
from components.passages import opening_heading
from evaluation.metrics.answers import exact_match, is_right
from pipelines.asking import trace
from training.calibration.labelled import AskedQuestion

KEPT = 40
"""Answers and passages kept of each question.

Many, since a fit that saw only those which one calibrator likes would learn what it overlooks, not what counts.
"""


def evidence_row(
    pipeline: Pipeline, asked: AskedQuestion, calibrator: Calibrator, languages: Sequence[str]
) -> dict[str, Any]:
    """Ask one question and keep its answers and passages, with their evidence and whether they are right.

    Args:
        pipeline: the asking pipeline.
        asked: the question with what would be right.
        calibrator: decides which answer stands for those that say the same; any reasonable one will do.
        languages: of the index.
    """
    read = trace(pipeline, asked.text, until="reader", languages=languages)
    query, documents = read.query, read.ranked
    wanted = wanted_of(query.question, query.language, query.kind)
    candidates = find(documents, read.spans, wanted)
    exact = scored_candidates(calibrator, candidates, documents, wanted)[:KEPT]
    passages = scored_passages(calibrator, candidates, documents, wanted)[:KEPT]
    return {
        "id": asked.id,
        "group": asked.group,
        "origin": asked.origin,
        "kind": query.kind,
        "answers": [_labelled(each, asked) for each in exact],
        "passages": [_labelled(each, asked) for each in passages],
    }


def _labelled(scored: Scored, asked: AskedQuestion) -> dict[str, Any]:
    candidate = scored.candidate
    right = is_right(candidate.text, candidate.kind, asked.references)
    if candidate.kind == "passage" and asked.paragraph is not None:
        # Common words ("two") stand in many passages; only the one that was asked about is right.
        right = right and _same_paragraph(candidate.document, asked.paragraph)
    return {
        "kind": candidate.kind,
        "text": candidate.text,
        "evidence": list(scored.evidence.values()),
        "right": right,
        "exact": bool(asked.references) and exact_match(candidate.text, asked.references) == 1.0,
    }


def _same_paragraph(passage: Document, paragraph: str) -> bool:
    """Whether a passage, without the heading that it may begin with, is of this paragraph, or holds all of it."""
    content = " ".join((passage.content or "").removeprefix(opening_heading(passage)).split())
    wanted = " ".join(paragraph.split())
    return content in wanted or wanted in content
