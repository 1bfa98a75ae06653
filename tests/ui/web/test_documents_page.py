"""The page with the documents and the login as HTML: what is offered to whom, in every language, escaped."""

import html
import json
import re
from typing import get_args

import httpx
import pytest
from starlette.applications import Starlette

import components  # noqa: F401
from components.types import FindingKind
from ui.findings import finding_texts
from ui.web.documents import documents_route, render_documents
from ui.web.login import render_login
from ui.web.templates import ASKING, LIBRARY, render_page, script, style
from ui.wording import ENGLISH, Words, languages

HOSTILE = '"><script>alert(1)</script>'


def rendered(groups: tuple[str, ...] | None = (), words: Words = ENGLISH, *, may_write: bool = True) -> str:
    """The page without its styles and scripts."""
    page = render_documents(words, groups, may_write=may_write, may_leave=False, endings=(".pdf", ".md"), megabytes=50)
    return page.partition("<body")[2].partition("<script>")[0]


def test_only_the_visitors_own_groups_and_everyone_are_offered() -> None:
    boxes = re.findall(r'name="group" value="(\w+)"( checked)?', rendered(("staff", "board")))
    assert boxes == [("staff", " checked"), ("board", " checked"), ("public", "")]
    assert 'name="group"' not in rendered()
    assert "<script>alert" not in rendered((HOSTILE,))


def test_who_may_only_read_changes_nothing_and_who_may_not_read_sees_nothing() -> None:
    reading = rendered(may_write=False)
    assert "Your key allows you to read. To add or delete documents, a key needs the role “write”." in reading
    assert "qa-adding" not in reading and "data-may-write" not in reading and "qa-library" in reading
    assert "qa-library" not in rendered(None) and "Your key does not allow you to ask questions." in rendered(None)


@pytest.mark.parametrize("words", languages().values(), ids=languages())
def test_the_page_in_every_language(words: Words) -> None:
    page = rendered(words=words)
    assert words.gettext("Choose files") in page
    assert "50 MB" in page
    assert 'accept=".pdf,.md"' in page
    # The link to the page in the other language stays on this page.
    assert ("/zh/documents" if words is ENGLISH else "/documents?lang=en") in page


@pytest.mark.parametrize("words", languages().values(), ids=languages())
def test_what_may_not_have_read_well_is_said_in_every_language(words: Words) -> None:
    data = re.search(r'data-findings="([^"]*)"', rendered(words=words))
    assert data is not None
    told = json.loads(html.unescape(data[1]))
    assert set(told) == set(get_args(FindingKind))
    assert told["torn"] == list(finding_texts(words)["torn"])
    assert (told["torn"] == list(finding_texts(ENGLISH)["torn"])) == (words is ENGLISH)
    assert words.gettext("Only documents that did not read well") in rendered(words=words)


async def test_the_page_is_served_whole() -> None:
    app = Starlette(routes=[documents_route(languages()["zh"], 50)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        response = await client.get("/zh/documents")
    assert response.status_code == 200
    assert '<html lang="zh">' in response.text
    assert response.text.count("<script>") == response.text.count("</script>") == 2


def test_a_part_of_a_page_is_not_taken_for_its_form() -> None:
    page = render_page("login", ENGLISH, "{{ style }} <", ("login",), target="{% block body %}", wrong=False)
    assert "<title>{{ style }} &lt; · Quaere</title>" in page
    assert 'value="{% block body %}"' in page


def test_no_script_or_style_ends_its_element() -> None:
    for names in (ASKING, LIBRARY):
        for words in languages().values():
            assert "</" not in script(names, words)
    assert "</" not in style(("colours", "style", "framework", "conversation", "replies", "judging", "panel"))


def test_the_login_escapes_where_it_leads_and_speaks_both_languages() -> None:
    assert "<script>alert" not in render_login(ENGLISH, HOSTILE, wrong=True)
    assert "This key is not known. Ask whoever runs this service for one." in render_login(ENGLISH, "/", wrong=True)
    assert "登录" in render_login(languages()["zh"], "/", wrong=False)
