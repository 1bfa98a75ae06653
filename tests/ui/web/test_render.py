"""What the page shows of a reply: verbatim, escaped, marked at the right characters."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

import components  # noqa: F401
from components.foreign_text import writable
from components.types import Answer, Passage, Place, Query, Reply
from ui.text import confidence_word, percent
from ui.web import turns
from ui.web.answers import linkable
from ui.web.templates import templates_in
from ui.wording import ENGLISH, Words, languages


def macro(template: str, name: str) -> Callable[..., str]:
    """A part of a template, in English."""
    found = getattr(templates_in(ENGLISH).get_template(f"{template}.html").module, name)
    return lambda *values: str(found(*values))


marked, foreign = macro("text", "marked"), macro("text", "foreign")
render_passage = macro("card", "passage")


def render_answer(answer: Answer) -> str:
    return macro("card", "card")(answer)


def render_reply(reply: Reply, words: Words = ENGLISH, *, link: str | None = None) -> str:
    return str(turns.render_reply(reply, words, link=link))


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "</p></article><iframe src=//evil.example>",
    "<!-- <mark> & &lt;script&gt; &#60;b&#62; ]]>",
    "${alert(1)} {{constructor}} @children `",
)


class _Reader(HTMLParser):
    """Collects what a browser would make of the HTML: text, marked text, elements and their attributes."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.marks: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._in_mark = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "mark":
            self._in_mark = True
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._in_mark = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.marks[-1] += data


PASSAGE = "The filter is dear. Change the filter every 6 months. It takes 5 minutes."
SPAN = (PASSAGE.index("every"), PASSAGE.index(". It"))


def an_answer(passage: str = PASSAGE, found: tuple[int, int] = SPAN, **changes: object) -> Answer:
    first = 100
    start, end = found
    answer = Answer(
        id="a1",
        text=passage[start:end],
        sentence=passage,
        confidence=0.84,
        kind="span",
        source="manual.pdf",
        url=None,
        title="Manual",
        heading="Care > Filter",
        page=7,
        start=first + start,
        end=first + end,
        words_start=first + start,
        words_end=first + end,
        passage=passage,
        passage_start=first,
        language="en",
    )
    return replace(answer, **changes)


def a_passage(text: str = PASSAGE, **changes: object) -> Passage:
    passage = Passage(
        source="manual.pdf",
        title="Manual",
        heading="Care",
        page=7,
        start=0,
        end=len(text),
        text=text,
        kind="text",
        scores={"relevance": 1.5},
    )
    return replace(passage, **changes)


def a_reply(*answers: Answer, **changes: object) -> Reply:
    question = "How often?"
    reply = Reply(
        id="r1",
        query=Query(original=question, text=question, question=question, language="en", kind="factoid"),
        answers=answers,
        no_answer_confidence=0.93,
        passages=(a_passage(),),
        warnings=(),
        index_generation=1,
        seconds={"ranker": 0.2, "total": 0.3},
    )
    return replace(reply, **changes)


def test_answer_source_place_and_confidence_are_shown() -> None:
    read = _Reader(render_reply(a_reply(an_answer(sentence="Change the filter every 6 months."))))
    for expected in (
        "manual.pdf", "Manual", "page 7", "Care > Filter", "Likely", "84\N{NO-BREAK SPACE}%", "1 passage",
        "0.30 seconds", "200 ms",
    ):  # fmt: skip
        assert expected in read.text


def test_a_sentence_leads_with_the_words_marked_in_it() -> None:
    sentence = "Change the filter every 6 months."
    start = 100 + PASSAGE.index(sentence)
    whole = {"start": start, "end": start + len(sentence), "kind": "sentence"}
    card = render_answer(an_answer(text=sentence, sentence=sentence, **whole))
    assert (
        '<p class="qa-answer qa-whole" dir="auto" lang="en">Change the filter <mark>every 6 months</mark>.</p>' in card
    )
    assert "<blockquote" not in card.partition("<details")[0]


def test_the_answer_is_marked_in_its_sentence_and_in_its_passage() -> None:
    answer = an_answer(sentence="Change the filter every 6 months.")
    assert _Reader(render_answer(answer)).marks == ["every 6 months", "every 6 months"]


def test_of_two_equal_words_the_one_at_the_offsets_is_marked() -> None:
    passage = "Six or six: the second six counts."
    start = passage.index("six", 10)
    answer = an_answer(passage, (start, start + 3), sentence=passage)
    assert f"{passage[:start]}<mark>six</mark> counts." in render_answer(answer)
    assert render_answer(answer).count("<mark>") == 2


