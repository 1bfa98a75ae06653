"""Values for a JSON schema, as an API description has them: right ones, and hostile ones of every kind."""

import random
from typing import Any

_LONG = "a" * 3000
HOSTILE_TEXTS: tuple[str, ...] = (
    "", " ", "\x00", "\ud800", "\udfff\ud800",
    "\ud800x", "x\udc80", "a\u0000b", "\u202e\u2066txt.exe", "é" * 500, "中" * 2000, "🙂" * 700,
    "̀" * 1500,
    "what is a " + "a" * 400 + "!", "1" * 1990, "`" * 1990, "(" * 1000, "[" * 1000, '"' * 999, "\\" * 999, "%s%n%x",
    "%00%ff", "../../etc/passwd",
    "' OR 1=1 --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "20240131",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "0000-00-00", "10000-01-01", "-0001-01-01", "2024-02-30", "1e400", "NaN", "Infinity", "-", "--", "null", "true",
    "source:", "after:9999-99-99",
    "before:0001-01-01 x", "lang:zz page:0 x", "page:99999999999999999999 x", "-tag:a -source:b x",
    "after:20240131 pump", _LONG,
)  # fmt: skip
"""Texts that have broken programs."""

HOSTILE_NUMBERS: tuple[Any, ...] = (-1, 0, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 10**400, 0.5, 1e308, -0.0)

DATES = (
    "2024-01-31", "20240131", "2024-01-31T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "2024-W05-3", "2024-031",
    "2024-01-31T24:00:00", "2024-01-31T10:00:00+99:99", "1e3", "", "\ud800",
)  # fmt: skip
FIELDS = (
    "meta.language", "meta.updated_at", "meta.created_at", "meta.valid_from", "meta.tags", "meta.page", "meta.row",
    "meta.year", "meta.groups",
    "meta.source", "meta.source_id", "meta", "meta.", "", "content", "id", "score", "embedding", "meta.a.b.c",
    "meta.\ud800", "state", "meta.x" * 99,
)  # fmt: skip
DATE_FIELDS = ("meta.updated_at", "meta.created_at", "meta.valid_from", "meta.valid_until")
OPERATORS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in", "AND", "OR", "NOT", "", "like", "\x00")


class Schemas:
    """Draws values for the schemas of one API description.

    Args:
        description: as ``/api/v1/openapi.json`` gives it.
        draw: the same numbers give the same values.
    """

    def __init__(self, description: dict[str, Any], draw: random.Random) -> None:
        self.description = description
        self.draw = draw

    def value(self, schema: dict[str, Any], wild: float) -> Any:
        """A value.

        Args:
            schema: says what is right.
            wild: chance in [0, 1] of something hostile, here and in every part.
        """
        if self.draw.random() < wild:
            return self.hostile()
        schema = self._resolved(schema)
        if "filter syntax" in schema.get("description", "") and self.draw.random() < 0.8:
            return self.filters()
        if "anyOf" in schema:
            return self.value(self.draw.choice(schema["anyOf"]), wild)
        if "const" in schema or "enum" in schema:
            return self.draw.choice(schema.get("enum", [schema.get("const")]))
        made = getattr(self, f"_{schema.get('type', 'null')}", None)
        return made(schema, wild) if made is not None else None

    def hostile(self) -> Any:
        """Something that no schema asks for."""
        kind = self.draw.randrange(8)
        if kind < 4:
            return self.draw.choice(HOSTILE_TEXTS)
        if kind == 4:
            return self.draw.choice(HOSTILE_NUMBERS)
        if kind == 5:
            return nested(self.draw.choice((3, 50, 900)))
        return self.draw.choice((None, True, [], {}, [[]], {"": ""}, [None] * 200, {"\ud800": 1}, {"a": {"$ref": "#"}}))

    def filters(self, depth: int = 0) -> Any:
        """A filter of Haystack's syntax, mostly of the right form."""
        if depth < 3 and self.draw.random() < 0.3:
            conditions = [self.filters(depth + 1) for _ in range(self.draw.choice((0, 1, 2, 5)))]
            return {"operator": self.draw.choice(("AND", "OR", "NOT")), "conditions": conditions}
        if self.draw.random() < 0.4:
            field, operator = self.draw.choice(DATE_FIELDS), self.draw.choice(OPERATORS[:6])
            return {"field": field, "operator": operator, "value": self.draw.choice(DATES)}
        value: Any = self.draw.choice(
            (
                self.draw.choice(DATES), self.draw.choice(HOSTILE_TEXTS), self.draw.choice(HOSTILE_NUMBERS), "en",
                ["en", "de"],
                [self.draw.choice(DATES), 1, None], None, True, [], {}, list(range(300)),
            )
        )  # fmt: skip
        return {"field": self.draw.choice(FIELDS), "operator": self.draw.choice(OPERATORS), "value": value}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self.description
            for name in schema["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            schema = found
        return schema

    def _object(self, schema: dict[str, Any], wild: float) -> Any:
        required = schema.get("required", ())
        found = {
            name: self.value(part, wild)
            for name, part in schema.get("properties", {}).items()
            if name in required or self.draw.random() < 0.5
        }
        if self.draw.random() < wild:
            found[str(self.draw.choice(HOSTILE_TEXTS))] = self.hostile()
        return found

    def _array(self, schema: dict[str, Any], wild: float) -> Any:
        return [self.value(schema.get("items", {}), wild) for _ in range(self.draw.choice((0, 1, 1, 2, 3)))]

    def _string(self, schema: dict[str, Any], wild: float) -> Any:
        if schema.get("format") == "binary":
            return "The warranty is 24 months."
        examples = schema.get("examples") or ["How long is the warranty of the Aria pump?", "aria.md", "en", "x"]
        return self.draw.choice(examples)

    def _integer(self, schema: dict[str, Any], wild: float) -> Any:
        return self.draw.choice((schema.get("minimum", 0), schema.get("maximum", 3), 1, 2))

    def _number(self, schema: dict[str, Any], wild: float) -> Any:
        return self.draw.choice((schema.get("minimum", 0), schema.get("maximum", 1), 0.5))

    def _boolean(self, schema: dict[str, Any], wild: float) -> Any:
        return self.draw.random() < 0.5


def nested(depth: int) -> Any:
    """Lists and objects in each other."""
    found: Any = 1
    for level in range(depth):
        found = [found] if level % 2 else {"a": found}
    return found
