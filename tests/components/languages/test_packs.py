"""Which packs of languages there are, what each lacks, and that what it has is used."""

import ast
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

import components
from components.answers.merging import same_wording, wording
from components.converters.rows import _ANSWER, _QUESTION
from components.embedders.bm25 import analyser_of
from components.languages.boundaries import whole_words
from components.languages.detect import detect_language
from components.languages.pack import Asked, Currency, Language, Unit, Value
from components.languages.packs import PACKS
from components.languages.scripts import SIGNS
from components.languages.sentences import list_spans
from components.languages.stemmers import SEGMENTED, WITHOUT_PACK
from components.query.answer_types import expected_value
from components.query.kinds import question_kind
from tests.components.query.test_kinds import CASES
from tests.hostile_texts import example

ROOT = Path(components.__path__[0])
FOLDER = ROOT / "languages"

KEYS = {"asks_for": get_args(Asked), "units": get_args(Unit), "values": get_args(Value)} | {
    "currencies": get_args(Currency)
}
OF_UNSPACED = {"list_numerals", "numerals", "measures"}
"""Fields that a language with spaces between words need not fill."""

LACKING: dict[str, set[str]] = {
    "en": {"values.length", "values.year"},
    "de": {
        "currencies", "units.era", "units.money", "units.pressure", "values.century", "values.clock", "values.length",
        "values.named time", "values.year",
    },
    "es": {
        "asks_for.warmth", "currencies", "units.era", "units.hour", "units.money", "units.ordinal", "units.pressure",
        "values.century", "values.clock", "values.duration", "values.length", "values.named time", "values.percent",
        "values.year",
    },
    "fr": {
        "asks_for.frequency", "asks_for.moment", "asks_for.warmth", "asks_for.weekday", "currencies", "units.era",
        "units.hour", "units.pressure", "values.century", "values.clock", "values.duration", "values.length",
        "values.named time", "values.percent", "values.year",
    },
    "it": {
        "asks_for", "currencies", "months", "number_words", "own_words", "question_rules", "question_words", "units",
        "values", "weekdays",
    },
    "pt": {
        "articles", "asks_for", "currencies", "list_marks", "months", "negations", "number_words", "own_words",
        "question_rules", "question_words", "units", "values", "weekdays",
    },
    "zh": {
        "articles", "asks_for.extent", "asks_for.moment", "asks_for.month", "asks_for.pressure", "asks_for.price",
        "currencies.gbp", "months", "negations", "own_words", "stemmer", "units.era", "units.length", "units.ordinal",
        "units.pressure", "values.clock", "values.duration", "values.percent",
    },
}  # fmt: skip
"""What a pack does not have, for want of somebody who knows, or since the language has no such thing."""


def lacking(pack: Language) -> Iterator[str]:
    """The fields that say nothing, and of mappings the keys."""
    for each in fields(pack):
        value = getattr(pack, each.name)
        if isinstance(value, Mapping) and value:
            yield from (f"{each.name}.{key}" for key in KEYS[each.name] if not value.get(key))
        elif each.name != "spaced" and not value and not (pack.spaced and each.name in OF_UNSPACED):
            yield each.name


def examples(expressions: tuple[str, ...]) -> list[str]:
    """A text of each, with a space for what may be anything."""
    made = (example(expression, random.Random(1)) for expression in expressions)
    return [" ".join(re.sub("xx+", " ", text).split()) for text in made]


def by_code(*names: str) -> pytest.MarkDecorator:
    """All packs that fill these fields."""
    packs = [pack for pack in PACKS if all(getattr(pack, name) for name in names)]
    return pytest.mark.parametrize("pack", packs, ids=lambda pack: pack.code)


def test_every_file_of_a_language_is_listed() -> None:
    files = {path.stem for path in FOLDER.glob("??.py")}
    assert files == {pack.code for pack in PACKS}, "list it in components/languages/packs.py"


@by_code()
def test_what_a_pack_lacks_is_known(pack: Language) -> None:
    found = set(lacking(pack))
    known = LACKING.get(pack.code, set())
    assert found == known, (
        f"components/languages/{pack.code}.py lacks {sorted(found - known)}; fill it, or say so in LACKING"
    )


@pytest.mark.parametrize("name", [each.name for each in fields(Language)])
def test_every_field_is_read(name: str) -> None:
    reads = {
        node.attr
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pack"
    }
    assert name in reads


def test_no_word_is_the_own_word_of_two_languages() -> None:
    own = [word for pack in PACKS for word in pack.own_words]
    assert len(own) == len(set(own))
    assert own == [word.lower() for word in own]


