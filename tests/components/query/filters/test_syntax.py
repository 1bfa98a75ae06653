import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import InputError
from components.query.filters.syntax import fields_of, join_filters, parse_filter


def compare(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": f"meta.{field}", "operator": operator, "value": value}


def test_the_whole_syntax_at_once() -> None:
    assert parse_filter('language == "de" and (year >= 2024 or not tags in ["old"])') == {
        "operator": "AND",
        "conditions": [
            compare("language", "==", "de"),
            {
                "operator": "OR",
                "conditions": [
                    compare("year", ">=", 2024),
                    {"operator": "NOT", "conditions": [compare("tags", "in", ["old"])]},
                ],
            },
        ],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("language = de", compare("language", "==", "de")),
        ("meta.language=de", compare("language", "==", "de")),
        ("language <> de", compare("language", "!=", "de")),
        ("updated_at >= 2025-01-01", compare("updated_at", ">=", "2025-01-01")),
        ("file_name = handbook-v1.2.pdf", compare("file_name", "==", "handbook-v1.2.pdf")),
        ("page<3", compare("page", "<", 3)),
        ("price <= -4.50", compare("price", "<=", -4.5)),
        ("final = TRUE", compare("final", "==", True)),
        ("url != null", compare("url", "!=", None)),
        ("title = 'It''s'", None),
        (r"title = 'It\'s \\ so'", compare("title", "==", r"It's \ so")),
        ('title = "a and (b)"', compare("title", "==", "a and (b)")),
        ("tags NOT IN [a, 'b c', 3,]", None),
        ("tags NOT IN [a, 'b c', 3]", compare("tags", "not in", ["a", "b c", 3])),
        ("tags in []", compare("tags", "in", [])),
        ("a.b = 1", compare("a.b", "==", 1)),
        ("Straße = größer", compare("Straße", "==", "größer")),
        ("year = '2024'", compare("year", "==", "2024")),
    ],
)
def test_comparisons(text: str, expected: dict[str, Any] | None) -> None:
    if expected is None:
        with pytest.raises(InputError):
            parse_filter(text)
    else:
        assert parse_filter(text) == expected


def test_and_binds_more_than_or_and_not_most() -> None:
    found = parse_filter("not a = 1 and b = 2 or c = 3 and d = 4")
    a, b, c, d = (compare(name, "==", value) for name, value in zip("abcd", (1, 2, 3, 4), strict=True))
    assert found == {
        "operator": "OR",
        "conditions": [
            {"operator": "AND", "conditions": [{"operator": "NOT", "conditions": [a]}, b]},
            {"operator": "AND", "conditions": [c, d]},
        ],
    }


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("", 1, "the end"),
        ("language", 9, "the end"),
        ("language ==", 12, "the end"),
        ("language == de fr", 16, "fr"),
        ("and a = 1", 1, "and"),
        ("(a = 1", 7, "the end"),
        ("a = 1)", 6, r"\)"),
        ("a in 3", 6, "3"),
        ("a in [1 2]", 9, "2"),
        ("a not = 2", 7, "="),
        ('a = "open', 5, '"'),
        ("a ! b", 3, "!"),
        ("a = or", 5, "or"),
    ],
)
def test_an_error_tells_where_what_and_how(text: str, position: int, found: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)position {position}:.*found {found}\. Example: language"):
        parse_filter(text)


@pytest.mark.parametrize("text", ["year > old", "year >= true", "year < null", "day <= 2025-13-01", "day > ''"])
def test_only_numbers_and_dates_have_an_order(text: str) -> None:
    with pytest.raises(InputError, match="takes a number or a date such as 2025-01-31"):
        parse_filter(text)


def test_endless_nesting_is_refused_in_both_forms() -> None:
    for text in ("(" * 5000 + "a = 1" + ")" * 5000, "not " * 5000 + "a = 1"):
        with pytest.raises(InputError, match="at most 20 levels"):
            parse_filter(text)
    deep: dict[str, Any] = compare("a", "==", 1)
    for _ in range(60):
        deep = {"operator": "NOT", "conditions": [deep]}
    with pytest.raises(InputError, match="20 levels"):
        parse_filter(json.dumps(deep))
    with pytest.raises(InputError):
        parse_filter('{"operator":"NOT","conditions":[' * 100_000)


def test_json_is_taken_and_checked() -> None:
    given = {"operator": "and", "conditions": [{"field": "language", "operator": "=", "value": "de"}]}
    assert parse_filter(f" {json.dumps(given)}") == {
        "operator": "AND",
        "conditions": [compare("language", "==", "de")],
    }


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '{"a": 1}',
        '{"field": "a", "operator": "like", "value": 1}',
        '{"field": "a", "operator": "in", "value": 1}',
        '{"field": "a", "operator": "==", "value": [1]}',
        '{"field": "a", "operator": "==", "value": NaN}',
        '{"field": 1, "operator": "==", "value": 1}',
        '{"operator": "XOR", "conditions": []}',
        '{"operator": "AND", "conditions": [3]}',
        '{"operator": "AND", "conditions": 3}',
    ],
)
def test_wrong_json_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_filter(text)


def test_joining_and_fields() -> None:
    a, b = compare("a", "==", 1), parse_filter("not (b.c = 1 or a in [2])")
    assert join_filters(None, None) is None
    assert join_filters(a, None) == join_filters(None, a) == a
    both = join_filters(a, b)
    assert both == {"operator": "AND", "conditions": [a, b]}
    assert fields_of(both) == {"a", "b.c"}
    assert fields_of(None) == set()


# Round trip --------------------------------------------------------------------------------------------------

WORDS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda word: word not in {"and", "or", "not", "in", "true", "false", "null", "none"}
)
VALUES = st.one_of(
    st.text(max_size=12),
    st.integers(-(10**12), 10**12),
    st.booleans(),
    st.none(),
    st.decimals(-1000, 1000, places=2).map(float),
)


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    operator = draw(st.sampled_from(["==", "!=", ">", ">=", "<", "<=", "in", "not in"]))
    ordered = st.integers(-(10**12), 10**12) | st.datetimes().map(datetime.isoformat)
    values = st.lists(VALUES, max_size=3) if operator.endswith("in") else ordered if operator[0] in "<>" else VALUES
    value = draw(values)
    return compare(draw(WORDS), operator, value)


FILTERS = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(lambda one: {"operator": "NOT", "conditions": [one]}, inner),
        st.builds(
            lambda word, some: {"operator": word, "conditions": some},
            st.sampled_from(["AND", "OR"]),
            st.lists(inner, min_size=2, max_size=3),
        ),
    ),
    max_leaves=8,
)


def written(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value)
    return repr(value)


def as_text(given: dict[str, Any]) -> str:
    if "field" in given:
        return f"{given['field']} {given['operator']} {written(given['value'])}"
    inner = [f"({as_text(condition)})" for condition in given["conditions"]]
    return f"not {inner[0]}" if given["operator"] == "NOT" else f" {given['operator'].lower()} ".join(inner)


@given(FILTERS)
def test_what_is_written_is_what_is_read(given_filter: dict[str, Any]) -> None:
    assert parse_filter(as_text(given_filter)) == given_filter
    assert parse_filter(json.dumps(given_filter)) == given_filter


@given(st.text(max_size=40) | st.text("()[],=<>! andortin\"'\\12", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_filter(text)
    except InputError:
        return
    assert fields_of(found)