def test_of_two_equal_sentences_the_one_that_holds_the_span_is_used() -> None:
    sentence = "It is ten or ten."
    passage = f"{sentence} {sentence}"
    start = len(sentence) + 1 + sentence.rindex("ten")
    card = render_answer(an_answer(passage, (start, start + 3), sentence=sentence))
    assert "It is ten or <mark>ten</mark>.</blockquote>" in card


@pytest.mark.parametrize(
    ("text", "start", "end", "inside"),
    [
        ("cafe\u0301 noir", 0, 5, "cafe\u0301"),
        ("cafe\u0301 noir", 4, 9, "\u0301 noi"),
        ("a \U0001f468\u200d\U0001f469\u200d\U0001f467 b", 2, 7, "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("\U0001f600\U0001f601\U0001f602", 1, 2, "\U0001f601"),
        ("מחיר 25 שקל", 5, 7, "25"),
        ("<b>&amp;</b>", 3, 8, "&amp;"),
    ],
)
def test_offsets_are_code_points(text: str, start: int, end: int, inside: str) -> None:
    read = _Reader(marked(text, start, end))
    assert (read.marks, read.text) == ([inside], text)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 99), (9, 12)])
def test_a_place_outside_the_text_marks_nothing(start: int, end: int) -> None:
    assert marked("a passage", start, end) == "a passage"


@given(st.text(), st.integers(0, 60), st.integers(1, 60))
def test_marking_keeps_any_text_and_marks_exactly_the_span(text: str, start: int, length: int) -> None:
    read = _Reader(marked(text, start, start + length))
    assert read.text == writable(text)
    assert read.marks == ([writable(text[start : start + length])] if start + length <= len(text) else [])


@given(st.text(min_size=1))
def test_a_card_and_a_passage_hold_the_passage_verbatim(text: str) -> None:
    assert writable(text) in _Reader(render_passage(a_passage(text))).text
    middle = len(text) // 2
    read = _Reader(render_answer(an_answer(text, (middle, len(text)))))
    assert writable(text) in read.text
    assert read.marks[-1:] in ([writable(text[middle:])], [])


@given(st.text(st.characters(categories=["Cc", "Cs", "Co", "Zl", "Zp"])))
def test_what_html_cannot_hold_becomes_signs_of_the_same_length(text: str) -> None:
    shown = writable(text)
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]", shown)
    shown.encode("utf-8")


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("kind", ["span", "faq", "passage"])
def test_hostile_documents_stay_text(evil: str, kind: str) -> None:
    plain = an_answer("q\nplain", (2, 7), kind=kind, differs=True, support=(_place("a"), _place("b")))
    hostile = an_answer(
        f"{evil}{evil}",
        (len(evil), 2 * len(evil)),
        id=evil, sentence=evil, kind=kind, source=evil, url=evil, title=evil + "t", heading=evil,
        language=evil, differs=True, support=(_place(evil), _place(f"{evil}2")),
    )  # fmt: skip
    passage = a_passage(evil, source=evil, title=evil + "t", heading=evil)
    expected = {name for name, _ in _Reader(render_reply(a_reply(plain, warnings=("w",)))).elements} | {
        "mark",
        "blockquote",
    }
    read = _Reader(render_reply(a_reply(hostile, passages=(passage,), warnings=(evil,), seconds={evil: 1.0})))
    assert {name for name, _ in read.elements} <= expected
    assert evil in read.text
    for _, attributes in read.elements:
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name in attributes)


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_notices_stay_text(evil: str) -> None:
    read = _Reader(str(turns.render_notice(evil, ENGLISH, kind=evil, code=evil)))
    assert read.text == evil * 2
    assert [name for name, _ in read.elements] == ["div", "p", "pre", "code"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/a?b=1&c=\"2\"", True),
        ("HTTP://example.org", True),
        ("mailto:help@example.org", False),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("\x01javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("vbscript:x", False),
        ("file:///etc/passwd", False),
        ("//evil.example", False),
        ("https://a b", False),
        ("https://example.org\njavascript:alert(1)", False),
        ("https://", False),
        ("", False),
        (None, False),
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str | None, allowed: bool) -> None:
    assert linkable(url) is allowed
    links = [attributes for name, attributes in _Reader(render_answer(an_answer(url=url))).elements if name == "a"]
    assert [link["href"] for link in links] == ([url] if allowed else [])
    assert all("noopener" in (link["rel"] or "") for link in links)


def test_no_answer_says_so_and_shows_the_nearest_passages() -> None:
    passages = tuple(a_passage(f"Passage number {number}.") for number in range(5))
    shown = render_reply(a_reply(passages=passages))
    read = _Reader(shown)
    assert "I could not find this in the documents." in read.text
    assert "93\N{NO-BREAK SPACE}% sure" in read.text
    assert "2 passages" in read.text
    assert shown.index("Passage number 2.") < shown.index("<details") < shown.index("Passage number 3.")
    assert not read.marks


