from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.errors import ConfigurationError, InputError
from components.query.filters.inline import take_filters
from components.query.understanding import QueryUnderstanding, has_words, normalise


def compare(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"field": f"meta.{field}", "operator": operator, "value": value}


def source(name: str) -> dict[str, Any]:
    return {"operator": "OR", "conditions": [compare("file_name", "==", name), compare("source", "==", name)]}


def negated(condition: dict[str, Any]) -> dict[str, Any]:
    return {"operator": "NOT", "conditions": [condition]}


# Normalisation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("  What\u00a0is\tthis\n?", "What is this ?"),
        ("“So” ‘what’s’ «ça»", '"So" \'what\'s\' "ça"'),
        ("Cafe\u0301", "Café"),
        ("Ｅ－１０４７\u3000是什么？", "E-1047 是什么？"),
        ("a\x00b\x1b[31mc", "a b [31mc"),
        ("\ufeffright\u200f to\u202e left\u00ad", "right to left"),
        ("lone \ud800 half", "lone half"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_normalisation(written: str, normal: str) -> None:
    assert normalise(written) == normal


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")


# Inline filters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "question", "filters"),
    [
        ("How long? source:handbook.pdf", "How long?", source("handbook.pdf")),
        ("How long source:handbook.pdf?", "How long?", source("handbook.pdf")),
        ('How source:"my file.pdf" long?', "How long?", source("my file.pdf")),
        ("SOURCE:kb/a.md x", "x", source("kb/a.md")),
        ("保修多久 source：手册.pdf", "保修多久", source("手册.pdf")),
        ("x -source:a.pdf", "x", negated(source("a.pdf"))),
        ("x after:2025-01-31", "x", compare("updated_at", ">=", "2025-01-31T00:00:00+00:00")),
        ("x before:2025", "x", compare("updated_at", "<", "2025-01-01T00:00:00+00:00")),
        ("x lang:DE", "x", compare("language", "==", "de")),
        ("x tag:foo", "x", compare("tags", "in", ["foo"])),
        ("x page:3", "x", compare("page", "==", 3)),
        (
            "x lang:de lang:en after:2024-01 before:2025-01",
            "x",
            {
                "operator": "AND",
                "conditions": [
                    {
                        "operator": "OR",
                        "conditions": [compare("language", "==", "de"), compare("language", "==", "en")],
                    },
                    compare("updated_at", ">=", "2024-01-01T00:00:00+00:00"),
                    compare("updated_at", "<", "2025-01-01T00:00:00+00:00"),
                ],
            },
        ),
    ],
)
def test_inline_filters(written: str, question: str, filters: dict[str, Any]) -> None:
    assert take_filters(written) == (question, filters)


@pytest.mark.parametrize(
    "text",
    [
        "Error: code 5",
        "What is at http://example.org/source:x ?",
        "a ratio of 3:4",
        "source: unknown",
        "resource:x",
        'source:""',
        "the page: 3",
        "on page 3",
        "homepage:3",
        "language:de",
    ],
)
def test_what_only_looks_like_a_filter_stays(text: str) -> None:
    assert take_filters(text) == (text, None)


@pytest.mark.parametrize("value", ["yesterday", "2025-13-01", "2025-02-30", "01.02.2025", "0000-01-01", "20250101"])
def test_a_date_that_is_none_is_refused_with_the_form(value: str) -> None:
    with pytest.raises(InputError, match=rf"after:{value} is not a date; write it as after:2025-01-31"):
        take_filters(f"x after:{value}")


@pytest.mark.parametrize("value", ["three", "-1", "3.5", "٣", "9" * 20])
def test_a_page_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="write it as page:3"):
        take_filters(f"x page:{value}")


# The component -----------------------------------------------------------------------------------------------


@pytest.fixture
def synonyms(tmp_path: Path) -> str:
    path = tmp_path / "synonyms.toml"
    path.write_text('[acronyms]\nRMA = "return merchandise authorization"\n')
    return str(path)


def test_everything_at_once(synonyms: str) -> None:
    caller = compare("year", ">=", 2024)
    found = QueryUnderstanding(synonyms).run(
        "How do I get an  RMA? lang:en", filters=caller, groups=["staff", "public", "staff"]
    )
    query = found["understood"]
    assert query.original == "How do I get an  RMA? lang:en"
    assert query.question == found["query"] == "How do I get an RMA?"
    assert query.text == found["text"] == "How do I get an RMA? (return merchandise authorization)"
    assert (query.language, query.kind) == ("en", "how-to")
    assert found["filters"] == query.filters
    assert query.filters == {"operator": "AND", "conditions": [caller, compare("language", "==", "en")]}
    assert query.groups == ("staff",) and found["groups"] == ["staff"]


def test_nothing_given_demands_nothing() -> None:
    found = QueryUnderstanding().run("Wie lange ist die Garantie?")
    assert found["filters"] is None and found["groups"] == []
    assert (found["understood"].language, found["understood"].kind) == ("de", "number")


@pytest.mark.parametrize("question", ["", " \n\t", "\x00\x07\x1b", "\u200b\ufeff\u202e", "???", "\ud800", "\u0301"])
def test_a_question_without_words_is_refused(question: str) -> None:
    with pytest.raises(InputError, match="is empty"):
        QueryUnderstanding().run(question)


def test_filters_alone_are_no_question() -> None:
    with pytest.raises(InputError, match="nothing but filters"):
        QueryUnderstanding().run("source:a.pdf lang:de")


def test_a_question_beyond_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(InputError, match=r"100000 characters; at most 2000"):
        QueryUnderstanding().run("x" * 100_000)
    assert QueryUnderstanding(max_characters=3).run("abc")["query"] == "abc"
    with pytest.raises(InputError):
        QueryUnderstanding(max_characters=3).run("abcd")


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = QueryUnderstanding().run(text)
    except InputError:
        return
    assert has_words(found["query"])
    assert found["text"] == found["query"]


def test_synonyms_are_read_once_and_a_missing_file_is_named(synonyms: str, tmp_path: Path) -> None:
    understanding = QueryUnderstanding(synonyms)
    understanding.warm_up()
    Path(synonyms).unlink()
    understanding.warm_up()
    assert understanding.run("RMA")["text"] == "RMA (return merchandise authorization)"
    with pytest.raises(ConfigurationError, match=r"absent\.toml"):
        QueryUnderstanding(str(tmp_path / "absent.toml")).warm_up()


def test_parameters_survive_serialisation() -> None:
    one = QueryUnderstanding("a.toml", max_characters=10)
    assert QueryUnderstanding.from_dict(one.to_dict()).to_dict() == one.to_dict()
