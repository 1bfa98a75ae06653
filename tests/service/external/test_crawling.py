"""A crawl of a small site of this machine: what is fetched, what is left out and why, what a second run asks for."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from components.errors import StoreError
from components.fetchers.page_fetcher import FetchLimits, PageFetcher
from service.external.crawling import Crawl, CrawlOptions, crawled_documents, plan
from service.external.indexing import ExternalReport, report_of
from tests.site import Answer, Site, links, page, serving_site

Crawling = Callable[..., ExternalReport]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_site() as found:
        yield found


@pytest.fixture
def crawl(site: Site, tmp_path: Path) -> Crawling:
    """Crawls the site into one data folder, without waiting."""

    def run(
        start: str = "/", *, stop_after: int = 10**9, limits: FetchLimits | None = None, **options: object
    ) -> ExternalReport:
        chosen = _options(site, start, **options)
        documents = crawled_documents(tmp_path, chosen)

        def tell(done: int, known: int, url: str) -> None:
            if done >= stop_after:
                raise KeyboardInterrupt

        with documents.opened() as log, _fetcher(limits) as fetcher:
            crawling = Crawl(chosen, fetcher, documents, log, tell=tell)
            resumed = crawling.run()
            return report_of(documents, log, crawling.notes, resumed=resumed)

    return run


def _options(site: Site, start: str, **options: object) -> CrawlOptions:
    hosts = frozenset([f"127.0.0.1:{site.port}", *options.pop("hosts", ())])  # type: ignore[misc]
    return CrawlOptions(site.url(start), hosts, **options)  # type: ignore[arg-type]


def _fetcher(limits: FetchLimits | None = None) -> PageFetcher:
    time = [0.0]
    return PageFetcher(1.0, limits, private=True, clock=lambda: time[0], sleep=lambda seconds: None)


def states(report: ExternalReport) -> dict[str, tuple[str, str]]:
    """State and reason by path."""
    return {item.key.partition("//")[2].partition("/")[2]: (item.state, item.reason) for item in report.items}


def test_pages_are_fetched_from_link_to_link_as_deep_as_allowed(site: Site, crawl: Crawling) -> None:
    site.answers |= {
        "/": page(links("/a", "/b", "https://other.example/x", "mailto:a@b.org")),
        "/a": page(links("/c", "/", "/a#x")),
        "/b": page(links("/c", "/picture.png")),
        "/c": page(links("/d")),
    }
    report = crawl(depth=2)
    assert site.asked == ["/robots.txt", "/", "/a", "/b", "/c"]
    assert report.counts == {"new": 4, "skipped": 1}
    assert states(report)["picture.png"] == ("skipped", "has an ending that is not read")
    assert report.notes == ("links to 1 other hosts were not followed",)


def test_documents_lie_in_the_data_folder_for_their_owner_alone(site: Site, crawl: Crawling, tmp_path: Path) -> None:
    site.answers["/"] = page("<p>Pumps</p>")
    crawl()
    documents = crawled_documents(tmp_path, _options(site, "/"))
    with documents.opened() as log:
        path = documents.path(log[site.url()])
    assert "Pumps" in path.read_text("utf-8")
    assert path.with_name("quaere.meta.toml").read_text("utf-8") == f'["*"]\nurl = "{site.url()}"\n'
    assert path.stat().st_mode & 0o77 == path.parent.stat().st_mode & 0o77 == 0


def test_a_second_run_asks_for_changes_only(site: Site, crawl: Crawling) -> None:
    site.answers |= {
        "/": page(links("/same", "/changed", "/untagged"), ETag='"home"'),
        "/same": page("same", ETag='"1"'),
        "/changed": page("old", ETag='"1"'),
        "/untagged": page("untagged"),
    }
    crawl()
    site.answers["/changed"] = page("new", ETag='"2"')
    site.asked.clear()
    site.headers.clear()
    report = crawl()
    found = states(report)
    assert [found[path][0] for path in ("", "same", "changed", "untagged")] == [
        "unchanged",
        "unchanged",
        "new",
        "unchanged",
    ]
    assert [headers.get("if-none-match") for headers in site.headers] == [None, '"home"', '"1"', '"1"', None]


def test_pages_that_vanish_are_gone_even_where_nothing_leads_to_them(site: Site, crawl: Crawling) -> None:
    site.answers |= {"/": page(links("/a", "/b", "/c")), "/a": page("a"), "/b": page("b"), "/c": page("c")}
    crawl()
    site.answers |= {"/": page(links("/a")), "/b": Answer(status=410), "/a": Answer(status=500)}
    report = crawl(limits=FetchLimits(tries=1))
    assert states(report) == {
        "": ("new", ""),
        "a": ("failed", "answers 500"),
        "b": ("gone", "answers 410"),
        "c": ("unchanged", ""),
    }
    assert [item.has_document for item in report.items if item.state == "failed"] == [True]


def test_a_sitemap_index_is_followed_and_its_links_are_not(site: Site, crawl: Crawling) -> None:
    def listing(kind: str, entry: str, *paths: str) -> bytes:
        found = "".join(f"<{entry}><loc>{site.url(path)}</loc></{entry}>" for path in paths)
        return f'<{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{found}</{kind}>'.encode()

    site.answers |= {
        "/sitemap.xml": Answer(listing("sitemapindex", "sitemap", "/1.xml.gz", "/2.xml", "/sitemap.xml", "/bomb.gz")),
        "/1.xml.gz": Answer(gzip.compress(listing("urlset", "url", "/a", "/b"))),
        "/2.xml": Answer(status=404),
        "/bomb.gz": Answer(gzip.compress(b" " * 60_000_000)),
        "/a": page(links("/c")),
        "/b": page("b"),
    }
    report = crawl("/sitemap.xml")
    assert states(report) == {
        "sitemap.xml": ("skipped", "is a sitemap"),
        "a": ("new", ""),
        "b": ("new", ""),
    }
    assert [note.partition(" ")[2].partition("/")[0] for note in report.notes] == ["sitemap http:"] * 2
    assert "gives status 404" in report.notes[0] and "unpacks to more than" in report.notes[1]


def test_robots_txt_is_obeyed(site: Site, crawl: Crawling) -> None:
    site.answers |= {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /private\nCrawl-delay: 9"),
        "/": page(links("/private/x", "/open")),
        "/open": page("x"),
    }
    report = crawl()
    assert states(report)["private/x"] == ("skipped", "robots.txt forbids it")
    assert "/private/x" not in site.asked


def test_without_an_answer_to_robots_txt_nothing_is_fetched(site: Site, crawl: Crawling) -> None:
    site.answers |= {"/robots.txt": Answer(status=503), "/": page("x")}
    report = crawl(limits=FetchLimits(tries=1))
    assert report.counts == {"skipped": 1} and "cannot be read" in states(report)[""][1]


def test_redirects_stay_within_the_allowed_hosts(site: Site, crawl: Crawling) -> None:
    def moved(place: str) -> Answer:
        return Answer(status=301, headers={"Location": place})

    site.answers |= {
        "/": page(links("/old", "/out", "/inside", "/round", "/self", "/lost")),
        "/old": moved("/new"),
        "/new": page("new"),
        "/out": moved("https://other.example/"),
        "/inside": moved(f"http://localhost:{site.port}/secret"),
        "/round": moved("/round2"),
        "/round2": moved("/round"),
        "/self": moved("/self"),
        "/lost": moved("javascript:alert(1)"),
        "/secret": page("secret"),
    }
    found = states(crawl())
    assert found["new"][0] == "new"
    assert "add --allow-host other.example" in found["out"][1]
    assert f"add --allow-host localhost:{site.port}" in found["inside"][1]
    assert [found[path][0] for path in ("round", "round2", "self", "lost")] == [
        "skipped",
        "skipped",
        "failed",
        "failed",
    ]
    assert "/secret" not in site.asked


def test_a_host_that_is_allowed_is_crawled_too(site: Site, crawl: Crawling) -> None:
    site.answers |= {"/": page(links(f"http://localhost:{site.port}/x")), "/x": page("x")}
    assert crawl(hosts=[f"localhost:{site.port}"]).counts == {"new": 2}


def test_noindex_copies_types_and_sizes_have_their_reasons(site: Site, crawl: Crawling) -> None:
    site.answers |= {
        "/": page(links("/hidden", "/copy?page=1", "/abroad", "/film", "/huge", "/mirror", "/mirror2", "/header")),
        "/hidden": page(links("/behind"), head='<meta name="robots" content="noindex">'),
        "/behind": page("x"),
        "/copy?page=1": page("x", head='<link rel="canonical" href="/copy">'),
        "/copy": page("x"),
        "/abroad": page("x", head='<link rel="canonical" href="https://other.example/">'),
        "/film": Answer(b"film", headers={"Content-Type": "video/mp4"}),
        "/huge": page("x" * 20_000),
        "/mirror": page("x", head='<link rel="canonical" href="/mirror2">'),
        "/mirror2": page("x", head='<link rel="canonical" href="/mirror">'),
        "/header": page("x", X_Robots_Tag="noindex"),
    }
    found = states(crawl(limits=FetchLimits(bytes=10_000)))
    assert found["hidden"] == found["header"] == ("skipped", "asks not to be indexed (noindex)")
    assert found["behind"][0] == found["copy"][0] == found["abroad"][0] == "new"
    assert found["copy?page=1"] == ("skipped", f"is a copy of {site.url('/copy')}")
    assert found["film"] == ("skipped", "is of the type video/mp4, which is not read")
    assert found["huge"][0] == "skipped" and "over the limit of 10,000" in found["huge"][1]
    assert found["mirror"][0] == found["mirror2"][0] == "new"


def test_endless_sites_end(site: Site, crawl: Crawling) -> None:
    site.answers["*"] = lambda path: page(
        links(f"{path}1/", f"/calendar?day={len(path)}", "/list?" + "x" * len(site.asked))
    )
    site.answers["/robots.txt"] = Answer(status=404)
    report = crawl(max_pages=40, depth=1_000)
    assert len(site.pages_asked()) == 40
    assert "raise --max-pages" in report.notes[0]


def test_variants_of_one_page_are_not_all_fetched(site: Site, crawl: Crawling) -> None:
    site.answers["/"] = page(links(*(f"/list?page={number}" for number in range(300))))
    site.answers["*"] = page("x")
    report = crawl()
    assert report.counts == {"new": 101, "skipped": 200}
    assert states(report)["list?page=299"][1] == "differs from 100 others only after its question mark"


def test_an_interrupted_crawl_goes_on_where_it_was(site: Site, crawl: Crawling, tmp_path: Path) -> None:
    site.answers |= {"/": page(links(*(f"/{number}" for number in range(9))))} | {
        f"/{number}": page(str(number)) for number in range(9)
    }
    with pytest.raises(KeyboardInterrupt):
        crawl(stop_after=4)
    assert site.pages_asked() == ["/", "/0", "/1", "/2"]
    (log,) = tmp_path.glob("external/*/items.jsonl")
    with log.open("a", encoding="utf-8") as file:
        file.write('{"key": "torn by a k')
    site.asked.clear()
    report = crawl()
    assert report.resumed and report.counts == {"new": 10}
    assert site.pages_asked() == [f"/{number}" for number in range(3, 9)]
    assert not crawl().resumed
    assert all(json.loads(line) for line in log.read_text("utf-8").splitlines())


def test_a_run_that_takes_too_long_is_gone_on_with_later(site: Site, crawl: Crawling) -> None:
    site.answers |= {"/": page(links("/a")), "/a": page("a")}
    first = crawl(seconds=-1.0)
    assert first.counts == {"queued": 1} and "run the command again" in first.notes[0]
    assert crawl().counts == {"new": 2}


def test_a_host_that_stays_silent_is_left_alone(site: Site, crawl: Crawling) -> None:
    site.answers["/"] = page(links(*(f"/{number}" for number in range(20))))
    site.answers["*"] = Answer(b"x", headers={"Content-Encoding": "br"})
    site.answers["/robots.txt"] = Answer(status=404)
    report = crawl()
    assert len(site.pages_asked()) == 6
    assert report.counts == {"new": 1, "failed": 20}


def test_two_runs_at_once_are_refused(site: Site, crawl: Crawling, tmp_path: Path) -> None:
    with crawled_documents(tmp_path, _options(site, "/")).opened(), pytest.raises(StoreError, match="another process"):
        crawl()


def test_a_plan_fetches_the_start_only(site: Site, tmp_path: Path) -> None:
    site.answers |= {"/robots.txt": Answer(b"User-agent: *\nDisallow: /no"), "/": page(links("/a", "/no"))}
    options = _options(site, "/")
    documents = crawled_documents(tmp_path, options)
    with documents.opened() as log, _fetcher() as fetcher:
        report = plan(options, fetcher, documents, log)
    assert site.asked == ["/robots.txt", "/"]
    assert {path: state for path, (state, _) in states(report).items()} == {"": "new", "a": "queued", "no": "skipped"}
