"""The whole report: what it says, that foreign text stays text, and how it stands in a browser."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.errors import InputError
from evaluation.comparison import compare
from evaluation.report import check_report, write_report
from evaluation.report.changes import changes_of
from evaluation.report.failures import chosen_failures, marked_parts
from evaluation.report.page import FAILURES_SHOWN, templates
from evaluation.report.wording import FAILURES
from tests.evaluation.report.sample import EVIL, evaluation
from tests.ui.web.visiting import assert_accessible, chromium, no_sideways_scrolling

SYSTEMS = (("default", 1.0), ("dense", 0.4), (EVIL, 0.9))


def written(path: Path, *, many: bool = False) -> str:
    evaluations = [evaluation(name, quality=quality) for name, quality in SYSTEMS] if many else [evaluation()]
    write_report(evaluations, compare(evaluations, "default"), path)
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no scratch file is left"
    return path.read_text("utf-8")


def marked(text, words, most=2000):
    """A passage as the page shows it."""
    return str(templates().get_template("parts.html").module.marked(marked_parts(text, words, most)))


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("many", [False, True])
def test_a_page_holds_no_script_and_asks_for_nothing(tmp_path, many):
    found = Elements()
    found.feed(written(tmp_path / "report.html", many=many))
    assert not {"script", "img", "iframe", "link", "a", "object", "form"} & set(found.names)
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "href", "style")]
    policy = next(value for name, value in found.attributes if value.startswith("default-src"))
    assert "default-src 'none'" in policy
    assert "script" not in policy


def test_hostile_text_is_on_the_page_as_text(tmp_path):
    page = written(tmp_path / "report.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;img src=x onerror=alert(2)&gt;" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\u202a-\u202e]", page)


def test_a_page_tells_what_it_was_measured_on(tmp_path):
    page = written(tmp_path / "report.html")
    for told in ("2026-11-25 08:00", "0123456789ab", "A processor", "00ff", "convex", "exact_match"):
        assert told in page


def test_a_page_is_well_formed(tmp_path):
    void = {"meta", "input", "br"}
    stack: list[str] = []
    for closing, name, rest in re.findall(r"<(/?)([a-z][a-z0-9]*)([^>]*)>", written(tmp_path / "r.html", many=True)):
        if closing:
            assert stack.pop() == name
        elif name not in void and not rest.endswith("/"):
            stack.append(name)
    assert stack == []


@pytest.mark.parametrize("many", [False, True])
def test_markdown_gives_nothing_but_tables_and_text(tmp_path, many):
    text = written(tmp_path / "report.md", many=many)
    kinds = {token.type for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text)}
    assert {"table_open", "heading_open", "paragraph_open"} <= kinds
    assert not {"html_block", "fence", "code_block", "bullet_list_open"} & kinds
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(text)
    assert not re.search(r"<(script|img|a|em|strong|s)\b", shown)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_markdown_has_the_numbers_of_the_page(tmp_path):
    text = written(tmp_path / "report.md", many=True)
    for told in ("## Beside the baseline, default", "### Recall by k", "### Failures by stage", "### What went wrong"):
        assert told in text


def test_tasks_on_the_same_data_are_kept_apart(tmp_path):
    answering = evaluation()
    write_report([answering, replace(answering, task="reading")], (), tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text("utf-8")
    for told in ("\n## manuals, answering\n", "\n## manuals, reading\n", "\n## default on manuals, reading\n"):
        assert told in text


def test_what_a_system_mends_and_breaks_is_listed(tmp_path):
    def measured(system, failures):
        made = [
            replace(each, failure=failure, question=f"Question {number}?", prediction=f"{system} {number}")
            for number, (each, failure) in enumerate(zip(evaluation().outcomes, failures, strict=False))
        ]
        return replace(evaluation(system), outcomes=tuple(made))

    old = measured("old", [None, "misread", "misread", None])
    new = measured("new", [None, None, "not_indexed", "wrong_boundary"])
    changes = changes_of(new, old)
    assert [each.question for _, each in changes.mended] == ["Question 1?"]
    assert [(one.prediction, other.prediction) for one, other in changes.broken] == [("old 3", "new 3")]
    write_report([old, new], compare([old, new], "old"), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("What is different beside old") == 1
    assert "Mended, as it went wrong there: 1. Broken, as it went well there: 1." in page
    assert "<summary>Mended: 1</summary>" in page


def test_of_many_failures_every_stage_is_shown_and_the_surest_first():
    outcomes = evaluation(count=900).outcomes
    chosen = chosen_failures(outcomes, 24)
    assert [sum(each.failure == kind for each in chosen) for kind in FAILURES] == [3] * 8
    misread = sorted((each.confidence for each in outcomes if each.failure == "misread"), reverse=True)
    assert [each.confidence for each in chosen if each.failure == "misread"] == misread[:3]
    assert len(chosen_failures(outcomes, FAILURES_SHOWN)) == sum(each.failure is not None for each in outcomes)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((("b", "right"),), 'a <mark class="right">b</mark> &lt;c&gt;'),
        ((("<c>", "given"), ("a", "right")), '<mark class="right">a</mark> b <mark class="given">&lt;c&gt;</mark>'),
        # The second lies within the first.
        ((("b <c>", "right"), ("c", "given")), 'a <mark class="right">b &lt;c&gt;</mark>'),
        ((("", "right"), ("nowhere", "given")), "a b &lt;c&gt;"),
    ],
)
def test_words_are_marked_once_and_never_within_each_other(words, expected):
    assert marked("a b <c>", words) == expected


@pytest.mark.parametrize(
    ("mark", "start", "end"),
    [("first", "first words", " …"), ("answer", "… ", " …"), ("last", "… ", '<mark class="right">last</mark> words')],
)
def test_of_a_long_passage_the_words_around_the_first_mark_are_shown(mark, start, end):
    text = "first words " + 300 * "filling " + "the answer " + 300 * "filling " + "last words"
    shown = marked(text, ((mark, "right"),), most=200)
    assert f'<mark class="right">{mark}</mark>' in shown
    plain = re.sub("<[^>]*>", "", shown)
    assert plain.startswith(start)
    assert shown.endswith(end)
    assert plain.strip("… ") in text
    assert 195 < len(plain) < 210


@given(st.text("ab <", max_size=40), st.text("ab <", max_size=5), st.text("ab <", max_size=5), st.integers(1, 50))
def test_marks_change_nothing_of_what_is_shown(text, one, other, most):
    shown = re.sub("</?mark[^>]*>", "", marked(text, ((one, "right"), (other, "given")), most=most))
    plain = html.unescape(shown).removeprefix("… " if len(text) > most else "")
    assert plain.removesuffix(" …" if len(text) > most else "")[: min(most, len(text))] in text


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_another_format_is_refused(tmp_path, name):
    with pytest.raises(InputError, match=r"a report ends in \.html, \.htm, \.md, \.markdown"):
        check_report(tmp_path / name)
    with pytest.raises(InputError, match=r"a report ends in"):
        write_report([evaluation()], (), tmp_path / name)


def test_a_report_on_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="no evaluation to report on"):
        write_report([], (), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.browser
@pytest.mark.slow
def test_in_a_browser_it_is_readable_accessible_and_can_be_narrowed_to_a_stage(tmp_path):
    written(tmp_path / "report.html", many=True)
    (tmp_path / "one").mkdir()
    written(tmp_path / "one" / "report.html")
    requests, complaints = [], []
    with chromium() as browser:
        for path in (tmp_path / "report.html", tmp_path / "one" / "report.html"):
            for width, scheme in ((390, "dark"), (1280, "light")):
                # Axe is put into the page, which the page's own policy forbids.
                context = browser.new_context(
                    viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
                )
                page = context.new_page()
                page.on("request", lambda request: requests.append(request.url))
                page.on("console", lambda line: complaints.append(line.text))
                page.goto(path.as_uri())
                page.evaluate("document.querySelectorAll('main > section > details').forEach(each => each.open = true)")
                assert no_sideways_scrolling(page)
                assert_accessible(page)
                context.close()
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto((tmp_path / "one" / "report.html").as_uri())
        items = page.locator(".failures li")
        everything = items.filter(visible=True).count()
        page.get_by_role("radio", name="Wrong boundary").check()
        assert 0 < items.filter(visible=True).count() < everything
        assert set(items.filter(visible=True).locator(".what").all_inner_texts()) == {"Wrong boundary"}
        items.filter(visible=True).first.locator("summary").click()
        assert items.filter(visible=True).first.locator("blockquote").first.is_visible()
    assert all(url.startswith("file:") for url in requests)
    assert complaints == []
