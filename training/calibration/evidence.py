"""Asked questions -> rows of evidence, each with whether its answer is right.

Runs the asking pipeline up to its reader once a question and keeps what the calibrator is fitted on, so that fitting
can be repeated without asking again.
"""

from collections.abc import Sequence
from typing import Any

from haystack import Document, Pipeline

from components.answers.calibration import Calibrator
from components.answers.scoring import Scored, answer_places
from components.answers.units import stretch_of
from components.passages import opening_heading
from evaluation.metrics.answers import exact_match, is_right
from pipelines.asking import trace
from training.calibration.labelled import AskedQuestion


def evidence_row(
    pipeline: Pipeline, asked: AskedQuestion, calibrator: Calibrator, languages: Sequence[str]
) -> dict[str, Any]:
    """Ask one question and keep every place that may answer, in each of its units, with evidence and label.

    Args:
        pipeline: the asking pipeline.
        asked: the question with what would be right.
        calibrator: decides which answer stands for those that say the same; any reasonable one will do.
        languages: of the index.
    """
    read = trace(pipeline, asked.text, until="reader", languages=languages)
    found = answer_places(calibrator, read.query, read.ranked, read.spans, read.distributions)
    return {
        "id": asked.id,
        "group": asked.group,
        "origin": asked.origin,
        "kind": read.query.kind,
        "places": [[_labelled(unit, asked) for unit in place.units] for place in found],
    }


def _labelled(scored: Scored, asked: AskedQuestion) -> dict[str, Any]:
    candidate = scored.candidate
    right = is_right(candidate.text, candidate.kind, asked.references)
    if candidate.kind not in ("span", "faq") and asked.paragraph is not None:
        # Common words ("two") stand in many passages; only the one that was asked about is right.
        right = right and _same_paragraph(candidate.document, asked.paragraph)
    return {
        "kind": candidate.kind,
        "text": candidate.text,
        "at": stretch_of(candidate),
        "evidence": list(scored.evidence.values()),
        "right": right,
        "exact": bool(asked.references) and exact_match(candidate.text, asked.references) == 1.0,
    }


def _same_paragraph(passage: Document, paragraph: str) -> bool:
    """Whether a passage, without the heading that it may begin with, is of this paragraph, or holds all of it."""
    content = " ".join((passage.content or "").removeprefix(opening_heading(passage)).split())
    wanted = " ".join(paragraph.split())
    return content in wanted or wanted in content
