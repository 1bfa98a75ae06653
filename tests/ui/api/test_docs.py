"""docs/api.md says what the API is: its endpoints, the fields of a question, the limits."""

import json
import re
from pathlib import Path

from components.converters.metadata import MOST_CHARACTERS, MOST_FIELDS, MOST_ITEMS
from components.query.understanding import MAX_CHARACTERS
from pipelines.setting_names import descriptions
from service.job_records import MOST_WAITING_JOBS, MOST_WAITING_UPLOADS
from service.keys import SESSION_SECONDS
from tests.ui.api.cases import CASES
from ui.api.bodies import MOST_BYTES
from ui.api.concurrency_limit import AT_ONCE, WAITING
from ui.api.problems import Problem
from ui.api.routers.feedback import FeedbackRequest
from ui.api.routers.sources import Documents
from ui.api.schemas.requests import (
    MOST_ANSWERS,
    MOST_QUESTIONS,
    AskBatchRequest,
    AskRequest,
    SearchRequest,
    SimilarRequest,
)

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")


def test_the_endpoints_are_all_named() -> None:
    named = re.findall(r"^\| `(GET|POST|PATCH|DELETE) (\S+)` \|", TEXT, re.MULTILINE)
    assert {(path, method) for method, path in named} == set(CASES)


def test_the_fields_are_all_named() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == set(AskRequest.model_fields)
    for body in (AskBatchRequest, SearchRequest, SimilarRequest, FeedbackRequest):
        assert all(f"`{name}`" in TEXT for name in body.model_fields)


def test_the_types_of_problems_are_all_named() -> None:
    description = str(Problem.model_json_schema()["properties"]["type"]["description"])
    ends = set(re.findall(r"`([a-z-]+)`", description)) - {"about:blank"}
    assert len(ends) == 11
    assert all(f"`{end}`" in TEXT for end in ends)


def test_the_limits_are_the_programs() -> None:
    for limit in (
        f"at most {MAX_CHARACTERS:,} characters",
        f"up to {MOST_QUESTIONS} questions",
        f"1 to {MOST_ANSWERS}",
        f"{MOST_WAITING_JOBS} jobs with {MOST_WAITING_UPLOADS:,} documents",
        f"{MOST_FIELDS} fields, {MOST_ITEMS:,} items in all lists and {MOST_CHARACTERS:,} characters",
    ):
        assert limit in TEXT
    assert (AT_ONCE, WAITING, MOST_BYTES) == (4, 64, 1_000_000)
    assert "four requests are being worked on and 64 wait" in TEXT
    assert "a million bytes" in TEXT
    for name in ("service.max_upload_mb", "service.requests_per_minute", "service.question_seconds"):
        assert f"`{name}` ({descriptions()[name].default:g})" in TEXT
    assert SESSION_SECONDS == 12 * 3600
    assert "for twelve hours" in TEXT


def test_the_example_is_a_question() -> None:
    question, documents = (json.loads(found) for found in re.findall(r"-d '(\{.*\})'", TEXT))
    assert AskRequest.model_validate(question).top == 1
    assert Documents.model_validate(documents).documents[0].url is not None