@by_code("own_words")
def test_two_own_words_tell_the_language(pack: Language) -> None:
    for one, other in zip(pack.own_words, pack.own_words[1:], strict=False):
        assert detect_language(f"{one} {other}") == (pack.code, 0.99)


@by_code()
def test_spaces_part_words_where_the_script_has_edges(pack: Language) -> None:
    written = [signs for signs in SIGNS if signs.letters and signs.language == pack.code]
    assert pack.spaced is all(signs.edges for signs in written)


@by_code("question_rules")
def test_a_language_with_rules_has_cases_of_each_kind(pack: Language) -> None:
    asked = {kind for language, kind, _ in CASES if language == pack.code}
    assert {kind for kind, _ in pack.question_rules} <= asked


@by_code("question_words")
def test_what_asks_is_no_keyword(pack: Language) -> None:
    for word in examples(pack.question_words):
        assert question_kind(f"H12 {word}", "none") != "keyword"


@by_code("stemmer")
def test_a_pack_names_its_stemmer_alone(pack: Language) -> None:
    assert analyser_of(pack.code) == pack.stemmer
    assert pack.code not in WITHOUT_PACK
    assert pack.code not in SEGMENTED


@by_code("weekdays")
def test_weekdays_and_months_are_dates(pack: Language) -> None:
    weekday = expected_value("On which day of the week?", "date")
    month = expected_value("In which month?", "date")
    assert all(weekday.holds_value(word) for word in examples(pack.weekdays))
    assert all(month.holds_value(word) for word in examples(pack.months))


@by_code("number_words", "units")
def test_units_stand_behind_numbers(pack: Language) -> None:
    number = expected_value("How many?", "number")
    extent = expected_value("How long is it?", "number")
    assert all(number.values(word) == [(0, len(word))] for word in examples(pack.number_words))
    for unit in examples((*pack.units.get("time", ()), *pack.units.get("length", ()))):
        words = f"{example(pack.number_words[2], random.Random(1))} {unit}"
        assert extent.values(words) == [(0, len(words))], words


@by_code("values")
def test_values_are_found_as_they_are(pack: Language) -> None:
    asked = {"duration": "How long?", "length": "How far?", "year": "Which year?", "frequency": "How often?"}
    for value in pack.values.keys() & asked.keys():
        expected = expected_value(asked[value], "number")
        assert all(expected.holds_value(words) for words in examples(pack.values[value])), value


@by_code("currencies")
def test_currencies_are_told(pack: Language) -> None:
    signs = {"gbp": "£", "eur": "€", "usd": "$", "cny": "¥"}
    for currency, phrases in pack.currencies.items():
        expected = expected_value(f"How many {signs[currency]}?", "number")
        assert all(expected.fits("5", before=words) == 1.0 for words in examples(phrases))


@by_code("asks_for")
def test_questions_of_each_language_ask_for_values(pack: Language) -> None:
    for asked, asks in pack.asks_for.items():
        kind = "factoid" if asked in ("version", "email", "phone") else "number"
        plain = expected_value("", kind)
        behind = [f"{lead} {noun}" for lead in examples(asks.leads) for noun in examples(asks.nouns)]
        for question in (*examples(asks.phrases), *behind):
            assert expected_value(question, kind) != plain, question


@by_code("articles", "negations")
def test_articles_say_nothing_and_negations_much(pack: Language) -> None:
    for article in pack.articles:
        assert wording(f"{article} H12") == wording("H12")
    for negation in pack.negations:
        assert not same_wording(wording("H12 E10"), wording(f"{negation} H12 E10"))


@by_code("list_marks")
def test_lists_are_found(pack: Language) -> None:
    for mark in examples(pack.list_marks):
        text = f"{mark} H12\n{mark} E10"
        assert list_spans(text) == [(0, len(text))]


@by_code("numerals", "measures", "list_numerals")
def test_numbers_are_not_cut(pack: Language) -> None:
    words = f"{pack.numerals[-3:]}{pack.measures[0]}"
    assert whole_words(words, 3, 4) == (0, len(words))
    items = "\n".join(f"{numeral}、H12" for numeral in pack.list_numerals)
    assert list_spans(items) == [(0, len(items))]


@by_code("question_columns", "answer_columns")
def test_columns_of_questions_are_known(pack: Language) -> None:
    assert {*pack.question_columns} <= {*_QUESTION}
    assert {*pack.answer_columns} <= {*_ANSWER}