def test_no_answer_without_passages() -> None:
    read = _Reader(render_reply(a_reply(passages=(), seconds={})))
    assert "I could not find this in the documents." in read.text
    assert "Nearest" not in read.text
    assert "details" not in {name for name, _ in read.elements}


def test_other_places_are_listed_without_the_answers_own() -> None:
    own = Place(source="manual.pdf", title="Manual", page=7, start=100 + SPAN[0], end=100 + SPAN[1])
    other = Place(source="faq.jsonl", title=None, page=3, start=5, end=9)
    assert "Also stated in" not in render_answer(an_answer(support=(own,)))
    read = _Reader(render_answer(an_answer(support=(own, other))))
    assert "Also stated in" in read.text
    assert "faq.jsonl · page 3" in read.text


def test_answers_that_differ_are_marked_and_stand_together() -> None:
    answers = (an_answer(differs=True), an_answer(id="a2", differs=True), an_answer(id="a3"))
    shown = render_reply(a_reply(*answers, warnings=("The documents disagree.",)))
    assert shown.count("Differs from another answer") == 2
    pair = shown.index('class="qa-pair"')
    assert shown.index("The documents disagree.") < pair < shown.index('data-answer="a1"')
    assert shown.index('data-answer="a2"') < shown.index('data-answer="a3"')
    agreeing_first = render_reply(a_reply(an_answer(), replace(answers[0], id="a4"), answers[1]))
    assert agreeing_first.index('data-answer="a1"') < agreeing_first.index('class="qa-pair"')


def test_kinds_are_labelled() -> None:
    faq = an_answer("How often?\nTwice a year.", (11, 24), kind="faq")
    read = _Reader(render_answer(faq))
    assert "question and answer list" in read.text
    assert read.text.count("How often?") == 2
    whole = _Reader(render_answer(an_answer(kind="passage", found=(0, len(PASSAGE)))))
    assert "probably in this passage" in whole.text
    assert not whole.marks
    assert "Table" in _Reader(render_passage(a_passage(kind="table"))).text


def test_an_answer_that_is_its_sentence_is_shown_once() -> None:
    sentence = "Change the filter every 6 months."
    start = PASSAGE.index(sentence)
    answer = an_answer(found=(start, start + len(sentence)), sentence=sentence)
    assert _Reader(render_answer(answer)).text.count(sentence) == 2  # on the card, and in its passage


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"title": "Care", "heading": "Care > Filter"}, "manual.pdf · page 7 · Care > Filter"),
        ({"title": "Care", "heading": "Caretaking"}, "manual.pdf · Care · page 7 · Caretaking"),
        ({"title": "manual.pdf", "heading": None, "page": None}, "manual.pdf"),
        ({"title": None, "heading": None, "page": None, "source": "a/b/c.md"}, "a/b/c.md"),
        ({"title": None, "heading": None, "page": None, "source": "a/"}, "a/"),
    ],
)
def test_a_place_says_nothing_twice(changes: dict[str, object], shown: str) -> None:
    card = render_answer(an_answer(**changes))
    line = card[card.index('<p class="qa-source">') :]
    assert _Reader(line[: line.index("</p>")]).text == shown


def test_every_text_of_a_document_finds_its_own_direction() -> None:
    read = _Reader(render_reply(a_reply(an_answer("מחיר הוא 25 שקל", (9, 11)))))
    directed = [attributes.get("dir") for name, attributes in read.elements if name == "blockquote"]
    assert directed == ["auto"]
    assert all(
        attributes.get("dir") == "auto"
        for _, attributes in read.elements
        if (attributes.get("class") or "") in ("qa-text", "qa-answer")
    )


@pytest.mark.parametrize(
    ("confidence", "number", "words"),
    [
        (0.0, "0", "Unsure"),
        (0.001, "1", "Unsure"),
        (0.5, "50", "Possible"),
        (0.7, "70", "Likely"),
        (0.9, "90", "Very likely"),
        (0.999, "99", "Very likely"),
        (1.0, "100", "Very likely"),
    ],
)
def test_confidence_in_words_and_number(confidence: float, number: str, words: str) -> None:
    assert (percent(confidence), confidence_word(ENGLISH, confidence)) == (f"{number}\N{NO-BREAK SPACE}%", words)


def test_the_text_of_a_document_is_in_its_language_where_that_is_known() -> None:
    assert foreign("he") == 'dir="auto" lang="he"'
    for unknown in (None, "und", "", "x", '"><b>', "en-GB"):
        assert foreign(unknown) == 'dir="auto"'


