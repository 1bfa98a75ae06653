"""Sitemaps of every shape, and hostile ones."""

import gzip

import pytest

from components.errors import InputError
from components.fetchers.sitemaps import MOST_ADDRESSES, MOST_BYTES, Sitemap, parse_sitemap

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def test_pages_are_listed_and_pictures_are_not() -> None:
    text = (
        f'{HEAD}<urlset {SPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        "<url><loc> https://a.org/1 </loc><lastmod>2026-01-01</lastmod>"
        "<image:image><image:loc>https://a.org/x.png</image:loc></image:image></url>"
        "<url><loc>https://a.org/2?a=1&amp;b=2</loc></url></urlset>"
    )
    assert parse_sitemap(text.encode()) == Sitemap(("https://a.org/1", "https://a.org/2?a=1&b=2"), ())
    assert parse_sitemap(gzip.compress(text.encode())) == parse_sitemap(text.encode())


def test_an_index_names_sitemaps() -> None:
    text = f"{HEAD}<sitemapindex {SPACE}><sitemap><loc>https://a.org/a.xml.gz</loc></sitemap></sitemapindex>"
    assert parse_sitemap(text.encode()) == Sitemap((), ("https://a.org/a.xml.gz",))


def test_a_plain_list_is_a_sitemap_and_a_page_is_none() -> None:
    assert parse_sitemap(b"\xef\xbb\xbfhttps://a.org/1\r\n\nhttps://a.org/2\n") == Sitemap(
        ("https://a.org/1", "https://a.org/2"), ()
    )
    for other in (b"", b"<html><body>x</body></html>", b"# Read me\nhttps://a.org", b"%PDF-1.7", b"\0" * 100):
        assert parse_sitemap(other) is None


def test_no_entity_is_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    text = f'{HEAD}{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.org/&f;&b;</loc></url></urlset>'
    found = parse_sitemap(text.encode())
    assert found is not None and all("root" not in page and "aaaa" not in page for page in found.pages)


def test_bombs_and_damage_are_named() -> None:
    with pytest.raises(InputError, match="unpacks to more than"):
        parse_sitemap(gzip.compress(b" " * (MOST_BYTES + 1)))
    with pytest.raises(InputError, match="gzip"):
        parse_sitemap(b"\x1f\x8bnonsense")
    with pytest.raises(InputError, match="XML"):
        parse_sitemap(b"<urlset><url><loc>https://a.org/1</loc>")


def test_more_addresses_than_the_protocol_allows_are_left_out() -> None:
    many = "<url><loc>https://a.org/</loc></url>" * (MOST_ADDRESSES + 10)
    found = parse_sitemap(f"<urlset>{many}</urlset>".encode())
    assert found is not None and len(found.pages) == MOST_ADDRESSES
