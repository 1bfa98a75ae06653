"""The pages of a site, from a sitemap or from page to page, in breadth-first order: what was found is kept at once.

Knows no index. A run that is interrupted goes on where it stopped; the next whole run asks for changes only.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from components.errors import InputError
from components.fetchers.addresses import host_of, leads_round, without_query
from components.fetchers.content import content_type, ending_of, is_page, is_text, readable, seems_unreadable
from components.fetchers.page_fetcher import FetchedAnswer, FetchFailed, PageFetcher, TooLarge
from components.fetchers.page_links import PageLinks, page_links, wishes_of
from components.fetchers.sitemaps import parse_sitemap
from service.external.documents import ExternalDocuments
from service.external.indexing import ExternalReport, report_of
from service.external.items import KEPT, ExternalItem, ItemLog, ItemState
from service.external.site_rules import SiteRules

DEPTH = 3
"""Links between the start and the last pages, where the start is a page and nobody says otherwise."""

_MOST_ITEMS = 200_000
_MOST_QUERIES = 100
"""Addresses that differ only after the question mark: a calendar or a list has them without end."""

_MOST_SILENCE = 5
"""Times in a row that a host may not answer, until it is left alone."""

_LONGEST_TAG = 500
_SITEMAP = "is a sitemap"
_GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """How far a crawl goes."""

    start: str
    """From :func:`components.fetchers.addresses.required`."""
    hosts: frozenset[str]
    """Those that may be asked, as :func:`components.fetchers.addresses.host_of` spells them."""
    depth: int | None = None
    """Links between the start and the last pages; None for ``DEPTH`` from a page, and 0 from a sitemap."""
    max_pages: int = 1_000
    max_bytes: int = 2_000_000_000
    """Of all answers of one run together."""
    seconds: float = 3_600.0
    """After which a run stops, to be gone on with by the next."""


def crawled_documents(data: Path, options: CrawlOptions) -> ExternalDocuments:
    """Where the pages of a crawl are kept; one start is one crawl."""
    return ExternalDocuments(data, f"crawl {options.start}")


class Crawl:
    """One crawl of a site.

    Args:
        options: how far it goes.
        fetcher: asks the hosts.
        documents: where pages are kept.
        log: the items of these documents, open.
        tell: is told after each page how many are done, how many are known, and which one it was.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        options: CrawlOptions,
        fetcher: PageFetcher,
        documents: ExternalDocuments,
        log: ItemLog,
        *,
        tell: Callable[[int, int, str], None] = lambda done, known, url: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.options = options
        self.rules = SiteRules(fetcher, options.hosts)
        self.fetcher = fetcher
        self.documents = documents
        self.log = log
        self.notes: list[str] = []
        self._tell = tell
        self._clock = clock
        self._queries: Counter[str] = Counter()
        self._silences: Counter[str] = Counter()
        self._abroad: set[str] = set()
        self._asked = self._bytes = 0

    def run(self, meta: Mapping[str, Any] | None = None) -> bool:
        """Fetch what there is to fetch; tells whether this went on with a run that was interrupted.

        Args:
            meta: fields for every page; without any, those of the last run.

        Raises:
            StoreError: the data folder cannot be written.
        """
        ends = self._clock() + self.options.seconds
        resumed = self.log.begin(meta)
        self._asked = sum(item.state not in ("queued", "skipped") for item in self.log.of_run())
        if not resumed:
            self._await(self.options.start, 0)
        is_whole = self._work(ends) and self._work_known(ends)
        if is_whole:
            self._leave_copies()
            self.log.end()
        if self._abroad:
            self.notes.append(f"links to {len(self._abroad):,} other hosts were not followed")
        return resumed

    def _work(self, ends: float) -> bool:
        """Visit what waits; tells whether the run is whole, that is whether no bound but that of the pages ended it."""
        while waiting := self.log.waiting():
            for item in waiting:
                if self._asked >= self.options.max_pages:
                    waiting = self.log.waiting()
                    self.notes.append(f"{len(waiting):,} more pages are known; raise --max-pages to get them")
                    return True
                if self._clock() > ends or self._bytes > self.options.max_bytes:
                    self.notes.append("stopped at the limit of time or bytes; run the command again to go on")
                    return False
                self._visit(item)
                self._tell(self.log.done, self.log.known, item.key)
        return True

    def _work_known(self, ends: float) -> bool:
        """Ask also for the pages of earlier runs that nothing leads to any more: are they gone?"""
        if self._asked >= self.options.max_pages:
            return True
        for item in self.log.items():
            if item.run < self.log.run and item.has_document:
                self.log.set(replace(item, state="queued", reason=""))
        return self._work(ends)

    # One page

    def _visit(self, item: ExternalItem) -> None:
        obstacle = self.rules.obstacle(item.key)
        if obstacle is None and self._silences[host_of(item.key)] >= _MOST_SILENCE:
            self._note(item, "failed", f"{host_of(item.key)} did not answer {_MOST_SILENCE} times in a row")
            return
        if obstacle is not None:
            self._note(item, "skipped", obstacle)
            return
        try:
            answer = self._ask(item)
        except TooLarge as error:
            self._note(item, "skipped", str(error))
        except FetchFailed as error:
            self._silences[host_of(item.key)] += 1
            self._note(item, "failed", str(error))
        else:
            self._silences[host_of(item.key)] = 0
            self._bytes += len(answer.content)
            self._take(item, answer)

    def _ask(self, item: ExternalItem) -> FetchedAnswer:
        self._asked += 1
        if not item.sha256 or not self.documents.path(item).is_file():
            return self.fetcher.fetch(item.key)
        return self.fetcher.fetch(item.key, etag=item.etag, modified=item.modified)

    def _take(self, item: ExternalItem, answer: FetchedAnswer) -> None:
        if answer.is_moved:
            self._take_redirect(item, answer)
        elif answer.status == 304:
            self._take_unchanged(item)
        elif answer.status in _GONE:
            self._note(item, "gone", f"answers {answer.status}")
        elif answer.status != 200:
            self._note(item, "failed", f"answers {answer.status}")
        elif item.key != self.options.start or not self._is_sitemap(item, answer):
            self._take_document(item, answer)

    def _take_redirect(self, item: ExternalItem, answer: FetchedAnswer) -> None:
        target = answer.target
        if target is None or target == item.key:
            self._note(item, "failed", "redirects to itself or to no web address")
        elif host_of(target) not in self.options.hosts:
            self._note(item, "skipped", f"redirects to {target}; {self.rules.obstacle(target)}")
        else:
            self._note(item, "skipped", f"redirects to {target}")
            self._enqueue([target], item.depth)

    def _take_unchanged(self, item: ExternalItem) -> None:
        self._note(item, "unchanged")
        if item.suffix == ".html" and item.depth < self._depth:
            with suppress(OSError):
                self._follow(page_links(self.documents.path(item).read_bytes(), {}, item.key), item)

    def _is_sitemap(self, item: ExternalItem, answer: FetchedAnswer) -> bool:
        try:
            sitemap = parse_sitemap(answer.content)
        except InputError as error:
            self._note(item, "failed", str(error))
            return True
        if sitemap is None:
            return False
        self._note(item, "skipped", _SITEMAP)
        self._enqueue(self.rules.listed(sitemap, item.key, self.notes.append), 0, trusted=True)
        return True

    def _take_document(self, item: ExternalItem, answer: FetchedAnswer) -> None:
        suffix = ending_of(answer.headers, item.key)
        content, wishes = answer.content, wishes_of(answer.headers, item.key)
        if is_text(answer.headers):
            content = readable(content, answer.headers)
        if is_page(answer.headers):
            wishes = page_links(content, answer.headers, item.key)
        self._follow(wishes, item)
        if wishes.noindex:
            self._note(item, "skipped", "asks not to be indexed (noindex)")
        elif suffix is None:
            kind = content_type(answer.headers)[:80] or "unknown"
            self._note(item, "skipped", f"is of the type {kind}, which is not read")
        else:
            self._keep(item, answer, content, suffix, wishes)

    def _keep(self, item: ExternalItem, answer: FetchedAnswer, content: bytes, suffix: str, wishes: PageLinks) -> None:
        canonical = wishes.canonical if wishes.canonical != item.key else None
        known = replace(
            item,
            sha256=hashlib.sha256(content).hexdigest(),
            suffix=suffix,
            etag=answer.headers.get("etag", "")[:_LONGEST_TAG],
            modified=answer.headers.get("last-modified", "")[:_LONGEST_TAG],
            canonical=canonical if canonical is not None and host_of(canonical) in self.options.hosts else "",
        )
        is_new = (known.sha256, suffix) != (item.sha256, item.suffix) or not self.documents.path(item).is_file()
        if is_new:
            self.documents.keep(known, content, {"url": item.key})
        self._note(known, "new" if is_new else "unchanged")
        if known.canonical:
            self._enqueue([known.canonical], item.depth)

    def _note(self, item: ExternalItem, state: ItemState, reason: str = "") -> None:
        self.log.set(replace(item, state=state, reason=reason))

    # What comes next

    @property
    def _depth(self) -> int:
        if self.options.depth is not None:
            return self.options.depth
        start = self.log.get(self.options.start)
        return 0 if start is not None and start.reason == _SITEMAP else DEPTH

    def _follow(self, wishes: PageLinks, item: ExternalItem) -> None:
        if item.depth < self._depth:
            self._enqueue(wishes.links, item.depth + 1)

    def _enqueue(self, urls: Iterable[str], depth: int, *, trusted: bool = False) -> None:
        """Let addresses wait for their turn, each once a run; ``trusted`` ones are listed by the site itself."""
        for url in urls:
            known = self.log.get(url)
            if known is not None and known.run == self.log.run:
                continue
            if host_of(url) not in self.options.hosts and depth > 0:
                self._abroad.add(host_of(url))
            elif len(self.log) < _MOST_ITEMS:
                self._await(url, depth, self._doubt(url, trusted=trusted))

    def _await(self, url: str, depth: int, doubt: str | None = None) -> None:
        """Let an address wait for its turn, unless there is a doubt."""
        item = replace(self.log.get(url) or ExternalItem(url, "queued"), depth=depth)
        self._note(item, "queued" if doubt is None else "skipped", doubt or "")

    def _doubt(self, url: str, *, trusted: bool) -> str | None:
        """Why an address is not worth asking for."""
        if seems_unreadable(url):
            return "has an ending that is not read"
        if trusted:
            return None
        if leads_round(url):
            return "looks like one of an endless series of addresses"
        if "?" in url:
            self._queries[without_query(url)] += 1
            if self._queries[without_query(url)] > _MOST_QUERIES:
                return f"differs from {_MOST_QUERIES} others only after its question mark"
        return None

    def _leave_copies(self) -> None:
        """Of pages that want to be known under another address, and are there under it, keep that one only."""
        for item in self.log.of_run():
            original = self.log.get(item.canonical) if item.canonical and item.state in KEPT else None
            if original is not None and original.state in KEPT and not original.canonical:
                self._note(item, "skipped", f"is a copy of {original.key}")


def plan(options: CrawlOptions, fetcher: PageFetcher, documents: ExternalDocuments, log: ItemLog) -> ExternalReport:
    """What a crawl would begin with: fetches robots.txt, the start, and the sitemaps that it names.

    Args:
        options: how far the crawl would go.
        fetcher: asks the hosts.
        documents: in a folder that is deleted afterwards.
        log: of these documents.
    """
    crawl = Crawl(replace(options, max_pages=1), fetcher, documents, log)
    crawl.run()
    for item in log.waiting():
        if (obstacle := crawl.rules.obstacle(item.key)) is not None:
            log.set(replace(item, state="skipped", reason=obstacle))
    return report_of(documents, log, crawl.notes)
