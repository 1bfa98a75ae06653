"""The JSON of replies as endpoints give it, and its schema."""

import json
import sys
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from components.types import Passage, Reply


class Part(BaseModel):
    """What every answer has in common: nothing is missing, nothing is added."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Replies(Part):
    """The replies to a batch, in the order of its questions."""

    replies: list[Reply]


class Passages(Part):
    """The passages found, best first."""

    passages: list[Passage]


class _ContractSchema(GenerateJsonSchema):
    """Without what tells a reader nothing: titles that repeat a field's name, and defaults of what is always there."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        """That of the value itself."""
        return self.generate_inner(schema["schema"])


def reply_schema() -> dict[str, Any]:
    """The contract as a JSON schema (draft 2020-12)."""
    schema = TypeAdapter(Reply).json_schema(mode="serialization", schema_generator=_ContractSchema)
    return {"$schema": GenerateJsonSchema.schema_dialect} | schema


if __name__ == "__main__":
    sys.stdout.write(json.dumps(reply_schema(), indent=2, ensure_ascii=False) + "\n")
