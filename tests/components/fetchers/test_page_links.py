"""Where a page leads and what it asks for; and what of an answer is kept."""

import pytest

from components.fetchers.content import ending_of, readable, seems_unreadable
from components.fetchers.page_links import MOST_LINKS, page_links, wishes_of

URL = "https://a.org/docs/page"


def test_links_are_taken_once_in_order_without_those_not_to_follow() -> None:
    text = (
        '<base href="/help/"><a href="one#x">1</a><a href="one">1</a><area href="/two"><a rel="nofollow" href="3">3</a>'
        '<a href="mailto:a@b.org">m</a><a>none</a><!-- <a href="hidden">h</a> --><a href="https://b.org/ü">b</a>'
    )
    found = page_links(text.encode(), {}, URL)
    assert found.links == ["https://a.org/help/one", "https://a.org/two", "https://b.org/%C3%BC"]
    assert (found.canonical, found.noindex, found.nofollow) == (None, False, False)


def test_wishes_of_a_page_are_read() -> None:
    text = '<link rel="canonical" href="/docs/"><meta name="ROBOTS" content="NoIndex, follow"><a href="x">x</a>'
    found = page_links(text.encode(), {}, URL)
    assert (found.canonical, found.noindex, found.links) == ("https://a.org/docs/", True, ["https://a.org/docs/x"])
    assert page_links(b'<meta name="robots" content="none"><a href="x">x</a>', {}, URL).links == []


@pytest.mark.parametrize(
    ("header", "noindex", "nofollow"),
    [
        ("noindex", True, False),
        ("googlebot: noindex, nofollow", False, False),
        ("googlebot: noindex, quaere: nofollow", False, True),
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT, none", True, True),
    ],
)
def test_wishes_of_headers_are_read(header: str, noindex: bool, nofollow: bool) -> None:
    found = wishes_of({"x-robots-tag": header, "link": '</other>; rel="canonical"'}, URL)
    assert (found.noindex, found.nofollow, found.canonical) == (noindex, nofollow, "https://a.org/other")


def test_hostile_pages_lead_nowhere_in_a_moment() -> None:
    assert (
        len(
            page_links(
                b'<a href="%d">x</a>' * 10 + b"".join(b'<a href="%d">x</a>' % n for n in range(9_000)), {}, URL
            ).links
        )
        == MOST_LINKS
    )
    for content in (b"", b"\0\1\2\3" * 100, b"<div>" * 100_000, b"<a href=" * 10_000):
        assert page_links(content, {}, URL).links in ([], page_links(content, {}, URL).links)


@pytest.mark.parametrize(
    ("kind", "url", "ending"),
    [
        ("text/html; charset=utf-8", "https://a.org/x.php", ".html"),
        ("application/xhtml+xml", "https://a.org/", ".html"),
        ("application/pdf", "https://a.org/download?id=3", ".pdf"),
        ("text/plain", "https://a.org/readme.md", ".md"),
        ("text/plain", "https://a.org/notes", ".txt"),
        ("application/octet-stream", "https://a.org/a.docx", ".docx"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "https://a.org/1", ".docx"),
        ("application/x-unheard-of", "https://a.org/a.pdf", ".pdf"),
        ("image/png", "https://a.org/a.html", None),
        ("video/mp4", "https://a.org/a", None),
        ("", "https://a.org/a", None),
    ],
)
def test_the_type_decides_how_an_answer_is_kept(kind: str, url: str, ending: str | None) -> None:
    assert ending_of({"content-type": kind}, url) == ending


def test_an_encoding_that_only_the_headers_name_is_not_lost() -> None:
    greek = "Εγγύηση".encode("iso8859-7")
    assert readable(greek, {"content-type": "text/html; charset=ISO-8859-7"}).decode("utf-8-sig") == "Εγγύηση"
    for name in ("utf-8", "unknown", "punycode", "zip", ""):
        assert readable(greek, {"content-type": f"text/html; charset={name}"}) == greek


def test_pictures_are_known_by_their_address() -> None:
    assert seems_unreadable("https://a.org/a.JPG?x=1")
    assert not any(map(seems_unreadable, ["https://a.org/Node.js", "https://a.org/a.pdf", "https://a.org/a.php"]))
