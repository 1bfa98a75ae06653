import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from components.types import SCHEMA_VERSION
from tests.ui.replies import a_passage, a_reply, an_answer
from ui.api.schemas.replies import reply_schema

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "reply.schema.json").read_text("utf-8"))


def problems(value: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(value)))]


def test_the_schema_in_the_docs_is_that_of_the_program() -> None:
    assert reply_schema() == SCHEMA, "run: python -m ui.api.schemas.replies > docs/reply.schema.json"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "reply",
    [
        a_reply(),
        a_reply(answers=(), passages=(), no_answer_confidence=1.0),
        a_reply(answers=(an_answer(page=None, title=None, heading=None, url="https://example.org/a", kind="faq"),)),
        a_reply(passages=(a_passage(page=None, kind="table"),), warnings=("look out",)),
    ],
)
def test_replies_are_described(reply: Any) -> None:
    assert problems(reply.to_dict()) == []


def test_the_version_is_described() -> None:
    assert problems(a_reply().to_dict() | {"schema_version": SCHEMA_VERSION}) == []
    assert problems(a_reply().to_dict() | {"schema_version": "2.0"})


def every_object(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in every_object(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for item in schema.values() for found in every_object(item)]


def test_nothing_may_be_missing_or_added() -> None:
    for found in every_object(SCHEMA):
        if "properties" in found:
            # Only the stages that took time may be named freely.
            assert found["additionalProperties"] is False or list(found["properties"]) == ["total"]
            assert sorted(found["required"]) == sorted(found["properties"])
            for name, part in found["properties"].items():
                assert "description" in part or "$ref" in part, name


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("query", "kind"), "riddle"),
        (("no_answer_confidence",), 1.5),
        (("answers", 0, "page"), 0),
        (("answers", 0, "confidence"), "high"),
        (("answers", 0, "start"), -1),
        (("seconds",), {}),
    ],
)
def test_what_breaks_the_contract_is_found(place: tuple[Any, ...], value: Any) -> None:
    reply = a_reply().to_dict()
    part: Any = reply
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert problems(reply)
