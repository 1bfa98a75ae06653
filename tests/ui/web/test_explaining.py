"""What the pages say of errors: in the page's language wherever there are words for it."""

import pytest

from components.errors import ConfigurationError, InputError, ModelError, QuaereError, StoreError
from components.query.filters.inline import take_filters
from components.query.filters.syntax import check_fields
from components.query.understanding import QueryUnderstanding
from ui.api.problems import Busy, DeadlineExceeded, TooMany
from ui.web.explaining import explain
from ui.wording import ENGLISH, languages


def raised_by(question: str) -> QuaereError:
    with pytest.raises(QuaereError) as caught:
        QueryUnderstanding().run(question)
    return caught.value


def unknown_field() -> QuaereError:
    with pytest.raises(QuaereError) as caught:
        check_fields({"field": "meta.colour", "operator": "==", "value": "red"}, {"source", "language"})
    return caught.value


def unreadable_filter() -> QuaereError:
    with pytest.raises(QuaereError) as caught:
        take_filters("warranty page:{0}")
    return caught.value


STORE = "The documents cannot be searched at the moment. Try again in a while."
SETUP = "This service is not set up as it should be. Tell whoever runs it."

# What only the visitor can mend, or time does: nothing of it is told in the service's own words.
WITH_WORDS = [
    (TooMany("too many", 11.2), "Try again in 12 seconds.", "12 秒"),
    (TooMany("too many", 0.1), "Try again in 1 second.", "1 秒"),
    (Busy("64 wait"), "The server is busy.", "服务器繁忙"),
    (DeadlineExceeded("60 seconds"), "took too long", "处理时间过长"),
    (raised_by("x" * 2001), "has 2,001 characters; at most 2,000", "2,001 个字符，最多允许 2,000 个"),
    (raised_by("..."), "has no words", "没有文字"),
    (raised_by("lang:de"), "has no words", "没有文字"),
    (unreadable_filter(), "The filter page:{0} cannot be read.", "筛选条件 page:{0}"),
    (unknown_field(), "the field colour", "字段 colour"),
]


@pytest.mark.parametrize(("error", "english", "chinese"), WITH_WORDS, ids=lambda value: type(value).__name__)
def test_what_a_visitor_meets_has_words_in_both_languages(error: QuaereError, english: str, chinese: str) -> None:
    for words, told in ((ENGLISH, english), (languages()["zh"], chinese)):
        found = explain(error, words, in_full=True)
        assert told in found.words
        assert found.detail is None
        assert found.is_ours is not isinstance(error, InputError)


@pytest.mark.parametrize(
    ("error", "is_ours", "told"),
    [
        (StoreError("the folder is in use; stop the other process"), True, STORE),
        (ModelError("the model 'x' is not there"), True, SETUP),
        (ConfigurationError("the index has other models"), True, SETUP),
        (InputError("the data folder does not exist"), False, "The question could not be answered."),
    ],
)
def test_what_whoever_runs_the_service_must_know_is_told_as_it_is(error: QuaereError, is_ours: bool, told: str) -> None:
    for words in languages().values():
        found = explain(error, words, in_full=True)
        assert found.words == words.gettext(told)
        assert found.detail == f"{str(error)[0].upper()}{str(error)[1:]}."
        assert found.is_ours is is_ours
        # An address or a folder is nothing for others; what they themselves got wrong is.
        assert (explain(error, words, in_full=False).detail is None) is is_ours
