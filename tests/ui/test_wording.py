"""The words of the pages: every catalogue says everything that is said, and nothing else, with the same gaps."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from components.types import Evidence
from tests.ui.replies import a_reply, an_answer
from ui.web.templates import ASKING, LIBRARY, messages_of
from ui.web.turns import render_reply
from ui.wording import ENGLISH, Words, languages

UI = Path(__file__).resolve().parents[2] / "ui"
CATALOGUES = sorted((UI / "locales").iterdir())
CALLS = {"gettext": None, "_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}

Said = dict[tuple[str | None, str], str | None]
"""By context and text, the form for more than one, where there is a number in it."""


def said_in_code() -> Said:
    found: Said = {}
    for path in sorted(UI.rglob("*.py")):
        found |= messages("python", path)
    for path in sorted((UI / "web" / "templates").iterdir()):
        found |= messages(babel_extract, path)
    for path in sorted((UI / "web" / "static" / "js").iterdir()):
        found |= {(None, one): other for one, other in messages_of(path.stem)}
    return found


def messages(method: object, path: Path) -> Said:
    found: Said = {}
    with path.open("rb") as opened:
        for _, message, _, context in extract(method, opened, CALLS):
            one, other = message if isinstance(message, tuple) else (message, None)
            found[context, one] = other
    return found


SAID = said_in_code()


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as opened:
        return read_po(opened, locale=path.stem, abort_invalid=True)


def entries(path: Path) -> Iterator[Message]:
    return (message for message in catalogue(path) if message.id)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_a_language_is_a_file() -> None:
    assert list(languages()) == ["en", *(path.stem for path in CATALOGUES)]
    assert all(path.suffix == ".po" for path in CATALOGUES)
    assert [words.name for words in languages().values()] == ["English", "中文"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_catalogue_says_all_that_is_said_and_nothing_else(path: Path) -> None:
    listed = {}
    for message in entries(path):
        one, other = message.id if isinstance(message.id, tuple) else (message.id, None)
        listed[message.context, one] = other
    assert listed == SAID
    assert not catalogue(path).obsolete


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_of_a_catalogue_is_whole(path: Path) -> None:
    plurals = catalogue(path).num_plurals
    for message in entries(path):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        assert len(forms) == (plurals if len(sources) > 1 else 1), message.id
        assert not message.fuzzy, message.id
        for form in forms:
            assert form.strip() and form not in sources, message.id
            assert gaps(form) == gaps(sources[-1]), message.id


def test_the_code_says_it_in_english() -> None:
    for _, text in SAID:
        assert text.strip() and all(ord(letter) < 0x2100 for letter in text), text


def test_what_the_scripts_say_is_found_in_them() -> None:
    said = [one for name in {*ASKING, *LIBRARY} for one, _ in messages_of(name)]
    for text in ("{count} active", "Marked correct", "Undo", "Uploading, {percent}", "{source} could not be added."):
        assert text in said


def test_counting() -> None:
    chinese = languages()["zh"]
    assert ENGLISH.ngettext("{count} passage", "{count} passages", 1) == "1 passage"
    assert ENGLISH.ngettext("{count} passage", "{count} passages", 1240) == "1,240 passages"
    assert ENGLISH.ngettext("{count} document", "{count} documents", 0) == "0 documents"
    assert chinese.ngettext("{count} document", "{count} documents", 3) == "3 份文档"


def test_a_language_with_more_forms_needs_no_more_than_its_file(tmp_path: Path) -> None:
    path = tmp_path / "pl.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && '
        '(n%100<12 || n%100>14) ? 1 : 2);\\n"\n\nmsgid "{count} page"\nmsgid_plural "{count} pages"\n'
        'msgstr[0] "{count} strona"\nmsgstr[1] "{count} strony"\nmsgstr[2] "{count} stron"\n',
        "utf-8",
    )
    words = Words(catalogue(path))
    counted = [words.ngettext("{count} page", "{count} pages", count) for count in (1, 3, 12, 22, 1500)]
    assert counted == ["1 strona", "3 strony", "12 stron", "22 strony", "1\xa0500 stron"]
    assert (words.name, words.number(0.5, 2)) == ("polski", "0,50")


def test_a_text_that_means_two_things_is_told_apart() -> None:
    chinese = languages()["zh"]
    assert chinese.gettext("Understanding the question") == "正在理解问题"
    assert chinese.pgettext("stage", "Understanding the question") == "理解问题"


def test_a_language_without_a_name_is_its_code() -> None:
    named = [[words.language_name(code) for code in ("de", "und", "pt-BR")] for words in languages().values()]
    assert named == [["German", "Not determined", "Brazilian Portuguese"], ["德语", "未确定", "巴西葡萄牙语"]]
    assert ENGLISH.language_name("xx") == "xx"


@pytest.mark.parametrize("words", languages().values(), ids=languages())
def test_every_score_and_stage_has_a_name(words: Words) -> None:
    stages = ("understanding", "embedder", "lexical", "retriever", "ranker", "reader", "answering", "total")
    reply = a_reply(
        answers=(an_answer(scores=dict.fromkeys(Evidence.names(), 0.5)),),
        passages=(),
        seconds=dict.fromkeys(stages, 1.0),
    )
    shown = render_reply(reply, words)
    assert shown.count('<th scope="row">') == len(stages) + len(Evidence.names())
    for name in (*Evidence.names(), *stages):
        assert f'<th scope="row">{name}</th>' not in shown
