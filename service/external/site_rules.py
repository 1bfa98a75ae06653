"""What the hosts of a crawl ask for: their robots.txt, fetched once a run, and the sitemaps that they list."""

from collections import deque
from collections.abc import Callable, Collection, Iterator

from components.errors import InputError
from components.fetchers.addresses import canonical, host_of
from components.fetchers.page_fetcher import AGENT, FetchedAnswer, FetchFailed, PageFetcher
from components.fetchers.robots import MOST_BYTES, NOTHING_ALLOWED, RobotsFile
from components.fetchers.sitemaps import MOST_ADDRESSES, Sitemap, parse_sitemap
from components.fetchers.sitemaps import MOST_BYTES as LARGEST_SITEMAP

_MOST_REDIRECTS = 5
_MOST_SITEMAPS = 500


class SiteRules:
    """The wishes of the allowed hosts.

    Args:
        fetcher: asks them.
        hosts: the allowed ones, as :func:`components.fetchers.addresses.host_of` spells them.
    """

    def __init__(self, fetcher: PageFetcher, hosts: Collection[str]) -> None:
        self.fetcher = fetcher
        self.hosts = hosts
        self._robots: dict[str, RobotsFile] = {}

    def obstacle(self, url: str) -> str | None:
        """Why an address is not fetched, in plain words; None where nothing speaks against it."""
        host = host_of(url)
        if host not in self.hosts:
            return f"is on {host}, which is not among the allowed hosts; add --allow-host {host}"
        robots = self._robots_of(url)
        if robots is NOTHING_ALLOWED:
            return f"the robots.txt of {host} cannot be read, so that nothing there is fetched"
        return None if robots.allows(url) else "robots.txt forbids it"

    def followed(self, url: str, most: int) -> FetchedAnswer:
        """The answer to an address that is no page, after redirects within the allowed hosts.

        Raises:
            FetchFailed: there is none, or it lies elsewhere.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self.fetcher.fetch(url, most=most)
            if not answer.is_moved:
                return answer
            if answer.target is None or host_of(answer.target) not in self.hosts:
                raise FetchFailed("leads to a host that is not allowed")
            url = answer.target
        raise FetchFailed(f"leads on more than {_MOST_REDIRECTS} times")

    def listed(self, sitemap: Sitemap, url: str, note: Callable[[str], None]) -> Iterator[str]:
        """The addresses of all pages in a sitemap and those that it names.

        Args:
            sitemap: the first one.
            url: its address.
            note: is told of each sitemap that cannot be read.
        """
        seen, waiting = {url}, deque([(url, sitemap)])
        told = 0
        while waiting:
            base, current = waiting.popleft()
            for address in current.pages:
                if (page := canonical(address, base)) is not None:
                    told += 1
                    yield page
            for address in current.sitemaps:
                nested = canonical(address, base)
                if nested is None or nested in seen or len(seen) > _MOST_SITEMAPS or told > 4 * MOST_ADDRESSES:
                    continue
                seen.add(nested)
                try:
                    waiting.append((nested, self._sitemap(nested)))
                except (FetchFailed, InputError) as error:
                    note(f"the sitemap {nested} {error}")

    def _sitemap(self, url: str) -> Sitemap:
        if host_of(url) not in self.hosts:
            raise FetchFailed(f"is on {host_of(url)}, which is not among the allowed hosts")
        answer = self.followed(url, LARGEST_SITEMAP)
        if answer.status != 200:
            raise FetchFailed(f"gives status {answer.status}")
        found = parse_sitemap(answer.content)
        if found is None:
            raise FetchFailed("is no sitemap")
        return found

    def _robots_of(self, url: str) -> RobotsFile:
        host = host_of(url)
        if host not in self._robots:
            found = self._robots[host] = self._read_robots(canonical("/robots.txt", url) or url)
            self.fetcher.slow_down(host, found.delay)
        return self._robots[host]

    def _read_robots(self, url: str) -> RobotsFile:
        """As RFC 9309 says: without a robots.txt all is allowed, with one that cannot be had nothing."""
        try:
            answer = self.followed(url, 16 * MOST_BYTES)
        except FetchFailed:
            return NOTHING_ALLOWED
        if answer.status == 200:
            return RobotsFile.parse(answer.content, AGENT)
        return NOTHING_ALLOWED if answer.status >= 500 or answer.status == 429 else RobotsFile()
