"""The JSON of a reply, as the command line and the API give it: the one definition of that contract.

``docs/reply.schema.json`` is :func:`reply_schema`, written by
``python -m ui.api.schemas.replies > docs/reply.schema.json``.
"""

import json
import sys
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

from components import types
from components.types import SCHEMA_VERSION, AnswerKind, PassageKind, QueryKind

Confidence = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]
NotNegative = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(min_length=1, description="The name under which the document was indexed.")]
SourceId = Annotated[
    str, Field(description="Of the source, for `/api/v1/sources/{source_id}`; empty where there is none.")
]
Title = Annotated[str | None, Field(description="The document's title, or null.")]
Heading = Annotated[
    str | None,
    Field(description='The headings above the passage, outermost first, joined by " > ", or null.'),
]
Page = Annotated[int | None, Field(ge=1, description="Page, counted from 1, or null where the format has no pages.")]
Start = Annotated[Offset, Field(description="Where it starts.")]
End = Annotated[Offset, Field(description="Where it ends, exclusive.")]


class Part(BaseModel):
    """What every part has in common: nothing is missing, nothing is added."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Place(Part):
    """One place in the documents."""

    source: Name
    source_id: SourceId
    title: Title
    page: Page
    start: Start
    end: End


class Query(Part):
    """The question as it was understood."""

    original: str = Field(description="As the user wrote it.")
    text: str = Field(description="What was searched: normalised, without inline filters, with synonyms added.")
    language: str = Field(description='ISO 639-1 code, or "und" where the words do not tell.')
    kind: QueryKind = Field(description="What kind of answer it asks for.")
    filters: dict[str, Any] | None = Field(description="The filters in force, in Haystack's syntax, or null.")


class Answer(Part):
    """Verbatim words of a document that answer the question."""

    id: str = Field(min_length=1, description="The same place in the same source has the same id.")
    text: str = Field(min_length=1, description="Exactly the document's text from start to end.")
    sentence: str = Field(description="The whole sentence, list item, or list around it.")
    confidence: Confidence = Field(description="Calibrated: of the answers at 0.8, eight in ten are right.")
    kind: AnswerKind = Field(
        description='"span": exact words; "faq": the answer of a stored question; "passage": no exact words stand out.'
    )
    source: Name
    source_id: SourceId
    url: str | None = Field(description="Address of the document, or null.")
    title: Title
    heading: Heading
    page: Page
    start: Start
    end: End
    passage: str = Field(description="The passage that holds the answer.")
    passage_start: Offset = Field(description="Where the passage starts.")
    language: str = Field(description="Language of the passage.")
    support: list[Place] = Field(description="Every place that states the answer, the answer's own first.")
    differs: bool = Field(description="True where another confident answer says something else.")
    scores: dict[str, float] = Field(description="What the confidence was computed from, by name.")


class Passage(Part):
    """A candidate after reranking."""

    source: Name
    source_id: SourceId
    title: Title
    heading: Heading
    page: Page
    start: Start
    end: End
    text: str = Field(description="The passage.")
    kind: PassageKind = Field(description="What it was made from.")
    scores: dict[str, float] = Field(
        description='By stage: "dense" (cosine), "lexical" (BM25), "lexical_share" (of the best BM25 score), '
        '"fused" (in [0, 1]), "relevance" (logit of the cross-encoder), "ranking" (what the passages are sorted by).'
    )


class Seconds(BaseModel):
    """Wall-clock seconds by stage, and in all."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, NotNegative]

    total: NotNegative = Field(description="From the question to the reply.")


class Reply(Part):
    """Everything Quaere says to one question.

    Offsets count Unicode code points in the document's extracted text; an end is exclusive.
    """

    schema_version: str = Field(
        pattern=r"^1\.[0-9]+$",
        description="Version of this contract: the minor number grows with added fields, the major with changed ones.",
        examples=[SCHEMA_VERSION],
    )
    id: str | int = Field(description="Of this reply; in a batch, the id of the question as it was given.")
    query: Query = Field(description="The question as it was understood.")
    answers: list[Answer] = Field(description="Best first; empty when the documents do not hold the answer.")
    no_answer_confidence: Confidence = Field(description="How sure it is that the documents do not hold the answer.")
    passages: list[Passage] = Field(description="The candidates after reranking, best first.")
    warnings: list[str] = Field(description="Remarks for the reader, such as that documents disagree.")
    index_generation: int = Field(
        ge=0, description="Grows with every change of the index; equal numbers mean the same documents."
    )
    seconds: Seconds = Field(description='Wall-clock seconds by stage, and "total".')

    @classmethod
    def of(cls, reply: types.Reply) -> "Reply":
        """The same as JSON's types."""
        return cls.model_validate(reply.to_dict())


class _WithoutTitles(GenerateJsonSchema):
    """A title that repeats the field's name tells nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def reply_schema() -> dict[str, Any]:
    """The contract as a JSON schema (draft 2020-12)."""
    schema = Reply.model_json_schema(mode="serialization", schema_generator=_WithoutTitles)
    return {"$schema": GenerateJsonSchema.schema_dialect} | schema


if __name__ == "__main__":
    sys.stdout.write(json.dumps(reply_schema(), indent=2, ensure_ascii=False) + "\n")
