"""``quaere crawl``: the pages of a site into the index, politely, and again only what has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli.commands.options import AsJson, Groups, indexed_fields
from ui.cli.session import SOME_FAILED, Session, session_of
from ui.cli.views.external import external_view
from ui.cli.views.progress import fetch_progress, index_progress

if TYPE_CHECKING:
    from service.external.crawling import CrawlOptions
    from service.external.documents import ExternalDocuments
    from service.external.indexing import ExternalReport
    from service.external.items import ItemLog


def crawl(
    ctx: typer.Context,
    start: Annotated[str, typer.Argument(metavar="SITEMAP-OR-URL", help="A sitemap, or the page to begin with.")],
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="HOST", help="Another host to fetch from; may be given again."),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=0, help="Links between the start and the last pages; default: 3, and 0 for a sitemap."),
    ] = None,
    max_pages: Annotated[int, typer.Option(min=1, help="Pages asked for in one run.")] = 1_000,
    max_minutes: Annotated[float, typer.Option(min=0.1, help="A run stops after this time; the next goes on.")] = 60.0,
    rate: Annotated[float, typer.Option(min=0.01, max=50, help="Requests a second to one host.")] = 1.0,
    meta: Annotated[
        list[str] | None, typer.Option("--meta", metavar="NAME=VALUE", help="A metadata field of every page.")
    ] = None,
    groups: Groups = None,
    force: Annotated[bool, typer.Option("--force", help="Delete pages that are gone, however many.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch the start only, and show what would be fetched; change nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch the pages of a site and index them.

    Follows a sitemap, or links from page to page. Fetches only from the host of the start and those you allow, obeys
    robots.txt, and asks again only for pages that have changed. A run that was stopped goes on where it was.
    Exit code 4: some pages failed; the others are indexed.
    """
    from components.fetchers.addresses import checked_hosts, host_of, required
    from service.external.crawling import CrawlOptions

    url = required(start)
    hosts = frozenset([host_of(url), *checked_hosts(allow_host or ())])
    options = CrawlOptions(url, hosts, depth, max_pages, seconds=max_minutes * 60)
    session, fields = session_of(ctx), indexed_fields(meta, groups)
    report = _plan(options, rate) if dry_run else _crawl(session, options, rate, fields, force)
    tell(session, report, as_json)


def _crawl(session: Session, options: CrawlOptions, rate: float, meta: dict[str, Any], force: bool) -> ExternalReport:
    from components.fetchers.page_fetcher import fetcher_for
    from service.external.crawling import Crawl, crawled_documents
    from service.external.indexing import report_of

    documents = crawled_documents(session.settings().data, options)
    with documents.opened() as log, fetcher_for(options.start, rate) as fetcher:
        with fetch_progress(session.err, quiet=session.quiet) as progress:
            crawling = Crawl(options, fetcher, documents, log, tell=progress)
            resumed = crawling.run(meta)
        report = report_of(documents, log, crawling.notes, resumed=resumed)
        return indexed(session, "crawl", documents, log, report, force)


def indexed(
    session: Session, purpose: str, documents: ExternalDocuments, log: ItemLog, report: ExternalReport, force: bool
) -> ExternalReport:
    """Index what was fetched or imported, showing how far that is, and say so in the report."""
    from service.external.indexing import index_items

    with (
        session.shared_service(purpose, writable=True) as service,
        index_progress(session.err, quiet=session.quiet) as progress,
    ):
        return index_items(service, documents, log, report, force=force, on_progress=progress)


def tell(session: Session, report: ExternalReport, as_json: bool) -> None:
    """Show a report; some failures end the command with their exit code."""
    if as_json:
        session.write_json(report)
    else:
        session.out.print(external_view(report))
    if report.has_failures:
        raise typer.Exit(SOME_FAILED)


def _plan(options: CrawlOptions, rate: float) -> ExternalReport:
    """What a crawl would begin with: the start is fetched into a folder that is deleted."""
    from components.fetchers.page_fetcher import fetcher_for
    from service.external.crawling import crawled_documents, plan

    with (
        tempfile.TemporaryDirectory(prefix="quaere-crawl-") as folder,
        crawled_documents(Path(folder), options).opened() as log,
        fetcher_for(options.start, rate) as fetcher,
    ):
        return plan(options, fetcher, crawled_documents(Path(folder), options), log)
