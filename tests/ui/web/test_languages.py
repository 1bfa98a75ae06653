"""Which language a visitor gets."""

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ui.web.languages import DOCUMENTS, PreferredLanguage, home, language_of, preferred


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de-DE,de;q=0.9", None),
        ("de, zh;q=0.5, en;q=0.6", "en"),
        ("ZH-tw", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=x, en", "en"),
        ("*", None),
        (";;,,=;q=", None),
    ],
)
def test_the_browsers_wish(header: str, language: str | None) -> None:
    assert preferred(header, ("en", "zh")) == language


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("page")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "wish", "target"),
    [
        ("/", "zh", "/zh/"),
        ("/?q=a%26b+c&source=x", "zh", "/zh/?q=a%26b+c&source=x"),
        ("/?lang=en&q=a", "zh", None),
        ("/", "en", None),
        ("/", "", None),
        ("/documents", "zh", "/zh/documents"),
        ("/documents?lang=en", "zh", None),
        ("/zh/", "zh", None),
        ("/theme.css", "zh", None),
    ],
)
async def test_the_root_leads_to_the_browsers_language(path: str, wish: str, target: str | None) -> None:
    app = PreferredLanguage(_page, ("en", "zh"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        response = await client.get(path, headers={"Accept-Language": wish})
    assert response.headers.get("location") == target
    assert response.status_code == (200 if target is None else 307)


def test_the_switch_is_a_choice_that_holds() -> None:
    assert (home("en"), home("zh")) == ("/?lang=en", "/zh/")
    assert (home("en", DOCUMENTS), home("zh", DOCUMENTS)) == ("/documents?lang=en", "/zh/documents")


@pytest.mark.parametrize(
    ("target", "wish", "language"),
    [
        ("/zh/?q=a", "en", "zh"),
        ("/?lang=en", "zh", "en"),
        ("/", "zh-CN", "zh"),
        ("/", "de", "en"),
        ("/documents?lang=xx", "", "en"),
    ],
)
def test_the_login_speaks_the_language_of_the_page_that_is_wanted(target: str, wish: str, language: str) -> None:
    assert language_of(target, wish, ("en", "zh")) == language
