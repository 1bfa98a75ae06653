"""The words that people read, in every language: English in the code, all others in a gettext catalogue each.

A catalogue is a file ``locales/<code>.po``; to add a language is to add one. ``{name}`` in a text is filled in by
whoever shows it. What comes from documents, and what the service says about an error, is not translated.
"""

from collections.abc import Mapping
from functools import cache
from gettext import c2py
from importlib import resources

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from components.languages.detect import UNDETERMINED


class Words:
    """All words in one language.

    Args:
        catalogue: of the translations; an empty one for English.
    """

    def __init__(self, catalogue: Catalog) -> None:
        self.catalogue = catalogue
        self.plural = c2py(catalogue.plural_expr)
        """Which of a phrase's forms is that for a number."""
        self.locale = Locale.parse(str(catalogue.locale_identifier))
        self.language: str = self.locale.language
        """The code, which is also the first part of the page's path."""

    @property
    def name(self) -> str:
        """What the speakers of the language call it."""
        return str(self.locale.get_language_name())

    def gettext(self, text: str, **gaps: object) -> str:
        """A text in this language."""
        said = self.forms(text, None)[0]
        return said.format(**gaps) if gaps else said

    def pgettext(self, context: str, text: str) -> str:
        """A text that has another meaning elsewhere."""
        return self.forms(text, None, context)[0]

    def ngettext(self, one: str, other: str, count: int) -> str:
        """A phrase with a number in it: ``{count}``."""
        return self.forms(one, other)[self.plural(count)].format(count=self.number(count))

    def forms(self, one: str, other: str | None, context: str | None = None) -> tuple[str, ...]:
        """All forms of a text, in the order that :attr:`plural` numbers."""
        found = self.catalogue.get(one, context)
        if found is None:
            return (one,) if other is None else (one, other)
        return found.string if isinstance(found.string, tuple) else (str(found.string),)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number as it is written in this language."""
        return format_decimal(value, "#,##0" + ("." + "0" * decimals if decimals else ""), locale=self.locale)

    def language_name(self, code: str) -> str:
        """What a language is called; its code where that is not known."""
        if code == UNDETERMINED:
            return self.gettext("Not determined")
        return str(self.locale.languages.get(code.replace("-", "_"), code))


ENGLISH = Words(Catalog(locale="en"))
"""The words as they stand in the code."""


@cache
def languages() -> Mapping[str, Words]:
    """All languages by code; the first is what a visitor gets whose browser asks for none of them."""
    found = {ENGLISH.language: ENGLISH}
    for file in sorted((resources.files("ui") / "locales").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".po"):
            with file.open("rb") as opened:
                words = Words(read_po(opened, locale=file.name.removesuffix(".po"), abort_invalid=True))
            found[words.language] = words
    return found
