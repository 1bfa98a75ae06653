"""A question as written -> a :class:`~components.types.Query`.

Normalised, without inline filters, with its language, kind and synonyms. Knows no index: which fields and languages
there are is the service's business.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from typing import Any, Self

from haystack import component, default_from_dict, default_to_dict

from components.errors import InputError
from components.languages.detect import detect_language
from components.query.filters.inline import take_filters
from components.query.filters.syntax import join_filters
from components.query.kinds import core_of, question_kind
from components.query.spelling import corrected, find_corrections
from components.query.synonyms import Synonyms, load_synonyms, with_additions
from components.query.vocabulary import Vocabulary, acronym_additions
from components.types import PUBLIC_GROUP, Query, QueryKind

MAX_CHARACTERS = 2000
"""The longest question, in code points, where nothing else is set."""

_QUOTES = {
    **dict.fromkeys(map(ord, "“”„‟«»″〝〞＂"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′＇"), "'"),
}
# Letters, digits and the signs of codes and addresses; full-width sentence marks are right as they are.
_FULL_WIDTH = {
    code: chr(code - 0xFEE0)
    for code in range(0xFF01, 0xFF5F)
    if chr(code - 0xFEE0).isalnum() or chr(code) in "－．／＋＠＿＃％＆＊"
}
_FOLDED = {**_QUOTES, **_FULL_WIDTH}
_KEPT_FORMATS = "\u200c\u200d"  # they join and part letters of Persian and Indic words, and emoji
_SPACES = re.compile(r"\s+")


class EmptyQuestion(InputError):
    """A question without words."""

    code = "question-empty"
    title = "The question has no words"


class QuestionTooLong(InputError):
    """A question with too many characters.

    Args:
        characters: that it has, in code points.
        most: that are allowed.
    """

    code = "question-too-long"
    title = "The question is too long"

    def __init__(self, characters: int, most: int) -> None:
        super().__init__(
            f"The question has {characters} characters; at most {most} are allowed. Ask a shorter question, or index "
            "the text as a document."
        )
        self.characters = characters
        self.most = most


@component
class QueryUnderstanding:
    """Turns what a user wrote into what is searched, ranked and read.

    Example:
        >>> query = QueryUnderstanding().run("How long is the warranty? lang:en")["understood"]
        >>> query.text, query.language, query.kind
        ('How long is the warranty?', 'en', 'number')
        >>> query.filters
        {'field': 'meta.language', 'operator': '==', 'value': 'en'}
    """

    def __init__(self, synonyms: str | None = None, max_characters: int = MAX_CHARACTERS) -> None:
        """Store the parameters.

        Args:
            synonyms: path of a ``synonyms.toml``; None searches the question's own words only.
            max_characters: longest question, in code points.
        """
        self.synonyms = synonyms
        self.max_characters = max_characters
        self._table: Synonyms | None = None
        self._lock = threading.Lock()

    def to_dict(self) -> dict[str, Any]:
        """Serialise the parameters."""
        return default_to_dict(self, synonyms=self.synonyms, max_characters=self.max_characters)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build from :meth:`to_dict`."""
        return default_from_dict(cls, data)

    def warm_up(self) -> None:
        """Read the synonyms."""
        self._loaded()

    def _loaded(self) -> Synonyms:
        with self._lock:
            if self._table is None:
                self._table = Synonyms() if self.synonyms is None else load_synonyms(self.synonyms)
            return self._table

    @component.output_types(
        understood=Query, text=str, query=str, kind=QueryKind, filters=dict[str, Any] | None, groups=list[str]
    )
    def run(
        self,
        query: str,
        filters: dict[str, Any] | None = None,
        groups: list[str] | None = None,
        languages: list[str] | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> dict[str, Any]:
        """Understand one question.

        Args:
            query: as the user wrote it, with inline filters (see :mod:`components.query.filters.inline`).
            filters: the caller's, in Haystack's form; both must hold.
            groups: the caller's access groups.
            languages: those of the index; all where None.
            vocabulary: of the documents that the caller may read; without one, words are searched as they are spelt.

        Returns:
            ``understood``; ``text``, which is searched (with synonyms); ``query``, which is ranked and read; its
            ``kind`` for the reader; ``filters`` and ``groups`` for the retriever.

        Raises:
            EmptyQuestion: the question has no words.
            QuestionTooLong: it has too many characters.
            UnreadableFilter: an inline filter's value cannot be read.
        """
        if len(query) > self.max_characters:
            raise QuestionTooLong(len(query), self.max_characters)
        question, inline = take_filters(normalise(query))
        if not has_words(question):
            only = "nothing but filters" if inline is not None else "no words"
            raise EmptyQuestion(f"The question is empty: {query[:40]!r} has {only}. Write what you want to know.")
        language, _ = detect_language(question)
        if vocabulary is not None and (slips := find_corrections(question, vocabulary, language, languages)):
            question = corrected(question, slips)
            language, _ = detect_language(question)
        else:
            slips = []
        core = core_of(question)
        acronyms = [] if vocabulary is None else acronym_additions(question, vocabulary)
        understood = Query(
            original=query,
            text=with_additions(question, [*self._loaded().additions(question), *acronyms]),
            question=core,
            core=None if core == question else core,
            language=language,
            kind=question_kind(core, language),
            filters=join_filters(filters, inline),
            corrections=tuple(correction for _, correction in slips),
            groups=_own_groups(groups),
        )
        return {
            "understood": understood,
            "text": understood.text,
            "query": understood.question,
            "kind": understood.kind,
            "filters": understood.filters,
            "groups": list(understood.groups),
        }


def normalise(text: str) -> str:
    """NFC, plain quotes, half-width letters and digits, single spaces, no control signs or lone surrogates."""
    folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return _SPACES.sub(" ", "".join(_visible(sign) for sign in folded)).strip()


def has_words(text: str) -> bool:
    """Whether there is a letter, a digit or a symbol; punctuation alone asks nothing."""
    return any(unicodedata.category(sign)[0] in "LNS" for sign in text)


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cc":
        return " "
    return "" if category == "Cs" or (category == "Cf" and sign not in _KEPT_FORMATS) else sign


def _own_groups(groups: Iterable[str] | None) -> tuple[str, ...]:
    """Each once, without the public one, of which everybody is a member."""
    given = () if groups is None else groups
    return tuple(dict.fromkeys(group for group in given if group != PUBLIC_GROUP))