def test_what_differs_stands_together_and_the_rest_is_folded() -> None:
    answers = (an_answer(id="a1"), an_answer(id="a2"), an_answer(id="a3", differs=True), an_answer(id="a4"))
    shown = render_reply(a_reply(*answers))
    fold = shown.index("2 other possible answers")
    order = [shown.index(f'data-answer="{name}"') for name in ("a1", "a3")]
    assert order == sorted(order) and order[-1] < fold
    assert fold < shown.index('data-answer="a2"') < shown.index('data-answer="a4"')
    assert all(shown.count(f'data-answer="a{number}"') == 1 for number in range(1, 5))


def test_scores_are_named_and_unknown_ones_escaped() -> None:
    read = _Reader(render_answer(an_answer(scores={"span": 7.125, "<b>": 1.0})))
    assert "Strength of these words7.12" in read.text
    assert "<b>1.00" in read.text
    assert "Scores" not in render_answer(an_answer(scores={}))


def test_what_is_copied_is_the_answer_with_its_place() -> None:
    def copied(**changes: object) -> list[str | None]:
        elements = _Reader(render_answer(an_answer(**changes))).elements
        return [attributes["data-copy"] for _, attributes in elements if "data-copy" in attributes]

    assert copied() == ["every 6 months\n— manual.pdf, page 7"]
    assert copied(page=None, url="https://e.org") == ["every 6 months\n— manual.pdf, https://e.org"]
    assert copied(url="javascript:alert(1)", source='a"b') == ['every 6 months\n— a"b, page 7']


def test_a_link_is_offered_where_there_is_one() -> None:
    assert "data-link" not in render_reply(a_reply(an_answer()))
    shown = render_reply(a_reply(an_answer()), link='/?q="><b>')
    assert [each["data-link"] for _, each in _Reader(shown).elements if "data-link" in each] == ['/?q="><b>']


@pytest.mark.parametrize("words", languages().values(), ids=languages())
def test_a_reply_is_in_the_interfaces_language(words: Words) -> None:
    shown = _Reader(render_reply(a_reply(an_answer(scores={"span": 1.0})), words, link="/?q=x")).text
    for said in ("Show it in the passage", "Scores", "Copy", "Copy link", "Strength of these words"):
        assert words.gettext(said) in shown
    if words.language == "zh":
        assert not re.search(
            "[A-Za-z]{2,}",
            re.sub(f"{re.escape(PASSAGE)}|every 6 months|manual.pdf|Manual|Care > Filter|Care|ms", "", shown),
        )
    assert words.gettext("I could not find this in the documents.") in _Reader(render_reply(a_reply(), words)).text


def _place(source: str) -> Place:
    return Place(source=source, title=f"{source} title", page=1, start=0, end=4)


# What looks at a source and judges


def test_an_answer_whose_source_is_known_can_be_opened_and_judged() -> None:
    read = _Reader(render_answer(an_answer(source_id='s"1', start=130, end=144)))
    place = {"data-source": 's"1', "data-start": "130", "data-end": "144"}
    opening = next(each for tag, each in read.elements if tag == "button" and "data-open" in each)
    assert place.items() <= opening.items()
    assert opening["aria-label"] == "Open manual.pdf"
    judging = next(each for _, each in read.elements if each.get("class") == "qa-judging")
    assert place.items() <= judging.items()
    deeds = [each["data-judge"] for _, each in read.elements if "data-judge" in each]
    assert deeds == ["right", "wrong", "correct", "take-back"]


def test_without_its_id_a_source_cannot_be_opened_or_judged() -> None:
    for shown in (render_answer(an_answer()), render_passage(a_passage())):
        assert "data-open" not in shown
        assert "data-judge" not in shown


def test_other_places_open_by_the_id_of_their_source() -> None:
    places = (
        Place(source="manual.pdf", title=None, page=7, start=100, end=110, source_id="s-own"),
        Place(source="twice.md", title=None, page=None, start=5, end=12, source_id="s-one"),
        Place(source="twice.md", title=None, page=None, start=5, end=12, source_id="s-two"),
        Place(source="elsewhere.csv", title=None, page=None, start=500, end=512),
    )
    shown = render_answer(an_answer(support=places, source_id="s-own", start=100, end=110))
    support = _Reader(shown[shown.index('class="qa-support"') : shown.index('class="qa-folds"')])
    opened = [each for tag, each in support.elements if tag == "button"]
    assert [(each["data-source"], each["data-start"]) for each in opened] == [("s-one", "5"), ("s-two", "5")]
    assert "elsewhere.csv" in support.text


def test_that_nothing_was_found_can_be_judged() -> None:
    read = _Reader(render_reply(a_reply()))
    deeds = [each["data-judge"] for _, each in read.elements if "data-judge" in each]
    assert deeds == ["not-there", "there", "take-back"]
    assert "data-judge" not in render_reply(a_reply(an_answer()))
