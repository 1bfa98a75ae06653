"""Filters: drawn ones against Haystack's in-memory store and a reference by hand, on both engines."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from haystack import Document
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.errors import FilterError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.query.filters.moments import parse_date
from components.stores.filters import NOTHING, compile_filter, field_path

SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KINDS = {"n": "number", "m-2": "number", "s": "text", "odd name": "text", "b": "flag", "d": "date", "p.q": "text"}

# Integers of more than 53 bits are equal or not exactly, but put in order as doubles.
ordered_numbers = st.integers(-3, 3) | st.sampled_from([0.5, -0.0, 1.0, 2.0, 1e300])
numbers = ordered_numbers | st.sampled_from([2**53 + 1, 2**53 + 2])
texts = st.sampled_from(["", "a", "A", "ä", "a b", "1", "true", 'quo"te', "\u0000", "2025", "日本"]) | st.text(
    max_size=3
)
flags = st.booleans()
moments = st.sampled_from(["2025-01-01", "2025-01-01T00:00:00", "2025-01-01T00:00:00Z", "2025-01-01 00:00:00.000001"])
zoned = moments | st.sampled_from(["2025-01-01T01:00:00+01:00", "2024-12-31T23:00:00-01:00", "2025-01-01T01:00:00Z"])
OF_KIND = {"number": numbers, "text": texts, "flag": flags, "date": moments}
anything = numbers | texts | flags | zoned


@pytest.fixture
def store(document_store):
    return document_store


def nested(values: dict) -> dict:
    meta: dict = {}
    for name, value in values.items():
        if "." in name:
            first, second = name.split(".")
            meta[first] = {second: value}
        else:
            meta[name] = value
    return meta


@st.composite
def documents(draw, values):
    metas = draw(
        st.lists(st.fixed_dictionaries({}, optional={n: st.none() | values(n) for n in KINDS}), min_size=1, max_size=6)
    )
    return [Document(id=str(i), content=f"text {i}", meta=nested(meta)) for i, meta in enumerate(metas)]


def comparisons(values, ordered):
    def of(name):
        field = st.just(f"meta.{name}")
        some = st.none() | values(name)
        orders = st.sampled_from([">", ">=", "<", "<="])
        found = [
            st.fixed_dictionaries({"field": field, "operator": st.sampled_from(["==", "!="]), "value": some}),
            st.fixed_dictionaries(
                {"field": field, "operator": st.sampled_from(["in", "not in"]), "value": st.lists(some, max_size=3)}
            ),
            *(
                st.fixed_dictionaries({"field": field, "operator": orders, "value": st.none() | each})
                for each in ordered(name)
            ),
        ]
        return st.one_of(found)

    return st.one_of([of(name) for name in KINDS])


def filters(values, ordered):
    return st.recursive(
        comparisons(values, ordered),
        lambda inner: st.fixed_dictionaries(
            {"operator": st.sampled_from(["AND", "OR", "NOT"]), "conditions": st.lists(inner, max_size=3)}
        ),
        max_leaves=5,
    )


def same_kind(name):
    return OF_KIND[KINDS[name]]


def ordered_same_kind(name):
    return {"number": [ordered_numbers], "date": [moments]}.get(KINDS[name], [])


def found_ids(store, written, drawn):
    store.delete_documents([each.id for each in store.filter_documents()])
    store.write_documents(written)
    return [{each.id for each in store.filter_documents(each)} for each in drawn]


@SETTINGS
@given(written=documents(same_kind), drawn=st.lists(filters(same_kind, ordered_same_kind), min_size=1, max_size=4))
def test_scalars_as_in_haystacks_memory(store, written, drawn):
    memory = InMemoryDocumentStore()
    memory.write_documents(written)
    expected = [{each.id for each in memory.filter_documents(each)} for each in drawn]
    assert found_ids(store, written, drawn) == expected
    assert [store.count_documents_by_filter(each) for each in drawn] == list(map(len, expected))


def any_value(name):
    return anything | st.lists(anything, max_size=3)


@SETTINGS
@given(
    written=documents(any_value),
    drawn=st.lists(filters(lambda name: anything, lambda name: [ordered_numbers, zoned]), min_size=1, max_size=4),
)
def test_lists_and_mixed_types_as_in_the_reference(store, written, drawn):
    expected = [{each.id for each in written if meets(each.meta, drawn_filter)} for drawn_filter in drawn]
    assert found_ids(store, written, drawn) == expected


def meets(meta: dict, condition: dict) -> bool:
    """What a filter means, said once more and plainly."""
    operator = condition["operator"]
    if "conditions" in condition:
        met = [meets(meta, part) for part in condition["conditions"]]
        return {"AND": all(met), "OR": any(met), "NOT": not all(met)}[operator]
    value: object = meta
    for part in condition["field"].removeprefix("meta.").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    elements = value if isinstance(value, list) else [] if value is None else [value]
    wanted = condition["value"]
    if operator in ("in", "not in"):
        return any(equals(elements, each) for each in wanted) == (operator == "in")
    if operator in ("==", "!="):
        return equals(elements, wanted) == (operator == "==")
    pairs = [comparable(element, wanted) for element in elements]
    orders = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__}
    return any(orders[operator](*map(float, pair)) for pair in pairs if pair is not None)


def equals(elements: list, wanted: object) -> bool:
    if wanted is None:
        return not elements
    if isinstance(wanted, bool):
        return any(element is wanted for element in elements)
    numbers_only = [element for element in elements if not isinstance(element, bool)]
    if wanted in numbers_only:
        return True
    return isinstance(wanted, str) and any(
        pair is not None and pair[0] == pair[1] for pair in (comparable(each, wanted) for each in elements)
    )


def comparable(element: object, wanted: object) -> tuple | None:
    if isinstance(element, str) and isinstance(wanted, str):
        moments = [parse_date(element), parse_date(wanted)]
        if None in moments:
            return None
        whole = [each if each.tzinfo else each.replace(tzinfo=UTC) for each in moments]
        return tuple((each - datetime(2025, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1) for each in whole)
    numeric = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (element, wanted))
    return (element, wanted) if numeric else None


def test_own_fields_and_bare_names(store):
    written = [Document(id="a", content="one", meta={"x": 1}), Document(id="b", content="two")]
    conditions = [
        {"field": "id", "operator": "==", "value": "a"},
        {"field": "content", "operator": "in", "value": ["two", "three"]},
        {"field": "x", "operator": "==", "value": 1.0},
        {"field": "id", "operator": "==", "value": True},
        {},
        None,
    ]
    assert found_ids(store, written, conditions) == [{"a"}, {"b"}, {"a"}, set(), {"a", "b"}, {"a", "b"}]


def test_dates_as_objects(store):
    tokyo = timezone(timedelta(hours=9))
    written = [
        Document(id="a", meta={"d": datetime(2025, 1, 1, 9, tzinfo=tokyo)}),
        Document(id="b", meta={"d": date(2025, 1, 2)}),
    ]
    conditions = [
        {"field": "meta.d", "operator": "==", "value": "2025-01-01T00:00:00Z"},
        {"field": "meta.d", "operator": ">", "value": datetime(2025, 1, 1)},
        {"field": "meta.d", "operator": "in", "value": [date(2025, 1, 1), date(2025, 1, 2)]},
    ]
    assert found_ids(store, written, conditions) == [{"a"}, {"b"}, {"a", "b"}]


@pytest.mark.parametrize(
    "malformed",
    [
        {"operator": "XOR", "conditions": []},
        {"operator": "AND", "conditions": {}},
        {"operator": "AND", "conditions": [{}]},
        {"operator": "AND", "conditions": ["x"]},
        {"field": "meta.x", "operator": "~", "value": 1},
        {"field": "", "operator": "==", "value": 1},
        {"field": "meta.x", "operator": "==", "value": ["a"]},
        {"field": "meta.x", "operator": "==", "value": float("nan")},
        {"field": "meta.x", "operator": "<", "value": True},
        {"field": "meta.x", "operator": "<", "value": "soon"},
        {"field": 'meta.x"y', "operator": "==", "value": 1},
        {"field": "embedding", "operator": "==", "value": 1},
        ["field"],
    ],
)
def test_malformed_filters_are_refused(malformed):
    with pytest.raises(FilterError):
        compile_filter(malformed)


def test_nothing_is_never_compiled_to_everything():
    assert compile_filter({"field": "meta.x", "operator": "in", "value": []}) == NOTHING
    assert compile_filter({"operator": "OR", "conditions": []}) == NOTHING
    assert compile_filter({"field": "meta.x", "operator": "==", "value": 2**70}) == NOTHING


def test_field_paths():
    assert field_path("meta.a.b-c_1") == field_path("a.b-c_1") == "meta.a.b-c_1"
    assert field_path("meta.odd name.ü") == 'meta."odd name"."ü"'
    assert field_path("meta.score") == "meta.score"
