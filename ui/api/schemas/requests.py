"""The bodies that the API takes, checked before anything runs."""

import json
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from components.query.filters.checks import MOST_LEVELS, MOST_PARTS
from components.query.filters.syntax import checked_filter
from components.query.understanding import MAX_CHARACTERS
from pipelines.similar import SimilarKind

MOST_QUESTIONS = 100
"""Of one batch."""

MOST_ANSWERS = 30
"""No more passages than these are read for a question."""

Question = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_CHARACTERS,
        description="As a user writes it; may hold inline filters such as `source:handbook.pdf`.",
        examples=["How long is the warranty of the H8?"],
    ),
]
Id = Annotated[str | int | None, Field(description="Comes back in the reply; null makes one.", examples=["q-17"])]


def _checked(value: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else checked_filter(value)


Filters = Annotated[
    dict[str, Any] | None,
    AfterValidator(_checked),
    Field(
        description="Haystack's filter syntax: comparisons of `meta` fields, joined by AND, OR and NOT; at most "
        f"{MOST_LEVELS} levels, and {MOST_PARTS:,} comparisons and values of lists together.",
        examples=[{"field": "meta.language", "operator": "==", "value": "en"}],
    ),
]
Top = Annotated[int | None, Field(ge=1, le=MOST_ANSWERS, description="Answers at most; null for the setting.")]
Threshold = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="Least confidence of an answer; 0 gives the best one however unsure; null for the setting.",
    ),
]


def _is_whole(value: str | dict[str, Any]) -> bool:
    """Whether a text, or every text in an object, can be written as UTF-8: JSON can hold half a character."""
    try:
        (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


class Body(BaseModel):
    """A misspelt field is an error, not ignored, and a value of another type too, not converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="after")
    def _whole_characters(self) -> Self:
        for name, value in self:
            if isinstance(value, str | dict) and not _is_whole(value):
                raise ValueError(f"{name} holds half a character (a lone surrogate), which no text has")
        return self


class AskRequest(Body):
    """One question."""

    question: Question
    id: Id = None
    filters: Filters = None
    top: Top = None
    threshold: Threshold = None
    explain: bool = Field(default=False, description="Give every candidate as a passage instead of the first ten.")
    stream: bool = Field(default=False, description="Send each result as a server-sent event as soon as it is there.")


class BatchQuestion(Body):
    """One question of a batch."""

    question: Question
    id: Id = None
    filters: Filters = None


class AskBatchRequest(Body):
    """Several questions, which share the models' calls."""

    questions: list[BatchQuestion] = Field(min_length=1, max_length=MOST_QUESTIONS)
    filters: Filters = None
    top: Top = None
    threshold: Threshold = None


class SearchRequest(Body):
    """What to find passages for."""

    question: Question
    filters: Filters = None
    top: int = Field(default=10, ge=1, le=MOST_ANSWERS, description="Passages at most.")


class SimilarRequest(Body):
    """What to find the like of: a text, or the passage at a place of a source."""

    text: Question | None = Field(default=None, description="A question or a few sentences; or give a source.")
    source_id: str | None = Field(default=None, description="Of the source that holds the passage.")
    start: int | None = Field(default=None, ge=0, description="Where in that source, in code points.")
    kind: SimilarKind = Field(default="passages", description="All passages, or the questions of FAQs.")
    filters: Filters = None
    top: int = Field(default=10, ge=1, le=MOST_ANSWERS, description="Passages at most.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        place = self.source_id is not None and self.start is not None
        if place == (self.text is not None) or (self.source_id is None) != (self.start is None):
            raise ValueError("give either text, or source_id and start")
        return self
