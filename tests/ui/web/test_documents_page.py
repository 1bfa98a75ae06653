"""The page with the documents and the login as HTML: what is offered to whom, in every language, escaped."""

import re

import httpx
import pytest
from starlette.applications import Starlette

import components  # noqa: F401
from ui.web import scripts
from ui.web.documents import documents_route
from ui.web.documents_page import render_documents
from ui.web.login import render_login
from ui.web.shell import render_shell
from ui.web.texts import CHINESE, ENGLISH, LANGUAGES, Texts

HOSTILE = '"><script>alert(1)</script>'


def rendered(groups: tuple[str, ...] | None = (), texts: Texts = ENGLISH, *, may_write: bool = True) -> str:
    return render_documents(texts, groups, may_write=may_write, may_leave=False, endings=(".pdf", ".md"), megabytes=50)


def test_only_the_visitors_own_groups_and_everyone_are_offered() -> None:
    boxes = re.findall(r'name="group" value="(\w+)"( checked)?', rendered(("staff", "board")))
    assert boxes == [("staff", " checked"), ("board", " checked"), ("public", "")]
    assert 'name="group"' not in rendered()
    assert "<script>alert" not in rendered((HOSTILE,))


def test_who_may_only_read_changes_nothing_and_who_may_not_read_sees_nothing() -> None:
    reading = rendered(may_write=False)
    assert ENGLISH.library.read_only in reading
    assert "qa-adding" not in reading and "data-may-write" not in reading and "qa-library" in reading
    assert "qa-library" not in rendered(None) and ENGLISH.not_allowed in rendered(None)


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_the_page_in_every_language(texts: Texts) -> None:
    page = rendered(texts=texts)
    assert texts.library.formats.format(megabytes="50") in page
    assert 'accept=".pdf,.md"' in page
    # The link to the page in the other language stays on this page.
    assert ("/zh/documents" if texts == ENGLISH else "/documents?lang=en") in page


async def test_the_page_is_served_whole() -> None:
    app = Starlette(routes=[documents_route(CHINESE, 50)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        response = await client.get("/zh/documents")
    assert response.status_code == 200
    assert '<html lang="zh">' in response.text
    assert response.text.count("<script>") == response.text.count("</script>") == 2


def test_a_part_of_a_page_is_not_taken_for_its_form() -> None:
    page = render_shell(ENGLISH, "{body}", "{style} {unknown} {", "{title}", "{language}")
    assert "<title>{body}</title>" in page
    assert "<style>{title}</style>" in page
    assert "{style} {unknown} {" in page


def test_no_script_or_style_ends_its_element() -> None:
    for names in (scripts.ASKING, scripts.DOCUMENTS):
        assert "</" not in scripts.script(names)
    assert "</" not in scripts.style(("colours", "style", "framework", "conversation", "replies", "judging", "panel"))


def test_the_login_escapes_where_it_leads_and_speaks_both_languages() -> None:
    assert "<script>" not in render_login(ENGLISH, HOSTILE, wrong=True)
    assert ENGLISH.login.wrong in render_login(ENGLISH, "/", wrong=True)
    assert CHINESE.login.enter in render_login(CHINESE, "/", wrong=False)
