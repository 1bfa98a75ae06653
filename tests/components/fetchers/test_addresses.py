"""One spelling for each page, and addresses without end."""

import pytest

from components.errors import InputError
from components.fetchers.addresses import canonical, checked_hosts, host_of, leads_round, required


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("HTTP://Docs.Example.ORG:80", "http://docs.example.org/"),
        ("https://a.org:443/x/../y#part", "https://a.org/y"),
        ("https://a.org/ä b", "https://a.org/%C3%A4%20b"),
        ("https://a.org/?utm_source=mail&id=3&gclid=x", "https://a.org/?id=3"),
        ("https://a.org/?b=2&a=1", "https://a.org/?b=2&a=1"),
        ("https://a.org/?utm_source=mail", "https://a.org/"),
        ("https://user:secret@a.org/", None),
        ("mailto:a@b.org", None),
        ("javascript:alert(1)", None),
        ("ftp://a.org/", None),
        ("https:///path", None),
        ("http://[::1", None),
        ("https://a.org:port/", None),
        (f"https://a.org/{'x' * 2_000}", None),
    ],
)
def test_a_page_has_one_spelling(address: str, expected: str | None) -> None:
    assert canonical(address) == expected


def test_a_relative_address_follows_its_page() -> None:
    assert canonical("../b?x=1#top", "https://a.org/docs/x/page") == "https://a.org/docs/b?x=1"
    assert canonical("//other.org/x", "https://a.org/") == "https://other.org/x"


def test_what_a_user_gives_may_lack_its_scheme() -> None:
    assert required("docs.example.org/guide") == "https://docs.example.org/guide"
    with pytest.raises(InputError, match="no web address"):
        required("file:///etc/passwd")
    assert checked_hosts(["Example.org", "http://localhost:8080/x"]) == ["example.org", "localhost:8080"]
    assert host_of("http://a.org:80/") == host_of("https://a.org/") == "a.org"


def test_addresses_without_end_are_known() -> None:
    assert leads_round("https://a.org/en/en/en/en/page")
    assert leads_round("https://a.org" + "".join(f"/{number}" for number in range(30)))
    assert not leads_round("https://a.org/en/docs/guide/en/page")
