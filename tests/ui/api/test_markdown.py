"""A reply as Markdown: nothing of a document acts, and it reads as on the page."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.answers.composer import DIFFER
from components.foreign_text import harmless
from components.types import Place
from tests.ui.replies import a_passage, a_reply, an_answer
from ui.api.markdown import escaped, reply_text

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

ACTIVE = [
    "# heading", "## x", "- item", "+ item", "* item", "1. item", "2) item", "> quote", "```", "~~~", "    code",
    "\tcode", "---", "===", "***", "a | b\n--- | ---", "**b**", "__b__", "_i_", "*i*", "~~s~~", "`c`", "\\", "\\(x\\)",
    "\\[x\\]", "$x$", "&lt;b&gt;", "&#60;b>", "<b>", "<img src=x onerror=alert(1)>", "<think>", "</details>", "<!--",
    "[x](http://evil.example)", "![x](http://evil.example)", "<http://evil.example>", "[x](javascript:alert(1))",
    "[a]: http://evil.example", "[^1]", ": definition", "a_b_c", "E-1047", "24.5 kg", "\n", "\n\n", " ", "x",
]  # fmt: skip

LINKED = [
    "https://evil.example/x?a=1&b=2",
    "HTTP://EVIL.EXAMPLE",
    "www.evil.example",
    "//evil.example",
    "evil.example/path",
    "me@evil.example",
    "mailto:me@evil.example",
    "ftp://evil.example",
    "manual.md",
    "http://bücher.example/ä",
]
"""What one front end or another makes a link of without any markup."""


def shown(markdown: str) -> tuple[set[str], str]:
    """The tags that it becomes, and the text that is seen."""
    page = RENDERER.render(markdown)
    tags = set(re.findall(r"</?([a-zA-Z!?]+)", page))
    return tags, " ".join(
        html.unescape(re.sub(r"<[^>]*>", " ", page.replace("<code>", "").replace("</code>", ""))).split()
    )


@given(st.lists(st.one_of(st.sampled_from(ACTIVE + LINKED), st.text(max_size=12)), max_size=8).map("".join))
def test_whatever_a_document_says_is_shown_and_does_nothing(text: str) -> None:
    tags, seen = shown(escaped(text))
    assert tags <= {"p", "br", "code"}
    assert seen == " ".join(harmless(" ".join(text.split())).split())


@pytest.mark.parametrize("address", LINKED)
@pytest.mark.parametrize("around", ["{}", "see {}.", "({})", "请访问{}获取", '"{}",'])
def test_addresses_stand_in_code_where_nothing_links_them(address: str, around: str) -> None:
    outside = re.sub(r"`[^`]*`", "", escaped(around.format(address)))
    assert "evil" not in outside and "://" not in outside
    assert not re.search(r"www\.|@|\w\.\w\w", outside)


@pytest.mark.parametrize(
    "text", ["24 months", "R&D costs 5 % (net), 10:30", "max_length of E-1047", "-5 °C", "保証期間は2年"]
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text


def test_front_ends_that_look_for_formulas_or_tags_first_find_none() -> None:
    text = escaped(r"\(a\) \[b\] $c$ <think>d</think> [e]")
    assert not set(r"\[]$<>") & set(text)


def test_an_answer_says_where_it_stands_and_how_sure_it_is() -> None:
    assert reply_text(a_reply()) == (
        "14 days\n\n"
        "> You may return the device within 14 days of delivery.\n\n"
        "`handbook.pdf`, page 3 — Handbook &gt; Returns &gt; Deadlines · Likely, 87\N{NO-BREAK SPACE}%  \n"
        "Also stated in `faq.csv`"
    )


def test_answers_that_differ_are_all_given() -> None:
    other = an_answer(text="30 days", sentence="30 days", source="old.pdf", differs=True, support=(), confidence=0.6)
    third = an_answer(text="unrelated", differs=False)
    text = reply_text(a_reply(answers=(an_answer(differs=True), other, third), warnings=(DIFFER,)))
    assert text.index("14 days") < text.index(DIFFER) < text.index("30 days") < text.index("`old.pdf`")
    assert "unrelated" not in text
    assert text.count(DIFFER) == 1


def test_what_is_not_found_is_said_with_the_nearest_places() -> None:
    passages = (a_passage(), a_passage(), a_passage(source="b.md", title=None, page=None))
    text = reply_text(a_reply(answers=(), passages=passages, warnings=("Nothing is indexed yet; run `quaere`.",)))
    assert text == (
        "Nothing is indexed yet; run &#96;quaere&#96;.\n\n"
        "I could not find this in the documents.\n\n"
        "Nearest passages:\n\n- `handbook.pdf`, page 3 — Handbook\n- `b.md`"
    )
    assert reply_text(a_reply(answers=(), passages=())) == "I could not find this in the documents."


def test_a_list_keeps_its_lines_and_a_kind_is_named() -> None:
    text = "1. Hold the button.\n\n2. Wait."
    reply = a_reply(
        answers=(
            an_answer(
                text=text,
                sentence=text,
                kind="passage",
                support=(Place(source="a", title=None, page=1, start=0, end=1),),
            ),
        )
    )
    first, lead, _ = reply_text(reply).split("\n\n")
    assert first == "The answer is probably in this passage:"
    assert lead == "1&#46; Hold the button.  \n2&#46; Wait."
